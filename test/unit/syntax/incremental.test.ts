/** Edits: what an edited file gives is what a first look at its text gives, objects of untouched declarations stay, and little is parsed. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Parser } from 'web-tree-sitter';
import type { GoFile } from '../../../server/src/syntax/go/go-file.ts';
import type { GoParser } from '../../../server/src/syntax/go/go-parser.ts';
import { generateCgoFile } from '../../bench/cgo-file.ts';
import { known, newParser, plain, read, unread } from './support.ts';

const base = `// Package p.
package p

/*
#include <stdlib.h>
const int limit = 3;
*/
import "C"

import "unsafe"

// T holds.
type T struct {
	p *C.t
}

var one, two = C.one(), 2

func (t *T) free() {
	C.free(unsafe.Pointer(t.p))
}

const text = \`
func notAFunction() {
\`

//export grow
func grow(n C.int) C.int { // cgoguard:ignore none because
	if n > 0 {
		return n + 1
	}
	return 0
}

func init() { C.start() }

func init() { C.start() }

func plain(a int) int { return a }
`;

function edit(parser: GoParser, text: string, at: number, removed: number, newText: string): GoFile {
  const now = parser.edit([{ span: { start: at, end: at + removed }, newText }]);
  expect(now).toBe(text.slice(0, at) + newText + text.slice(at + removed));
  return parser.read(now);
}

const fragment = fc.constantFrom(
  'x', '\n', ' ', '.', '(', ')', '{', '}', '"', '`', '/*', '*/', '//', 'C.', 'é', '\u{1f512}', '\r\n', 'import "C"\n', 'func f() {}\n', '\nfunc g() { C.g() }\n',
  '\n//export f\n', 'package b\n', 'type T struct{ p *C.t }\n', '\n}\n', 'var v = C.f()\n',
);
const step = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), removed: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 60 })), newText: fragment });

