/** Reports short C calls that loops make round after round. Off by default: what it says is about time, not about right and wrong. */
import { hotCalls } from '../../flow/hot-calls.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const sum = (c: string, body: string): string => go`
  package main

  /*
  ${c}
  */
  import "C"

  func total(values []C.int) C.int {
  ${body}
  }

  func main() {
  	println(total([]C.int{1, 2, 3}))
  }
`;

export default defineRule({
  id: 'cgo-call-in-hot-loop',
  family: 'runtime',
  severity: 'hint',
  offByDefault: true,
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'Short C function called in every round of a loop, where crossing the border costs more than the work',
  fix: { offered: 'never' },
  docs: {
    why: 'A call into C leaves the goroutine’s stack, tells the scheduler, and comes back: some tens of nanoseconds, about 30 % less since Go 1.26. It cannot be inlined, and arguments whose address it gets move to the heap. A C function that adds two numbers takes less than one.',
    advice: 'Let C do the loop: pass the array and its length once. Or write the few lines in Go. Where the function keeps no pointer and calls nothing back, `#cgo noescape` and `#cgo nocallback` (Go 1.24) take some of the cost away. Measure before and after.',
    limits: 'Reported are calls in loops of C functions whose body in view neither loops nor calls anything, and any call in nested loops; of each function the first. Loops with a small constant number of rounds, cgo’s own functions and free() are left alone. Whether the loop is hot, only a profile can tell.',
    references: [
      { title: 'Go 1.26 release notes: Runtime', url: 'https://go.dev/doc/go1.26#runtime' },
      { title: 'cmd/cgo: Optimizing calls of C code', url: 'https://pkg.go.dev/cmd/cgo#hdr-Optimizing_calls_of_C_code' },
    ],
  },
  examples: [
    {
      title: 'A crossing for each addition',
      byFix: false,
      bad: { 'main.go': sum('static int add(int a, int b) { return a + b; }', '\tvar n C.int\n\tfor _, value := range values {\n\t\tn = C.add(n, value)\n\t}\n\treturn n') },
      good: {
        'main.go': sum(
          'static int sum(const int *values, int count) {\n\tint n = 0;\n\tfor (int i = 0; i < count; i++) n += values[i];\n\treturn n;\n}',
          '\tif len(values) == 0 {\n\t\treturn 0\n\t}\n\treturn C.sum(&values[0], C.int(len(values)))',
        ),
      },
    },
  ],
  subject: 'function',
  needs: ['c call', 'branch'],
  *check(fn, { flow }) {
    for (const { span, callee, why } of hotCalls(fn, flow)) {
      yield {
        file: fn.file,
        top: fn.top,
        span,
        message: why === 'leaf' ? `Every round of the loop crosses into C for C.${callee}, which does less than the crossing costs.` : `C.${callee} is called in every round of nested loops: each call crosses into C and back.`,
      };
    }
  },
});
