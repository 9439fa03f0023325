/** Rule c-stdio-not-flushed: text that C prints and that is lost when the Go program ends. */
import { outputs, printingFunctions } from '../../flow/c-output.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const program = (end: string): string => go`
  package main

  /*
  #include <stdio.h>
  static void hello(void) { puts("hello from C"); }
  */
  import "C"

  func main() {
  	C.hello()${end}
  }
`;

export default defineRule({
  id: 'c-stdio-not-flushed',
  family: 'runtime',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Output of C that nothing flushes before the Go program ends',
  fix: { offered: 'never' },
  docs: {
    why: 'C keeps what `printf`, `puts` and `fwrite` write in a buffer, which `exit` of C writes out. A Go program does not end with that `exit`: when main returns, or on `os.Exit`, the process ends and the buffer with it. At a terminal every line is written at once, so the loss shows only when the output goes to a file or a pipe.',
    advice: 'Call `C.fflush(C.stdout)` before the program ends, or `setvbuf(stdout, NULL, _IOLBF, 0)` in C at its beginning. Or print in Go.',
    limits: 'Information, once for a program. Told when nothing in package main, Go or C in view, calls fflush, setvbuf, exit of C or the like. What goes to a stream by name inside C (`fprintf(out, …)`) is not looked at; stderr is not buffered. A program with an empty main is taken for a library.',
    references: [
      { title: 'setvbuf(3)', url: 'https://man7.org/linux/man-pages/man3/setbuf.3.html' },
      { title: 'exit(3)', url: 'https://man7.org/linux/man-pages/man3/exit.3.html' },
    ],
  },
  examples: [{ title: 'puts as the last thing', bad: { 'main.go': program('') }, good: { 'main.go': program('\n\tC.fflush(C.stdout)') }, byFix: false }],
  subject: 'package',
  *check({ flow }) {
    const fn = printingFunctions(flow)[0];
    for (const { span, name, callee, inC } of fn ? outputs(fn, flow).slice(0, 1) : []) {
      yield {
        file: fn!.file,
        top: fn!.top,
        span,
        message: `C.${name} ${name === callee ? 'prints' : `prints with ${callee}`} into a buffer of C that nothing flushes: when Go ends the program, what is still in it is lost.`,
        trace: inC ? [{ place: inC, text: `${callee} is called here` }] : [],
      };
    }
  },
});
