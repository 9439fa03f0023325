/** Facts of C text: declarations, types, both preamble forms, and what survives code that the grammar cannot follow. */
import { describe, expect, test } from 'vitest';
import type { CUnit } from '../../../server/src/syntax/c/c-facts.ts';
import { maxLength, readC } from '../../../server/src/syntax/c/read-c.ts';
import { blockComment, lineComments, parser, read } from './support.ts';

const names = (facts: readonly { readonly name: string }[]): string[] => facts.map((fact) => fact.name);
const heads = (unit: CUnit): string[] => [...names(unit.functions), ...names(unit.prototypes)];
const only = (text: string) => {
  const unit = read(text);
  const [fn, ...more] = [...unit.functions, ...unit.prototypes];
  expect(more).toEqual([]);
  return fn!;
};

const preamble = `
#include <stdlib.h>
#include "local.h"

// Frees it.
static void drop(char *p) {
  free(p);
}
`;

describe.each([
  ['//', lineComments],
  ['/* */', blockComment],
])('a %s preamble', (_, form) => {
  // A block comment inside a block comment cannot be, so the C comment is a line comment in both.
  const input = form(preamble);
  const unit = readC(parser, input);
  const at = ({ start, end }: { start: number; end: number }): string => input.text.slice(start, end);

  test('gives spans of the Go file', () => {
    expect(unit.includes.map((one) => [one.path, one.system, at(one.span)])).toEqual([
      ['stdlib.h', true, '<stdlib.h>'],
      ['local.h', false, '"local.h"'],
    ]);
    const [drop] = unit.functions;
    expect(at(drop!.span)).toBe('drop');
    expect(at(drop!.extent)).toMatch(/^static void drop[^]*\}$/);
    expect(drop).toMatchObject({ static: true, result: { void: true }, params: [{ name: 'p', type: 'char *', pointer: true }] });
    expect(drop?.doc?.()).toBe('Frees it.');
    expect(unit.hasError).toBe(false);
  });

  test('gives spans inside bodies', () => {
    const [step] = unit.functions[0]!.body!()!.steps;
    expect(step?.kind === 'eval' && step.value.kind === 'call' && at(step.value.span)).toBe('free(p)');
  });
});

describe('functions', () => {
  test.each([
    ['char *f(void);', { result: { type: 'char *', pointer: true, constPointee: false, void: false }, params: [] }],
    ['const char *f();', { result: { type: 'const char *', constPointee: true } }],
    ['char const *f(void);', { result: { type: 'const char *', constPointee: true } }],
    ['static inline int f(int n) { return n; }', { static: true, inline: true, params: [{ name: 'n', type: 'int', pointer: false }] }],
    ['void f(const char *const *names);', { params: [{ type: 'const char *const *', pointer: true, constPointee: true }] }],
    ['void f(const char **names);', { params: [{ type: 'const char **', pointer: true, constPointee: false }] }],
    ['void f(char *argv[], const char b[4]);', { params: [{ type: 'char *[]', pointer: true, constPointee: false }, { type: 'const char [4]', pointer: true, constPointee: true }] }],
    ['void f(void (*done)(int, void *), void *data);', { params: [{ name: 'done', type: 'void (*)(int, void *)', pointer: false, functionPointer: true }, { name: 'data', type: 'void *' }] }],
    ['int f(const char *, ...);', { variadic: true, params: [{ type: 'const char *', pointer: true }] }],
    ['struct s *f(struct s *s, enum e e);', { result: { type: 'struct s *', pointer: true }, params: [{ type: 'struct s *' }, { type: 'enum e', pointer: false }] }],
    ['unsigned   long f(unsigned\nint n);', { result: { type: 'unsigned long' }, params: [{ type: 'unsigned int' }] }],
    ['_Noreturn void f(void);', { noReturn: true }],
    ['void f(void) __attribute__((noreturn));', { noReturn: true }],
    ['int (*f(int n))(char);', { params: [{ name: 'n' }], result: { functionPointer: true } }],
    ['extern "C" int f(int n);', { params: [{ name: 'n' }] }],
    ['f(int a) { return a; }', undefined],
  ])('%s', (text, expected) => {
    if (expected) expect(only(text)).toMatchObject(expected);
    // Without a return type it is not the C of this century; it must only not disturb.
    else expect(heads(read(`${text}\nint g(void);`))).toContain('g');
  });

  test('several prototypes in one declaration', () => expect(heads(read('int f(void), *g(int);'))).toEqual(['f', 'g']));
  test('a function pointer variable is no function', () => {
    const unit = read('static int (*hook)(int);');
    expect(heads(unit)).toEqual([]);
    expect(unit.variables).toMatchObject([{ name: 'hook', static: true, functionPointer: true }]);
  });
});

