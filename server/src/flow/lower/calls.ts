/** Calls and conversions. Which of the two `C.x(y)` is, the shape of the package decides. */
import type { Call, Expr } from '../../syntax/go/ast.ts';
import { basicTypes, builtinFunctions, isNoReturn, isNoReturnMethod, standardResults } from '../../semantics/builtins.ts';
import { fieldType } from '../../semantics/shape.ts';
import { ownTypeName, type Type, typeOf, unknownType } from '../../semantics/types.ts';
import type { Callee, CallStep, Operand, Var } from '../ir.ts';
import { accessPath, elemType, lowerExpr, spanOf, unparen, use, varOperand } from './expressions.ts';
import type { Lowering } from './lowering.ts';

/** Whether an expression in call position can only be a type. */
export function isTypeExpr(low: Lowering, expr: Expr): boolean {
  switch (expr.k) {
    case 'SliceType':
    case 'ArrayType':
    case 'MapType':
    case 'ChanType':
    case 'FuncType':
    case 'InterfaceType':
    case 'StructType':
      return true;
    case 'Paren':
      return isTypeExpr(low, expr.x);
    case 'Unary':
      return expr.op === '*' && isTypeExpr(low, expr.x);
    case 'Index':
      return isTypeExpr(low, expr.x);
    case 'Ident':
      return low.lookup(expr.name) === undefined && (low.shape.isType(expr.name) || (basicTypes.has(expr.name) && !low.shape.func(expr.name)));
    case 'Selector': {
      const pkg = expr.x.k === 'Ident' ? low.packageOf(expr.x.name) : undefined;
      if (pkg === 'C') return low.shape.isCType(expr.name);
      return (pkg === 'unsafe' && expr.name === 'Pointer') || (pkg === 'runtime/cgo' && expr.name === 'Handle');
    }
    default:
      return false;
  }
}

/** `(*T)(x)` is a conversion even where nothing is known of T. */
function isConversion(low: Lowering, fn: Expr): boolean {
  if (fn.k === 'Paren') {
    const inner = unparen(fn);
    // Hardly anybody puts parentheses around the name of a function: `(C.T)(x)` converts, unless T is known to be one.
    const cName = inner.k === 'Selector' && inner.x.k === 'Ident' && low.packageOf(inner.x.name) === 'C' && !low.shape.isCFunction(inner.name);
    return (inner.k === 'Unary' && inner.op === '*' && lookupRoot(low, inner.x)) || cName || isTypeExpr(low, inner);
  }
  return isTypeExpr(low, fn);
}

/** `(*f)(x)` calls through a pointer when f is a variable or a value, such as `(*T)(p)`. */
function lookupRoot(low: Lowering, expr: Expr): boolean {
  const x = unparen(expr);
  if (x.k === 'Unary') return lookupRoot(low, x.x);
  if (x.k === 'Call') return false;
  return x.k !== 'Ident' || low.lookup(x.name) === undefined;
}

/** Lowers a call with `count` wanted results; a conversion yields its one value. */
export function lowerCall(low: Lowering, expr: Call, count: number, mode: CallStep['mode'] = 'call'): Operand[] {
  const fn = expr.fn;
  const span = spanOf(expr);
  if (isConversion(low, fn) && expr.args.length === 1) {
    const src = lowerExpr(low, expr.args[0]!);
    const conv = typeOf(unparen(fn), low.imports);
    const dst = low.temp(span, conv);
    low.emit({ op: 'copy', dst, src, conv }, span);
    return [varOperand(dst)];
  }
  const { callee, recv, types } = calleeOf(low, fn);
  const first = callee.k === 'builtin' && (callee.name === 'make' || callee.name === 'new') ? expr.args[0] : undefined;
  const typeArgs = first ? [...types, typeOf(unparen(first), low.imports)] : types;
  // Most steps of a package are calls: lists that are made at once take no more room than they need.
  const values = first ? expr.args.slice(1) : expr.args;
  const operands = values.map((arg) => lowerExpr(low, arg));
  const spans = values.map(spanOf);
  const args = recv ? [recv.operand, ...operands] : operands;
  const argSpans = recv ? [recv.span, ...spans] : spans;
  const results = resultTypes(low, callee, args, typeArgs);
  const temp = (i: number): Var => low.temp(span, results[i]);
  const dsts = mode !== 'call' ? [] : count <= 1 ? [temp(0)] : Array.from({ length: count }, (_, i) => temp(i));
  low.emit({ op: 'call', mode, dsts, callee, args, argSpans, spread: expr.spread, lp: expr.lp, types: typeArgs }, span);
  if (mode === 'call' && endsPath(callee)) low.frame.end({ k: 'stop' });
  return dsts.map(varOperand);
}

function endsPath(callee: Callee): boolean {
  switch (callee.k) {
    case 'builtin':
      return callee.name === 'panic';
    case 'c':
      return isNoReturn('C', callee.name);
    case 'pkg':
      return isNoReturn(callee.pkg, callee.name);
    case 'method':
      // A method of an interface that the function declares itself says nothing.
      return callee.recvType.k !== 'interface' && isNoReturnMethod(callee.name);
    default:
      return false;
  }
}