test.each([
  ['LF', base],
  ['CRLF', base.replaceAll('\n', '\r\n')],
  ['no newline at the end', base.trimEnd()],
  ['nothing that looks like a declaration and is none', base.replace('func notAFunction', 'not a function').replace('const int', 'static int')],
] as const)('after any edits the file is as if read for the first time: %s', (_, start) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const parser = newParser();
      parser.read(start);
      let text = start;
      for (const { at, removed, newText } of steps) {
        const from = Math.floor(at * text.length);
        const file = edit(parser, text, from, Math.min(removed, text.length - from), newText);
        text = file.text;
        expect(plain(file)).toEqual(plain(read(text)));
      }
      parser.dropTree();
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('several edits at once count one after the other', () => {
  const parser = newParser();
  parser.read(base);
  const at = base.indexOf('grow(n');
  const text = parser.edit([
    { span: { start: 0, end: 0 }, newText: '// new\n' },
    { span: { start: at + 7, end: at + 11 }, newText: 'shrink' },
  ]);
  expect(text).toBe(`// new\n${base.replace('grow(n', 'shrink(n')}`);
  expect(plain(parser.read(text))).toEqual(plain(read(text)));
});

test('a declaration whose text stays is the same object, also while the file is broken, and after', () => {
  const parser = newParser();
  const whole = parser.read(base);
  const at = base.indexOf('return n') - 1;
  const broken = edit(parser, base, at, 0, '{');
  expect(unread(broken)).not.toEqual([]);
  const again = edit(parser, broken.text, at, 1, '');
  const moved = edit(parser, again.text, 0, 0, '\n\n');
  const objects = (file: GoFile): ReadonlyMap<string, object> =>
    new Map(file.decls.filter(({ syntax }) => !syntax.text.startsWith('func grow')).map(({ syntax }) => [syntax.text, syntax]));
  for (const file of [broken, again, moved]) for (const [text, object] of objects(file)) expect(object).toBe(objects(whole).get(text));
  expect(known(broken)).toHaveLength(known(whole).length);
  expect(known(broken).filter((line) => !line.startsWith('func grow'))).toEqual(known(whole).filter((line) => !line.startsWith('func grow')));
  expect(objects(moved).size).toBe(objects(whole).size);
});

test('two declarations with the same text are two places of one object', () => {
  const [first, second] = read(base).decls.filter(({ syntax }) => syntax.text === 'func init() { C.start() }');
  expect(second!.syntax).toBe(first!.syntax);
  expect(second!.start).toBeGreaterThan(first!.end);
});

test('a keystroke in a broken file parses the part that it stands in', () => {
  const text = generateCgoFile(2_000);
  const parser = newParser();
  parser.read(text);
  const at = text.lastIndexOf('{\n', text.length * 0.7) + 1;
  const parse = vi.spyOn(Parser.prototype, 'parse');
  try {
    const broken = edit(parser, text, at, 0, '(');
    const next = edit(parser, broken.text, at + 1, 0, 'x');
    expect(unread(next)).toHaveLength(1);
    expect(known(next).length).toBeGreaterThan(100);
    const scratch = parse.mock.calls.filter(([input, old]) => old === undefined && typeof input === 'string').map(([input]) => (input as string).length);
    expect(scratch.length).toBeGreaterThan(0);
    expect(scratch.reduce((sum, length) => sum + length, 0)).toBeLessThan(text.length / 20);
  } finally {
    parse.mockRestore();
  }
});

test('a keystroke has nothing parsed but the lines around it, unless a literal or a comment may go on behind them', () => {
  const text = generateCgoFile(2_000);
  const parser = newParser();
  parser.read(text);
  const at = text.lastIndexOf('{\n', text.length * 0.7) + 1;
  const parse = vi.spyOn(Parser.prototype, 'parse');
  const parsesFile = (before: string, removed: number, key: string): boolean => {
    parse.mockClear();
    edit(parser, before, at, removed, key);
    return parse.mock.calls.some(([input]) => typeof input === 'function' || input.length > 2_000);
  };
  try {
    for (const [key, expected] of [['x', false], ['\n', false], ['(', false], ['}', false], ['"', false], ['`', true], ['/*', true]] as const) {
      expect([key, parsesFile(text, 0, key)]).toEqual([key, expected]);
      expect([key, parsesFile(text.slice(0, at) + key + text.slice(at), key.length, '')]).toEqual([key, false]);
    }
  } finally {
    parse.mockRestore();
  }
});

test('a file whose tree was dropped goes on', () => {
  const parser = newParser();
  const first = parser.read(base);
  parser.dropTree();
  parser.dropTree();
  expect(parser.nameAt(base.indexOf('free'))).toBeUndefined();
  const second = edit(parser, base, base.length, 0, '\nfunc more() { C.more() }\n');
  expect(plain(second)).toEqual(plain(read(second.text)));
  expect(second.decls[0]!.syntax).toBe(first.decls[0]!.syntax);
});

test.each([
  ['free(unsafe', { qualifier: 'C', name: 'free' }],
  ['Pointer(t', { qualifier: 'unsafe', name: 'Pointer' }],
  ['int) C.int {', { qualifier: 'C', name: 'int' }],
  ['T) free', { name: 'T' }],
  ['t.p))', { name: 't' }],
  ['p))', { qualifier: 't', name: 'p' }],
  ['C.one', { name: 'C' }],
] as const)('the name at %j', (where, expected) => {
  const parser = newParser();
  parser.read(base);
  const at = base.indexOf(where);
  expect(parser.nameAt(at)).toEqual({ ...expected, span: { start: at, end: at + expected.name.length } });
});

test.each(['notAFunction', 'Package p', 'return 0'])('no name in a string, a comment or a keyword: %s', (where) => {
  const parser = newParser();
  parser.read(base);
  expect(parser.nameAt(base.indexOf(where))).toBeUndefined();
});
