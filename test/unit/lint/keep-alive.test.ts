import { describe, expect, test } from 'vitest';
import { keepAlive } from '../../../server/src/lint/fixes/keep-alive.ts';
import type { TextEdit } from '../../../server/src/base/edit.ts';
import { fixed, source } from './go-source.ts';

const head = 'package x\n\n// #include <x.h>\nimport "C"\n\nimport "runtime"\n\n';
const method = (result: string, ...lines: readonly string[]): string =>
  `${head}func (x *T) f() ${result}{\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
const edits = (text: string, variable = 'x', call = 'C.g(x.p)'): TextEdit[] | undefined => {
  const { file, functionAt, find } = source(text);
  return keepAlive(file, functionAt(call), [variable], find(call));
};
const kept = (text: string, variable = 'x', call = 'C.g(x.p)'): string => fixed(text, edits(text, variable, call));
const keep = 'runtime.KeepAlive(x)';

describe('keepAlive', () => {
  test('follows the statement of the call', () => {
    expect(kept(method('', 'C.g(x.p)', 'a()'))).toBe(method('', 'C.g(x.p)', keep, 'a()'));
    expect(kept(method('', 'n := int(C.g(x.p))', 'a(n)'))).toBe(method('', 'n := int(C.g(x.p))', keep, 'a(n)'));
    expect(kept(method('', 'go func() {', '\tC.g(x.p)', '}()'))).toBe(method('', 'go func() {', '\tC.g(x.p)', `\t${keep}`, '}()'));
    expect(kept(`${head}func (x *T) f() { C.g(x.p) }\n`)).toBe(method('', 'C.g(x.p)', keep));
  });

  test('brings the import', () => {
    const text = 'package x\n\nimport "C"\n\nfunc (x *T) f() {\n\tC.g(x.p)\n}\n';
    expect(kept(text)).toBe(text.replace('"C"\n', '"C"\n\nimport "runtime"\n').replace('p)\n', `p)\n\t${keep}\n`));
    expect(edits(method('', 'runtime := 1', 'C.g(x.p)'))).toBeUndefined();
  });

  test('moves a returned value into a variable', () => {
    expect(kept(method('int ', 'return int(C.g(x.p))'))).toBe(method('int ', 'ret := int(C.g(x.p))', keep, 'return ret'));
    expect(kept(method('int ', 'return int(C.g(x.p)) // why'))).toBe(method('int ', 'ret := int(C.g(x.p))', keep, 'return ret // why'));
    expect(kept(method('int ', 'ret := 1', 'return ret + int(C.g(x.p))'))).toBe(
      method('int ', 'ret := 1', 'ret2 := ret + int(C.g(x.p))', keep, 'return ret2'),
    );
    expect(kept(method('int ', 'return h(', '\tC.g(x.p),', '\t1,', ')'))).toBe(method('int ', 'ret := h(', '\tC.g(x.p),', '\t1,', ')', keep, 'return ret'));
    expect(kept(`${head}func (x *T) f() int { return int(C.g(x.p)) }\n`)).toBe(method('int ', 'ret := int(C.g(x.p))', keep, 'return ret'));
  });

  test('keeps the type of a comparison', () => {
    expect(kept(method('bool ', 'return C.g(x.p) != 0'))).toBe(method('bool ', 'ret := C.g(x.p) != 0', keep, 'return ret'));
    expect(kept(method('C.bool ', 'return C.g(x.p) != 0'))).toBe(method('C.bool ', 'var ret C.bool = C.g(x.p) != 0', keep, 'return ret'));
  });

  test('moves only what runs before the call ends', () => {
    expect(kept(method('(int, error) ', 'return int(C.g(x.p)), nil'))).toBe(method('(int, error) ', 'ret := int(C.g(x.p))', keep, 'return ret, nil'));
    expect(kept(method('(int, error) ', 'return int(C.g(x.p)), x.err()'))).toBe(
      method('(int, error) ', 'ret := int(C.g(x.p))', keep, 'return ret, x.err()'),
    );
    expect(kept(method('(int, int) ', 'return h(), int(C.g(x.p))'))).toBe(
      method('(int, int) ', 'ret0 := h()', 'ret1 := int(C.g(x.p))', keep, 'return ret0, ret1'),
    );
  });

  test('is deferred where the number of values is unknown or the call stands in a head', () => {
    const first = `defer ${keep}`;
    expect(kept(method('(C.int, error) ', 'return C.g(x.p)'))).toBe(method('(C.int, error) ', first, 'return C.g(x.p)'));
    for (const header of ['if C.g(x.p) != 0 {', 'for C.g(x.p) != 0 {', 'switch C.g(x.p) {']) {
      expect(kept(method('', 'a()', header, '}'))).toBe(method('', first, 'a()', header, '}'));
    }
    expect(kept(method('', 'defer C.g(x.p)', 'a()'))).toBe(method('', first, 'defer C.g(x.p)', 'a()'));
  });

  test('is deferred below the declaration of a local variable', () => {
    const text = (...lines: readonly string[]): string => `${head}func f() {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
    expect(kept(text('x := newT()', 'a()', 'if C.g(x.p) != 0 {', '}'))).toBe(text('x := newT()', `defer ${keep}`, 'a()', 'if C.g(x.p) != 0 {', '}'));
    expect(edits(text('x := newT()', 'x = newT()', 'if C.g(x.p) != 0 {', '}'))).toBeUndefined();
    expect(edits(text('for {', '\tx := newT()', '\tif C.g(x.p) != 0 {', '\t}', '}'))).toBeUndefined();
    expect(edits(text('if x := newT(); C.g(x.p) != 0 {', '}'))).toBeUndefined();
  });

  test('refuses what would keep another object', () => {
    expect(edits(method('', 'x = h(C.g(x.p))'))).toBeUndefined();
    expect(edits(method('', 'go C.g(x.p)'))).toBeUndefined();
    expect(edits(method('', 'if y {', '\tx := C.g(x.p)', '\ta(x)', '}'))).toBeUndefined();
  });
});
