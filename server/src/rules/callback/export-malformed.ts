/** Rule export-malformed: export comments that cgo does not take, or refuses. */
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type FixPlan } from '../../lint/rule.ts';
import { isForTinyGo } from '../../semantics/build-constraints.ts';
import { undeclaredCalls } from '../../semantics/export-calls.ts';
import { type ExportFlaw, exportFlaws } from '../../semantics/exports.ts';
import type { PackageFile, PackageModel } from '../../semantics/package-model.ts';

export default defineRule({
  id: 'export-malformed',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Export that cgo ignores or refuses, or that C cannot call with what it has',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'A function is exported by a line that is exactly `//export Name`, in the comment that touches the function, in a file that imports "C". With a blank behind the slashes or a blank line below, it is a comment like any other: nothing is said until the linker misses the symbol, and only where C refers to it. Another name than the function’s, and types that C cannot express, fail the build. A Go string, slice or interface is a struct in C: a body that passes `char *` to it without any prototype in view compiles where implicit declarations do, and hands over half of the value.',
    advice: 'Write `//export Name` directly above `func Name`. Parameters and results are C types, numbers, unsafe.Pointer, strings, slices, maps, channels, functions or interfaces; no Go structs or arrays, no pointers to them, no types of other packages and none that only a file without cgo declares.',
    limits: 'A comment such as `// export Name` counts only when it has nothing but the name of the function below it. It is a warning while no C in view mentions the name, as is an export in a file without `import "C"`; files for TinyGo, which exports without it, are left alone.',
    references: [
      { title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' },
      { title: 'Go issue 56853: export comments that are ignored', url: 'https://go.dev/issue/56853' },
    ],
  },
  examples: [
    {
      title: 'A blank behind the slashes',
      bad: { 'main.go': callback('// export goTick\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      good: { 'main.go': callback('//export goTick\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      byFix: true,
      witness: { by: 'build', error: 'undefined reference to `goTick\'' },
    },
    {
      title: 'A blank line below',
      bad: { 'main.go': callback('//export goTick\n\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      good: { 'main.go': callback('//export goTick\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      byFix: true,
      witness: { by: 'build', error: 'undefined reference to `goTick\'' },
    },
    {
      title: 'Another name',
      bad: { 'main.go': callback('//export tick\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      good: { 'main.go': callback('//export goTick\nfunc goTick(n C.int) {\n\tprintln(n)\n}') },
      byFix: true,
      witness: { by: 'build', error: 'export comment has wrong name "tick", want "goTick"' },
    },
    {
      title: 'A Go struct',
      bad: {
        'main.go': go`
          package main

          import "C"

          type point struct{ x, y int }

          //export goMove
          func goMove(p point) {
          	println(p.x, p.y)
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef struct { int x, y; } point;
          import "C"

          //export goMove
          func goMove(p C.point) {
          	println(p.x, p.y)
          }

          func main() {}
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'Go type not supported in export: struct' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const fn of model.everyFunction) {
      if (fn.exported === undefined || fn.exported !== fn.name) continue;
      const wrong = undeclaredCalls(model, fn).find(({ what }) => what.how === 'kind');
      if (wrong?.what.how !== 'kind') continue;
      yield {
        file: fn.file,
        top: fn.top,
        span: { start: fn.decl.n, end: fn.decl.n + fn.name.length },
        message: `${fn.name} takes its parameter ${wrong.what.param} as a Go ${wrong.what.type}, but ${wrong.caller} passes a C pointer, and no prototype is there for the compiler to refuse it: Go reads a length that nobody passed.`,
        trace: [{ place: { unit: wrong.unit, span: wrong.call }, text: 'C calls it here' }],
      };
    }
    const hasC = model.files.some((file) => file.cImport);
    for (const file of model.files) {
      for (const flaw of exportFlaws(model, file)) {
        if (flaw.how === 'no-import' && (!hasC || isForTinyGo(file))) continue;
        const { top } = flaw;
        const name = { start: flaw.fn.n, end: flaw.fn.n + flaw.fn.name.length };
        const comment = { start: flaw.comment.start - top.start, end: flaw.comment.end - top.start };
        const isQuiet = flaw.how === 'no-import' || ((flaw.how === 'spelling' || flaw.how === 'detached') && !isWantedByC(model, flaw.fn.name));
        yield {
          file,
          top,
          // A suppression on the comment's own line would change what it says.
          span: name,
          severity: isQuiet ? 'warning' : 'error',
          message: message(flaw),
          ...(flaw.how === 'detached' || flaw.how === 'spelling' ? { trace: [{ place: { unit: top.syntax, span: comment }, text: 'the comment that was meant to export it' }] } : {}),
          fixes: fixes(flaw, file),
        };
      }
    }
  },
});

function callback(exported: string): string {
  return `package main\n\n/*\nextern void goTick(int n);\nstatic void start(void) { goTick(1); }\n*/\nimport "C"\n\n${exported}\n\nfunc main() {\n\tC.start()\n}\n`;
}

function message(flaw: ExportFlaw): string {
  const { name } = flaw.fn;
  switch (flaw.how) {
    case 'spelling':
      return `${name} is not exported: cgo knows only \`//export ${name}\`, without a blank behind the slashes.`;
    case 'detached':
      return `${name} is not exported: a blank line separates it from its //export comment, which cgo then ignores.`;
    case 'name':
      return `The export comment says ${flaw.name === '' ? 'no name' : flaw.name}, the function is ${name}: they must be the same.`;
    case 'no-import':
      return `${name} is not exported: without import "C" in this file cgo does not see the comment.`;
    case 'type':
      return `${name} cannot be exported with ${flaw.type}: cgo has no C type for it.`;
  }
}

/** Whether C in view declares or calls the function, or text that could not be read mentions it. */
const isWantedByC = ({ c }: PackageModel, name: string): boolean => c.function(name) !== undefined || c.callersOf(name).length > 0 || c.isHidden(name);

function fixes(flaw: ExportFlaw, file: PackageFile): FixPlan[] {
  const right = `//export ${flaw.fn.name}`;
  if (flaw.how === 'spelling' || flaw.how === 'name') return [{ title: `Write ${right}`, safety: 'safe', edits: () => [{ span: flaw.comment, newText: right }] }];
  if (flaw.how !== 'detached') return [];
  const gap = { start: flaw.comment.end, end: flaw.top.start };
  if (file.go.text.slice(gap.start, gap.end).trim() !== '') return [];
  return [{ title: `Attach ${right}`, safety: 'safe', edits: () => [{ span: gap, newText: file.go.text.includes('\r\n') ? '\r\n' : '\n' }] }];
}
