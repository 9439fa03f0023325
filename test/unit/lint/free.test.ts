import { describe, expect, test } from 'vitest';
import { deferFree, deferInsteadOf, freeBefore, freeInline } from '../../../server/src/lint/fixes/free.ts';
import type { TextEdit } from '../../../server/src/base/edit.ts';
import { fixed, source } from './go-source.ts';

const head = 'package x\n\n// #include <stdlib.h>\nimport "C"\n\nimport "unsafe"\n\n';
const inBody = (...lines: readonly string[]): string => `${head}func f(s string) {\n${lines.map((line) => (line === '' ? '\n' : `\t${line}\n`)).join('')}}\n`;
const convert = { convert: true };

describe('deferFree', () => {
  const freed = (text: string, wanted = 'C.CString(s)', variable = 'cs', options = convert): string => {
    const { file, functionAt, find } = source(text);
    return fixed(text, deferFree(file, functionAt(wanted), variable, find(wanted), options));
  };
  const free = 'defer C.free(unsafe.Pointer(cs))';

  test('follows the assignment', () => {
    expect(freed(inBody('cs := C.CString(s)', 'C.g(cs)'))).toBe(inBody('cs := C.CString(s)', free, 'C.g(cs)'));
    expect(freed(inBody('var cs = C.CString(s)', 'C.g(cs)'))).toBe(inBody('var cs = C.CString(s)', free, 'C.g(cs)'));
    expect(freed(inBody('if x {', '\tcs = C.CString(s)', '}'))).toBe(inBody('if x {', '\tcs = C.CString(s)', `\t${free}`, '}'));
    expect(freed(inBody('for {', '\tcs := C.CString(s)', '\tC.g(cs)', '}'))).toBe(inBody('for {', '\tcs := C.CString(s)', `\t${free}`, '\tC.g(cs)', '}'));
  });

  test('converts only where it must', () => {
    expect(freed(inBody('p := C.malloc(8)', 'C.g(p)'), 'C.malloc(8)', 'p', { convert: false })).toBe(
      inBody('p := C.malloc(8)', 'defer C.free(p)', 'C.g(p)'),
    );
  });

  test('calls another deallocator without the header', () => {
    const text = 'package x\n\n// #include <glib.h>\nimport "C"\n\nfunc f() {\n\tp := C.g_strdup(q)\n}\n';
    const { file, functionAt, find } = source(text);
    const edits = deferFree(file, functionAt('C.g_strdup'), 'p', find('C.g_strdup(q)'), { convert: false, release: 'C.g_free' });
    expect(fixed(text, edits)).toBe(text.replace('(q)\n', '(q)\n\tdefer C.g_free(p)\n'));
  });

  test('brings the import and the include', () => {
    expect(freed('package x\n\n// #include <x.h>\nimport "C"\n\nfunc f(s string) {\n\tcs := C.CString(s)\n\tC.g(cs)\n}\n')).toBe(
      `package x\n\n// #include <stdlib.h>\n// #include <x.h>\nimport "C"\n\nimport "unsafe"\n\nfunc f(s string) {\n\tcs := C.CString(s)\n\t${free}\n\tC.g(cs)\n}\n`,
    );
    expect(freed('package x\n\nimport "C"\n\nfunc f(s string) {\n\tcs := C.CString(s)\n}\n')).toBe(
      `package x\n\n// #include <stdlib.h>\nimport "C"\n\nimport "unsafe"\n\nfunc f(s string) {\n\tcs := C.CString(s)\n\t${free}\n}\n`,
    );
  });

  test('lifts the assignment out of an if', () => {
    expect(freed(inBody('if cs := C.CString(s); C.g(cs) != 0 {', '\treturn', '}'))).toBe(
      inBody('cs := C.CString(s)', free, 'if C.g(cs) != 0 {', '\treturn', '}'),
    );
    const used = inBody('if cs := C.CString(s); C.g(cs) != 0 {', '\treturn', '}', 'cs := 1');
    expect(deferFree(source(used).file, source(used).functions[0]!, 'cs', source(used).find('C.CString(s)'), convert)).toBeUndefined();
  });

  test('needs "C" and an unshadowed unsafe', () => {
    const shadowed = inBody('unsafe := 1', 'cs := C.CString(s)');
    expect(deferFree(source(shadowed).file, source(shadowed).functions[0]!, 'cs', source(shadowed).find('C.CString(s)'), convert)).toBeUndefined();
    const plain = 'package x\n\nfunc f() {\n\tcs := g()\n}\n';
    expect(deferFree(source(plain).file, source(plain).functions[0]!, 'cs', source(plain).find('g()'), convert)).toBeUndefined();
  });
});

