/** Every form of declaration, converted; what is left out until somebody asks; what is too deep to be read. */
import { expect, test } from 'vitest';
import { declaration, expression, known, print, read, unread } from './support.ts';

test.each([
  ['func f()', 'Func(name=f sig=())'],
  ['func f() {}', 'Func(name=f sig=() body=Block())'],
  ['func f(a, b int, c ...string) (x int, err error) { return }', 'Func(name=f sig=(params=[(name=a type=int), (name=b type=int), (name=c type=string variadic=true)] results=[(name=x type=int), (name=err type=error)]) body=Block(body=[Return()]))'],
  ['func f(int, string) error { return nil }', 'Func(name=f sig=(params=[(type=int), (type=string)] results=[(type=error)]) body=Block(body=[Return(results=[nil])]))'],
  ['func (t *T) m() {}', 'Func(name=m recv=(name=t type=Unary(op=* x=T)) sig=() body=Block())'],
  ['func (T) m() {}', 'Func(name=m recv=(type=T) sig=() body=Block())'],
  ['func (b *Box[K, V]) m() {}', 'Func(name=m recv=(name=b type=Unary(op=* x=Index(x=Box i=[K, V]))) sig=() body=Block())'],
  ['func f[T any, K ~int | C.int](t T) {}', 'Func(name=f typeParams=[T, K] sig=(params=[(name=t type=T)]) body=Block())'],
  ['type T struct { a, b int; *E; pkg.F; C.struct_x; c func() `tag`; _ [4]byte }', 'TypeDecl(specs=[(name=T type=StructType(fields=[(name=a type=int), (name=b type=int), (type=Unary(op=* x=E)), (type=pkg.F), (type=C.struct_x), (name=c type=FuncType(sig=())), (name=_ type=ArrayType(len=4 elem=byte))]))])'],
  ['type (\nA int\nB = *C.B\n)', 'TypeDecl(specs=[(name=A type=int), (name=B alias=true type=Unary(op=* x=C.B))])'],
  ['type G[K comparable, V any] struct { k K }', 'TypeDecl(specs=[(name=G params=[K, V] type=StructType(fields=[(name=k type=K)]))])'],
  ['type I interface { M(); ~int }', 'TypeDecl(specs=[(name=I type=InterfaceType(methods=[(name=M sig=())]))])'],
  ['type H uintptr', 'TypeDecl(specs=[(name=H type=uintptr)])'],
  ['var a int', 'VarDecl(specs=[(names=[a] type=int)])'],
  ['var a, b = C.f(), 2', 'VarDecl(specs=[(names=[a, b] values=[Call(fn=C.f), 2])])'],
  ['var (\na int\nb = unsafe.Sizeof(a)\n)', 'VarDecl(specs=[(names=[a] type=int), (names=[b] values=[Call(fn=unsafe.Sizeof args=[a])])])'],
  ['const c C.int = 1', 'VarDecl(const=true specs=[(names=[c] type=C.int values=[1])])'],
  ['const (\na = iota\nb\n)', 'VarDecl(const=true specs=[(names=[a] values=[iota]), (names=[b])])'],
  ['import "C"', 'Import(specs=[(path=C)])'],
  ['import (\n. "fmt"\n_ "os"\nx "y/z"\n)', 'Import(specs=[(name=. path=fmt), (name=_ path=os), (name=x path=y/z)])'],
  ['import ()', 'Import()'],
] as const)('%s', (text, printed) => {
  expect(print(declaration(text))).toBe(printed);
});

const heads = (text: string): string[] => read(`package p\n\n${text}\n`).decls.map(({ syntax }) => print(syntax.decl));

test('a body that cannot matter is read when asked for', () => {
  expect(heads('func f(a int) int { return g(a) }')).toEqual(['Func(name=f sig=(params=[(name=a type=int)] results=[(type=int)]))']);
  expect(print(declaration('func f(a int) int { return g(a) }'))).toContain('Return(results=[Call(fn=g args=[a])])');
});

test.each(['C.f()', 'unsafe.Pointer(p)', 'runtime.GC()', 'panic(1)', 'recover()', 'cgo.NewHandle(v)'])('a body with %s is read at once', (text) => {
  expect(heads(`func f() { ${text} }`)[0]).toContain('body=');
});

test('values that cannot matter and constants are read when asked for', () => {
  expect(heads('var a, b = g(), 2\n\nvar c = C.f()\n\nvar (\n\td = 1\n\te int\n)\n\nconst k = 1')).toEqual([
    'VarDecl(specs=[(names=[a, b])])',
    'VarDecl(specs=[(names=[c] values=[Call(fn=C.f)])])',
    'VarDecl(specs=[(names=[d]), (names=[e] type=int)])',
    'VarDecl(const=true)',
  ]);
  expect(print(declaration('var a, b = g(), 2'))).toBe('VarDecl(specs=[(names=[a, b] values=[Call(fn=g), 2])])');
});

test.each([
  ['parentheses', (n: number) => `var v = ${'('.repeat(n)}C.f()${')'.repeat(n)}`],
  ['blocks', (n: number) => `func f() ${'{'.repeat(n)}C.f()${'}'.repeat(n)}`],
  ['else branches', (n: number) => `func f() { ${'if a { C.f() } else '.repeat(n)}{} }`],
  ['calls of methods', (n: number) => `func f() { C.f()${'.m()'.repeat(n)} }`],
] as const)('nested %s: what is too deep is not known, and nothing else suffers', (_, nested) => {
  const shallow = read(`package p\n\n${nested(40)}\n\nfunc after() {}\n`);
  expect([shallow.decls.length, unread(shallow)]).toEqual([2, []]);
  const deep = read(`package p\n\n${nested(20_000)}\n\nfunc after() {}\n`);
  expect(known(deep)).toEqual(['func after() {}']);
  expect(unread(deep)).toEqual([nested(20_000)]);
});

test('a sum of thousands of literals is data that nobody needs', () => {
  const file = read(`package p\n\nvar data = C.f("" +\n${'\t"some text" +\n'.repeat(20_000)}\t"end")\n`);
  expect([known(file), unread(file)]).toEqual([['var data = C.f("" +'], []]);
  expect(print(expression(`"" +\n${'\t`text` +\n'.repeat(20_000)}\t"end"`))).toMatch(/^Binary\(op=\+ l=Binary.*r="end"\)$/s);
});
