/**
 * What a Go programmer has to know about the names of the Go/C border: who owns the result, who frees it, what is copied. Facts as data,
 * each with its source; knows no file and no finding.
 */

export interface BoundaryName {
  /** How the name is written with its package: `C.CString`, `cgo.Handle.Delete`. */
  readonly name: string;
  /** The Go declaration that a reader would look for. */
  readonly signature: string;
  /** One sentence: what it does with memory. */
  readonly summary: string;
  /** Who owns, who frees, what is copied, what goes wrong. Markdown, one sentence or two each. */
  readonly facts: readonly string[];
  /** The Go version that brought it; absent for what has always been there. */
  readonly since?: string;
  /** Worth a word only in a file that imports "C". */
  readonly onlyWithC?: true;
  readonly source: { readonly title: string; readonly url: string };
}

/** The facts about `qualifier.name`, where the qualifier is a package (`C`, `unsafe`, `runtime`, `cgo`) or a type (`cgo.Handle`). */
export function boundaryName(name: string, qualifier?: string): BoundaryName | undefined {
  const full = qualifier === undefined ? name : `${qualifier.replace(/^runtime\/cgo\b/, 'cgo')}.${name}`;
  return byName.get(full) ?? (full.startsWith('C.sizeof_') ? { ...sizeOf, signature: `const ${full} C.size_t` } : undefined);
}

/**
 * The package type that `text`, a Go file, visibly gives the variable or field in front of a method: `h` after `h := cgo.NewHandle(v)`,
 * `b.pins` where a struct has `pins runtime.Pinner`.
 */
