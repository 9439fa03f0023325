/** Rule signal-handler: handlers that C installs in a way that ends a Go program. */
import { goHandlers } from '../../flow/go-signal-handlers.ts';
import { placeInC } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { mayInstall, signalHandlers } from '../../semantics/c/signals.ts';

export default defineRule({
  id: 'signal-handler',
  family: 'runtime',
  severity: 'warning',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Signal handler installed from C without SA_ONSTACK',
  fix: { offered: 'never' },
  docs: {
    why: 'A signal may reach a thread that runs Go code on a goroutine stack of a few kilobytes. A handler that is not marked SA_ONSTACK runs there, and the runtime ends the program with "non-Go code set up signal handler without SA_ONSTACK flag" where it notices; where it does not, the handler writes past the stack. `signal` never sets the flag. A handler that replaces Go’s for SIGSEGV, SIGBUS or SIGFPE also takes away the panics that Go makes of them, and one for SIGURG the preemption of goroutines.',
    advice: 'Use `sigaction` with `sa.sa_flags = SA_ONSTACK | …`, keep the old action and call it for signals that are not yours; or use `os/signal` in Go.',
    limits: 'Seen in the preamble, in .c files of the package, and where Go code calls C.signal. Actions whose handler is SIG_IGN or SIG_DFL, or that are only put back, are left out; so is what a library does.',
    references: [{ title: 'os/signal: Go programs that use cgo or SWIG', url: 'https://pkg.go.dev/os/signal#hdr-Go_programs_that_use_cgo_or_SWIG' }],
  },
  examples: [
    {
      title: 'sigaction without the flag',
      bad: {
        'main.go': go`
          package main

          /*
          #include <signal.h>
          #include <string.h>
          static void on_signal(int n) { (void)n; }
          static void install(void) {
          	struct sigaction sa;
          	memset(&sa, 0, sizeof sa);
          	sa.sa_handler = on_signal;
          	sa.sa_flags = SA_RESTART;
          	sigaction(SIGUSR1, &sa, NULL);
          }
          */
          import "C"

          func main() {
          	C.install()
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <signal.h>
          #include <string.h>
          static void on_signal(int n) { (void)n; }
          static void install(void) {
          	struct sigaction sa;
          	memset(&sa, 0, sizeof sa);
          	sa.sa_handler = on_signal;
          	sa.sa_flags = SA_ONSTACK | SA_RESTART;
          	sigaction(SIGUSR1, &sa, NULL);
          }
          */
          import "C"

          func main() {
          	C.install()
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    return goHandlers(fn, flow).map(({ span, callee, handler }) => ({ file: fn.file, top: fn.top, span, message: `C.${callee} installs ${handler} without SA_ONSTACK: when it runs on a goroutine stack, the Go runtime ends the program.` }));
  },
  *checkPackage({ model }) {
    if (!model.files.some((file) => file.cImport)) return;
    const preambles = model.files.flatMap(({ go, cImport, preambleUnit }) => (preambleUnit && mayInstall(go.text.slice(0, cImport?.span.start)) ? [preambleUnit] : []));
    const sources = model.cSources.filter(({ file, text }) => file.endsWith('.c') && mayInstall(text));
    for (const unit of [...preambles, ...sources.map((source) => source.unit)]) {
      for (const { fn, how, span } of signalHandlers(unit)) {
        const message = `${fn.name} installs a signal handler ${how === 'signal' ? 'with signal()' : 'without SA_ONSTACK'}: when it runs on a goroutine stack, the Go runtime ends the program.`;
        for (const place of placeInC(model, unit, span)) yield { ...place, message };
      }
    }
  },
});
