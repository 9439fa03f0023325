/** C types in what a package exports: each package has C types of its own, so nobody else can name or make them. Source: cmd/cgo, "Go references to C". */
import type { Span } from '../base/span.ts';
import type { Expr, Param, Signature, TypeSpec, ValueSpec } from '../syntax/go/ast.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import type { PackageFile, PackageModel } from './package-model.ts';

export interface ExposedCType {
  /** What exports it: `Open`, `Conn.Handle`. */
  readonly name: string;
  readonly how: 'parameter' | 'result' | 'field' | 'alias' | 'type' | 'variable';
  /** The C type's name. */
  readonly type: string;
  /** Of `C.name`, relative to the declaration. */
  readonly span: Span;
}

/** Whether others can import the package at all. */
export const isImportable = ({ files }: PackageModel): boolean => files.some(({ go }) => go.packageName !== undefined) && !files.some(({ go, file }) => go.packageName === 'main' || /\/internal\//.test(file));

/** The first C type that each exported name of a declaration shows; a method counts with its type. */
export function exposedCTypes(syntax: DeclSyntax): readonly ExposedCType[] {
  let found = known.get(syntax);
  if (!found) known.set(syntax, (found = syntax.text.includes('C.') ? inDeclaration(syntax) : none));
  return found;
}

const known = new WeakMap<DeclSyntax, readonly ExposedCType[]>();
const none: readonly ExposedCType[] = [];

/** Files whose names nobody chose say nothing of what their authors want. */
export const isWritten = (file: PackageFile): boolean => file.cImport !== undefined && !file.generated;

const isExported = (name: string | undefined): boolean => name !== undefined && /^\p{Lu}/u.test(name);

function inDeclaration({ decl }: DeclSyntax): readonly ExposedCType[] {
  if (decl.k === 'Func') {
    // Hardly any signature has one.
    const found = inSignature(decl.sig);
    const owner = found && decl.recv && ownerOf(decl.recv);
    if (!found || !isExported(decl.name) || (decl.recv && !isExported(owner))) return none;
    return [{ name: owner === undefined ? decl.name : `${owner}.${decl.name}`, ...found }];
  }
  if (decl.k === 'TypeDecl') return decl.specs.flatMap((spec) => (isExported(spec.name) ? [...inType(spec)] : []));
  return decl.k === 'VarDecl' && !decl.const ? decl.specs.flatMap((spec) => [...inVariable(spec)]) : none;
}

function ownerOf({ type }: Param): string | undefined {
  let at = type;
  while (at.k === 'Paren' || at.k === 'Unary' || at.k === 'Index') at = at.x;
  return at.k === 'Ident' ? at.name : undefined;
}

type Found = Omit<ExposedCType, 'name'>;

function inSignature(sig: Signature): Found | undefined {
  const taken = inParams(sig.params);
  if (taken) return { how: 'parameter', ...taken };
  const given = inParams(sig.results);
  return given && { how: 'result', ...given };
}

function* inType({ name, type, alias }: TypeSpec): Iterable<ExposedCType> {
  if (type.k === 'StructType') {
    for (const field of type.fields) {
      const found = isExported(field.name) ? cTypeIn(field.type) : undefined;
      if (found) yield { name: `${name}.${field.name}`, how: 'field', ...found };
    }
  } else if (type.k === 'InterfaceType') {
    for (const method of type.methods ?? []) {
      const found = isExported(method.name) ? inSignature(method.sig) : undefined;
      if (found) yield { name: `${name}.${method.name}`, ...found };
    }
  } else {
    // `type Status C.int` is a type of the package itself.
    const isOwn = !alias && type.k === 'Selector';
    const found = isOwn ? undefined : cTypeIn(type);
    if (found) yield { name, how: alias ? 'alias' : 'type', ...found };
  }
}

function* inVariable({ names, type }: ValueSpec): Iterable<ExposedCType> {
  const name = names.find((one) => isExported(one.name))?.name;
  const found = name === undefined ? undefined : cTypeIn(type);
  if (name !== undefined && found) yield { name, how: 'variable', ...found };
}

/** The first C type in a type. */
function cTypeIn(expr: Expr | undefined): { readonly type: string; readonly span: Span } | undefined {
  switch (expr?.k) {
    case 'Selector':
      return expr.x.k === 'Ident' && expr.x.name === 'C' ? { type: expr.name, span: { start: expr.s, end: expr.e } } : undefined;
    case 'Paren':
    case 'Unary':
      return cTypeIn(expr.x);
    case 'Index':
      return first(expr.i);
    case 'SliceType':
    case 'ArrayType':
    case 'ChanType':
      return cTypeIn(expr.elem);
    case 'MapType':
      return first([expr.key, expr.elem]);
    case 'FuncType':
      return first([...expr.sig.params, ...expr.sig.results].map(({ type }) => type));
    case 'StructType':
      return first(expr.fields.map(({ type }) => type));
    default:
      return undefined;
  }
}

function inParams(params: readonly Param[]): ReturnType<typeof cTypeIn> {
  for (const { type } of params) {
    const found = cTypeIn(type);
    if (found) return found;
  }
  return undefined;
}

function first(exprs: readonly Expr[]): ReturnType<typeof cTypeIn> {
  for (const expr of exprs) {
    const found = cTypeIn(expr);
    if (found) return found;
  }
  return undefined;
}
