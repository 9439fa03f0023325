/** Evaluates constant expressions, as far as literals and constants of the package go. Source: Go spec, "Constant expressions". */
import type { Expr } from '../syntax/go/ast.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import type { PackageModel } from './package-model.ts';

const limits: Readonly<Record<string, number>> = {
  MaxInt8: 127, MaxInt16: 32767, MaxInt32: 2 ** 31 - 1, MaxInt64: 2 ** 63, MaxInt: 2 ** 63, MaxUint8: 255, MaxUint16: 65535, MaxUint32: 2 ** 32 - 1, MaxUint64: 2 ** 64,
};

/** The value, or undefined when it is not known. Large values lose precision, which is good enough to compare sizes. */
export function constantValue(expr: Expr | undefined, model: PackageModel, depth = 0): number | undefined {
  if (expr === undefined || depth > 8) return undefined;
  const value = (inner: Expr): number | undefined => constantValue(inner, model, depth + 1);
  switch (expr.k) {
    case 'Literal':
      return expr.kind === 'int' ? Number(expr.text.replaceAll('_', '').replace(/^0(?=\d)/, '0o')) : expr.kind === 'float' ? Number(expr.text) : undefined;
    case 'Paren':
      return value(expr.x);
    case 'Selector':
      return expr.x.k === 'Ident' && expr.x.name === 'math' ? limits[expr.name] : undefined;
    case 'Ident':
      return value(declared(expr.name, model) ?? { k: 'Bad', s: 0, e: 0 });
    case 'Unary':
      return expr.op === '-' ? negate(value(expr.x)) : undefined;
    case 'Call':
      return expr.args.length === 1 ? value(expr.args[0]!) : undefined;
    case 'Binary': {
      const l = value(expr.l);
      const r = value(expr.r);
      return l === undefined || r === undefined ? undefined : binary(expr.op, l, r);
    }
    default:
      return undefined;
  }
}

/** The value of a constant of the package; undefined when `name` is none, or not known. */
export function constantNamed(name: string, model: PackageModel): number | undefined {
  return constantValue(declared(name, model), model);
}

const negate = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value);

function binary(op: string, l: number, r: number): number | undefined {
  switch (op) {
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    case '/':
      return r === 0 ? undefined : Math.trunc(l / r);
    case '<<':
      return l * 2 ** r;
    case '>>':
      return Math.floor(l / 2 ** r);
    default:
      return undefined;
  }
}

/** Looked up by name, and read when asked for: lists of constants may be as long as all other code. */
const constants = new WeakMap<readonly DeclSyntax[], Map<string, Expr | undefined>>();

function declared(name: string, { constants: declarations }: PackageModel): Expr | undefined {
  let known = constants.get(declarations);
  if (!known) constants.set(declarations, (known = new Map()));
  if (!known.has(name)) known.set(name, find(name, declarations));
  return known.get(name);
}

/** Of several variants the last. */
function find(name: string, declarations: readonly DeclSyntax[]): Expr | undefined {
  let found: Expr | undefined;
  for (const syntax of declarations) {
    const decl = syntax.text.includes(name) ? syntax.full() : undefined;
    if (decl?.k !== 'VarDecl') continue;
    for (const { names, values } of decl.specs) found = values[names.findIndex((one) => one.name === name)] ?? found;
  }
  return found;
}