describe('other declarations', () => {
  test('structs', () => {
    const { structs, typedefs } = read('typedef struct foo { int a, *b; char name[16]; char *list[4]; struct { int in; }; void (*cb)(int); unsigned bit : 1; } foo_t;\nstruct opaque;\nunion u { int i; };');
    expect(structs.map((s) => [s.kind, s.tag, s.alias, s.fields?.map((f) => f.name)])).toEqual([
      ['struct', 'foo', 'foo_t', ['a', 'b', 'name', 'list', 'in', 'cb', 'bit']],
      ['struct', 'opaque', undefined, undefined],
      ['union', 'u', undefined, ['i']],
    ]);
    expect(structs[0]?.fields?.map((f) => [f.name, f.pointer, f.array, f.functionPointer])).toEqual([
      ['a', false, false, false],
      ['b', true, false, false],
      ['name', false, true, false],
      ['list', true, true, false],
      ['in', false, false, false],
      ['cb', false, false, true],
      ['bit', false, false, false],
    ]);
    expect(typedefs).toMatchObject([{ name: 'foo_t', type: 'struct foo', pointer: false }]);
  });

  test('a mention of a struct declares none', () => expect(read('struct foo *f(struct bar *b);').structs).toEqual([]));

  test('enums, typedefs and variables', () => {
    const unit = read('enum color { RED, GREEN = 3 };\ntypedef struct foo *foo_p;\ntypedef int (*cmp_t)(const void *, const void *);\nextern int count;\nstatic const char *const list[] = {"a"};');
    expect(unit.structs).toMatchObject([{ kind: 'enum', tag: 'color', enumerators: ['RED', 'GREEN'] }]);
    expect(unit.typedefs).toMatchObject([{ name: 'foo_p', type: 'struct foo *', pointer: true }, { name: 'cmp_t', functionPointer: true }]);
    expect(unit.variables).toMatchObject([{ name: 'count', extern: true }, { name: 'list', type: 'const char *const[]', static: true, pointer: true }]);
  });

  test('macros', () => {
    expect(read('#define N 10\n#define EMPTY\n#define SQ(x, ...) \\\n  ((x) * (x))\n').macros).toMatchObject([
      { name: 'N', body: '10' },
      { name: 'EMPTY', body: '' },
      { name: 'SQ', params: ['x', '...'], body: '((x) * (x))' },
    ]);
  });

  test('both branches of a conditional', () => {
    expect(heads(read('#ifdef _WIN32\nint win(void);\n#elif defined(X)\nint x(void);\n#else\nint unix_(void);\n#endif\n'))).toEqual(['win', 'x', 'unix_']);
  });

  test('not what only C++ sees, nor what is switched off', () => {
    const unit = read('#ifdef __cplusplus\nextern "C" {\n#endif\nint f(void);\n#if 0\nint off {{{\n#endif\n#ifdef __cplusplus\n}\n#endif\n');
    expect(heads(unit)).toEqual(['f']);
    expect(unit.hasError).toBe(false);
  });
});

describe('recovery', () => {
  test('annotations of the project', () => {
    const unit = read('own T *f(void);\nSQLITE_API const char *g(void);\nGIT_EXTERN(int) h(git_repository *r);\nextern DECLSPEC void SDLCALL i(void);\nint WINAPI j(int n);\nDATE k(void);\n');
    expect(heads(unit)).toEqual(['f', 'g', 'h', 'i', 'j', 'k']);
    expect(unit.prototypes.map((p) => p.result.type)).toEqual(['T *', 'const char *', 'int', 'void', 'int', 'DATE']);
    expect(unit.hasError).toBe(false);
  });

  test('macros that this text defines as nothing', () => {
    const unit = read('#define mylib_export\n#define deprecated __attribute__((deprecated))\nmylib_export int f(void) deprecated;\nint g(void);\n');
    expect(heads(unit)).toEqual(['f', 'g']);
    expect(unit.hasError).toBe(false);
  });

  test('Objective-C between functions and inside one', () => {
    const unit = read('int f(void) { return 1; }\n@interface Foo : NSObject\n- (void)bar;\n@end\nvoid objc(void) {\n  @autoreleasepool { run(); }\n}\nint g(int n) { return n; }\n');
    expect(heads(unit)).toEqual(['f', 'objc', 'g']);
    expect(unit.hasError).toBe(true);
    expect(unit.functions.map((fn) => fn.body?.()?.hasError)).toEqual([false, true, false]);
  });

  test.each([
    ['an unclosed brace', 'void broken(void) {\n  if (x) {\n\nint f(void) { return 1; }\n'],
    ['an unclosed parenthesis', 'void broken(int a;\nint f(void) { return 1; }\n'],
    ['an open string', 'const char *s = "abc;\nint f(void) { return 1; }\n'],
    ['an open struct', 'struct broken {\n  int a\nstatic int f(void) { return 1; }\n'],
    ['junk', '$$ %% ;\nint f(void) { return 1; }\n'],
    ['C++', 'template <typename T> class X { T t; };\nint f(void) { return 1; }\n'],
  ])('%s costs no function after it', (_, text) => {
    const unit = read(text);
    expect(heads(unit)).toContain('f');
    expect(unit.hasError).toBe(true);
  });

  test('type arguments of macros', () => {
    const unit = read('int f(va_list ap) { return va_arg(ap, char *) != 0; }\nstruct s *g(struct l *l) { return container_of(l, struct s, list); }\n');
    expect(unit.hasError).toBe(false);
    expect(heads(unit)).toEqual(['f', 'g']);
  });

  test('spans stay right after words were hidden and declarations read alone', () => {
    const text = 'LIB_API int first(void);\nown T *second(int n);\n';
    const unit = read(text);
    expect(unit.prototypes.map((p) => text.slice(p.span.start, p.span.end))).toEqual(['first', 'second']);
  });

  test.each(['', '\n', '}', '{', '#', '#define', '/*', '"', '\u0000\u0001', '#if', 'int', '((((', '\\', 'x'.repeat(2000)])('never throws: %j', (text) => {
    expect(() => read(text)).not.toThrow();
  });

  test('deep nesting', () => {
    expect(() => read(`int f(void) { return ${'('.repeat(3000)}1${')'.repeat(3000)}; }`).functions[0]?.body?.()).not.toThrow();
    expect(() => read(`int f(void) { return 1${' + 1'.repeat(5000)}; }`).functions[0]?.body?.()).not.toThrow();
  });

  test('a text that is too large is skipped, and says so', () => {
    const unit = read(`int f(void);\n${' '.repeat(maxLength)}`);
    expect(unit).toMatchObject({ skipped: true, hasError: true, prototypes: [] });
    expect(read('int f(void);').skipped).toBe(false);
  });
});