describe('frees on single paths', () => {
  test('are replaced by a deferred one', () => {
    const text = inBody('cs := C.CString(s)', 'if C.g(cs) != 0 {', '\treturn', '}', '', 'C.free(unsafe.Pointer(cs))');
    const { file, functions, find } = source(text);
    const edits = deferInsteadOf(file, functions[0]!, 'cs', find('C.CString(s)'), [find('C.free(unsafe.Pointer(cs))')], convert);
    expect(fixed(text, edits)).toBe(inBody('cs := C.CString(s)', 'defer C.free(unsafe.Pointer(cs))', 'if C.g(cs) != 0 {', '\treturn', '}'));
  });

  test('are kept where a comment explains them', () => {
    const text = inBody('cs := C.CString(s)', 'C.free(unsafe.Pointer(cs)) // why');
    const { file, functions, find } = source(text);
    expect(deferInsteadOf(file, functions[0]!, 'cs', find('C.CString(s)'), [find('C.free(unsafe.Pointer(cs))')], convert)).toBeUndefined();
  });

  test('are added before the exit that lacks one', () => {
    const text = inBody('if bad {', '\treturn', '}');
    const { file, functions, find } = source(text);
    expect(fixed(text, freeBefore(file, functions[0]!, 'cs', find('return'), convert))).toBe(
      inBody('if bad {', '\tC.free(unsafe.Pointer(cs))', '\treturn', '}'),
    );
  });
});

