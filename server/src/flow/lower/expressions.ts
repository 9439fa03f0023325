/** Expressions: each yields an operand and emits the steps that compute it, in evaluation order. */
import type { Call, Composite, Expr, Selector } from '../../syntax/go/ast.ts';
import { fieldType } from '../../semantics/shape.ts';
import { type Type, typeOf, unknownType } from '../../semantics/types.ts';
import type { Operand, Var } from '../ir.ts';
import { isTypeExpr, lowerCall } from './calls.ts';
import { lowerBody } from './lower.ts';
import { branch } from './statements.ts';
import type { Lowering } from './lowering.ts';
import { constants } from '../../semantics/builtins.ts';

export const spanOf = (node: { readonly s: number; readonly e: number }): { start: number; end: number } => ({ start: node.s, end: node.e });
export const varOperand = (v: Var): Operand => ({ k: 'var', v });
export const unknown: Operand = { k: 'unknown' };

export function unparen(expr: Expr): Expr {
  return expr.k === 'Paren' ? unparen(expr.x) : expr;
}

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** The value of an expression. */
export function lowerExpr(low: Lowering, expr: Expr): Operand {
  switch (expr.k) {
    case 'Ident':
      return ident(low, expr.name);
    case 'Literal':
      return { k: 'const', value: expr.text };
    case 'Paren':
      return lowerExpr(low, expr.x);
    case 'Selector':
      return selector(low, expr);
    case 'Call':
      return lowerCallValue(low, expr);
    case 'Unary':
      if (expr.op === '-' && expr.x.k === 'Literal') return { k: 'const', value: `-${expr.x.text}` };
      return unary(low, expr.op, expr.x, expr);
    case 'Binary': {
      if (expr.op === '&&' || expr.op === '||') return shortCircuit(low, expr);
      const l = lowerExpr(low, expr.l);
      const r = lowerExpr(low, expr.r);
      const dst = low.temp(spanOf(expr), comparisons.has(expr.op) ? { k: 'named', name: 'bool' } : low.typeOfOperand(l) ?? low.typeOfOperand(r));
      low.emit({ op: 'binary', dst, operator: expr.op, l, r }, spanOf(expr));
      return varOperand(dst);
    }
    case 'Index':
      return index(low, expr);
    case 'Slice': {
      const base = lowerExpr(low, expr.x);
      if (expr.lo) use(low, expr.lo);
      const hi = expr.hi && lowerExpr(low, expr.hi);
      if (expr.max) use(low, expr.max);
      const dst = low.temp(spanOf(expr), sliceType(low.typeOfOperand(base)));
      low.emit({ op: 'slice', dst, base, ...(hi && expr.hi ? { hi, hiSpan: spanOf(expr.hi) } : {}), capped: expr.max !== undefined }, spanOf(expr));
      return varOperand(dst);
    }
    case 'TypeAssert': {
      const src = lowerExpr(low, expr.x);
      const type = typeOf(expr.type, low.imports);
      const dst = low.temp(spanOf(expr), type);
      low.emit({ op: 'assert', dst, src, type }, spanOf(expr));
      return varOperand(dst);
    }
    case 'Composite':
      return composite(low, expr, false);
    case 'FuncLit': {
      const fn = lowerBody(low, expr.sig, expr.body, expr.s, expr.e);
      low.literals.push(fn);
      return { k: 'closure', fn };
    }
    default:
      return unknown;
  }
}

/** `a && b` as a value: b runs only when a does not decide. */
function shortCircuit(low: Lowering, expr: Expr & { k: 'Binary' }): Operand {
  const dst = low.temp(spanOf(expr), { k: 'named', name: 'bool' });
  const { frame } = low;
  const more = frame.newBlock();
  const decided = frame.newBlock();
  const after = frame.newBlock();
  const isAnd = expr.op === '&&';
  branch(low, expr.l, isAnd ? more : decided, isAnd ? decided : more);
  frame.end({ k: 'stop' }, decided);
  low.emit({ op: 'copy', dst, src: { k: 'const', value: String(!isAnd) } }, spanOf(expr.l));
  frame.end({ k: 'jump', to: after }, more);
  low.emit({ op: 'copy', dst, src: lowerExpr(low, expr.r) }, spanOf(expr.r));
  frame.goOn(after);
  return varOperand(dst);
}