interface FoundCallee {
  readonly callee: Callee;
  readonly recv?: { readonly operand: Operand; readonly span: { start: number; end: number } };
  readonly types: readonly Type[];
}

function calleeOf(low: Lowering, expr: Expr): FoundCallee {
  const fn = unparen(expr);
  const value = (): FoundCallee => ({ callee: { k: 'value', fn: lowerExpr(low, fn) }, types: [] });
  switch (fn.k) {
    case 'Ident':
      if (low.lookup(fn.name)) return value();
      if (low.shape.func(fn.name)) return { callee: { k: 'go', name: fn.name }, types: [] };
      if (builtinFunctions.has(fn.name)) return { callee: { k: 'builtin', name: fn.name }, types: [] };
      if (low.shape.global(fn.name)) return value();
      return { callee: { k: 'go', name: fn.name }, types: [] };
    case 'Index': {
      // A method has no type arguments: `s.handlers[id](x)` calls what a field holds.
      const of = unparen(fn.x);
      if (of.k === 'Selector' && (of.x.k !== 'Ident' || low.packageOf(of.x.name) === undefined)) return value();
      const inner = calleeOf(low, fn.x);
      if (inner.callee.k === 'value') {
        for (const i of fn.i) use(low, i);
        return inner;
      }
      return { ...inner, types: fn.i.map((type) => typeOf(type, low.imports)) };
    }
    case 'Selector': {
      const pkg = fn.x.k === 'Ident' ? low.packageOf(fn.x.name) : undefined;
      if (pkg === 'C') return { callee: { k: 'c', name: fn.name }, types: [] };
      if (pkg !== undefined) return { callee: { k: 'pkg', pkg, name: fn.name }, types: [] };
      const { root, path } = accessPath(low, fn);
      const named = root.k === 'Unary' && root.op === '*' ? unparen(root.x) : root;
      if (!path.includes('.') && named.k === 'Ident' && low.lookup(named.name) === undefined && low.shape.isType(named.name)) return value();
      const owner = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
      const base = lowerExpr(low, root);
      const type = owner === '' ? (low.typeOfOperand(base) ?? unknownType) : fieldType(low.shape, low.typeOfOperand(base), owner);
      let operand = base;
      if (owner !== '') {
        const dst = low.temp(spanOf(fn.x), type);
        low.emit({ op: 'field', dst, base, name: owner }, spanOf(fn.x));
        operand = varOperand(dst);
      }
      return { callee: { k: 'method', name: fn.name, recvType: type }, recv: { operand, span: spanOf(fn.x) }, types: [] };
    }
    default:
      return value();
  }
}

function resultTypes(low: Lowering, callee: Callee, args: readonly Operand[], types: readonly Type[]): readonly Type[] {
  switch (callee.k) {
    case 'c':
      return standardResults('C', callee.name) ?? [low.shape.cResult(callee.name), { k: 'named', name: 'error' }];
    case 'go':
      return low.shape.func(callee.name)?.results ?? [];
    case 'method': {
      const owner = ownTypeName(callee.recvType);
      const own = owner === undefined ? callee.recvType : (low.shape.underlying(owner) ?? callee.recvType);
      if (own.k === 'interface') return own.methods?.get(callee.name) ?? [];
      if (own.k === 'named' && own.pkg === 'reflect' && own.name === 'Value' && (callee.name === 'Pointer' || callee.name === 'UnsafeAddr')) return [{ k: 'named', name: 'uintptr' }];
      const method = owner === undefined ? undefined : low.shape.method(owner, callee.name);
      // `x.callback(…)` calls what a field holds.
      return method?.results ?? functionResults(low, fieldType(low.shape, callee.recvType, callee.name));
    }
    case 'builtin':
      if (callee.name === 'make') return types;
      if (callee.name === 'new') return types[0] ? [{ k: 'pointer', elem: types[0] }] : [];
      if (callee.name === 'append') return [(args[0] && low.typeOfOperand(args[0])) ?? unknownType];
      return callee.name === 'len' || callee.name === 'cap' || callee.name === 'copy' ? [{ k: 'named', name: 'int' }] : [];
    case 'pkg':
      if (callee.pkg === 'unsafe' && callee.name === 'Slice') {
        const type = args[0] && low.typeOfOperand(args[0]);
        return [{ k: 'slice', elem: type?.k === 'pointer' ? type.elem : unknownType }];
      }
      if (callee.pkg === 'unsafe' && (callee.name === 'SliceData' || callee.name === 'StringData')) {
        return [{ k: 'pointer', elem: callee.name === 'StringData' ? { k: 'named', name: 'byte' } : elemType(args[0] && low.typeOfOperand(args[0])) }];
      }
      return standardResults(callee.pkg, callee.name) ?? [];
    case 'value':
      if (callee.fn.k === 'closure') return callee.fn.fn.results.map((result) => result.type ?? unknownType);
      return functionResults(low, low.typeOfOperand(callee.fn));
  }
}

/** The results of a value of a function type, which may have a name in the package. */
function functionResults(low: Lowering, type: Type | undefined): readonly Type[] {
  const own = type?.k === 'named' && type.pkg === undefined ? low.shape.underlying(type.name) : type;
  return own?.k === 'func' ? own.sig.results.map((result) => typeOf(result.type, low.imports)) : [];
}
