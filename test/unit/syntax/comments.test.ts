/** Which comments a file has, and which group of them belongs to a declaration. */
import { expect, test } from 'vitest';
import { read } from './support.ts';

/** The comment group of the last declaration. */
function doc(text: string): string | undefined {
  const file = read(`package p\n\n${text}\n`);
  const found = file.decls.at(-1)?.doc;
  return found && file.text.slice(found.start, found.end);
}

test.each([
  ['a line', '// a\nfunc f() {}', '// a'],
  ['lines', '// a\n// b\nfunc f() {}', '// a\n// b'],
  ['a block', '/* a\n b */\nfunc f() {}', '/* a\n b */'],
  ['a block and a line', '/* a */\n// b\nfunc f() {}', '/* a */\n// b'],
  ['only the group that touches', '// a\n\n// b\nfunc f() {}', '// b'],
  ['none across an empty line', '// a\n\nfunc f() {}', undefined],
  ['none without comments', 'func f() {}', undefined],
  ['a block on the same line', '/* a */ func f() {}', '/* a */'],
  ['an indented line', '  // a\nfunc f() {}', '// a'],
  ['none that stands behind another declaration and an empty line', 'var v = 1 // a\n\nfunc f() {}', undefined],
  ['lines that end in CRLF', '// a\r\n// b\r\nfunc f() {}', '// a\r\n// b'],
  ['none across an empty CRLF line', '// a\r\n\r\nfunc f() {}', undefined],
] as const)('%s', (_, text, expected) => {
  expect(doc(text)).toBe(expected);
});

test('comments outside of declarations are listed; inside, those that address this product', () => {
  const text = '// top\npackage p // clause\n\nfunc f() {\n\t// inside\n\tC.f() // cgoguard:ignore a b\n\tg("cgoguard:no comment") /* cgoguard:x */\n}\n\n/* last\n*/\n';
  expect(read(text).comments.map(({ start, end }) => text.slice(start, end))).toEqual(['// top', '// clause', '// cgoguard:ignore a b', '/* cgoguard:x */', '/* last\n*/']);
});

test('in a broken file, too', () => {
  const text = '// top\npackage p\n\nfunc f() {\n\tC.f() // cgoguard:ignore a b\n\n// g\nfunc g() {}\n// last\n';
  expect(read(text).comments.map(({ start, end }) => text.slice(start, end))).toEqual(['// top', '// cgoguard:ignore a b', '// g', '// last']);
});

test.each([
  ['package p', 'p'],
  ['// a\n\npackage  p // b', 'p'],
  ['/* a */ package /* b */ p', 'p'],
  ['package größe', 'größe'],
  ['func f() {}', undefined],
  ['package', undefined],
  ['', undefined],
] as const)('the package of %j', (text, expected) => {
  expect(read(text).packageName).toBe(expected);
});