export function shownType(text: string, operand: string): 'cgo.Handle' | 'runtime.Pinner' | undefined {
  if (/^cgo\.(Handle|NewHandle)\(/.test(operand)) return 'cgo.Handle';
  const last = /(?:^|\.)(\w+)$/.exec(operand)?.[1];
  if (last === undefined) return undefined;
  const declared = new RegExp(`\\b${last}[ \\t]*(?::?=[ \\t]*)?(?:new\\()?[*&]?(cgo\\.(?:New)?Handle|runtime\\.Pinner)\\b`).exec(text)?.[1];
  if (declared === undefined) return undefined;
  return declared === 'runtime.Pinner' ? declared : 'cgo.Handle';
}

const cgoReferences = { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' };
const cgoPassing = { title: 'cmd/cgo: Passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' };
const cgoUse = { title: 'cmd/cgo: Using cgo with the go command', url: 'https://pkg.go.dev/cmd/cgo#hdr-Using_cgo_with_the_go_command' };

const cStandard = (name: string): BoundaryName['source'] => ({
  title: `C library: ${name}`,
  url: `https://pubs.opengroup.org/onlinepubs/9799919799/functions/${name}.html`,
});

const goPackage = (path: string, name: string): BoundaryName['source'] => ({
  title: `${path}.${name}`,
  url: `https://pkg.go.dev/${path}#${name}`,
});

const outsideGo = 'It is C memory: the garbage collector never frees, moves or scans it.';
const freeIt = (how: string): string => `**You own it** and free it exactly once with \`${how}\`, or hand it to C code that takes it over.`;
const needsHeader = '`C.free` needs `#include <stdlib.h>` in the preamble of the file that calls it.';

const cNames: readonly BoundaryName[] = [
  {
    name: 'C',
    signature: 'import "C"',
    summary: 'The pseudo-package of cgo: `C.name` is a C function, variable, type or constant.',
    facts: [
      'The comment directly above the import, without a blank line between, is the preamble: C text compiled for this file.',
      'A file with this import is left out of the build, without a message, when cgo is disabled (`CGO_ENABLED=0`, the default when cross-compiling).',
      'C types belong to the package that names them: `C.int` of one package is not that of another.',
    ],
    source: cgoUse,
  },
  {
    name: 'C.CString',
    signature: 'func C.CString(string) *C.char',
    summary: 'Copies a Go string into memory from `malloc` and adds a NUL byte.',
    facts: [freeIt('C.free(unsafe.Pointer(p))'), outsideGo, 'C sees the text up to its first NUL byte only.', needsHeader],
    source: cgoReferences,
  },
  {
    name: 'C.CBytes',
    signature: 'func C.CBytes([]byte) unsafe.Pointer',
    summary: 'Copies the bytes of a Go slice into memory from `malloc`.',
    facts: [freeIt('C.free(p)'), `${outsideGo} The result is no Go slice.`, 'No NUL byte is added: pass the length along.', needsHeader],
    since: '1.8',
    source: cgoReferences,
  },
  {
    name: 'C.GoString',
    signature: 'func C.GoString(*C.char) string',
    summary: 'Copies C text up to its NUL byte into a Go string.',
    facts: [
      'The result is Go memory: nothing to free.',
      'The argument is not freed: whoever owned it still does. `C.GoString(C.f())` loses the only pointer when `f` returns memory that you own.',
      'The argument must end with a NUL byte; for nil the result is empty.',
    ],
    source: cgoReferences,
  },
  {
    name: 'C.GoStringN',
    signature: 'func C.GoStringN(*C.char, C.int) string',
    summary: 'Copies so many bytes of C memory into a Go string.',
    facts: [
      'The result is Go memory: nothing to free. The argument is not freed: whoever owned it still does.',
      'The length counts; NUL bytes are copied like any other.',
      'The length is a `C.int`: a larger Go length is cut by the conversion.',
    ],
    source: cgoReferences,
  },
  {
    name: 'C.GoBytes',
    signature: 'func C.GoBytes(unsafe.Pointer, C.int) []byte',
    summary: 'Copies so many bytes of C memory into a new Go slice.',
    facts: [
      'The result is Go memory: nothing to free. The argument is not freed: whoever owned it still does.',
      'It is a copy: writing to it does not reach C, and it stays valid when the C memory is freed.',
      'The length is a `C.int`: a larger Go length is cut by the conversion.',
    ],
    source: cgoReferences,
  },
  {
    name: 'C.malloc',
    signature: 'func C.malloc(C.size_t) unsafe.Pointer',
    summary: 'Allocates C memory; called from Go it **never returns nil**.',
    facts: [
      freeIt('C.free(p)'),
      'The program ends when memory runs out: cgo wraps the C function. A test for nil is not needed, and there is no form with a second result.',
      `${outsideGo} Its contents are undefined until written.`,
    ],
    source: cgoReferences,
  },
  {
    name: 'C.calloc',
    signature: 'func C.calloc(C.size_t, C.size_t) unsafe.Pointer',
    summary: 'Allocates C memory for an array and fills it with zeros. The plain C function: it may return nil.',
    facts: [freeIt('C.free(p)'), 'Test the result for nil before you use it, unlike that of `C.malloc`.', outsideGo],
    source: cStandard('calloc'),
  },
  {
    name: 'C.realloc',
    signature: 'func C.realloc(unsafe.Pointer, C.size_t) unsafe.Pointer',
    summary: 'Changes the size of C memory, which may move. The plain C function: it may return nil.',
    facts: [
      'On success the old pointer is dead, and with it every copy and every Go slice made from it; **you own the result**.',
      'On failure the result is nil and the old memory still belongs to you: `p = C.realloc(p, n)` loses it.',
    ],
    source: cStandard('realloc'),
  },
  {
    name: 'C.strdup',
    signature: 'func C.strdup(*C.char) *C.char',
    summary: 'Copies C text into memory from `malloc`. The plain C function: it may return nil.',
    facts: [freeIt('C.free(unsafe.Pointer(p))'), 'The argument is not freed: whoever owned it still does.', outsideGo],
    source: cStandard('strdup'),
  },
  {
    name: 'C.free',
    signature: 'func C.free(unsafe.Pointer)',
    summary: 'Gives C memory back to the C heap.',
    facts: [
      'Only for what `C.CString`, `C.CBytes` or the malloc family returned, once, and with the pointer they returned. Never for Go memory.',
      'Every copy of the pointer and every Go slice or string made from it is dead afterwards. nil is allowed and does nothing.',
      '`defer C.free(unsafe.Pointer(p))` frees the value that `p` has at the defer statement, not the one it has at return.',
      needsHeader,
    ],
    source: cStandard('free'),
  },
];

const sizeOf: BoundaryName = {
  name: 'C.sizeof_T',
  signature: 'const C.sizeof_T C.size_t',
  summary: 'The size of the C type in bytes, as the C compiler sees it.',
  facts: ['A constant. For a type of cgo `unsafe.Sizeof` gives the same; for a Go struct written by hand after the C one it need not.'],
  source: cgoReferences,
};

const unsafeNames: readonly BoundaryName[] = [
  {
    name: 'unsafe.Pointer',
    signature: 'type unsafe.Pointer *ArbitraryType',
    summary: 'A pointer to anything; C\'s `void *` is this type in Go.',
    facts: [
      'Whether it is a Go or a C pointer depends on where the memory came from, not on the type.',
      'A Go pointer passed to C is pinned until the call returns. C may keep it longer only if it is pinned by a `runtime.Pinner`.',
      'A `uintptr` made from it is a number: it keeps nothing alive and does not follow a stack that moves.',
    ],
    onlyWithC: true,
    source: cgoPassing,
  },
  {
    name: 'unsafe.Slice',
    signature: 'func unsafe.Slice(ptr *T, len IntegerType) []T',
    summary: 'Makes a slice that looks at the memory behind a pointer. **Nothing is copied.**',
    facts: [
      'Over C memory the slice owns nothing: it is valid until that memory is freed, and the garbage collector does not keep it alive.',
      'Capacity is the length, so `append` moves to Go memory and C no longer sees what is written.',
      'Panics for a negative length, and for nil with a length other than 0.',
      'To keep the bytes, copy them: `C.GoBytes`, `slices.Clone`.',
    ],
    since: '1.17',
    source: goPackage('unsafe', 'Slice'),
  },
  {
    name: 'unsafe.String',
    signature: 'func unsafe.String(ptr *byte, len IntegerType) string',
    summary: 'Makes a string that looks at the bytes behind a pointer. **Nothing is copied.**',
    facts: [
      'Go strings never change: the bytes must stay as they are while the string is in use.',
      'Over C memory it is valid until that memory is freed. `C.GoString` and `C.GoStringN` copy.',
      'Panics for a negative length, and for nil with a length other than 0.',
    ],
    since: '1.20',
    source: goPackage('unsafe', 'String'),
  },
  {
    name: 'unsafe.SliceData',
    signature: 'func unsafe.SliceData(slice []T) *T',
    summary: 'A pointer to the array behind a slice. **Nothing is copied.**',
    facts: [
      'Works for an empty slice, where `&s[0]` panics: nil for a nil slice; with capacity 0 an address that nobody may read.',
      'As an argument of a C call the array is pinned until the call returns. C must not keep the pointer.',
      'It says nothing about the length: pass that along.',
    ],
    since: '1.20',
    source: goPackage('unsafe', 'SliceData'),
  },
  {
    name: 'unsafe.StringData',
    signature: 'func unsafe.StringData(str string) *byte',
    summary: 'A pointer to the bytes of a string. **Nothing is copied.**',
    facts: [
      'Nobody may write through it: Go strings never change. Only for a `const` parameter of C.',
      'No NUL byte follows the text: pass the length along, or copy with `C.CString`.',
      'For the empty string the pointer is unspecified and may be nil.',
    ],
    since: '1.20',
    source: goPackage('unsafe', 'StringData'),
  },
  {
    name: 'unsafe.Add',
    signature: 'func unsafe.Add(ptr Pointer, len IntegerType) Pointer',
    summary: 'Moves a pointer by so many bytes, without a detour through `uintptr`.',
    facts: ['The result must stay within the same allocation; nobody checks the bounds of C memory.'],
    since: '1.17',
    source: goPackage('unsafe', 'Add'),
  },
];

const handleSource = (name: string): BoundaryName['source'] => ({ title: `runtime/cgo.${name}`, url: `https://pkg.go.dev/runtime/cgo#${name}` });

const runtimeNames: readonly BoundaryName[] = [
  {
    name: 'cgo.Handle',
    signature: 'type cgo.Handle uintptr',
    summary: 'A number that stands for a Go value, so that C can keep it and give it back.',
    facts: [
      'It keeps the value alive until `Delete`: one `Delete` for each `NewHandle`, or it stays for ever.',
      'Pass it as `C.uintptr_t(h)`. It is no address: `unsafe.Pointer(h)` is an invalid pointer and may crash the program.',
      'The zero handle stands for nothing.',
    ],
    since: '1.17',
    source: handleSource('Handle'),
  },
  {
    name: 'cgo.NewHandle',
    signature: 'func cgo.NewHandle(v any) cgo.Handle',
    summary: 'Makes a handle for a Go value and keeps the value alive.',
    facts: ['**You own the handle**: call `Delete` exactly once, when C will not use it any more.'],
    since: '1.17',
    source: handleSource('NewHandle'),
  },
  {
    name: 'cgo.Handle.Value',
    signature: 'func (h cgo.Handle) Value() any',
    summary: 'The Go value that the handle stands for.',
    facts: ['Panics when the handle is 0 or has been deleted.', 'The handle stays valid: it still needs its `Delete`.'],
    since: '1.17',
    source: handleSource('Handle.Value'),
  },
  {
    name: 'cgo.Handle.Delete',
    signature: 'func (h cgo.Handle) Delete()',
    summary: 'Ends the handle, and with it the life that it gave to the value.',
    facts: ['Only when C has no copy of it any more, and once: it panics when the handle is not valid.'],
    since: '1.17',
    source: handleSource('Handle.Delete'),
  },
  {
    name: 'runtime.KeepAlive',
    signature: 'func runtime.KeepAlive(x any)',
    summary: 'Marks a place up to which the object counts as used, so that its finalizer or cleanup does not run before.',
    facts: [
      'Needed after the last C call that works on memory which a finalizer or cleanup of `x` frees; that `x` is a receiver or parameter does not keep it.',
      'It pins nothing, owns no C memory and does not make a `uintptr` valid.',
    ],
    since: '1.7',
    source: goPackage('runtime', 'KeepAlive'),
  },
  {
    name: 'runtime.Pinner',
    signature: 'type runtime.Pinner struct',
    summary: 'Holds Go objects in place, so that C may keep pointers to them after the call returns.',
    facts: [
      'Call `Unpin` when C is through. A Pinner that is collected with pins still in it ends the program with a panic.',
      'Pinning is shallow: what the object points to has to be pinned for itself if C follows the pointer.',
      'It may be used again after `Unpin`.',
    ],
    since: '1.21',
    source: goPackage('runtime', 'Pinner'),
  },
  {
    name: 'runtime.Pinner.Pin',
    signature: 'func (p *runtime.Pinner) Pin(pointer any)',
    summary: 'Pins a Go object: it is neither moved nor freed until `Unpin`, and its address may be stored in C memory.',
    facts: [
      'Takes a pointer: `&s[0]` for a slice, `unsafe.StringData(s)` for a string; a slice, string or map itself panics.',
      'Shallow: objects that it points to are not pinned.',
    ],
    since: '1.21',
    source: goPackage('runtime', 'Pinner.Pin'),
  },
  {
    name: 'runtime.Pinner.Unpin',
    signature: 'func (p *runtime.Pinner) Unpin()',
    summary: 'Releases **all** objects that this Pinner pinned.',
    facts: ['Only when C keeps none of the pointers any more.'],
    since: '1.21',
    source: goPackage('runtime', 'Pinner.Unpin'),
  },
  {
    name: 'runtime.SetFinalizer',
    signature: 'func runtime.SetFinalizer(obj any, finalizer any)',
    summary: 'Runs a function some time after the object became unreachable: as a safety net for C memory, not instead of Close.',
    facts: [
      'It may run during a C call that still uses the object\'s C memory: `runtime.KeepAlive(obj)` after that call prevents it.',
      'The function must not capture the object, or it never runs: use the parameter that it gets.',
      'There is no promise that it runs before the program ends. A Close that frees first must also clear it: `runtime.SetFinalizer(obj, nil)`.',
    ],
    source: goPackage('runtime', 'SetFinalizer'),
  },
  {
    name: 'runtime.AddCleanup',
    signature: 'func runtime.AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) runtime.Cleanup',
    summary: 'Runs `cleanup(arg)` some time after the object became unreachable: as a safety net for C memory, not instead of Close.',
    facts: [
      'Neither the function nor `arg` may reach the object, or it never runs; `arg == ptr` panics. Pass the C pointer as `arg`.',
      'It may run during a C call that still uses that memory: `runtime.KeepAlive(ptr)` after that call prevents it.',
      'There is no promise that it runs before the program ends. A Close that frees first calls `Stop` on the result.',
    ],
    since: '1.24',
    source: goPackage('runtime', 'AddCleanup'),
  },
];

/** Every entry but the sizes, which stand for as many names as there are C types. */
export const boundaryNames: readonly BoundaryName[] = [...cNames, ...unsafeNames, ...runtimeNames];

const byName: ReadonlyMap<string, BoundaryName> = new Map(boundaryNames.map((entry) => [entry.name, entry]));

/** The names under which cgo gives the numbers of C, in any file. Source: cmd/cgo, "Go references to C". */
export const numberTypes = ['char', 'schar', 'uchar', 'short', 'ushort', 'int', 'uint', 'long', 'ulong', 'longlong', 'ulonglong', 'float', 'double', 'size_t'];

/** The functions that cgo itself provides. Source: cmd/cgo, "Go references to C". */
export const cgoFunctions: ReadonlySet<string> = new Set(['GoString', 'GoStringN', 'GoBytes', 'CString', 'CBytes', 'malloc']);

/** Whether `C.name` needs no declaration: C's own types in cgo's spelling, and the functions that cgo provides. Source: cmd/cgo, "Go references to C". */
export const isBuiltinCName = (name: string): boolean =>
  /^(?:schar|uchar|ushort|uint|ulong|longlong|ulonglong|char|short|int|long|float|double|complexfloat|complexdouble|size_t|sizeof_(?:char|int|long|short|float|double)|_GoString(?:Len|Ptr|_)|u?intptr_t|u?int(?:8|16|32|64)_t|bool|GoString|GoStringN|GoBytes|CString|CBytes|malloc)$/.test(name);