function lowerCallValue(low: Lowering, expr: Call): Operand {
  const dsts = lowerCall(low, expr, 1);
  return dsts[0] ?? unknown;
}

/** Evaluates for its effects and counts as a read. */
export function use(low: Lowering, expr: Expr): void {
  const src = lowerExpr(low, expr);
  if (src.k === 'var') low.emit({ op: 'use', src }, spanOf(expr));
}

export function ident(low: Lowering, name: string): Operand {
  const local = low.lookup(name);
  if (local) return varOperand(local);
  if (constants.has(name)) return { k: 'const', value: name };
  if (low.shape.func(name)) return { k: 'func', name };
  return { k: 'global', name };
}

/** Splits `a.b.c` into the root expression and the path below it; the root is no selector, or names a package. */
export function accessPath(low: Lowering, expr: Selector): { root: Expr; path: string } {
  const names = [expr.name];
  let root = expr.x;
  for (let x = unparen(root); x.k === 'Selector'; x = unparen(x.x)) {
    if (x.x.k === 'Ident' && low.packageOf(x.x.name) !== undefined) break;
    names.unshift(x.name);
    root = x.x;
  }
  return { root: unparen(root), path: names.join('.') };
}

function selector(low: Lowering, expr: Selector): Operand {
  if (expr.x.k === 'Ident') {
    const pkg = low.packageOf(expr.x.name);
    if (pkg === 'C') return { k: 'c', name: expr.name };
    if (pkg !== undefined) return unknown;
  }
  const type = unparen(expr.x);
  const pointee = type.k === 'Unary' && type.op === '*' ? unparen(type.x) : type;
  const named = pointee.k === 'Index' ? unparen(pointee.x) : pointee;
  if (named.k === 'Ident' && low.lookup(named.name) === undefined && low.shape.isType(named.name)) return { k: 'func', name: expr.name, recv: named.name };
  const { root, path } = accessPath(low, expr);
  const base = lowerExpr(low, root);
  const baseType = low.typeOfOperand(base);
  const loaded = fieldType(low.shape, baseType, path);
  if (loaded.k === 'unknown') {
    // No such field in view: it may be a method value.
    const owner = path.includes('.') ? fieldType(low.shape, baseType, path.slice(0, path.lastIndexOf('.'))) : (baseType ?? unknownType);
    const name = owner.k === 'pointer' ? owner.elem : owner;
    if (name.k === 'named' && name.pkg === undefined && low.shape.method(name.name, expr.name)) {
      return { k: 'method', recv: path.includes('.') ? field(low, base, path.slice(0, path.lastIndexOf('.')), owner, expr) : base, name: expr.name };
    }
  }
  return field(low, base, path, loaded, expr);
}

function field(low: Lowering, base: Operand, name: string, type: Type, expr: Expr): Operand {
  const dst = low.temp(spanOf(expr), type);
  low.emit({ op: 'field', dst, base, name }, spanOf(expr));
  return varOperand(dst);
}

function unary(low: Lowering, op: string, x: Expr, expr: Expr): Operand {
  if (op === '&') return address(low, unparen(x), expr);
  const src = lowerExpr(low, x);
  const type = low.typeOfOperand(src);
  if (op === '*') {
    const dst = low.temp(spanOf(expr), type?.k === 'pointer' ? type.elem : unknownType);
    low.emit({ op: 'deref', dst, base: src }, spanOf(expr));
    return varOperand(dst);
  }
  if (op === '-' && src.k === 'const') return { k: 'const', value: `-${src.value}` };
  const dst = low.temp(spanOf(expr), op === '<-' ? (type?.k === 'chan' ? type.elem : unknownType) : type);
  low.emit({ op: 'binary', dst, operator: op, l: src, r: unknown }, spanOf(expr));
  return varOperand(dst);
}

