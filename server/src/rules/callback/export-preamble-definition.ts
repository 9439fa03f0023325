/** Rule export-preamble-definition: definitions in a preamble that is compiled twice because its file exports. */
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { preambleDefinitions } from '../../semantics/c-definitions.ts';

export default defineRule({
  id: 'export-preamble-definition',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C definition in the preamble of a file with //export',
  fix: { offered: 'always', safety: 'either', because: 'a static variable exists once in each C file that the preamble is copied into' },
  docs: {
    why: 'The preamble of a file with `//export` is copied into two C files: its own and the one with the exported functions. A function body or a variable with external linkage is then defined twice, and the linker stops with "multiple definition". go vet never links and says nothing.',
    advice: 'Make the function `static inline`, or move it to the preamble of another file or into a .c file. Of a variable keep an `extern` declaration here and define it there. Prototypes, types, macros and everything static may stay.',
    limits: 'What stands between `#if` and `#endif`, and weak symbols, are not looked at. `inline` without `static` is information: it depends on the optimiser whether there is a symbol.',
    references: [
      { title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' },
      { title: 'Go wiki: cgo, function pointer callbacks', url: 'https://go.dev/wiki/cgo#function-pointer-callbacks' },
    ],
  },
  examples: [
    {
      title: 'A function body',
      bad: {
        'main.go': go`
          package main

          // int twice(int n) { return 2 * n; }
          import "C"

          //export goTwice
          func goTwice(n C.int) C.int {
          	return C.twice(n)
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          // static inline int twice(int n) { return 2 * n; }
          import "C"

          //export goTwice
          func goTwice(n C.int) C.int {
          	return C.twice(n)
          }

          func main() {}
        `,
      },
      byFix: true,
      witness: { by: 'build', error: 'multiple definition of `twice\'' },
    },
    {
      title: 'A variable',
      bad: {
        'main.go': go`
          package main

          // int calls;
          import "C"

          //export goCount
          func goCount() {
          	C.calls++
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          // extern int calls;
          import "C"

          //export goCount
          func goCount() {
          	C.calls++
          }

          func main() {}
        `,
        'calls.c': 'int calls;\n',
      },
      byFix: false,
      witness: { by: 'build', error: 'multiple definition of `calls\'' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      const { preambleUnit } = file;
      const exported = file.functions.find((fn) => fn.exported !== undefined);
      if (!preambleUnit || preambleUnit.hasError || !exported) continue;
      for (const { name, kind, span, start } of preambleDefinitions(file)) {
        for (const place of placeInFile(file, span)) {
          yield {
            ...place,
            severity: kind === 'inline' ? 'info' : 'error',
            message: `${name} is defined twice for the linker: this file exports ${exported.name}, so its preamble is compiled into two C files.${kind === 'inline' ? ' With optimisation there may be no symbol, `static inline` is right everywhere.' : ''}`,
            trace: [{ place: { unit: exported.top.syntax, span: { start: exported.decl.n, end: exported.decl.n + exported.name.length } }, text: `${exported.name} is exported here` }],
            fixes: [
              kind === 'variable'
                ? { title: `Make ${name} static`, safety: 'unsafe', because: 'each of the two C files then has a variable of its own', edits: () => [{ span: { start, end: start }, newText: 'static ' }] }
                : { title: `Make ${name} static inline`, safety: 'safe', edits: () => [{ span: { start, end: start }, newText: kind === 'inline' ? 'static ' : 'static inline ' }] },
            ],
          };
        }
      }
    }
  },
});
