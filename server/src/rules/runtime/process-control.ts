/** Rule process-control: C functions that copy, end or unwind what the Go runtime runs on. */
import { type ProcessFact, processFacts } from '../../flow/process.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'process-control',
  family: 'runtime',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'fork, longjmp, pthread_exit or exit of C below the Go runtime',
  fix: { offered: 'never' },
  docs: {
    why: 'A Go program has many threads, and `fork` copies one: in the child the other threads are gone, with the garbage collector and whoever held a lock among them. Only `exec` right after it is safe. `longjmp` out of a call of C, or over one that C made into Go, leaves Go frames behind that the runtime believes to be there; `pthread_exit` ends a thread that the runtime still schedules on. `exit` and `abort` end the program without the deferred calls of Go.',
    advice: 'Start programs with `os/exec` or `syscall.ForkExec`, and let a service manager put them into the background. Keep `setjmp` and `longjmp` inside one C function that returns an error. Return errors instead of ending the process in a library.',
    limits: 'Calls from Go are looked at, and bodies in view that they lead to. Where such a body runs another program after fork nothing is said, where it ends the child it is information. `exit` and `abort` are information: in a package other than main, where no name says that the function ends the program, and in a function of main with deferred calls. Jumps and ends of threads deeper in C are its own business.',
    references: [
      { title: 'fork(2): notes on threads', url: 'https://man7.org/linux/man-pages/man2/fork.2.html' },
      { title: 'golang/go#63829: setjmp and longjmp over Go frames', url: 'https://go.dev/issue/63829' },
      { title: 'os/exec', url: 'https://pkg.go.dev/os/exec' },
    ],
  },
  examples: [
    {
      title: 'A copy of the process',
      bad: {
        'main.go': go`
          package main

          // #include <unistd.h>
          import "C"

          func main() {
          	if C.fork() == 0 {
          		println("child")
          	}
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <unistd.h>
          import "C"

          import "os/exec"

          func main() {
          	println(C.getpid())
          	_ = exec.Command("echo", "child").Run()
          }
        `,
      },
      byFix: false,
    },
    {
      title: 'A jump over Go',
      bad: {
        'main.go': go`
          package main

          /*
          #include <setjmp.h>
          jmp_buf top;
          static void fail(int code) { longjmp(top, code); }
          */
          import "C"

          func check(n int) {
          	if n < 0 {
          		C.fail(1)
          	}
          }

          func main() {
          	check(1)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <setjmp.h>
          static int guarded(int n) {
          	jmp_buf top;
          	if (setjmp(top)) return -1;
          	if (n < 0) longjmp(top, 1);
          	return 0;
          }
          */
          import "C"

          func main() {
          	println(C.guarded(1))
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    return processFacts(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      severity: fact.how === 'exits' || fact.isTame ? 'info' : 'warning',
      message: message(fact),
      trace: fact.inC ? [{ place: fact.inC, text: `${fact.callee} is called here` }] : [],
    }));
  },
});

function message({ how, name, callee, isTame }: ProcessFact): string {
  const who = name === callee ? `C.${name}` : `C.${name}, which calls ${callee},`;
  switch (how) {
    case 'forks':
      return isTame
        ? `${who} copies the process with this thread alone: until the child has ended it may call nothing that takes a lock, malloc included.`
        : `${who} copies the process with this thread alone: the Go runtime cannot run in the child. Use os/exec.`;
    case 'jumps':
      return `${who} jumps over Go frames on the stack, which the Go runtime does not survive: return an error instead.`;
    case 'marks':
      return `C.${name} marks a frame of C that is gone when the call has returned: a jump to it has nowhere to go. Keep setjmp and longjmp in one C function.`;
    case 'ends-thread':
      return `${who} ends a thread that the Go runtime goes on to use.`;
    case 'exits':
      return isTame ? `${who} ends the program without the deferred calls of this function.` : `${who} ends the program of whoever uses this package, without deferred calls: return an error.`;
  }
}
