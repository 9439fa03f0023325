/** Go code around `C` that the cgo command or the compiler refuses whatever the types are. Source: cmd/cgo/ast.go, gcc.go; "Go references to C". */
import type { Span } from '../base/span.ts';
import type { Expr } from '../syntax/go/ast.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { spansWith } from './mentions.ts';

export interface Unsupported {
  readonly how: 'errno' | 'embedded' | 'method' | 'mangled' | 'two-results';
  /** The name it is about, without `C.`. */
  readonly name: string;
  /** Relative to the declaration. */
  readonly span: Span;
}

const known = new WeakMap<DeclSyntax, readonly Unsupported[]>();

/** Functions of cgo that have no form with a second result. */
const withoutErrno = new Set(['malloc', 'CString', 'CBytes', 'GoString', 'GoStringN', 'GoBytes']);

/** Identifiers that cgo generates itself. Source: cmd/cgo/gcc.go, isMangledName. */
const mangled = /^_C(?:type|func|2func|var|fpvar|iconst|fconst|sconst|struct|macro)_/;

export function unsupported(syntax: DeclSyntax): readonly Unsupported[] {
  let found = known.get(syntax);
  if (!found) known.set(syntax, (found = mayHold.test(syntax.text) || (syntax.decl.k === 'Func' && syntax.decl.recv && cName(withoutStar(syntax.decl.recv.type)) !== undefined) ? collect(syntax) : []));
  return found;
}

/**
 * What stands in each of the constructs: nearly all declarations have none of it, and are not walked. It looks back for the comma, so that a
 * table of data, which has nothing but commas, is read once.
 */
const mayHold = /\b_C|\bC\s*\.\s*errno\b|\bstruct\b|=\s*C\s*\.\s*(?:malloc|CString|CBytes|GoString|GoStringN|GoBytes)\b(?<=,\s*[^\n=;{}]*=\s*C\s*\.\s*\w+)/;

function collect({ decl, text }: DeclSyntax): Unsupported[] {
  const out: Unsupported[] = [];
  const concerned = spansWith(text, /\bC\s*\.|\b_C/g);
  const add = (how: Unsupported['how'], name: string, at: { readonly s: number; readonly e: number }): void => {
    out.push({ how, name, span: { start: at.s, end: at.e } });
  };
  if (decl.k === 'Func' && decl.recv) {
    const base = withoutStar(decl.recv.type);
    const name = cName(base);
    if (name !== undefined) add('method', name, base);
  }
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item);
      return;
    }
    if (!isNode(value)) {
      if (typeof value === 'object' && value !== null) for (const key in value) walk((value as Record<string, unknown>)[key]);
      return;
    }
    const node = value as Expr;
    if (!concerned(node)) return;
    if (node.k === 'StructType') {
      for (const field of node.fields) {
        const name = field.name === undefined ? cName(withoutStar(field.type)) : undefined;
        if (name !== undefined) add('embedded', name, field.type);
      }
    } else if (node.k === 'Selector' && cName(node) === 'errno') add('errno', 'errno', node);
    else if (node.k === 'Ident' && mangled.test(node.name)) add('mangled', node.name, node);
    const two = twoResults(value);
    if (two) add('two-results', two.name, two.at);
    for (const key in value as object) walk((value as unknown as Record<string, unknown>)[key]);
  };
  walk(decl);
  return out;
}

/** `p, err := C.malloc(n)` */
function twoResults(node: object): { readonly name: string; readonly at: Expr } | undefined {
  const at = node as { readonly k?: string; readonly lhs?: readonly unknown[]; readonly rhs?: readonly Expr[]; readonly names?: readonly unknown[]; readonly values?: readonly Expr[] };
  const values = at.k === 'Assign' ? at.rhs : at.values;
  const targets = at.k === 'Assign' ? at.lhs : at.names;
  const call = values?.length === 1 && targets?.length === 2 ? values[0] : undefined;
  const name = call?.k === 'Call' ? cName(call.fn) : undefined;
  return name !== undefined && call && withoutErrno.has(name) ? { name, at: call } : undefined;
}

const isNode = (value: unknown): value is { readonly k: string } => typeof value === 'object' && value !== null && 'k' in value;

function withoutStar(type: Expr): Expr {
  return type.k === 'Paren' ? withoutStar(type.x) : type.k === 'Unary' && type.op === '*' ? withoutStar(type.x) : type;
}

const cName = (expr: Expr): string | undefined => (expr.k === 'Selector' && expr.x.k === 'Ident' && expr.x.name === 'C' ? expr.name : undefined);
