/** Tokens of C text: both preamble forms, what each kind of word becomes, and that tokens are never wider than a line. */
import { describe, expect, test } from 'vitest';
import type { CText } from '../../../server/src/syntax/c/c-facts.ts';
import { cTokens } from '../../../server/src/syntax/c/c-tokens.ts';
import { blockComment, lineComments, parser } from './support.ts';

const show = (input: CText): string[] =>
  cTokens(parser, input).map(({ span, type, modifiers }) => [input.text.slice(span.start, span.end), type, ...modifiers].join(' '));
const tokens = (text: string): string[] => show({ text });

const preamble = `
#include <stdlib.h>
#cgo LDFLAGS: -lm
static int twice(int n) {
  return n * 2; // doubled
}
`;

const expected = [
  '#include keyword',
  '<stdlib.h> string',
  '#cgo keyword',
  'static keyword',
  'int type',
  'twice function declaration static',
  'int type',
  'n parameter declaration',
  'return keyword',
  'n parameter',
  '* operator',
  '2 number',
  '// doubled comment',
];

describe('both comment forms', () => {
  test('//', () => expect(show(lineComments(preamble))).toEqual(expected));
  test('/* */', () => expect(show(blockComment(preamble))).toEqual(expected));

  test.each([
    ['//', lineComments('/* one\n   two */ int x;')],
    ['/* */', blockComment('#define F(x) \\\n  puts("a"); \\\n  x\nint y;')],
    ['\\r\\n', { text: '/* one\r\n two */\r\nint x;\r\n' }],
  ])('no token is wider than a line or over another: %s', (_, input) => {
    const all = cTokens(parser, input);
    expect(all.length).toBeGreaterThan(3);
    all.forEach(({ span }, i) => {
      expect(input.text.slice(span.start, span.end)).toMatch(/^\S(?:[^\r\n]*\S)?$/);
      expect(span.start).toBeGreaterThanOrEqual(all[i - 1]?.span.end ?? 0);
    });
  });

  test('a comment over two lines is two tokens, without the marks of the preamble', () => {
    expect(show(lineComments('/* one\n   two */'))).toEqual(['/* one comment', 'two */ comment']);
  });
});

describe('words', () => {
  test.each([
    ['const char *s = "x";', ['const keyword', 'char type', '* operator', 's variable declaration', '= operator', '"x" string']],
    ['static const int n = 0x1F;', ['static keyword', 'const keyword', 'int type', 'n variable declaration static readonly', '= operator', '0x1F number']],
    ['unsigned long f(void);', ['unsigned type', 'long type', 'f function declaration', 'void type']],
    ['int (*hook)(int);', ['int type', '* operator', 'hook variable declaration', 'int type']],
    ['struct foo { int a; };', ['struct keyword', 'foo type', 'int type', 'a property declaration']],
    ['typedef struct foo foo_t;', ['typedef keyword', 'struct keyword', 'foo type', 'foo_t type']],
    ['enum { RED = 1 };', ['enum keyword', 'RED enumMember declaration', '= operator', '1 number']],
    ['#define N 10', ['#define keyword', 'N macro declaration', '10 number']],
    ['#define SQ(x) ((x) * sizeof(int))', ['#define keyword', 'SQ macro declaration', 'x parameter declaration', 'sizeof keyword', 'int type']],
    ['#ifdef FOO\n#endif', ['#ifdef keyword', 'FOO macro', '#endif keyword']],
    ["char c = 'x';", ['char type', 'c variable declaration', '= operator', "'x' string"]],
    ['LIB_API int f(void);', ['LIB_API macro', 'int type', 'f function declaration', 'void type']],
  ])('%s', (text, words) => expect(tokens(text)).toEqual(words));

  test('uses', () => {
    const text = '#define LIMIT 4\nenum { RED };\nint g(int);\nint f(struct s *p, int (*cb)(int)) {\n  if (p == NULL) return LIMIT;\n  p->x = RED;\n  return cb ? other(g(p->x)) : EOF;\n}';
    const body = tokens(text).slice(tokens(text).indexOf('if keyword'));
    expect(body).toEqual([
      'if keyword', 'p parameter', '== operator', 'NULL macro', 'return keyword', 'LIMIT macro',
      'p parameter', '-> operator', 'x property', '= operator', 'RED enumMember',
      'return keyword', 'cb parameter', '? operator', 'other function', 'g function', 'p parameter', '-> operator', 'x property', 'EOF macro',
    ]);
  });

  test('what is switched off has no colour but its comment has', () => {
    expect(tokens('#if 0\nint off;\n#endif\nint on;')).toEqual(['int type', 'on variable declaration']);
  });

  test('broken code keeps what can be told', () => {
    expect(tokens('int f(void) { return "abc')).toEqual(expect.arrayContaining(['int type', 'return keyword']));
    expect(() => tokens('((((({{{{"\u0000')).not.toThrow();
  });
});
