import { describe, expect, test } from 'vitest';
import { insertAfter, insertBefore, insertFirst } from '../../../server/src/lint/fixes/insert.ts';
import { tidy } from '../../../server/src/lint/fixes/tidy.ts';
import { fixed, source } from './go-source.ts';
import type { TextEdit } from '../../../server/src/base/edit.ts';

type Insert = typeof insertAfter;

const at = (text: string, insert: Insert, wanted: string, lines = ['new()'], unformatted?: string): string => {
  const { functionAt, find } = source(text);
  const edits = insert(text, functionAt(wanted), find(wanted), lines);
  return fixed(text, edits && tidy(text, edits), unformatted);
};
const after = (text: string, wanted = 'here()', unformatted?: string): string => at(text, insertAfter, wanted, ['new()'], unformatted);
const before = (text: string, wanted = 'here()'): string => at(text, insertBefore, wanted);
const refused = (text: string, wanted = 'here()', insert: Insert = insertAfter): TextEdit[] | undefined =>
  insert(text, source(text).functionAt(wanted), source(text).find(wanted), ['new()']);

const inBody = (...lines: readonly string[]): string => `package x\n\nfunc f() {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;

describe('lines around a statement', () => {
  test('take its indentation', () => {
    expect(after(inBody('here()', 'next()'))).toBe(inBody('here()', 'new()', 'next()'));
    expect(before(inBody('here()', 'next()'))).toBe(inBody('new()', 'here()', 'next()'));
    expect(after(inBody('if x {', '\tfor {', '\t\there()', '\t}', '}'))).toBe(inBody('if x {', '\tfor {', '\t\there()', '\t\tnew()', '\t}', '}'));
    expect(after(inBody('switch x {', 'case 1:', '\there()', 'default:', '}'))).toBe(inBody('switch x {', 'case 1:', '\there()', '\tnew()', 'default:', '}'));
  });

  test('surround a statement of several lines', () => {
    const call = ['x := g(', '\there(),', '\t1,', ')'];
    expect(after(inBody(...call, 'next()'))).toBe(inBody(...call, 'new()', 'next()'));
    expect(before(inBody(...call, 'next()'))).toBe(inBody('new()', ...call, 'next()'));
    const header = ['if x := here(); x {', '\ta()', '} else {', '\tb()', '}'];
    expect(after(inBody(...header))).toBe(inBody(...header, 'new()'));
    expect(before(inBody(...header))).toBe(inBody('new()', ...header));
  });

  test('leave comments with their statements', () => {
    expect(after(inBody('here() // why', 'next()'))).toBe(inBody('here() // why', 'new()', 'next()'));
    expect(after(inBody('here() /* why */', 'next()'))).toBe(inBody('here() /* why */', 'new()', 'next()'));
    expect(refused('package x\n\nfunc f() {\n\there() /* why\n\tnot */\n}\n')).toBeUndefined();
  });

  test('part aligned comments', () => {
    expect(after(inBody('here()       // one', 'longer := 12 // two', 'a()          // three'))).toBe(
      inBody('here() // one', 'new()', 'longer := 12 // two', 'a()          // three'),
    );
    expect(before(inBody('if x { // not aligned', '\there() // with this', '}'))).toBe(inBody('if x { // not aligned', '\tnew()', '\there() // with this', '}'));
  });

  test('respect labels', () => {
    expect(after('package x\n\nfunc f() {\nloop:\n\tfor range here() {\n\t\tcontinue loop\n\t}\n}\n')).toBe(
      'package x\n\nfunc f() {\nloop:\n\tfor range here() {\n\t\tcontinue loop\n\t}\n\tnew()\n}\n',
    );
  });

  test('open a one-line function', () => {
    expect(after('package x\n\nfunc f() { here() }\n')).toBe(inBody('here()', 'new()'));
    expect(before('package x\n\nfunc f() { a(); here() } // why\n')).toBe('package x\n\nfunc f() {\n\ta()\n\tnew()\n\there()\n} // why\n');
    expect(after(inBody('g(func() { here() })', 'next()'))).toBe(inBody('g(func() {', '\there()', '\tnew()', '})', 'next()'));
    expect(after(inBody('defer func() { here(); b() }()'))).toBe(inBody('defer func() {', '\there()', '\tnew()', '\tb()', '}()'));
  });

  test('keep neighbouring one-line functions aligned', () => {
    const text = 'package x\n\nfunc (a t) A()       { a.x() }\nfunc (a t) Longer()  { here() }\nfunc (a t) B() int   { return 1 }\nfunc (a t) C() int64 { return 1 } // why\n';
    expect(after(text)).toBe(
      'package x\n\nfunc (a t) A() { a.x() }\nfunc (a t) Longer() {\n\there()\n\tnew()\n}\nfunc (a t) B() int   { return 1 }\nfunc (a t) C() int64 { return 1 } // why\n',
    );
  });

  test('open what was not formatted', () => {
    expect(after('package x\n\nfunc f() {\n\tif x { a(); here() }\n}\n', 'here()', 'if in one line')).toBe(inBody('if x {', '\ta()', '\there()', '\tnew()', '}'));
    expect(after('package x\n\nfunc f() {\n\tswitch x {\n\tcase 1: here()\n\t}\n}\n', 'here()', 'case in one line')).toBe(
      inBody('switch x {', 'case 1:', '\there()', '\tnew()', '}'),
    );
    expect(after('package x\n\nfunc f() { if x { here() } }\n', 'here()', 'if in one line')).toBe(inBody('if x {', '\there()', '\tnew()', '}'));
  });

  test('refuse places that would not stay formatted', () => {
    expect(refused(inBody('_ = t{', '\ta:   func() { here() },', '\tbcd: 1,', '}'))).toBeUndefined();
    expect(refused('package x\n\nfunc f() { /* a */ here() }\n')).toBeUndefined();
    expect(refused(inBody('a(); here(); b()'))).toBeUndefined();
  });

  test('keep CRLF', () => {
    expect(after(inBody('here()').replaceAll('\n', '\r\n'), 'here()', 'CRLF')).toBe(inBody('here()', 'new()').replaceAll('\n', '\r\n'));
  });
});

describe('first lines of a body', () => {
  const first = (text: string, lines = ['new()']): string => {
    const fn = source(text).functions[0]!;
    const edits = insertFirst(text, fn, fn.decl.body!, lines);
    return fixed(text, edits && tidy(text, edits));
  };

  test('stand below the brace', () => {
    expect(first(inBody('a()'))).toBe(inBody('new()', 'a()'));
    expect(first(inBody('// why', 'a()'))).toBe(inBody('new()', '// why', 'a()'));
    expect(first('package x\n\nfunc f() { // why\n\ta()\n}\n')).toBe('package x\n\nfunc f() { // why\n\tnew()\n\ta()\n}\n');
  });

  test('do not follow an indented end of the head', () => {
    const text = (body: string): string => `package x\n\nfunc f(a int,\n\tb int) {\n${body}}\n`;
    expect(first(text('\ta()\n'))).toBe(text('\tnew()\n\ta()\n'));
  });

  test('open short bodies', () => {
    expect(first('package x\n\nfunc f() { a() }\n')).toBe(inBody('new()', 'a()'));
    expect(first('package x\n\nfunc f() {}\n')).toBe(inBody('new()'));
    expect(first('package x\n\nfunc f() {\n}\n')).toBe(inBody('new()'));
    expect(first('package x\n\nfunc f() {}\n', ['if x {', '\ta()', '}'])).toBe(inBody('if x {', '\ta()', '}'));
  });
});
