import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../../server/src/base/edit.ts';
import { scanGo } from '../../../server/src/lint/fixes/go-text.ts';
import { ignoreEdit } from '../../../server/src/lint/ignore-edit.ts';
import { readSuppressions, reasonPlaceholder } from '../../../server/src/lint/suppression.ts';
import { LineIndex } from '../../../server/src/base/line-index.ts';
import { fixed, source } from './go-source.ts';

/** The text with the comment, after checking that it suppresses the place it was made for and that the placeholder is found. */
function ignored(text: string, wanted = 'here()', unformatted?: string): string {
  const { file, find } = source(text);
  const site = { text, language: 'go' as const, importsOfC: file.imports.filter((i) => i.path === 'C').map((i) => i.span), ...(file.preamble ? { preamble: file.preamble } : {}) };
  const made = ignoreEdit(site, 'some-rule', find(wanted));
  const out = fixed(text, made?.edits, unformatted);
  expect(out.slice(made!.placeholder.start, made!.placeholder.end)).toBe(reasonPlaceholder);
  const after = source(out);
  const { preamble } = after.file;
  const directives = readSuppressions({ text: out, language: 'go', comments: scanGo(out).comments, ...(preamble ? { preamble } : {}) });
  const line = new LineIndex(out).positionAt(after.find(wanted).start).line;
  expect(directives.map((directive) => directive.line)).toEqual([line]);
  return out;
}
const refused = (text: string, wanted = 'here()'): boolean => {
  const { file, find } = source(text);
  return ignoreEdit({ text, language: 'go', importsOfC: [], ...(file.preamble ? { preamble: file.preamble } : {}) }, 'some-rule', find(wanted)) === undefined;
};
const words = `cgoguard:ignore some-rule ${reasonPlaceholder}`;
const body = (...lines: readonly string[]): string => `package x\n\nfunc f() {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
const block = (...lines: readonly string[]): string => `package x\n\n/*\n${lines.join('\n')}\n*/\nimport "C"\n`;
const slashes = (...lines: readonly string[]): string => `package x\n\n${lines.map((line) => `//${line}\n`).join('')}import "C"\n`;

describe('in Go', () => {
  test('stands behind the line', () => {
    expect(ignored(body('a()', 'here()', 'b()'))).toBe(body('a()', `here() //${words}`, 'b()'));
    expect(ignored(body('if here() {', '}'))).toBe(body(`if here() { //${words}`, '}'));
    expect(ignored(body('g(', '\there(),', '\t1,', ')'))).toBe(body('g(', `\there(), //${words}`, '\t1,', ')'));
    expect(ignored('package x\n\nfunc f() { here() }\n')).toBe(`package x\n\nfunc f() { here() } //${words}\n`);
    expect(ignored('package x\n\ntype T struct {\n\tp      *C.char // name\n\tlonger int\n\tq      *C.char\n}\n', 'longer int')).toContain(`longer int     //${words}`);
  });

  test('aligns with its neighbours', () => {
    expect(ignored(body('a()   // one', 'here()', 'b(cd) // two').replace('a()   //', 'a() //'))).toBe(body('a()    // one', `here() //${words}`, 'b(cd)  // two'));
  });

  test('stands above a line that has a comment', () => {
    expect(ignored(body('a()', 'here() // why'))).toBe(body('a()', `//${words}`, 'here() // why'));
    expect(ignored('package x\n\n// f is documented.\nfunc f() { here() } // why\n')).toBe(`package x\n\n// f is documented.\n//\n//${words}\nfunc f() { here() } // why\n`);
    expect(ignored(body('g(here(), `', '`)'))).toBe(body(`//${words}`, 'g(here(), `', '`)'));
    expect(refused(body('if x {', '} else if here() { // why', '}'))).toBe(true);
    expect(refused(body('g(`', '`, here(), `', '`)'))).toBe(true);
  });

  test('stands between export and func', () => {
    const text = 'package x\n\nimport "C"\n\n// f is called by C.\n//\n//export f\nfunc f() {\n\tpanic(1)\n}\n';
    expect(ignored(text, 'f()')).toBe(text.replace('//export f\n', `//export f\n//${words}\n`));
    expect(ignored(text, 'panic(1)')).toBe(text.replace('panic(1)\n', `panic(1) //${words}\n`));
  });

  test('stands behind import "C" and never above it', () => {
    expect(ignored('package x\n\n// int a;\nimport "C"\n', 'import "C"')).toBe(`package x\n\n// int a;\nimport "C" //${words}\n`);
    expect(ignored('package x\n\n// int a;\nimport "C" // why\n', 'import "C"')).toBe(`package x\n\n// int a;\nimport "C" /* ${words} */ // why\n`);
    expect(ignored('package x\n\nimport (\n\t// int a;\n\t"C"\n\t"fmt"\n)\n', '"C"')).toBe(`package x\n\nimport (\n\t// int a;\n\t"C" //${words}\n\t"fmt"\n)\n`);
  });

  test('keeps CRLF', () => {
    expect(ignored(body('here() // why').replaceAll('\n', '\r\n'), 'here()', 'CRLF')).toBe(body(`//${words}`, 'here() // why').replaceAll('\n', '\r\n'));
  });
});

describe('in C', () => {
  test('is a C comment behind the line', () => {
    expect(ignored(block('int here();', 'int b;'))).toBe(block(`int here(); //${words}`, 'int b;'));
    expect(ignored(slashes(' int here();', ' int b;'))).toBe(slashes(` int here(); /* ${words} */`, ' int b;'));
  });

  test('stands above a macro, a directive and a commented line', () => {
    expect(ignored(block('int a;', '#define X \\', '  here()').replace('here()', 'y'), '#define X')).toBe(block('int a;', `//${words}`, '#define X \\', '  y'));
    expect(ignored(slashes(' #define here() \\', '   y'))).toBe(slashes(` /* ${words} */`, ' #define here() \\', '   y'));
    expect(ignored(block('#cgo LDFLAGS: -lhere()', 'int b;'))).toBe(block(`//${words}`, '#cgo LDFLAGS: -lhere()', 'int b;'));
    expect(ignored(block('  int here(); // why', 'int b;'))).toBe(block(`  //${words}`, '  int here(); // why', 'int b;'));
  });

  test('finds no place on the lines of the marks', () => {
    expect(refused('package x\n\n/* int here(); */\nimport "C"\n')).toBe(true);
    expect(ignored('package x\n\n/*\nint here(); */\nimport "C"\n')).toBe(`package x\n\n/*\n//${words}\nint here(); */\nimport "C"\n`);
    expect(refused(slashes(' /* a', ' */ int here(); // b'))).toBe(true);
  });

  test('of a file', () => {
    const text = 'int a;\nint here(void) { return 1; }\n';
    const made = ignoreEdit({ text, language: 'c', importsOfC: [] }, 'some-rule', { start: 11, end: 15 });
    expect(applyEdits(text, made!.edits)).toBe(`int a;\nint here(void) { return 1; } //${words}\n`);
  });
});
