/** Rule defer-free-in-loop: a release that a loop defers in every round, so that all the memory stays until the function returns. */
import { loopDefers } from '../../flow/deferred-in-loops.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'defer-free-in-loop',
  family: 'memory',
  severity: 'info',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Release deferred in every round of a loop, so that memory piles up until the function returns',
  fix: { offered: 'never' },
  docs: {
    why: 'Deferred calls run when the surrounding function returns, not when the iteration ends. A loop that allocates C memory and defers its release keeps every block until the last round is over. In a loop without end, or over a channel, the releases never run.',
    advice: 'Release at the end of the iteration, or put the body of the loop into a function of its own, where `defer` runs once per call.',
    limits: 'Silent where the pointer is needed after its round: stored in an array, slice, map or field, appended, sent, captured, or given to a C function that may keep it. Silent for loops with a constant bound. The finding is a warning only for loops that nothing bounds.',
    references: [{ title: 'Go specification: Defer statements', url: 'https://go.dev/ref/spec#Defer_statements' }],
  },
  examples: [
    {
      title: 'A loop over a channel',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static void show(const char *text) { (void)text; }
          */
          import "C"

          import "unsafe"

          func showAll(names <-chan string) {
          	for name := range names {
          		cs := C.CString(name)
          		defer C.free(unsafe.Pointer(cs))
          		C.show(cs)
          	}
          }

          func main() {
          	names := make(chan string)
          	close(names)
          	showAll(names)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static void show(const char *text) { (void)text; }
          */
          import "C"

          import "unsafe"

          func showAll(names <-chan string) {
          	for name := range names {
          		cs := C.CString(name)
          		C.show(cs)
          		C.free(unsafe.Pointer(cs))
          	}
          }

          func main() {
          	names := make(chan string)
          	close(names)
          	showAll(names)
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: ['defer', 'branch'],
  check(fn, { flow }) {
    const unit = fn.top.syntax;
    return loopDefers(fn, flow).map(({ stmt, callee, name, made, endless }) => ({
      file: fn.file,
      top: fn.top,
      span: stmt,
      severity: endless ? 'warning' : 'info',
      message: endless
        ? `This release of \`${name}\` runs when the function returns, but the loop around it has no end in sight: the memory of every round stays.`
        : `${callee} runs for \`${name}\` when the function returns, not at the end of the iteration: the memory of all rounds piles up.`,
      trace: [
        { place: { unit, span: made }, text: 'every round makes it here' },
        { place: { unit, span: stmt }, text: 'deferred until the function returns' },
      ],
    }));
  },
});
