/** Half-typed files: every declaration that is whole stays known, and what could not be read is covered by `broken`. */
import { describe, expect, test } from 'vitest';
import { known, newParser, plain, read, unread } from './support.ts';

const above = 'package p\n\nimport "C"\n\nfunc above() {\n\tC.f()\n}\n';
const below = '\ntype T struct{ p *C.t }\n\n// below is documented.\nfunc below(t *T) {\n\tC.g(t.p)\n}\n';

const halfTyped: readonly (readonly [string, string])[] = [
  ['an open function', 'func ('],
  ['a function without its name', 'func () {\n}'],
  ['an open body', 'func half() {\n\tif a {'],
  ['a loop head', 'func half() {\n\tfor i := 0; i <\n}'],
  ['an open call', 'func half() {\n\tC.f(\n}'],
  ['a selector without its name', 'func half() {\n\tC.\n}'],
  ['an open string', 'func half() {\n\tf("open\n}'],
  ['an open rune', "func half() {\n\tf('o\n}"],
  ['an open raw string', 'func half() {\n\tf(`open\n}'],
  ['an open comment in a body', 'func half() {\n\t/* open\n}'],
  ['an open comment', '/* open'],
  ['an assignment without its value', 'func half() {\n\ta :=\n}'],
  ['a closing brace too many', 'func half() {\n}\n}'],
  ['an open struct', 'type half struct {\n\ta int'],
  ['a type without anything', 'type half'],
  ['an open group', 'var (\n\ta = 1'],
  ['an open import', 'import (\n\t"fmt"'],
  ['an import without its quote', 'import "fmt'],
  ['a lone word', 'half'],
  ['a statement outside of functions', 'C.free(p)'],
  ['a word behind a declaration', 'func half() {\n} word ='],
  ['two broken declarations', 'func one() {\n\nfunc two() {'],
];

describe.each([
  ['LF', (text: string) => text],
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
] as const)('%s', (_, endings) => {
  test.each(halfTyped)('%s, typed and taken back again', (_name, half) => {
    const typed = endings(half);
    let text = endings(`${above}\n${below}`);
    const at = endings(`${above}\n`).length;
    const parser = newParser();
    parser.read(text);
    const expectSame = (removed: number, newText: string, start: number): void => {
      text = parser.edit([{ span: { start, end: start + removed }, newText }]);
      expect(plain(parser.read(text))).toEqual(plain(read(text)));
    };
    for (let i = 0; i < typed.length; i++) expectSame(0, typed[i]!, at + i);
    for (let i = typed.length - 1; i >= 0; i--) expectSame(1, '', at + i);
    parser.dropTree();
  });

  test.each(halfTyped)('%s', (_name, half) => {
    const text = endings(`${above}\n${half}\n${below}`);
    const file = read(text);
    const whole = ['import "C"', 'func above() {', 'type T struct{ p *C.t }', 'func below(t *T) {'];
    expect(known(file).map((line) => line.trim()).filter((line) => whole.includes(line))).toEqual(whole);
    expect(file.packageName).toBe('p');
    expect([...known(file), ...unread(file)].join('\n')).toContain(half.split('\n')[0]);
    expect(unread(file)).not.toEqual([]);
    const last = file.decls.at(-1)!;
    expect(last.doc && text.slice(last.doc.start, last.doc.end)).toBe('// below is documented.');
    expect(file.decls.every(({ start, end }) => file.broken.every((hole) => hole.end <= start || end <= hole.start))).toBe(true);
  });
});

test('nothing is broken in a whole file', () => {
  expect(unread(read(`${above}${below}`))).toEqual([]);
});

test.each(['type T struct {\n\tp int\n}', 'const (\n\ta = 1\n)', 'func f() {\n}', 'var v = 1', 'import "C"', '// end', '/* end */'])('a file may end in %j without a newline', (end) => {
  const file = read(`package p\n\n${end}`);
  expect(unread(file)).toEqual([]);
  expect(file.decls.map((decl) => decl.end).concat(file.comments.map((comment) => comment.end))).toEqual([file.text.length]);
});

test('a package clause may be the whole file', () => {
  expect(read('package p').packageName).toBe('p');
});

test('comments above a broken declaration are comments, not broken', () => {
  const text = 'package p\n\n// one\n// two\n/* three\n */\nfunc (\n\n//export g\nfunc g() {\n\tC.f()\n}\n';
  const file = read(text);
  expect(file.comments.map(({ start, end }) => text.slice(start, end))).toEqual(['// one', '// two', '/* three\n */', '//export g']);
  expect(unread(file)).toEqual(['func (\n\n']);
});

test('a preamble with lines that look like Go stays the comment of its import', () => {
  const preamble = '/*\n#include <stdio.h>\nconst int limit = 3;\ntype\nvar\nfunc(x);\n*/';
  const text = `package p\n\nfunc (\n\n${preamble}\nimport "C"\n\nfunc after() {}\n`;
  const file = read(text);
  expect(known(file)).toEqual(['import "C"', 'func after() {}']);
  expect(text.slice(file.decls[0]!.doc!.start, file.decls[0]!.doc!.end)).toBe(preamble);
  expect(unread(file)).toEqual(['func (\n\n']);
});

test('what stands behind a declaration costs it nothing, unless it may be the rest of its body', () => {
  const half = 'package p\n\nfunc f() {\n\tC.f()\n}\n';
  expect(known(read(`${half}\n/* open\n\nfunc g() {}\n`))).toEqual(['func f() {', 'func g() {}']);
  // Then only its head is known.
  expect(read(`${half}\tC.g()\n}\n\nfunc g() {}\n`).decls.map(({ syntax }) => syntax.text)).toEqual(['func f() {', 'func g() {}']);
});

test.each([
  ['func f(a int) error {', '\n\tC.f(\n}\n'],
  ['func (t *T) f(x interface{ M() }, y struct{ a int }) (n int, err error) {', ' if a {\n}\n'],
  ['func f(\n\ta int,\n) interface{} {', '\n\tx :=\n'],
])('the head of a function stays known while its body is being typed: %j', (head, rest) => {
  const text = `package p\n\n// doc\n${head}${rest}\nfunc g() {}\n`;
  const file = read(text);
  const [decl] = file.decls;
  expect(decl!.syntax.text).toBe(head);
  expect(text.slice(decl!.doc!.start, decl!.doc!.end)).toBe('// doc');
  expect(decl!.syntax.decl.k === 'Func' && decl!.syntax.decl.body?.body.map(({ k }) => k)).toEqual(['Bad']);
  expect(unread(file)).toEqual([`${rest}\n`]);
});

test('a text with a NUL is no Go', () => {
  const file = read('package p\n\nfunc f() {}\n\0');
  expect(file.decls).toEqual([]);
  expect(unread(file)).toEqual([file.text]);
});

test('a raw string with lines that look like Go is part of its declaration', () => {
  const text = 'package p\n\nfunc (\n\nvar template = `\nfunc made() {\nvar x\n`\n\nfunc after() {}\n';
  const file = read(text);
  expect(known(file)).toEqual(['var template = `', 'func after() {}']);
});
