/** Rule export-panic: panics that unwind out of an //export function through C frames. */
import { nilCalls } from '../../flow/nil-functions.ts';
import type { PackageFlow } from '../../flow/package-flow.ts';
import { escapingPanics, exportThatRuns, unguardedValues, uselessRecovers } from '../../flow/panics.ts';
import { recoverGuard } from '../../lint/fixes/recover-guard.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import { isForTests } from '../../semantics/build-constraints.ts';
import type { GoFunction, PackageModel } from '../../semantics/package-model.ts';

export default defineRule({
  id: 'export-panic',
  family: 'callback',
  severity: 'warning',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Panic that can leave an //export function and unwind through C frames',
  fix: { offered: 'always', safety: 'unsafe', because: 'the caller in C must learn that the call failed, which only you can decide' },
  docs: {
    why: 'A panic (or runtime.Goexit) in a function that C calls unwinds through the C frames like a longjmp: C cleanup code is skipped, locks stay locked, state is half changed. Where C called on a thread of its own there is no Go frame further out, and the process dies. With the address or thread sanitizer the stack bookkeeping breaks as well.',
    advice: 'Make `defer func() { if r := recover(); r != nil { … } }()` the first statement, and report the failure through the result. Recover works only when the deferred function itself calls it: `defer recover()`, and a literal that calls a helper which recovers, protect nothing; `defer helper()` with the recover in the helper does.',
    limits: 'Explicit panics, log.Panic, runtime.Goexit and testing’s Fatal are seen, in the function, in literals it calls and in helpers of the package two calls deep. A panic behind a test of a lookup (`x == nil`, `!ok`), or in the default of a switch on a value, is information. Calls of a package variable with a function count where an API function stores its parameter in it and neither looks whether it is nil. Failing type assertions, index errors and nil dereferences are not reported: nearly every function could.',
    references: [
      { title: 'Go issue 16150: panics through callbacks', url: 'https://go.dev/issue/16150' },
      { title: 'Go spec: handling panics', url: 'https://go.dev/ref/spec#Handling_panics' },
    ],
  },
  examples: [
    {
      title: 'A callback that panics',
      bad: {
        'main.go': go`
          package main

          // typedef int (*check)(int);
          import "C"

          //export goCheck
          func goCheck(n C.int) C.int {
          	if n < 0 {
          		panic("negative")
          	}
          	return n
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef int (*check)(int);
          import "C"

          //export goCheck
          func goCheck(n C.int) C.int {
          	if n < 0 {
          		return -1
          	}
          	return n
          }

          func main() {}
        `,
      },
      byFix: false,
      witness: {
        by: 'run',
        driver: go`
          package main

          // extern int goCheck(int);
          // static int call(void) { return goCheck(-1); }
          import "C"

          func init() {
          	C.call()
          }
        `,
        output: 'panic: negative',
      },
    },
  ],
  subject: 'function',
  needs: ['call'],
  check(fn, { flow, model }) {
    const mayReport = fn.decl.body !== undefined && (fn.exported !== undefined || flow.ir(fn).traits.has('defer'));
    return mayReport ? reports(fn, flow, model) : [];
  },
});

function* reports(fn: GoFunction, flow: PackageFlow, model: PackageModel): Iterable<Report> {
  const ir = flow.ir(fn);
  const useless = uselessRecovers(ir);
  if (fn.exported === undefined) {
    const outer = useless.length > 0 ? exportThatRuns(fn, flow) : undefined;
    for (const span of outer ? useless : []) {
      yield { file: fn.file, top: fn.top, span, message: `\`defer recover()\` stops no panic: ${fn.name} looks guarded, but a panic still unwinds through exported ${outer!.name} and the C frames. Call recover in a deferred function.` };
    }
    return;
  }
  const panics = escapingPanics(ir, flow);
  const from = panics.length > 0 ? model.c.callersOf(fn.exported)[0] : undefined;
  for (const span of panics.length === 0 ? useless : []) {
    yield {
      file: fn.file,
      top: fn.top,
      span,
      message: `\`defer recover()\` stops no panic: in exported ${fn.name} it looks like a guard, but a panic still unwinds through the C frames. Call recover in a deferred function.`,
    };
  }
  for (const { span, name, setter, set } of nilCalls(fn, flow, (inner) => unguardedValues(inner, flow))) {
    yield {
      file: fn.file,
      top: fn.top,
      span,
      severity: isForTests(fn.file) ? 'info' : 'warning',
      message: `After ${setter}(nil) this call panics in exported ${fn.name} and unwinds through the C frames: nothing compares ${name} with nil.`,
      trace: [{ place: set, text: `${setter} stores what it is given` }],
    };
  }
  for (const found of panics) {
    const unit = from && model.c.units[from.unit];
    const who = from ? `, called by the C function ${from.name},` : '';
    const what = found.how === 'helper' ? `${found.callee} may panic, which leaves` : found.how === 'goexit' ? 'runtime.Goexit ends the goroutine' : found.callee === 'panic' ? 'This panic leaves' : `${found.callee} panics and leaves`;
    yield {
      file: fn.file,
      top: fn.top,
      span: found.span,
      // That a lookup finds what was registered is an invariant of the program, and a test has to fail somehow: worth knowing, not worth an alarm.
      severity: found.isInvariant || isForTests(fn.file) ? 'info' : 'warning',
      message:
        found.how === 'panic' || found.how === 'helper'
          ? `${what} exported ${fn.name}${who} and unwinds through the C frames: no deferred recover was registered before.`
          : `${what} in exported ${fn.name}${who} and unwinds through the C frames: no deferred recover was registered before.`,
      trace: [
        ...(from && unit ? [{ place: { unit, span: from.at }, text: `C calls ${fn.name} here` }] : []),
        { place: { unit: fn.top.syntax, span: found.span }, text: found.how === 'helper' ? `${found.callee} is called here` : 'it panics here' },
        ...(found.inner ? [{ place: found.inner, text: 'and panics here' }] : []),
      ],
      fixes: found.how === 'goexit' || found.how === 'fatal' ? [] : [
        {
          title: `Recover at the top of ${fn.name}`,
          safety: 'unsafe',
          because: 'the caller in C must learn that the call failed',
          edits: (file) => recoverGuard(file, { decl: fn.decl, at: fn.top.start }),
        },
      ],
    };
  }
}
