/** Rule noescape-nocallback: promises about C functions that the C in view, or the go command, contradicts. */
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { cgoDirectives, isPromise } from '../../semantics/directives.ts';
import { cNames } from '../../semantics/mentions.ts';
import type { PackageFile, PackageModel } from '../../semantics/package-model.ts';
import type { Span } from '../../base/span.ts';
import type { Place } from '../../flow/knowledge.ts';

export default defineRule({
  id: 'noescape-nocallback',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: '#cgo noescape or nocallback for a function that breaks the promise, or that nothing calls',
  fix: { offered: 'never' },
  docs: {
    why: '`#cgo noescape f` lets Go objects whose address goes to f stay on the stack: if f keeps the pointer, C later writes into a stack frame that is gone. `#cgo nocallback f` skips the preparations for calls back into Go: if f calls an exported function, the program panics ("function marked with #cgo nocallback called back into Go"). A directive for a name that the package never uses as `C.f` fails the build ("no matched C function").',
    advice: 'Use both for leaf functions only, whose source you know to do neither. Go before 1.24 refuses the directives: where older versions still build the package, put them in a file with `//go:build go1.24`.',
    limits: 'What f does is seen where its body is in view: in the preamble, or in a header or .c file of the package.',
    references: [
      { title: 'cmd/cgo: Optimizing calls of C code', url: 'https://pkg.go.dev/cmd/cgo#hdr-Optimizing_calls_of_C_code' },
      { title: 'Go 1.24 release notes: Cgo', url: 'https://go.dev/doc/go1.24#cgo' },
    ],
  },
  examples: [
    {
      title: 'A function that is not called',
      bad: {
        'go.mod': 'module example.test/promise\n\ngo 1.24\n',
        'main.go': go`
          package main

          // #cgo noescape sum
          // static int total(int *p) { return *p; }
          import "C"

          func main() {
          	n := C.int(1)
          	println(C.total(&n))
          }
        `,
      },
      good: {
        'go.mod': 'module example.test/promise\n\ngo 1.24\n',
        'main.go': go`
          package main

          // #cgo noescape total
          // static int total(int *p) { return *p; }
          import "C"

          func main() {
          	n := C.int(1)
          	println(C.total(&n))
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: '#cgo noescape sum: no matched C function' },
    },
    {
      title: 'A function that calls back',
      bad: {
        'go.mod': 'module example.test/promise\n\ngo 1.24\n',
        'main.go': go`
          package main

          /*
          #cgo nocallback each
          extern void goEach(int n);
          static void each(void) { goEach(1); }
          */
          import "C"

          //export goEach
          func goEach(n C.int) {
          	println(n)
          }

          func main() {
          	C.each()
          }
        `,
      },
      good: {
        'go.mod': 'module example.test/promise\n\ngo 1.24\n',
        'main.go': go`
          package main

          /*
          extern void goEach(int n);
          static void each(void) { goEach(1); }
          */
          import "C"

          //export goEach
          func goEach(n C.int) {
          	println(n)
          }

          func main() {
          	C.each()
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', output: 'function marked with #cgo nocallback called back into Go' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      for (const directive of cgoDirectives(file.go.text, file.cImport)) {
        const name = isPromise(directive) ? directive.args[0] : undefined;
        if (!name || !directive.verb) continue;
        const summary = model.c.summary(name.text);
        const unit = summary && model.c.units[summary.unit];
        const report = (message: string, severity: 'error' | 'warning', trace: readonly { readonly place: Place; readonly text: string }[] = []) =>
          placeInFile(file, name.span).map((place) => ({ ...place, message, severity, trace }));
        if (!model.files.some((other) => uses(other, name.text))) {
          if (!model.complete) continue;
          yield* report(`Nothing in the package uses C.${name.text}: the go command answers "no matched C function".`, 'error');
          continue;
        }
        const back = directive.verb.text === 'nocallback' ? callback(model, name.text) : undefined;
        if (back) yield* report(`${name.text} calls back into Go (${back.exported}): marked with nocallback it panics.`, 'error', [{ place: { unit: model.c.units[back.unit]!, span: back.at }, text: 'the call that leads back' }]);
        const kept = directive.verb.text === 'noescape' ? summary?.params.find((param) => param.effect === 'retains') : undefined;
        if (kept && unit) {
          yield* report(`${name.text} keeps a pointer that it is given: with noescape it may point into a stack frame that is gone.`, 'warning', kept.at ? [{ place: { unit, span: kept.at }, text: 'the pointer is kept here' }] : []);
        }
      }
    }
  },
});

/** The exported function that a C function in view may call, and the call. */
function callback({ c, exported }: PackageModel, name: string): { readonly exported: string; readonly unit: number; readonly at: Span } | undefined {
  for (const one of exported) {
    const caller = c.callersOf(one).find((found) => found.name === name);
    if (caller) return { exported: one, unit: caller.unit, at: caller.at };
  }
  return undefined;
}

const uses = (file: PackageFile, name: string): boolean => file.go.decls.some(({ syntax }) => cNames(syntax).used.has(name));
