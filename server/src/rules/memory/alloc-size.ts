/** Rule alloc-size: memory that is smaller than what is put into it: the NUL of a string, elements of another size, one element too many, a size that C is told. */
import { type AllocationSizeFact, allocationSizeFacts } from '../../flow/allocation-sizes.ts';
import { cAllocationSizes, type CSizeFact } from '../../flow/c-allocation-sizes.ts';
import { type CapacityFact, capacityFacts } from '../../flow/capacities.ts';
import { placeInC } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (size: string): string => go`
  package main

  /*
  #include <stdlib.h>
  #include <string.h>
  */
  import "C"

  import "unsafe"

  func duplicate(s *C.char) string {
  	p := C.malloc(${size})
  	defer C.free(p)
  	C.strcpy((*C.char)(p), s)
  	return C.GoStringN((*C.char)(p), C.int(C.strlen(s)))
  }

  func main() {
  	s := C.CString("text")
  	defer C.free(unsafe.Pointer(s))
  	println(duplicate(s))
  }
`;

export default defineRule({
  id: 'alloc-size',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Memory too small for what it is used as, or for the size that C is told',
  fix: { offered: 'never' },
  docs: {
    why: 'The C heap knows nothing of types. `C.malloc(C.size_t(len(s)))` has no room for the NUL that `strcpy` writes behind the text, `C.calloc(n, 4)` is half of what n doubles need, an array for n pointers has no element n for the terminating NULL, and a buffer made of a text has no room for what C adds when it is told another size. The bytes behind the block belong to someone else: the program crashes later and elsewhere, or not at all.',
    advice: 'Use `C.CString` for strings, or add one for the NUL. Measure the type that the memory is used as (`C.sizeof_double`), let `C.calloc(n, C.sizeof_T)` multiply, and count the terminator: `n + 1`. Tell C the size that was allocated, `C.int(len(buf))`.',
    limits: 'Sizes are followed as constants, or as a constant times something plus a constant, and compared on 64-bit platforms with types in view. A product with one byte for each element counts as a number of bytes. Memory that is larger than needed is left alone, and so are sizes that come from C. Which size belongs to which buffer is known of the C library and of prototypes in view with a pointer to bytes and a size next to it. C bodies of the package are read in the same way, and so are C helpers that allocate for Go by a count or write the element that Go names.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'SEI CERT C, MEM35-C: Allocate sufficient memory for an object', url: 'https://wiki.sei.cmu.edu/confluence/display/c/MEM35-C.+Allocate+sufficient+memory+for+an+object' },
    ],
  },
  examples: [{ title: 'No room for the NUL', bad: { 'main.go': example('C.strlen(s)') }, good: { 'main.go': example('C.strlen(s) + 1') }, byFix: false, witness: { by: 'run', flags: ['-asan'], output: 'ERROR: AddressSanitizer: heap-buffer-overflow' } }],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    const unit = fn.top.syntax;
    return [
      ...allocationSizeFacts(fn, flow).map((fact) => ({ file: fn.file, top: fn.top, span: fact.span, message: message(fact), trace: [{ place: { unit, span: fact.use }, text: 'more is needed here' }] })),
      ...capacityFacts(fn, flow).map((fact) => ({ file: fn.file, top: fn.top, span: fact.span, message: tooMuch(fact), trace: [{ place: { unit, span: fact.made }, text: 'the memory is made here' }] })),
    ];
  },
  *checkPackage({ flow, model }) {
    for (const fact of cAllocationSizes(flow)) {
      for (const place of placeInC(model, fact.unit, fact.at)) yield { ...place, message: messageInC(fact), trace: [{ place: { unit: fact.unit, span: fact.use }, text: 'more is needed here' }] };
    }
  },
});

function messageInC({ how, callee, type, bytes, fn }: CSizeFact): string {
  const head = `${fn} asks ${callee} for`;
  switch (how) {
    case 'type':
      return `${head} ${bytes} bytes, but the memory is used as ${type}, which is larger on 64-bit platforms.`;
    case 'elements':
      return `${head} ${bytes} bytes for each element, but the memory is used as an array of ${type}, which is larger.`;
    case 'pointer':
      return `${head} the size of a pointer, but the memory is used as ${type} itself.`;
    case 'end':
      return `${head} memory that has no room for the element of type ${type} that is written behind the last one.`;
    case 'nul':
      return `${head} as many bytes as the string has: there is no room for the NUL at its end.`;
  }
}

function tooMuch({ how, callee, name, size, count }: CapacityFact): string {
  const it = name === undefined ? 'the buffer' : `\`${name}\``;
  switch (how) {
    case 'more':
      return `C.${callee} is told that ${it} has ${count} bytes, but it has ${size}.`;
    case 'one':
      return `C.${callee} is told that ${it} is larger than it is: the memory was made for a smaller count.`;
    case 'text':
      return `C.${callee} is told a size that has nothing to do with that of ${it}, which is only as long as its text: C may write behind its end.`;
  }
}

function message({ how, callee, type, bytes }: AllocationSizeFact): string {
  switch (how) {
    case 'type':
      return `C.${callee} gets ${bytes} bytes, but the memory is used as ${type}, which is larger on 64-bit platforms.`;
    case 'elements':
      return `C.${callee} gets ${bytes} bytes for each element, but the memory is used as an array of ${type}, which is larger.`;
    case 'pointer':
      return `C.${callee} gets the size of a pointer, but the memory is used as ${type} itself.`;
    case 'end':
      return `The memory has no room for the element of type ${type} that is written behind the last one.`;
    case 'nul':
      return `C.${callee} gets the length of the string: there is no room for the NUL at its end.`;
  }
}
