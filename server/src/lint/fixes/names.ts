/** Chooses short idiomatic names for variables that a fix introduces. */
import type { Call, Expr } from '../../syntax/go/ast.ts';

const keywords = new Set(
  ('break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct ' +
    'switch type var').split(' '),
);
const initialisms = new Set(['id', 'url', 'uri', 'sql', 'uuid', 'json', 'xml', 'html', 'http', 'ip', 'api', 'ok']);

/** `base`, or `base2`, `base3` … where it is used already. */
export function freshName(base: string, used: ReadonlySet<string>): string {
  const isFree = (name: string): boolean => !used.has(name) && !keywords.has(name);
  if (isFree(base)) return base;
  for (let i = 2; ; i++) if (isFree(`${base}${i}`)) return `${base}${i}`;
}

/** A name for the C memory that `call` returns: `C.CString(name)` gives cName, `C.CString(s)` gives cs. */
export function nameForResult(call: Call): string {
  const callee = call.fn.k === 'Selector' ? call.fn.name : '';
  const isCopy = callee === 'CString' || callee === 'CBytes';
  const argument = isCopy && call.args[0] ? lastName(call.args[0]) : undefined;
  if (argument === undefined || !/^[A-Za-z][A-Za-z0-9]*$/.test(argument)) return callee === 'CString' ? 'cs' : callee === 'CBytes' ? 'buf' : 'p';
  if (initialisms.has(argument)) return `c${argument.toUpperCase()}`;
  return argument.length === 1 ? `c${argument.toLowerCase()}` : `c${argument[0]!.toUpperCase()}${argument.slice(1)}`;
}

/** The name that says most about a value: of the variable, the field or the method it comes from. */
function lastName(expr: Expr): string | undefined {
  if (expr.k === 'Ident') return expr.name;
  if (expr.k === 'Selector') return expr.name;
  if (expr.k === 'Paren' || expr.k === 'Index' || expr.k === 'Slice') return lastName(expr.x);
  if (expr.k !== 'Call') return undefined;
  const isConversion = expr.fn.k === 'Ident' && (expr.fn.name === 'string' || expr.fn.name === 'append') && expr.args[0];
  return isConversion ? lastName(isConversion) : expr.args.length === 0 ? lastName(expr.fn) : undefined;
}
