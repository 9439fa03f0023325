/** Rule errno-misuse: errno read where it means nothing. */
import { errnoFacts } from '../../flow/errno.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import { setsErrno } from '../../semantics/c/signals.ts';
import { unsupported } from '../../semantics/unsupported.ts';

export default defineRule({
  id: 'errno-misuse',
  family: 'runtime',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'errno read directly, or believed without a look at the C result',
  fix: { offered: 'never' },
  docs: {
    why: 'C functions set errno when they fail; when they succeed they may leave anything in it. The error of `r, err := C.f()` is errno after the call, so it can be non-nil although all went well: the result says whether the call failed. `C.errno` does not build ("cannot refer to errno directly"), and a second C call that returns errno may run on another thread. The `_r` functions of the user database and the pthread functions return the error number and leave errno alone.',
    advice: 'Name the first result and test it: `if r, err := C.f(); r < 0 { return err }`. Test functions that return an error number with `!= 0`.',
    limits: 'A warning where the C function is in view and returns something; information where it returns nothing or is not in view. Functions in view that set errno themselves are left out. A C function that only returns errno counts where the same Go function has called C before, on a thread that it has not locked.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'POSIX: errno', url: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/errno.html' },
    ],
  },
  examples: [
    {
      title: 'The result thrown away',
      bad: {
        'main.go': go`
          package main

          // int isatty(int fd);
          import "C"

          func check() error {
          	_, err := C.isatty(0)
          	return err
          }

          func main() {
          	println(check() == nil)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // int isatty(int fd);
          import "C"

          func check() error {
          	if ok, err := C.isatty(0); ok == 0 {
          		return err
          	}
          	return nil
          }

          func main() {
          	println(check() == nil)
          }
        `,
      },
      byFix: false,
    },
    {
      title: 'C.errno',
      bad: {
        'main.go': go`
          package main

          // #include <errno.h>
          import "C"

          func main() {
          	println(C.errno)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <unistd.h>
          import "C"

          func main() {
          	if n, err := C.isatty(0); n == 0 {
          		println(err.Error())
          	}
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'cannot refer to errno directly' },
    },
  ],
  subject: 'function',
  check(fn, { flow, model }) {
    const reports: Report[] = [];
    const { file, top } = fn;
    for (const found of unsupported(top.syntax)) {
      if (found.how === 'errno') reports.push({ file, top, span: found.span, severity: 'error', confidence: 'certain', message: 'errno cannot be read as C.errno: use the second result, `r, err := C.f()`, of the call that sets it.' });
    }
    for (const { span, name, how } of errnoFacts(fn, flow)) {
      const shown = model.c.function(name);
      if (how === 'number') {
        if (shown?.body === undefined) reports.push({ file, top, span, message: `C.${name} returns the error number, which is never negative: test it with != 0.` });
        continue;
      }
      if (how === 'helper') {
        reports.push({ file, top, span, message: `C.${name} asks for errno in a call of its own: the goroutine may be on another thread by then, and the runtime may have changed it. Take the second result of the call that sets it.` });
        continue;
      }
      if (setsErrno(shown)) continue;
      reports.push({
        file,
        top,
        span,
        severity: shown && !shown.result.void ? 'warning' : 'info',
        message: `The error of C.${name} is errno, which may be set although the call succeeded: ${shown?.result.void ? 'the function returns nothing that tells' : 'test its first result before the error'}.`,
      });
    }
    return reports;
  },
});
