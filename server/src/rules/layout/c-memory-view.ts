/** Rule c-memory-view: Go slices and strings over C memory without a bound, or without anyone who says how long the memory lives. */
import { shift } from '../../base/span.ts';
import { promisesNoCopy, viewFacts } from '../../flow/views.ts';
import { capLimit, copyView, toUnsafeSlice } from '../../lint/fixes/views.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type FixPlan } from '../../lint/rule.ts';

const example = (view: string): string => go`
  package main

  /*
  static int numbers[4] = {1, 2, 3, 4};
  static int *first(void) { return numbers; }
  */
  import "C"

  import "unsafe"

  func sum(n int) (total int) {
  	p := unsafe.Pointer(C.first())
  	for _, v := range ${view} {
  		total += int(v)
  	}
  	return total
  }

  func main() {
  	println(sum(4))
  }
`;

export default defineRule({
  id: 'c-memory-view',
  family: 'layout',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'Go slice or string over C memory without capacity limit, or that outlives the call without an owner',
  fix: { offered: 'sometimes', safety: 'either', because: 'a copy costs time and no longer sees changes that C makes' },
  docs: {
    why: 'A view such as `unsafe.Slice(p, n)` is valid only as long as C keeps the memory, and only for its real length; the garbage collector neither keeps nor frees it. `(*[1 << 28]T)(p)[:n]` without a third index has the capacity of the huge array: an `append` to it overwrites whatever stands behind the C array.',
    advice: 'Limit the capacity (`[:n:n]`), or use `unsafe.Slice((*T)(p), n)` from Go 1.17 on. Before a view leaves the function, copy it (`C.GoBytes`, `slices.Clone`), or return it together with the object that owns the memory and say so in the documentation.',
    limits: 'Whether a C function returns memory that lives long enough is not visible: such findings are information. Views that are only read in the function, copied at once, returned with their owner or documented as zero-copy are left alone. A view that is used after its memory was freed is reported by use-after-free.',
    references: [
      { title: 'Go wiki: turning C arrays into Go slices', url: 'https://go.dev/wiki/cgo#turning-c-arrays-into-go-slices' },
      { title: 'unsafe.Slice', url: 'https://pkg.go.dev/unsafe#Slice' },
    ],
  },
  examples: [{ title: 'A huge array without a capacity', bad: { 'main.go': example('(*[1 << 28]C.int)(p)[:n]') }, good: { 'main.go': example('(*[1 << 28]C.int)(p)[:n:n]') }, byFix: true }],
  subject: 'function',
  needs: [['slice', 'unsafe call']],
  *check(fn, { flow }) {
    for (const view of viewFacts(fn, flow)) {
      const target = { decl: fn.decl, at: fn.top.start };
      const at = shift(view.span, fn.top.start);
      if (view.how === 'no-capacity') {
        const fixes: FixPlan[] = [
          { title: 'Limit the capacity to the length', safety: 'safe', edits: (file) => capLimit(file, target, at) },
          { title: 'Use unsafe.Slice', safety: 'safe', edits: (file) => toUnsafeSlice(file, target, at) },
        ];
        yield { file: fn.file, top: fn.top, span: view.span, message: 'This slice of C memory has the capacity of the huge array type: an append writes behind the C array. Limit it with a third index.', fixes };
        continue;
      }
      if (promisesNoCopy(fn)) continue;
      yield {
        file: fn.file,
        top: fn.top,
        span: view.span,
        severity: 'info',
        confidence: 'possible',
        message: `This ${view.kind} is a view of C memory and is ${view.exitHow}: nothing in Go keeps the memory, and C may free or change it.`,
        trace: view.exit ? [{ place: { unit: fn.top.syntax, span: view.exit }, text: `${view.exitHow} here` }] : [],
        fixes: [{ title: 'Copy the bytes instead', safety: 'unsafe', because: 'a copy no longer sees changes that C makes', edits: (file) => copyView(file, target, at) }],
      };
    }
  },
});
