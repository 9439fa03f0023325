/**
 * Compares the C signature that cgo generates for an exported Go function with the prototypes that the package shows. Only what differs on
 * every platform counts. Source: cmd/cgo, "C references to Go" (the table of Go types in _cgo_export.h).
 */
import type { CFunction, CUnit } from '../syntax/c/c-facts.ts';
import { mayCoexist } from './build-constraints.ts';
import type { CView } from './c-view.ts';
import type { GoFunction, PackageModel } from './package-model.ts';
import { isUnsafePointer, type Type, typeOf } from './types.ts';

/** How a value is passed; undefined when the text does not tell. `long` and `word` are as wide as a pointer on most systems. */
type Passing = 'void' | 'pointer' | 'i8' | 'i16' | 'i32' | 'i64' | 'long' | 'word' | 'f32' | 'f64' | 'string' | 'slice' | 'interface' | 'several' | undefined;

export interface Mismatch {
  readonly prototype: CFunction;
  readonly unit: CUnit;
  /** What differs, in words: "declares one parameter, the Go function has 2". */
  readonly what: string;
  /** An integer is read wider than it is passed, and nothing else. */
  readonly onlyWidth: boolean;
  /** C passes arguments behind those that Go reads, and nothing else: the calling conventions in use leave them unread. */
  readonly onlyMore: boolean;
}

/** How the Go function reads its parameters, the receiver first. */
export const passedParams = (model: PackageModel, fn: GoFunction): { readonly passing: Passing; readonly text: string; readonly name: string }[] =>
  [...(fn.decl.recv ? [fn.decl.recv] : []), ...fn.decl.sig.params].map((param) => ({ passing: goPassing(typeOf(param.type, fn.file.imports), model, 0), text: source(fn, param.type), name: param.name ?? '_' }));

export function prototypeMismatch(model: PackageModel, fn: GoFunction): Mismatch | undefined {
  const units: { readonly unit: CUnit; readonly text: string }[] = [
    ...model.files.flatMap((file) => (file.preambleUnit && mentions(file.preambleUnit, fn.name) && (file === fn.file || mayCoexist(fn.file, file) === true) ? [{ unit: file.preambleUnit, text: file.go.text }] : [])),
    ...model.cSources.flatMap(({ unit, text }) => (mentions(unit, fn.name) ? [{ unit, text }] : [])),
  ];
  if (units.length === 0) return undefined;
  const { results } = fn.decl.sig;
  const type = (at: { readonly type: Parameters<typeof typeOf>[0] }): Passing => goPassing(typeOf(at.type, fn.file.imports), model, 0);
  const given = passedParams(model, fn);
  const result: Passing = results.length === 0 ? 'void' : results.length > 1 ? 'several' : type(results[0]!);
  for (const { unit, text } of units) {
    for (const prototype of unit.prototypes) {
      if (prototype.name !== fn.name || prototype.static || prototype.variadic) continue;
      const what = difference(prototype, text.slice(prototype.span.end, prototype.extent.end), given, result, model.c, unit === fn.file.preambleUnit);
      if (what !== undefined) return { prototype, unit, ...what };
    }
  }
  return undefined;
}

const mentions = (unit: CUnit, name: string): boolean => unit.prototypes.some((prototype) => prototype.name === name);

const source = (fn: GoFunction, { s, e }: { readonly s: number; readonly e: number }): string => fn.top.syntax.text.slice(s, e);

function difference(prototype: CFunction, tail: string, given: readonly { readonly passing: Passing; readonly text: string }[], result: Passing, c: CView, strict: boolean): Pick<Mismatch, 'what' | 'onlyWidth' | 'onlyMore'> | undefined {
  const gross = (what: string): Pick<Mismatch, 'what' | 'onlyWidth' | 'onlyMore'> => ({ what, onlyWidth: false, onlyMore: false });
  // `f()` says nothing of parameters in C before C23.
  const isOpen = /^\s*\(\s*\)/.test(tail);
  const counts = `declares ${count(prototype.params.length)}, the Go function has ${count(given.length)}`;
  if (!isOpen && (strict ? prototype.params.length !== given.length : prototype.params.length < given.length)) return gross(counts);
  for (const [i, { passing, text }] of isOpen ? [] : given.entries()) {
    const param = prototype.params[i]!;
    const passed = cPassing(param.pointer || param.functionPointer ? '*' : param.type, c);
    if (!differ(passing, passed, strict)) continue;
    const onlyWidth = !strict && bits[passing ?? ''] !== undefined && bits[passed ?? ''] !== undefined;
    return { what: `declares parameter ${i + 1} as ${param.type}, the Go function takes ${text}${onlyWidth ? ', which is wider: the upper bits are undefined' : ''}`, onlyWidth, onlyMore: false };
  }
  const declared = prototype.result.void ? 'void' : cPassing(prototype.result.pointer ? '*' : prototype.result.type, c);
  if (!differ(declared, result, strict)) return !isOpen && prototype.params.length > given.length ? { what: counts, onlyWidth: false, onlyMore: true } : undefined;
  if (result === 'void') return gross(`declares the result ${prototype.result.type}, the Go function has none`);
  return gross(prototype.result.void ? 'declares no result, the Go function has one' : `declares the result ${prototype.result.type}, the Go function has ${result === 'several' ? 'several' : 'another'}`);
}

