/** Sizes in C bodies as small symbolic values: a constant times something plus a constant. */
import type { CBody, CExpr, CFunction } from '../../syntax/c/c-facts.ts';
import { exprKey, localsOf } from './walk.ts';

/** `times * of + plus` bytes (or whatever is counted). */
export interface CSize {
  readonly times: number;
  readonly plus: number;
  /** Names what is multiplied; absent for a constant. */
  readonly of?: string;
  /** Types that were measured on the way. */
  readonly measured: readonly string[];
}

/** What a size needs to know of the body it stands in. */
export interface CSizing {
  readonly fn: CFunction;
  readonly body: CBody;
  /** The size of a type in bytes, where it is the same on all 64-bit platforms and in view. */
  sizeOf(type: string): number | undefined;
}

/** The declared type of a variable or parameter. */
export const declaredType = ({ fn, body }: Pick<CSizing, 'fn' | 'body'>, name: string): string | undefined =>
  localsOf(body).typeOf(name) ?? fn.params.find((param) => param.name === name)?.type;

/** What a pointer or array type points to. */
export function pointee(type: string | undefined): string | undefined {
  const found = type === undefined ? undefined : /^(.*?)\s*(?:\*|\[[^\]]*\])$/.exec(type.trim());
  return found?.[1]?.replace(/^const /, '').trim();
}

/** The value of a size; undefined when it is no sum or product of this form. */
export function sizeIn(at: CSizing, expr: CExpr, depth = 0): CSize | undefined {
  if (depth > 10) return undefined;
  const inner = (one: CExpr): CSize | undefined => sizeIn(at, one, depth + 1);
  switch (expr.kind) {
    case 'null':
      return constant(0);
    case 'number': {
      if (expr.value !== undefined) return constant(expr.value);
      const type = expr.sizeOf === undefined ? undefined : measuredType(at, expr.sizeOf);
      const size = type === undefined ? undefined : at.sizeOf(type);
      return size === undefined ? undefined : { times: 0, plus: size, measured: [type!] };
    }
    case 'name': {
      const value = localsOf(at.body).valueOf(expr.name);
      return (value && inner(value)) ?? counted(expr);
    }
    case 'field':
    case 'call':
      return counted(expr);
    case 'arithmetic': {
      const [l, r] = [inner(expr.left), inner(expr.right)];
      if (!l || !r || expr.op === '&' || (l.of !== undefined && r.of !== undefined) || (expr.op === '-' && r.of !== undefined)) return undefined;
      const sign = expr.op === '-' ? -1 : 1;
      return { ...(l.of === undefined ? r : l), plus: l.plus + sign * r.plus, measured: [...l.measured, ...r.measured] };
    }
    case 'opaque': {
      const [left, right] = expr.parts;
      return expr.product && left && right ? product(inner(left), inner(right)) : undefined;
    }
    default:
      return undefined;
  }
}

export function product(l: CSize | undefined, r: CSize | undefined): CSize | undefined {
  if (!l || !r || (l.of !== undefined && r.of !== undefined)) return undefined;
  const [factor, other] = l.of === undefined ? [l, r] : [r, l];
  return { ...other, times: other.times * factor.plus, plus: other.plus * factor.plus, measured: [...l.measured, ...r.measured] };
}

const constant = (plus: number): CSize => ({ times: 0, plus, measured: [] });

function counted(expr: CExpr): CSize | undefined {
  const of = exprKey(expr);
  return of === undefined ? undefined : { times: 1, plus: 0, of, measured: [] };
}

/** The type behind `sizeof`: of a plain name that is no variable the reader took for an expression, it is the name itself. */
function measuredType(at: CSizing, what: string | CExpr): string | undefined {
  if (typeof what === 'string') return what;
  if (what.kind === 'name') {
    const declared = declaredType(at, what.name);
    return declared === undefined ? what.name : declared;
  }
  if (what.kind === 'deref' && what.of.kind === 'name') return pointee(declaredType(at, what.of.name));
  return undefined;
}
