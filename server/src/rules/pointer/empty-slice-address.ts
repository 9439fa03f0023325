/** Rule empty-slice-address: `&b[0]` for C of a slice that may be empty. */
import { shift } from '../../base/span.ts';
import { emptySliceFacts, type EmptySliceFact } from '../../flow/empty-slices.ts';
import { sliceData } from '../../lint/fixes/element-address.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (address: string): string => go`
  package main

  /*
  #include <stddef.h>

  static int sum(const unsigned char *p, size_t n) {
  	int total = 0;
  	while (n-- > 0)
  		total += *p++;
  	return total;
  }
  */
  import "C"

  import "unsafe"

  func Sum(b []byte) int {
  	return int(C.sum((*C.uchar)(unsafe.Pointer(${address})), C.size_t(len(b))))
  }

  func main() {
  	println(Sum(nil))
  }
`;

export default defineRule({
  id: 'empty-slice-address',
  family: 'pointer',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: '`&b[0]` for C of a slice that may be empty',
  fix: { offered: 'sometimes', safety: 'unsafe', because: 'C is then called with a pointer that it must not read' },
  docs: {
    why: '`&b[0]` is an index expression: it panics when `len(b)` is 0 (`index out of range [0] with length 0`), even if the C function would ignore the pointer of an empty buffer. Nothing shows it until the first empty message, file or list arrives.',
    advice: 'Test `len(b) == 0` first (a test against nil is not enough), or pass `unsafe.SliceData(b)`, which does not index: it is nil for a nil slice, and for an empty one a pointer that C must not read.',
    limits: 'Slices whose length any condition of the function looks at are left alone, whether the test is right or not; so are slices that are known to have elements (`make([]T, 64)`, literals, results of append) those that come from a call, and parameters whose length all callers in the package test.',
    references: [
      { title: 'Go spec: index expressions', url: 'https://go.dev/ref/spec#Index_expressions' },
      { title: 'unsafe.SliceData', url: 'https://pkg.go.dev/unsafe#SliceData' },
    ],
  },
  examples: [
    {
      title: 'A buffer of any length',
      bad: { 'go.mod': 'module example.test/sum\n\ngo 1.20\n', 'main.go': example('&b[0]') },
      good: { 'go.mod': 'module example.test/sum\n\ngo 1.20\n', 'main.go': example('unsafe.SliceData(b)') },
      byFix: true,
      witness: { by: 'run', output: 'index out of range [0] with length 0' },
    },
  ],
  subject: 'function',
  needs: ['addr'],
  check(fn, { flow }) {
    const target = { decl: fn.decl, at: fn.top.start };
    return emptySliceFacts(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      message: `\`${fact.buffer}\` may be empty (${why[fact.from]}), and then &${fact.buffer}[0] panics.`,
      fixes: [{ title: `Use unsafe.SliceData(${fact.buffer})`, safety: 'unsafe', because: 'C is then called with a pointer that it must not read', edits: (file) => sliceData(file, target, shift(fact.span, target.at)) }],
    }));
  },
});

const why: Readonly<Record<EmptySliceFact['from'], string>> = {
  parameter: 'its length is up to the caller',
  field: 'nothing here looks at its length',
  made: 'its length is a variable that nothing tests',
};