const count = (n: number): string => (n === 1 ? 'one parameter' : n === 0 ? 'no parameters' : `${n} parameters`);

const bits: Readonly<Record<string, number>> = { i8: 8, i16: 16, i32: 32, i64: 64, word: 64 };

/**
 * Whether who reads a value gets something else than who wrote it. Reading a part of a wider integer gives its low half on every system
 * that Go supports with registers, so that only counts where the C compiler compares (`strict`).
 */
function differ(reader: Passing, writer: Passing, strict: boolean): boolean {
  if (reader === undefined || writer === undefined || reader === writer) return false;
  const both = [reader, writer];
  // `long` has 32 bits on Windows; an address may travel as a number of its size.
  if (both.includes('long') && both.every((one) => ['long', 'word', 'i32', 'i64', 'pointer'].includes(one))) return false;
  if (both.includes('word') && both.includes('pointer')) return false;
  const [read, written] = both.map((one) => bits[one]);
  if (read === undefined || written === undefined) return true;
  return strict ? read !== written : read > written;
}

const goWidths: Readonly<Record<string, Passing>> = {
  bool: 'i8', byte: 'i8', int8: 'i8', uint8: 'i8', int16: 'i16', uint16: 'i16', int32: 'i32', uint32: 'i32', rune: 'i32', int64: 'i64', uint64: 'i64', int: 'word', uint: 'word', uintptr: 'word',
  float32: 'f32', float64: 'f64', string: 'string', error: 'interface', any: 'interface',
};

const cWidths: Readonly<Record<string, Passing>> = {
  char: 'i8', schar: 'i8', uchar: 'i8', bool: 'i8', _Bool: 'i8', int8_t: 'i8', uint8_t: 'i8', GoUint8: 'i8', GoInt8: 'i8',
  short: 'i16', ushort: 'i16', int16_t: 'i16', uint16_t: 'i16', int: 'i32', uint: 'i32', int32_t: 'i32', uint32_t: 'i32', GoInt32: 'i32', GoUint32: 'i32',
  long: 'long', ulong: 'long', longlong: 'i64', ulonglong: 'i64', int64_t: 'i64', uint64_t: 'i64', GoInt64: 'i64', GoUint64: 'i64',
  size_t: 'word', ssize_t: 'word', intptr_t: 'word', uintptr_t: 'word', GoInt: 'word', GoUint: 'word', GoUintptr: 'word',
  float: 'f32', double: 'f64', void: 'void', GoString: 'string', _GoString_: 'string', GoSlice: 'slice', GoInterface: 'interface', '*': 'pointer',
};

const cPassing = (type: string, c: CView): Passing => {
  const plain = c.plainType(type);
  return Object.hasOwn(cWidths, plain) ? cWidths[plain] : plain.startsWith('enum_') ? 'i32' : undefined;
};

function goPassing(type: Type, model: PackageModel, level: number): Passing {
  if (level > 8) return undefined;
  switch (type.k) {
    case 'pointer':
    case 'map':
    case 'chan':
    case 'func':
      return 'pointer';
    case 'slice':
      return 'slice';
    case 'interface':
      return 'interface';
    case 'named': {
      if (isUnsafePointer(type)) return 'pointer';
      if (type.pkg === 'C') return cPassing(type.name, model.c);
      if (type.pkg !== undefined) return undefined;
      const own = model.shape.underlying(type.name);
      if (own) return goPassing(own, model, level + 1);
      return Object.hasOwn(goWidths, type.name) ? goWidths[type.name] : undefined;
    }
    default:
      return undefined;
  }
}
