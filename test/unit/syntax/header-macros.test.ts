/** Macros that headers use as decoration are blanked, and nothing else moves. */
import { describe, expect, test } from 'vitest';
import { HeaderMacros } from '../../../server/src/syntax/c/header-macros.ts';

/** The text with runs of blanks as one, after its own macros and those of `others` are hidden. */
function hidden(text: string, ...others: string[]): string {
  const macros = new HeaderMacros();
  for (const one of [...others, text]) macros.collect(one);
  const out = macros.hide(text);
  expect(out).toHaveLength(text.length);
  return out.replace(/[ \t]+/g, ' ').trim();
}

describe('what stands for nothing that matters', () => {
  test.each([
    ['attributes', '# define __THROW __attribute__ ((__nothrow__))\n', 'int f(int) __THROW;', 'int f(int) ;'],
    ['attributes with arguments', '#define __nonnull(params) __attribute__ ((__nonnull__ params))\n', 'int f(char *p) __nonnull ((1));', 'int f(char *p) ;'],
    ['empty macros', '#define PRIVATE\n', 'PRIVATE int f(void);', 'int f(void);'],
    ['storage classes', '#define ZEXTERN extern\n', 'ZEXTERN int f(void);', 'int f(void);'],
    ['macros of such macros', '#define A __attribute__((pure))\n#define B A\n', 'int f(void) B;', 'int f(void) ;'],
    ['arguments in parentheses', '#define OF(args) args\n', 'int f OF((int a, char b));', 'int f (int a, char b) ;'],
    ['one of several definitions', '#ifdef X\n#define API __declspec(dllexport)\n#else\n#define API\n#endif\n', 'API int f(void);', 'int f(void);'],
  ])('%s', (_, header, text, shown) => {
    expect(hidden(text, header)).toBe(shown);
  });
});

test.each([
  ['values', '#define LIMIT 12\n', 'int f[LIMIT];'],
  ['types', '#define BYTE unsigned char\n', 'BYTE f(void);'],
  ['keywords', '#define const\n', 'const char *f(void);'],
  ['directives', '#define GUARD_H\n', '#ifndef GUARD_H\n#endif'],
  ['comments and strings', '#define NOTHING\n', '/* NOTHING */ char *s = "NOTHING";'],
])('%s stay', (_, header, text) => {
  expect(hidden(text, header)).toBe(text);
});