describe('freeInline', () => {
  const edits = (text: string, wanted = 'C.CString(s)', options: { convert: boolean; name?: string } = convert): TextEdit[] | undefined => {
    const { file, functionAt, find } = source(text);
    return freeInline(file, functionAt(wanted), find(wanted), options);
  };
  const freed = (text: string, wanted = 'C.CString(s)', options: { convert: boolean; name?: string } = convert): string =>
    fixed(text, edits(text, wanted, options));
  const pair = (name = 'cs', value = 's'): [string, string] => [`${name} := C.CString(${value})`, `defer C.free(unsafe.Pointer(${name}))`];

  test('gives the value a variable before the statement', () => {
    expect(freed(inBody('C.g(C.CString(s))'))).toBe(inBody(...pair(), 'C.g(cs)'));
    expect(freed(inBody('x := C.g(1, C.CString(s))', 'use(x)'))).toBe(inBody(...pair(), 'x := C.g(1, cs)', 'use(x)'));
    expect(freed(inBody('return C.g(C.CString(s))'))).toBe(inBody(...pair(), 'return C.g(cs)'));
    expect(freed(inBody('if C.g(C.CString(s)) != 0 {', '\treturn', '}'))).toBe(inBody(...pair(), 'if C.g(cs) != 0 {', '\treturn', '}'));
    expect(freed(inBody('if rc := C.g(C.CString(s)); rc != 0 {', '\treturn', '}'))).toBe(inBody(...pair(), 'if rc := C.g(cs); rc != 0 {', '\treturn', '}'));
    expect(freed(inBody('switch C.g(C.CString(s)) {', '}'))).toBe(inBody(...pair(), 'switch C.g(cs) {', '}'));
    expect(freed(inBody('if C.g(C.CString(s)) != 0 && x {', '}'))).toBe(inBody(...pair(), 'if C.g(cs) != 0 && x {', '}'));
  });

  test('keeps calls of several lines in shape', () => {
    expect(freed(inBody('C.g(', '\tC.CString(s),', '\t1,', ')'))).toBe(inBody(...pair(), 'C.g(', '\tcs,', '\t1,', ')'));
    const long = inBody('C.g(', '\tC.CString(h(', '\t\ts,', '\t)),', '\t1,', ')');
    expect(freed(long, 'C.CString(h(\n\t\t\ts,\n\t\t))')).toBe(inBody('cs := C.CString(h(', '\ts,', '))', pair()[1], 'C.g(', '\tcs,', '\t1,', ')'));
  });

  test('sets blanks as gofmt does where the call stands alone', () => {
    const value = 'C.CString(s+"/"+s)';
    expect(freed(inBody(`C.g(${value}, 1)`), value)).toBe(inBody('cs := C.CString(s + "/" + s)', pair()[1], 'C.g(cs, 1)'));
    const nested = 'C.CBytes(h(n*2))';
    expect(freed(inBody(`C.g(${nested}, 1)`), nested, { convert: false, name: 'b' })).toBe(inBody('b := C.CBytes(h(n * 2))', 'defer C.free(b)', 'C.g(b, 1)'));
  });

  test('opens a one-line function', () => {
    expect(freed(`${head}func f(s string) { C.g(C.CString(s)) }\n`)).toBe(inBody(...pair(), 'C.g(cs)'));
    expect(freed(inBody('g(func() { C.g(C.CString(s)) })'))).toBe(inBody('g(func() {', `\t${pair()[0]}`, `\t${pair()[1]}`, '\tC.g(cs)', '})'));
  });

  test('realigns comments that a shorter line moves', () => {
    expect(freed(inBody('a()               // one', 'C.g(C.CString(s)) // two', 'b()               // three'))).toBe(
      inBody('a() // one', ...pair(), 'C.g(cs) // two', 'b()     // three'),
    );
  });

  test('names the variable after the value', () => {
    const name = (value: string, ...lines: readonly string[]): string =>
      /\t(\w+) := C/.exec(freed(inBody(...lines, `C.g(C.CString(${value}))`), `C.CString(${value})`))![1]!;
    expect(name('name')).toBe('cName');
    expect(name('cfg.path')).toBe('cPath');
    expect(name('p')).toBe('cp');
    expect(name('id')).toBe('cID');
    expect(name('"rb"')).toBe('cs');
    expect(name('string(data)')).toBe('cData');
    expect(name('s', 'cs := 1')).toBe('cs2');
    expect(name('x.String()')).toBe('cString');
  });

  test('takes the name and the kind that the caller knows', () => {
    expect(freed(inBody('x := C.GoString(C.dup(s))', 'use(x)'), 'C.dup(s)', { convert: true, name: 'c' })).toBe(
      inBody('c := C.dup(s)', 'defer C.free(unsafe.Pointer(c))', 'x := C.GoString(c)', 'use(x)'),
    );
    expect(freed(inBody('C.g(C.CBytes(b))'), 'C.CBytes(b)', { convert: false })).toBe(inBody('cb := C.CBytes(b)', 'defer C.free(cb)', 'C.g(cb)'));
  });

  test('defers the free of a value that has a variable', () => {
    expect(freed(inBody('cs := C.CString(s)', 'C.g(cs)'))).toBe(inBody(...pair(), 'C.g(cs)'));
  });

  test('frees at once in a loop', () => {
    expect(freed(inBody('for _, s := range list {', '\tC.g(C.CString(s))', '}'))).toBe(
      inBody('for _, s := range list {', '\tcs := C.CString(s)', '\tC.g(cs)', '\tC.free(unsafe.Pointer(cs))', '}'),
    );
  });

  test.each([
    ['for condition', 'for C.g(C.CString(s)) != 0 {', '}'],
    ['deferred call', 'defer C.g(C.CString(s))'],
    ['goroutine', 'go C.g(C.CString(s))'],
    ['right side of &&', 'if x && C.g(C.CString(s)) != 0 {', '}'],
    ['else if', 'if x {', '} else if C.g(C.CString(s)) != 0 {', '}'],
    ['case', 'switch {', 'case C.g(C.CString(s)) != 0:', '}'],
    ['condition after an init', 'if s := g(); C.g(C.CString(s)) != 0 {', '}'],
    ['label', 'again:', '\tC.g(C.CString(s))', '\tgoto again'],
    ['whole statement', 'C.CString(s)'],
  ])('refuses a value that is not computed once before its statement: %s', (_, ...lines) => {
    expect(edits(inBody(...lines))).toBeUndefined();
  });

  test('keeps the order of calls', () => {
    expect(edits(inBody('C.g(next(), C.CString(next()))'), 'C.CString(next())')).toBeUndefined();
    expect(edits(inBody('C.g(C.int(n), C.CString(next()))'), 'C.CString(next())')).toBeDefined();
  });
});
