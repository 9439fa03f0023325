/** Walks over lowered C: every step and expression below a value, and names for the values of expressions. */
import type { CBody, CExpr, CStep } from '../../syntax/c/c-facts.ts';

/** Visits every step and expression below a value. */
export function each(value: unknown, visit: (node: CExpr | CStep) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) each(one, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if ('kind' in value) visit(value as CExpr | CStep);
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'object' && key !== 'span') each(child, visit);
  }
}

/** Equal for the same variable, field or `strlen` of one: it says nothing about when the value was read. */
export function exprKey(expr: CExpr | undefined): string | undefined {
  switch (expr?.kind) {
    case 'name':
      return expr.name;
    case 'field': {
      const of = exprKey(expr.of);
      return of === undefined ? undefined : `${of}.${expr.name}`;
    }
    case 'call': {
      const of = expr.callee === 'strlen' && expr.args.length === 1 ? exprKey(expr.args[0]) : undefined;
      return of === undefined ? undefined : `strlen(${of})`;
    }
    default:
      return undefined;
  }
}

/** What the variables of a body are: their declared types, and the one value of those that are set once. */
export interface CLocals {
  typeOf(name: string): string | undefined;
  /** The value of a variable that is given one exactly once, and whose address nobody takes. */
  valueOf(name: string): CExpr | undefined;
  /** How often a name of the body is given a value. */
  timesSet(name: string): number;
}

const locals = new WeakMap<CBody, CLocals>();

/** The variables of a body. A name that is declared twice counts as set twice. */
export function localsOf(body: CBody): CLocals {
  let found = locals.get(body);
  if (!found) locals.set(body, (found = readLocals(body)));
  return found;
}

function readLocals(body: CBody): CLocals {
  const types = new Map<string, string>();
  const values = new Map<string, CExpr | undefined>();
  const times = new Map<string, number>();
  const set = (name: string, value: CExpr | undefined): void => {
    times.set(name, (times.get(name) ?? 0) + 1);
    values.set(name, value);
  };
  each(body.steps, (node) => {
    if (node.kind === 'declare') {
      if (types.has(node.name)) set(node.name, undefined);
      types.set(node.name, node.type);
      if (node.value) set(node.name, node.value);
    } else if (node.kind === 'assign' && node.target.kind === 'name') set(node.target.name, node.plain ? node.value : undefined);
    else if (node.kind === 'address' && node.of.kind === 'name') set(node.of.name, undefined);
  });
  return {
    typeOf: (name) => types.get(name),
    valueOf: (name) => (times.get(name) === 1 && types.has(name) ? values.get(name) : undefined),
    timesSet: (name) => times.get(name) ?? 0,
  };
}
