/** Rule sizeof-mismatch: numbers of one size taken for numbers of another, lengths in elements where bytes are counted, the size of a pointer for that of what it points to. */
import { copySizeFacts, type CopySizeFact } from '../../flow/copy-sizes.ts';
import { type ElementMismatch, elementMismatches } from '../../flow/element-sizes.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'sizeof-mismatch',
  family: 'layout',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Memory handed between Go and C with elements of different size, or measured in the wrong unit',
  fix: { offered: 'never' },
  docs: {
    why: 'A conversion such as `(*C.int)(unsafe.Pointer(&numbers[0]))` changes no memory. On 64-bit platforms a Go `int` has 8 bytes and a C `int` has 4: C reads the halves of the Go numbers one after the other, and what it writes fills half of them, or overwrites what stands behind. On small numbers in one variable it even seems to work, as long as the machine is little-endian. `memcpy`, `memset` and `C.GoBytes` count bytes, `len` counts elements, and `unsafe.Sizeof(p)` of a pointer is the size of the pointer.',
    advice: 'Declare the variable or the slice with the C type (`[]C.int`) and convert element by element. Multiply the length by the size of the element (`C.size_t(len(xs)) * C.sizeof_int`), and measure what the pointer points to: `unsafe.Sizeof(*p)`, `C.sizeof_T`.',
    limits: 'Sizes are those of 64-bit platforms; C types whose size differs between them (`long`) or is not in view are left alone. So are bytes, which memory of any type is handed around as, complex numbers, and words of C memory that Go reads in smaller parts. Where Go itself reads the number at once (`*(*C.int)(unsafe.Pointer(&n))`), that is wrong on big-endian machines only, and told as info.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'unsafe.Pointer, rule 1', url: 'https://pkg.go.dev/unsafe#Pointer' },
    ],
  },
  examples: [
    {
      title: 'A slice of Go int given to C as an array of int',
      byFix: false,
      bad: {
        'main.go': go`
          package main

          /*
          static int sum(const int *v, int n) {
          	int total = 0;
          	for (int i = 0; i < n; i++) total += v[i];
          	return total;
          }
          */
          import "C"

          import "unsafe"

          func total(values []int) int {
          	if len(values) == 0 {
          		return 0
          	}
          	return int(C.sum((*C.int)(unsafe.Pointer(&values[0])), C.int(len(values))))
          }

          func main() {
          	println(total([]int{1, 2, 3}))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          static int sum(const int *v, int n) {
          	int total = 0;
          	for (int i = 0; i < n; i++) total += v[i];
          	return total;
          }
          */
          import "C"

          func total(values []int) int {
          	if len(values) == 0 {
          		return 0
          	}
          	numbers := make([]C.int, len(values))
          	for i, v := range values {
          		numbers[i] = C.int(v)
          	}
          	return int(C.sum(&numbers[0], C.int(len(numbers))))
          }

          func main() {
          	println(total([]int{1, 2, 3}))
          }
        `,
      },
    },
  ],
  subject: 'function',
  needs: [['pointer conversion', 'c call']],
  check(fn, { flow }) {
    return [
      ...elementMismatches(fn, flow).map((fact) => ({ file: fn.file, top: fn.top, span: fact.span, message: elementMessage(fact), ...(isHalfRead(fact) ? { severity: 'info' as const, confidence: 'possible' as const } : {}) })),
      ...copySizeFacts(fn, flow).map((fact) => ({ file: fn.file, top: fn.top, span: fact.span, message: copyMessage(fact) })),
    ];
  },
});

/** The low half is read, where the machine is little-endian: as good as a conversion there. */
const isHalfRead = ({ read, owner, single, fromSize, toSize }: ElementMismatch): boolean => read && single && owner === 'go' && toSize < fromSize;

function elementMessage(fact: ElementMismatch): string {
  const { from, to, fromSize, toSize, owner, single, read } = fact;
  const sizes = `${from} has ${bytes(fromSize)} and ${to} has ${toSize} on 64-bit platforms`;
  if (isHalfRead(fact)) return `${sizes}: this reads a part of the variable, the right one on little-endian machines only. Convert the number: ${to}(n).`;
  if (read && single && owner === 'go') return `${sizes}: this reads beyond the variable.`;
  if (owner === 'c') return `${sizes}: Go reads and writes ${toSize} bytes for each ${fromSize} that C has there.`;
  if (!single) return `${sizes}: C reads and writes other numbers there than Go does.`;
  return toSize < fromSize ? `${sizes}: C reads and writes only a part of the variable.` : `${sizes}: C reads and writes beyond the variable.`;
}

const bytes = (size: number): string => (size === 1 ? '1 byte' : `${size} bytes`);

function copyMessage({ how, callee, type }: CopySizeFact): string {
  if (how === 'elements') return `C.${callee} counts bytes, but this is the number of elements of type ${type}: only a part of the memory is meant.`;
  return `This is the size of the pointer (${type}), not of what it points to.`;
}
