/** Rule length-truncation: lengths of 64 bits that C gets in 32. */
import { truncatedLengths } from '../../flow/length-truncations.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (check: string): string => go`
  package main

  /*
  #include <stdint.h>
  static char data[4];
  static void *block(uint64_t *n) { *n = sizeof data; return data; }
  */
  import "C"

  import "math"

  func read() []byte {
  	var n C.uint64_t
  	p := C.block(&n)
  ${check}	return C.GoBytes(p, C.int(n))
  }

  func main() {
  	println(len(read()), math.MaxInt32)
  }
`;

export default defineRule({
  id: 'length-truncation',
  family: 'layout',
  severity: 'info',
  confidence: 'possible',
  status: 'preview',
  since: '0.1.0',
  summary: 'Length of 64 bits converted to a C int of 32 bits without a test',
  fix: { offered: 'never' },
  docs: {
    why: 'A conversion between integers cuts off the upper bits and says nothing. `C.int(n)` of a length of 2 GiB or more is another number, often a negative one: `C.GoBytes` panics or copies a part, and a C function that gets a negative length may read up to the next NUL, wherever that is.',
    advice: 'Compare the length with `math.MaxInt32` first, use a C function whose length is a `size_t`, or view the memory with `unsafe.Slice((*byte)(p), n)` and copy that.',
    limits: 'Only lengths of C.GoBytes and C.GoStringN whose type has 64 bits by its name (`uint64_t`) count, and the length of a string whose own memory is lent to C in the same call: a negative one makes C read beyond it. Of texts and bytes that C gets, lengths converted to 8 or 16 bits count as well. Other conversions of `len` and of `size_t` are left alone: nearly all of them are of short texts. A comparison with anything but 0 silences the rule.',
    references: [
      { title: 'Go specification: Conversions between numeric types', url: 'https://go.dev/ref/spec#Numeric_types' },
      { title: 'cmd/cgo: Go references to C (C.GoBytes)', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [{ title: 'A length of 64 bits for a copy', bad: { 'main.go': example('') }, good: { 'main.go': example('\tif n > math.MaxInt32 {\n\t\treturn nil\n\t}\n') }, byFix: false }],
  subject: 'function',
  needs: ['c call', 'conversion'],
  check(fn, { flow }) {
    return truncatedLengths(fn, flow).map(({ span, callee, how, from, to, most }) => {
      const lent = how === 'lent';
      return {
        file: fn.file,
        top: fn.top,
        span,
        message: how === 'narrow' ? `${to} holds lengths up to ${most}: what is longer gets another number, and nothing has tested it.` : lent ? `${to} wraps when the string is longer than 2 GiB, and C.${callee} then gets a wrong or negative length for memory of Go.` : `${from} has 64 bits and ${to} has 32: a length of 2 GiB or more is cut off, and nothing has tested it.`,
      };
    });
  },
});
