/** Every form of expression and type, converted. */
import { expect, test } from 'vitest';
import { expression, print } from './support.ts';

test.each([
  ['x', 'x'],
  ['nil', 'nil'],
  ['42', '42'],
  ['0x1p-2', '0x1p-2'],
  ['3i', '3i'],
  ['\'a\'', '\'a\''],
  ['"a\\"b"', '"a\\"b"'],
  ['`a\nb`', '`a\nb`'],
  ['C.f', 'C.f'],
  ['a.b.c', 'a.b.c'],
  ['a.\n\tb', 'a.b'],
  ['größe.länge', 'größe.länge'],
  ['f()', 'Call(fn=f)'],
  ['f( )', 'Call(fn=f)'],
  ['f(a, b)', 'Call(fn=f args=[a, b])'],
  ['f(a...)', 'Call(fn=f args=[a] spread=true)'],
  ['f[int](x)', 'Call(fn=Index(x=f i=[int]) args=[x])'],
  ['g[int, string]()', 'Call(fn=Index(x=g i=[int, string]))'],
  ['[]byte(x)', 'Call(fn=SliceType(elem=byte) args=[x])'],
  ['(*C.char)(p)', 'Call(fn=Paren(x=Unary(op=* x=C.char)) args=[p])'],
  ['(func())(nil)', 'Call(fn=Paren(x=FuncType(sig=())) args=[nil])'],
  ['unsafe.Pointer(&a[0])', 'Call(fn=unsafe.Pointer args=[Unary(op=& x=Index(x=a i=[0]))])'],
  ['-x', 'Unary(op=- x=x)'],
  ['!ok', 'Unary(op=! x=ok)'],
  ['^m', 'Unary(op=^ x=m)'],
  ['<-ch', 'Unary(op=<- x=ch)'],
  ['&T{}', 'Unary(op=& x=Composite(type=T))'],
  ['*p', 'Unary(op=* x=p)'],
  ['a + b*c', 'Binary(op=+ l=a r=Binary(op=* l=b r=c))'],
  ['a == b && c', 'Binary(op=&& l=Binary(op=== l=a r=b) r=c)'],
  ['a << 2', 'Binary(op=<< l=a r=2)'],
  ['(a)', 'Paren(x=a)'],
  ['m[k]', 'Index(x=m i=[k])'],
  ['a[:]', 'Slice(x=a)'],
  ['a[1:n]', 'Slice(x=a lo=1 hi=n)'],
  ['a[1:n:m]', 'Slice(x=a lo=1 hi=n max=m)'],
  ['x.(T)', 'TypeAssert(x=x type=T)'],
  ['x.(*C.T)', 'TypeAssert(x=x type=Unary(op=* x=C.T))'],
  ['T{}', 'Composite(type=T)'],
  ['T{1, 2}', 'Composite(type=T elts=[(value=1), (value=2)])'],
  ['T{A: 1, "b": {2}}', 'Composite(type=T elts=[(key=A value=1), (key="b" value=Composite(elts=[(value=2)]))])'],
  ['[]T{{1}, {2}}', 'Composite(type=SliceType(elem=T) elts=[(value=Composite(elts=[(value=1)])), (value=Composite(elts=[(value=2)]))])'],
  ['[...]int{1}', 'Composite(type=ArrayType(elem=int) elts=[(value=1)])'],
  ['[3]*T{}', 'Composite(type=ArrayType(len=3 elem=Unary(op=* x=T)))'],
  ['map[string]int{"a": 1}', 'Composite(type=MapType(key=string elem=int) elts=[(key="a" value=1)])'],
  ['pkg.T{A: b}', 'Composite(type=pkg.T elts=[(key=A value=b)])'],
  ['struct{ a int }{1}', 'Composite(type=StructType(fields=[(name=a type=int)]) elts=[(value=1)])'],
  ['func(a int) string { return "" }', 'FuncLit(sig=(params=[(name=a type=int)] results=[(type=string)]) body=Block(body=[Return(results=[""])]))'],
  ['make(chan int, 1)', 'Call(fn=make args=[ChanType(elem=int), 1])'],
  ['make(chan<- int)', 'Call(fn=make args=[ChanType(elem=int)])'],
  ['make(<-chan int)', 'Call(fn=make args=[ChanType(elem=int)])'],
  ['new(interface{ M() })', 'Call(fn=new args=[InterfaceType(methods=[(name=M sig=())])])'],
  ['map[K][]V(nil)', 'Call(fn=MapType(key=K elem=SliceType(elem=V)) args=[nil])'],
  ['a /* b */ + c', 'Binary(op=+ l=a r=c)'],
  ['(func(int, ...string) error)(nil)', 'Call(fn=Paren(x=FuncType(sig=(params=[(type=int), (type=string variadic=true)] results=[(type=error)]))) args=[nil])'],
  ['a.b /* c */ .d', 'a.b.d'],
  ['Pair[int, C.int]{}', 'Composite(type=Index(x=Pair i=[int, C.int]))'],
] as const)('%s', (text, printed) => {
  expect(print(expression(text))).toBe(printed);
});

test('offsets are those of the text', () => {
  const text = 'größe.länge(C.f( x ), *p.q . r[1].s, unsafe.Pointer(&a[0]))';
  const found = new Map<string, string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as { readonly k?: string; readonly s: number; readonly e: number; readonly n?: number; readonly name?: string };
    if (node.k === 'Ident' || node.k === 'Selector') found.set(whole.slice(node.n ?? node.s, node.e), node.name!);
    if (node.k === 'Call') found.set(whole.slice(node.e - 1, node.e), ')');
    Object.values(node).forEach(walk);
  };
  const whole = `var v = ${text}`;
  walk(expression(text));
  expect([...found].filter(([there, name]) => there !== name)).toEqual([]);
  expect([...found.keys()].sort()).toEqual([')', 'C', 'Pointer', 'a', 'f', 'größe', 'länge', 'p', 'q', 'r', 's', 'unsafe', 'x']);
});

test('a call knows its opening parenthesis', () => {
  const call = expression('a.b /* ( */ (x)');
  expect(call.k === 'Call' && 'var v = a.b /* ( */ (x)'.charAt(call.lp)).toBe('(');
});
