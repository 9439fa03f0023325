import { describe, expect, test } from 'vitest';
import type { TextEdit } from '../../../server/src/base/edit.ts';
import type { FixFile, FixFunction } from '../../../server/src/lint/fixes/fix-file.ts';
import type { Span } from '../../../server/src/base/span.ts';
import { capLimit, copyView, toUnsafeSlice } from '../../../server/src/lint/fixes/views.ts';
import { fixed, source } from './go-source.ts';

const file = (view: string, imports = 'import "C"\nimport "unsafe"\n'): string => `package x\n\n${imports}\nfunc f(p unsafe.Pointer, n int) {\n\tuse(${view})\n}\n`;
type Rewrite = (file: FixFile, fn: FixFunction, view: Span) => TextEdit[] | undefined;
const edits = (rewrite: Rewrite, view: string, go = 22, imports?: string): TextEdit[] | undefined => {
  const { file: of, functions, find } = source(file(view, imports), { go });
  return rewrite(of, functions[0]!, find(view));
};
const rewritten = (rewrite: Rewrite, view: string, go = 22, imports?: string): string => fixed(file(view, imports), edits(rewrite, view, go, imports));

describe('copyView', () => {
  test('copies bytes with the functions of cgo', () => {
    expect(rewritten(copyView, 'unsafe.Slice((*byte)(p), n)')).toBe(file('C.GoBytes(unsafe.Pointer(p), C.int(n))'));
    expect(rewritten(copyView, 'unsafe.Slice((*uint8)(unsafe.Pointer(q)), int(m))')).toBe(file('C.GoBytes(unsafe.Pointer(q), C.int(m))'));
    expect(rewritten(copyView, '(*[1 << 28]byte)(p)[:n:n]')).toBe(file('C.GoBytes(unsafe.Pointer(p), C.int(n))'));
    expect(rewritten((f, fn, at) => copyView(f, fn, at, true), 'unsafe.Slice((*byte)(p), C.int(n))')).toBe(file('C.GoBytes(p, C.int(n))'));
    expect(rewritten(copyView, 'unsafe.String((*byte)(p), n)')).toBe(file('C.GoStringN((*C.char)(unsafe.Pointer(p)), C.int(n))'));
  });

  test('clones other elements', () => {
    const imports = 'import "C"\nimport "slices"\nimport "unsafe"\n';
    const grouped = 'import "C"\nimport (\n\t"slices"\n\t"unsafe"\n)\n';
    expect(rewritten(copyView, 'unsafe.Slice((*C.int)(p), n)', 21, imports)).toBe(file('slices.Clone(unsafe.Slice((*C.int)(p), n))', imports));
    expect(rewritten(copyView, 'unsafe.Slice(q, n)', 21)).toBe(file('slices.Clone(unsafe.Slice(q, n))', grouped));
    expect(rewritten(copyView, 'unsafe.Slice((*C.int)(p), n)', 20)).toBe(file('append([]C.int(nil), unsafe.Slice((*C.int)(p), n)...)'));
    expect(edits(copyView, 'unsafe.Slice(q, n)', 20)).toBeUndefined();
    expect(rewritten(copyView, 'unsafe.String(q, n)', 20)).toBe(
      file('strings.Clone(unsafe.String(q, n))', 'import "C"\nimport (\n\t"strings"\n\t"unsafe"\n)\n'),
    );
  });
});

describe('capLimit', () => {
  test('repeats the length', () => {
    expect(rewritten(capLimit, '(*[1 << 28]C.int)(p)[:n]')).toBe(file('(*[1 << 28]C.int)(p)[:n:n]'));
    expect(rewritten(capLimit, '(*[1 << 28]C.int)(p)[1:int(m)]')).toBe(file('(*[1 << 28]C.int)(p)[1:int(m):int(m)]'));
    expect(rewritten(capLimit, 'q[:n+1]')).toBe(file('q[: n+1 : n+1]'));
    expect(rewritten(capLimit, 'q[a : n+1]')).toBe(file('q[a : n+1 : n+1]'));
    expect(rewritten(capLimit, 'q[a+1 : n]')).toBe(file('q[a+1 : n : n]'));
  });

  test('computes nothing twice', () => {
    expect(edits(capLimit, 'q[:next()]')).toBeUndefined();
    expect(edits(capLimit, 'q[:n:n]')).toBeUndefined();
    expect(edits(capLimit, 'q[1:]')).toBeUndefined();
  });
});

describe('toUnsafeSlice', () => {
  test('takes over pointer, element and length', () => {
    expect(rewritten(toUnsafeSlice, '(*[1 << 28]C.int)(p)[:n:n]')).toBe(file('unsafe.Slice((*C.int)(p), n)'));
    expect(rewritten(toUnsafeSlice, '(*[1 << 30]*C.char)(unsafe.Pointer(q))[0:n]')).toBe(file('unsafe.Slice((**C.char)(unsafe.Pointer(q)), n)'));
    expect(rewritten(toUnsafeSlice, '((*[1 << 28]C.int)(p))[:n:n]')).toBe(file('unsafe.Slice((*C.int)(p), n)'));
  });

  test('needs Go 1.17 and a view from the first element', () => {
    expect(edits(toUnsafeSlice, '(*[1 << 28]C.int)(p)[:n:n]', 16)).toBeUndefined();
    expect(edits(toUnsafeSlice, '(*[1 << 28]C.int)(p)[1:n]')).toBeUndefined();
    expect(edits(toUnsafeSlice, 'q[:n:n]')).toBeUndefined();
  });
});
