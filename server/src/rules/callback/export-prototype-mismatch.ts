/** Rule export-prototype-mismatch: C prototypes that declare an exported Go function otherwise than cgo generates it. */
import { go } from '../../lint/rule-meta.ts';
import { placeInC } from '../../lint/reports/file-place.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import { undeclaredCalls } from '../../semantics/export-calls.ts';
import { prototypeMismatch } from '../../semantics/export-signatures.ts';
import type { GoFunction, PackageModel } from '../../semantics/package-model.ts';

export default defineRule({
  id: 'export-prototype-mismatch',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C prototype that does not agree with the exported Go function',
  fix: { offered: 'never' },
  docs: {
    why: 'C calls an exported function through whatever prototype it sees. In the preamble of the exporting file the C compiler compares it with the one that cgo generates and refuses a difference. In a header, a .c file or the preamble of another file nobody compares: the call passes other registers and widths than the Go function reads, and half of an argument, or all of it, is garbage. A Go `int` has 64 bits on most systems, a C `int` 32.',
    advice: 'Use C types in exported functions (`C.int`, `*C.char`), and let C code include `_cgo_export.h` where it can (.c files of the package can) instead of writing the prototype by hand.',
    limits: 'An integer that Go reads wider than C passes it is a warning, and so are arguments behind the last that Go takes; everything else is an error. Counts of parameters, pointers, floats and widths of integers are compared; what differs on some systems only (`long` and int64), signs, and types that are not in view are not. `f()` declares no parameters. A call without any prototype in view counts where it passes fewer arguments than Go reads.',
    references: [{ title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' }],
  },
  examples: [
    {
      title: 'Another number of parameters',
      bad: {
        'main.go': go`
          package main

          // extern void goDone(int status);
          import "C"

          import "unsafe"

          //export goDone
          func goDone(status C.int, data unsafe.Pointer) {
          	println(status, data)
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          // extern void goDone(int status, void *data);
          import "C"

          import "unsafe"

          //export goDone
          func goDone(status C.int, data unsafe.Pointer) {
          	println(status, data)
          }

          func main() {}
        `,
      },
      byFix: false,
      witness: { by: 'build', error: "error: conflicting types for 'goDone'" },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const fn of model.everyFunction) {
      if (fn.exported === undefined || fn.exported !== fn.name) continue;
      const found = prototypeMismatch(model, fn);
      if (!found) {
        yield* undeclared(model, fn);
        continue;
      }
      yield {
        file: fn.file,
        top: fn.top,
        span: { start: fn.decl.n, end: fn.decl.n + fn.name.length },
        severity: found.onlyWidth || found.onlyMore ? 'warning' : 'error',
        message: `C calls ${fn.name} through another signature: its prototype ${found.what}.`,
        trace: [{ place: { unit: found.unit, span: found.prototype.span }, text: `C declares ${fn.name} here` }],
      };
    }
  },
});

/** Calls that nothing declares. */
function* undeclared(model: PackageModel, fn: GoFunction): Generator<Report> {
  for (const { what, unit, caller, call } of undeclaredCalls(model, fn)) {
    if (what.how !== 'count') continue;
    const message = `${caller} calls ${fn.name} with ${what.given} arguments and without a prototype, the Go function reads ${what.wanted}.`;
    for (const place of placeInC(model, unit, call)) yield { ...place, message, trace: [{ place: { unit: fn.top.syntax, span: { start: fn.decl.n, end: fn.decl.n + fn.name.length } }, text: 'the exported Go function' }] };
  }
}
