/** Go types as far as the text shows them. There is no type checker: what no declaration in view says is unknown. */
import type { Expr, Signature } from '../syntax/go/ast.ts';

export type Type =
  | { readonly k: 'unknown' }
  /** `pkg` is an import path, 'C', or absent for a type of this package or a predeclared one. */
  | { readonly k: 'named'; readonly pkg?: string; readonly name: string; /** Type arguments. */ readonly args?: readonly Type[] }
  | { readonly k: 'pointer'; readonly elem: Type }
  | { readonly k: 'slice'; readonly elem: Type }
  | { readonly k: 'array'; readonly elem: Type; /** source of the length */ readonly len?: Expr }
  | { readonly k: 'map'; readonly elem: Type }
  | { readonly k: 'chan'; readonly elem: Type }
  | { readonly k: 'func'; readonly sig: Signature }
  | { readonly k: 'struct'; readonly fields: readonly StructField[] }
  | { readonly k: 'interface'; /** Results of the methods it lists. */ readonly methods?: ReadonlyMap<string, readonly Type[]> };

export interface StructField {
  readonly name: string;
  readonly type: Type;
  readonly embedded: boolean;
  /** Of the name, relative to the declaration. */
  readonly s: number;
  readonly e: number;
}

export const unknownType: Type = { k: 'unknown' };
export const unsafePointer: Type = { k: 'named', pkg: 'unsafe', name: 'Pointer' };

/** How a file names packages: local name to import path. */
export type Imports = ReadonlyMap<string, string>;

/** Reads a type expression. */
export function typeOf(expr: Expr | undefined, imports: Imports): Type {
  switch (expr?.k) {
    case 'Ident':
      return { k: 'named', name: expr.name };
    case 'Selector': {
      const pkg = expr.x.k === 'Ident' ? imports.get(expr.x.name) : undefined;
      return pkg === undefined ? unknownType : { k: 'named', pkg, name: expr.name };
    }
    case 'Paren':
      return typeOf(expr.x, imports);
    case 'Index': {
      const type = typeOf(expr.x, imports);
      return type.k === 'named' ? { ...type, args: expr.i.map((arg) => typeOf(arg, imports)) } : type;
    }
    case 'Unary':
      return expr.op === '*' ? { k: 'pointer', elem: typeOf(expr.x, imports) } : unknownType;
    case 'SliceType':
      return { k: 'slice', elem: typeOf(expr.elem, imports) };
    case 'ArrayType':
      return { k: 'array', elem: typeOf(expr.elem, imports), ...(expr.len ? { len: expr.len } : {}) };
    case 'MapType':
      return { k: 'map', elem: typeOf(expr.elem, imports) };
    case 'ChanType':
      return { k: 'chan', elem: typeOf(expr.elem, imports) };
    case 'FuncType':
      return { k: 'func', sig: expr.sig };
    case 'InterfaceType':
      return { k: 'interface', ...(expr.methods ? { methods: new Map(expr.methods.map(({ name, sig }) => [name, sig.results.map((result) => typeOf(result.type, imports))])) } : {}) };
    case 'StructType':
      return {
        k: 'struct',
        fields: expr.fields.map((field) => {
          const type = typeOf(field.type, imports);
          return { name: field.name ?? embeddedName(type), type, embedded: field.name === undefined, s: field.s, e: field.e };
        }),
      };
    default:
      return unknownType;
  }
}

/** The field name of an embedded type. */
function embeddedName(type: Type): string {
  if (type.k === 'pointer') return embeddedName(type.elem);
  return type.k === 'named' ? type.name : '';
}

export const isUnsafePointer = (type: Type | undefined): boolean => type?.k === 'named' && type.pkg === 'unsafe' && type.name === 'Pointer';

/** Whether a type is one of reflect's headers, which hold an address as a number. Source: package reflect. */
export const isReflectHeader = (type: Type | undefined): boolean => type?.k === 'named' && type.pkg === 'reflect' && (type.name === 'SliceHeader' || type.name === 'StringHeader');

/** The name of `T` in `C.T`, or undefined. */
export const cTypeName = (type: Type | undefined): string | undefined => (type?.k === 'named' && type.pkg === 'C' ? type.name : undefined);

/** Whether the type is a pointer to a C type, or unsafe.Pointer. */
export function isCPointer(type: Type | undefined): boolean {
  if (type?.k === 'pointer') return cTypeName(type.elem) !== undefined || isCPointer(type.elem);
  return isUnsafePointer(type);
}

/** The name of the package's own type that `type` is or points to. */
export function ownTypeName(type: Type | undefined): string | undefined {
  if (type?.k === 'pointer') return ownTypeName(type.elem);
  return type?.k === 'named' && type.pkg === undefined ? type.name : undefined;
}

/** Whether two visible types are the same; unknown equals nothing. */
export function sameType(a: Type | undefined, b: Type | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.k === 'named' && b.k === 'named') return a.pkg === b.pkg && a.name === b.name;
  if ((a.k === 'pointer' && b.k === 'pointer') || (a.k === 'slice' && b.k === 'slice')) return sameType(a.elem, b.elem);
  return false;
}

/** Writes a type as Go would; for messages and fixes. `C` types keep their qualifier, other packages show their last path element. */
export function typeText(type: Type): string {
  switch (type.k) {
    case 'named':
      return type.pkg === undefined ? type.name : `${type.pkg.slice(type.pkg.lastIndexOf('/') + 1)}.${type.name}`;
    case 'pointer':
      return `*${typeText(type.elem)}`;
    case 'slice':
      return `[]${typeText(type.elem)}`;
    default:
      return type.k;
  }
}