function address(low: Lowering, x: Expr, expr: Expr): Operand {
  if (x.k === 'Composite') return composite(low, x, true, expr);
  const dst = low.temp(spanOf(expr));
  const emit = (base: Operand, path: string, indexed: boolean, type: Type | undefined, element?: { readonly index?: Operand; readonly container?: Type }): Operand => {
    dst.type = { k: 'pointer', elem: type ?? unknownType };
    low.emit({ op: 'addr', dst, base, path, indexed, ...element }, spanOf(expr));
    return varOperand(dst);
  };
  if (x.k === 'Selector') {
    if (x.x.k === 'Ident' && low.packageOf(x.x.name) !== undefined) return emit(lowerExpr(low, x), '', false, undefined);
    const { root, path } = accessPath(low, x);
    const base = lowerExpr(low, root);
    return emit(base, path, false, fieldType(low.shape, low.typeOfOperand(base), path));
  }
  if (x.k === 'Index') {
    const inner = unparen(x.x);
    const path = inner.k === 'Selector' && !(inner.x.k === 'Ident' && low.packageOf(inner.x.name) !== undefined) ? accessPath(low, inner) : { root: inner, path: '' };
    const base = lowerExpr(low, path.root);
    const index = x.i[0] && lowerExpr(low, x.i[0]);
    if (index?.k === 'var') low.emit({ op: 'use', src: index }, spanOf(x.i[0]!));
    const container = path.path === '' ? low.typeOfOperand(base) : fieldType(low.shape, low.typeOfOperand(base), path.path);
    return emit(base, path.path, true, elemType(container), { ...(index ? { index } : {}), ...(container ? { container } : {}) });
  }
  if (x.k === 'Unary' && x.op === '*') return lowerExpr(low, x.x);
  const base = lowerExpr(low, x);
  return emit(base, '', false, low.typeOfOperand(base));
}

function index(low: Lowering, expr: Expr & { k: 'Index' }): Operand {
  const base = lowerExpr(low, expr.x);
  if (base.k === 'func') return base;
  const at = expr.i[0] ? lowerExpr(low, expr.i[0]) : unknown;
  const dst = low.temp(spanOf(expr), elemType(low.typeOfOperand(base)));
  low.emit({ op: 'index', dst, base, index: at }, spanOf(expr));
  return varOperand(dst);
}

function composite(low: Lowering, expr: Composite, addressed: boolean, outer: Expr = expr): Operand {
  const type = expr.type ? typeOf(expr.type, low.imports) : unknownType;
  const fields = expr.elts.map(({ key, value }) => {
    const struct = type.k === 'named' || type.k === 'struct';
    const named = struct && key?.k === 'Ident';
    if (key && !named) use(low, key);
    const inner = unparen(value);
    const src = inner.k === 'Composite' && inner.type === undefined ? composite(low, inner, false) : lowerExpr(low, value);
    return named && key.k === 'Ident' ? { name: key.name, src } : { src };
  });
  const dst = low.temp(spanOf(outer), addressed ? { k: 'pointer', elem: type } : type);
  low.emit({ op: 'composite', dst, type, address: addressed, fields: positional(low, type, fields) }, spanOf(outer));
  return varOperand(dst);
}

/** Gives the fields of `T{a, b}` their names where the struct is in view. */
function positional(low: Lowering, type: Type, fields: readonly { readonly name?: string; readonly src: Operand }[]): readonly { readonly name?: string; readonly src: Operand }[] {
  const declared = type.k === 'struct' ? type.fields : type.k === 'named' && type.pkg === undefined ? low.shape.fields(type.name) : undefined;
  if (declared === undefined || fields.some((field) => field.name !== undefined)) return fields;
  return fields.map((field, i) => (declared[i] ? { name: declared[i].name, src: field.src } : field));
}

export function elemType(type: Type | undefined): Type {
  if (type?.k === 'pointer' && type.elem.k === 'array') return type.elem.elem;
  return type !== undefined && (type.k === 'slice' || type.k === 'array' || type.k === 'map' || type.k === 'chan') ? type.elem : unknownType;
}

function sliceType(type: Type | undefined): Type {
  const array = type?.k === 'pointer' ? type.elem : type;
  if (array?.k === 'array') return { k: 'slice', elem: array.elem };
  return type ?? unknownType;
}

export { isTypeExpr };
