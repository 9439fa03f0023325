/** Rule duplicate-export: C symbols that an exported Go function and something else of the package both define. */
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { externalDefinitions, preambleDefinitions } from '../../semantics/c-definitions.ts';
import { mayCoexist, mayCoexistWithC } from '../../semantics/build-constraints.ts';
import type { GoFunction, PackageModel } from '../../semantics/package-model.ts';
import type { Place } from '../../flow/knowledge.ts';

export default defineRule({
  id: 'duplicate-export',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C symbol that an //export function and another definition of the package share',
  fix: { offered: 'never' },
  docs: {
    why: '`//export F` makes a C function F. When a C file of the package, or a preamble, defines F as well, the linker finds two and stops with "multiple definition". The same goes for methods of two types that are exported under one name.',
    advice: 'Give one of them another name. If the C definition is a stub for builds without the Go function, put it behind a build constraint or mark it `__attribute__((weak))`.',
    limits: 'Only files that can be part of one build are compared, and only inside the package. Definitions between `#if` and `#endif` and weak ones are left out.',
    references: [{ title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' }],
  },
  examples: [
    {
      title: 'A stub in C',
      bad: {
        'main.go': go`
          package main

          import "C"

          //export onEvent
          func onEvent(n C.int) {
          	println(n)
          }

          func main() {}
        `,
        'event.c': 'void onEvent(int n) {}\n',
      },
      good: {
        'main.go': go`
          package main

          import "C"

          //export onEvent
          func onEvent(n C.int) {
          	println(n)
          }

          func main() {}
        `,
        'event.c': 'void onEvent(int n);\n\nvoid fire(void) { onEvent(1); }\n',
      },
      byFix: false,
      witness: { by: 'build', error: 'multiple definition of `onEvent\'' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    const exported = model.everyFunction.filter((fn) => fn.exported === fn.name);
    for (const [index, fn] of exported.entries()) {
      const twin = exported.slice(0, index).find((other) => other.name === fn.name && other.recv !== fn.recv && mayCoexist(other.file, fn.file) === true);
      const other = twin ? { place: placeOf(twin), what: `another Go function exports ${fn.name}` } : cDefinition(model, fn);
      if (!other) continue;
      yield {
        file: fn.file,
        top: fn.top,
        span: { start: fn.decl.n, end: fn.decl.n + fn.name.length },
        message: `${other.what}, and so does this one: the linker finds the C symbol twice.`,
        trace: [{ place: other.place, text: 'the other definition' }],
      };
    }
  },
});

const placeOf = (fn: GoFunction): Place => ({ unit: fn.top.syntax, span: { start: fn.decl.n, end: fn.decl.n + fn.name.length } });

function cDefinition(model: PackageModel, fn: GoFunction): { readonly place: Place; readonly what: string } | undefined {
  for (const { file, text, unit } of model.cSources) {
    const isSource = file.endsWith('.c') && file.slice(0, file.lastIndexOf('/')) === fn.file.file.slice(0, fn.file.file.lastIndexOf('/'));
    const found = isSource && !unit.hasError && unit.functions.some(({ name }) => name === fn.name) ? externalDefinitions(unit, text).find((one) => one.name === fn.name && one.kind === 'function') : undefined;
    if (found && mayCoexistWithC(fn.file, file, text) === true) return { place: { unit, span: found.span }, what: `${file.slice(file.lastIndexOf('/') + 1)} defines ${fn.name}` };
  }
  for (const file of model.files) {
    const unit = file.preambleUnit;
    // In its own file the preamble's definition is export-preamble-definition's.
    if (!unit || unit.hasError || file === fn.file || !unit.functions.some(({ name }) => name === fn.name)) continue;
    const found = preambleDefinitions(file).find((one) => one.name === fn.name && one.kind === 'function');
    if (found && mayCoexist(fn.file, file) === true) return { place: { unit, span: found.span }, what: `The preamble of ${file.file.slice(file.file.lastIndexOf('/') + 1)} defines ${fn.name}` };
  }
  return undefined;
}
