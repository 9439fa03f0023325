/** Rule unchecked-alloc: pointers from C functions that may return NULL, used before anything has tested them; blocks that a failed realloc loses. */
import { type UncheckedPointer, uncheckedPointers } from '../../flow/nil-checks.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'unchecked-alloc',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Result of a C function that may return NULL, used without a nil check, or realloc over its only pointer',
  fix: { offered: 'never' },
  docs: {
    why: 'C.malloc never returns nil: cgo lets the program crash instead. `C.calloc`, `C.realloc`, `C.strdup` and the constructors of libraries are the plain C functions and may fail. A field of such a result that is read or written without a test is an access to address 0 or a little behind it. `p = C.realloc(p, n)` has another fault: when it fails the old block is still there, but the only pointer to it has been overwritten with nil.',
    advice: 'Compare with nil before the first use (`if p == nil { return errNoMemory }`). Give the result of realloc to a variable of its own and assign it after the test.',
    limits: 'Only the overwritten pointer of realloc, and a nil test of what mmap, shmat, sem_open or iconv_open return, are warnings. Results of the C library, of C bodies in view and of documented libraries that may be NULL, of functions whose name says that they allocate, and pointers that are tested too late are information; results of other functions are taken for valid. A pointer that is only passed on is left alone, unless to a C function that is known to follow it at once, and so is one next to an error result, a length or an out-parameter that is tested; one that goes into a new Go object which the function returns as if it were valid is not, unless the package compares that field with nil somewhere. What a Go function does that gets the pointer is followed one call deep.',
    references: [
      { title: 'cmd/cgo: Go references to C (C.malloc cannot fail)', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'POSIX: realloc', url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/realloc.html' },
    ],
  },
  examples: [
    {
      title: 'The only pointer to a block overwritten by realloc',
      byFix: false,
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import "unsafe"

          type buffer struct{ data unsafe.Pointer }

          func (b *buffer) grow(n int) {
          	b.data = C.realloc(b.data, C.size_t(n))
          }

          func (b *buffer) close() {
          	C.free(b.data)
          }

          func main() {
          	b := &buffer{}
          	b.grow(64)
          	b.close()
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import "unsafe"

          type buffer struct{ data unsafe.Pointer }

          func (b *buffer) grow(n int) bool {
          	data := C.realloc(b.data, C.size_t(n))
          	if data == nil {
          		return false
          	}
          	b.data = data
          	return true
          }

          func (b *buffer) close() {
          	C.free(b.data)
          }

          func main() {
          	b := &buffer{}
          	println(b.grow(64))
          	b.close()
          }
        `,
      },
    },
    {
      title: 'A field of a calloc result, used at once',
      byFix: false,
      bad: { 'main.go': pointExample('') },
      good: { 'main.go': pointExample('\tif p == nil {\n\t\treturn nil\n\t}\n') },
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    return uncheckedPointers(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      severity: severities[fact.why],
      confidence: fact.why === 'overwritten' || fact.why === 'sentinel' ? 'likely' : 'possible',
      message: message(fact),
      trace: fact.why === 'overwritten' ? [] : [{ place: { unit: fn.top.syntax, span: fact.use }, text: fact.wrapper === undefined ? 'used here' : `becomes part of a ${fact.wrapper} here` }],
    }));
  },
});

const severities = { overwritten: 'warning', sentinel: 'warning', allocator: 'info', documented: 'info', named: 'info', 'tested-later': 'info' } as const;

function message({ callee, why, name, wrapper, sentinel }: UncheckedPointer): string {
  const it = name === undefined ? 'the result' : `\`${name}\``;
  if (wrapper !== undefined) return `C.${callee} may return NULL, and the ${wrapper} that is made of ${it} looks valid to whoever gets it: nothing has compared the pointer with nil.`;
  switch (why) {
    case 'overwritten':
      return `When C.realloc fails, ${it} is nil and the only pointer to the old block is lost: keep the result apart until it is tested.`;
    case 'sentinel':
      return `C.${callee} says by ${sentinel} that it has failed, never by NULL: this comparison with nil lets a failure pass.`;
    case 'tested-later':
      return `${upper(it)} is compared with nil in this function, but only after it has been used: C.${callee} may return NULL.`;
    default:
      return `C.${callee} may return NULL, and ${it} is used before anything has compared it with nil.`;
  }
}

const upper = (text: string): string => (text.startsWith('the') ? `T${text.slice(1)}` : text);

function pointExample(check: string): string {
  return go`
    package main

    /*
    #include <stdlib.h>
    struct point { int x, y; };
    */
    import "C"

    import "unsafe"

    func origin() *C.struct_point {
    	p := (*C.struct_point)(C.calloc(1, C.sizeof_struct_point))
    ${check}	p.x = 1
    	return p
    }

    func main() {
    	p := origin()
    	C.free(unsafe.Pointer(p))
    }
  `;
}
