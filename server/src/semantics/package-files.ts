/** What each file adds to its package: imports, functions, types. Kept by the parsed file and by declaration, so that files nobody edits cost nothing. */
import type { Span } from '../base/span.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { Decl, Expr, FuncDecl, ValueSpec } from '../syntax/go/ast.ts';
import type { DeclSyntax, GoFile, TopDecl } from '../syntax/go/go-file.ts';
import { exportName } from './exports.ts';
import { cImport, type CImport } from './preamble.ts';
import type { FuncShape } from './shape.ts';
import { type Imports, ownTypeName, type Type, typeOf, unknownType } from './types.ts';

/** One Go file as it comes in: its text parsed, its preamble read. */
export interface GoSource {
  readonly file: string;
  readonly go: GoFile;
  readonly cImport?: CImport;
  readonly preambleUnit?: CUnit;
}

/** A .c or .h file of the folder. */
export interface CSource {
  readonly file: string;
  readonly text: string;
  readonly unit: CUnit;
}

export interface PackageFile extends GoSource {
  readonly imports: Imports;
  readonly generated: boolean;
  readonly functions: readonly GoFunction[];
  /** The declarations that are no functions. */
  readonly others: readonly TopDecl[];
}

export interface GoFunction {
  readonly name: string;
  readonly recv?: string;
  readonly top: TopDecl;
  readonly decl: FuncDecl;
  readonly file: PackageFile;
  /** The C name, when a `//export` comment stands above it. */
  readonly exported?: string;
}

export interface GoType {
  readonly name: string;
  readonly type: Type;
  readonly alias: boolean;
  readonly params: readonly string[];
  readonly top: TopDecl;
  readonly file: PackageFile;
  /** Of the name, relative to the declaration. */
  readonly nameSpan: Span;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

export const functionKey = (callee: { readonly recv?: string; readonly name: string }): string => (callee.recv === undefined ? callee.name : `${callee.recv}.${callee.name}`);

/** Finds the import of "C" of a parsed file. */
export function findCImport(go: GoFile): CImport | undefined {
  for (const top of go.decls) {
    const found = top.syntax.kind === 'import' ? cImport(go.text, top) : undefined;
    if (found) return found;
  }
  return undefined;
}

const files = new WeakMap<GoFile, PackageFile>();

/** The file with what it declares; the same object for the same text and preamble. */
export function fileOf(source: GoSource): PackageFile {
  const known = files.get(source.go);
  if (known && known.file === source.file && known.preambleUnit === source.preambleUnit) return known;
  const imports = importsOf(source.go);
  const functions: GoFunction[] = [];
  const others: TopDecl[] = [];
  const file: PackageFile = { ...source, imports, functions, others, generated: isGenerated(source.go) };
  for (const top of source.go.decls) {
    if (top.syntax.kind !== 'func') others.push(top);
    const decl = top.syntax.kind === 'var' ? initialiser(top.syntax.decl) : top.syntax.decl;
    if (decl?.k !== 'Func') continue;
    const fn: Mutable<GoFunction> = { name: decl.name, top, decl, file };
    const recv = receiverOf(decl, imports);
    if (recv !== undefined) fn.recv = recv;
    const exported = source.cImport && top.doc ? exportName(source.go.text, top.doc) : undefined;
    if (exported !== undefined) fn.exported = exported;
    functions.push(fn);
  }
  files.set(source.go, file);
  return file;
}

const interned = new Map<string, Imports>();

function importsOf(go: GoFile): Imports {
  const map = new Map<string, string>();
  for (const { syntax } of go.decls) {
    if (syntax.decl.k !== 'Import') continue;
    for (const spec of syntax.decl.specs) map.set(spec.name ?? defaultName(spec.path), spec.path);
  }
  // Equal imports are one object, so that what was lowered with them stays valid while the file is edited.
  const key = [...map].join();
  const imports = interned.get(key) ?? map;
  interned.set(key, imports);
  return imports;
}

interface Head {
  readonly imports: Imports;
  readonly recv?: string;
  shape?: FuncShape;
}

const heads = new WeakMap<FuncDecl, Head>();

function headOf(decl: FuncDecl, imports: Imports): Head {
  let head = heads.get(decl);
  if (head?.imports !== imports) {
    const recv = decl.recv && (ownTypeName(typeOf(decl.recv.type, imports)) ?? '?');
    heads.set(decl, (head = { imports, ...(recv !== undefined ? { recv } : {}) }));
  }
  return head;
}

const receiverOf = (decl: FuncDecl, imports: Imports): string | undefined => (decl.recv ? headOf(decl, imports).recv : undefined);

/** The types of parameters and results; the same object as long as the declaration and the imports are. */
export function shapeOf({ decl, file }: GoFunction): FuncShape {
  const head = headOf(decl, file.imports);
  const types = (list: FuncDecl['sig']['params']): Type[] => list.map((param) => typeOf(param.type, file.imports));
  return (head.shape ??= { params: types(decl.sig.params), variadic: decl.sig.params.at(-1)?.variadic ?? false, results: types(decl.sig.results) });
}

const initialisers = new WeakMap<Decl, FuncDecl>();

/** Package variables with function literals are initialised by code, which is looked at like an init function. */
function initialiser(decl: Decl): FuncDecl | undefined {
  if (decl.k !== 'VarDecl' || !decl.specs.some((spec) => spec.values.some(mayHoldLiteral) || isNilOfC(spec))) return undefined;
  let made = initialisers.get(decl);
  if (!made) {
    made = { k: 'Func', s: decl.s, e: decl.e, name: 'init', n: decl.s, typeParams: [], sig: { params: [], results: [] }, body: { k: 'Block', s: decl.s, e: decl.e, body: [decl] } };
    initialisers.set(decl, made);
  }
  return made;
}

/** `var d C.EGLDisplay = nil` */
const isNilOfC = ({ type, values }: ValueSpec): boolean => type?.k === 'Selector' && type.x.k === 'Ident' && type.x.name === 'C' && values.some((value) => value.k === 'Ident' && value.name === 'nil');

const mayHoldLiteral = (value: Expr): boolean => value.k === 'FuncLit' || value.k === 'Composite' || value.k === 'Call' || (value.k === 'Unary' && mayHoldLiteral(value.x));

/** The name a package is used by when the import gives none: the last path element, a version suffix aside. */
function defaultName(path: string): string {
  const parts = path.split('/');
  const last = parts.at(-1) ?? '';
  const name = /^v\d+$/.test(last) && parts.length > 1 ? parts.at(-2)! : last;
  return name.replace(/^go-|\.go$|\.v\d+$/g, '');
}

/** Source: go command documentation, "generated source". */
function isGenerated(go: GoFile): boolean {
  const head = go.text.slice(0, go.packageClause.start);
  return /^\/\/ Code generated .* DO NOT EDIT\.\r?$/m.test(head);
}

/** What a declaration of types or variables says, kept as long as its text and the imports are the same. */
interface Declared {
  readonly imports: Imports;
  readonly types: readonly { readonly name: string; readonly type: Type; readonly alias: boolean; readonly params: readonly string[]; readonly nameSpan: Span }[];
  readonly globals: readonly { readonly name: string; /** Absent where only its first value tells: see `initialType`. */ readonly type?: Type }[];
}

const declared = new WeakMap<DeclSyntax, Declared>();

function declaredBy(syntax: DeclSyntax, imports: Imports): Declared {
  const known = declared.get(syntax);
  if (known?.imports === imports) return known;
  const { decl } = syntax;
  const made: Declared = {
    imports,
    types: decl.k === 'TypeDecl' ? decl.specs.map((spec) => ({ name: spec.name, type: typeOf(spec.type, imports), alias: spec.alias, params: spec.params, nameSpan: { start: spec.n, end: spec.n + spec.name.length } })) : [],
    globals: decl.k === 'VarDecl' && !decl.const ? decl.specs.flatMap((spec) => spec.names.map(({ name }) => ({ name, ...(spec.type ? { type: typeOf(spec.type, imports) } : {}) }))) : [],
  };
  declared.set(syntax, made);
  return made;
}

/**
 * What the first value of a package variable tells of its type: `T{…}`, `&T{…}`, `make(T)`, `new(T)`; for the call of a function of the package, which
 * one that is. Values are read when somebody asks.
 */
export function initialType({ syntax, imports }: { readonly syntax: DeclSyntax; readonly imports: Imports }, name: string): { readonly type: Type; readonly maker?: string } {
  const decl = syntax.full();
  if (decl.k !== 'VarDecl') return { type: unknownType };
  for (const { names, values } of decl.specs) {
    const value = names.length === values.length ? values[names.findIndex((one) => one.name === name)] : undefined;
    if (value) return valueType(value, imports);
  }
  return { type: unknownType };
}

function valueType(value: Expr, imports: Imports): { readonly type: Type; readonly maker?: string } {
  if (value.k === 'Composite' && value.type) return { type: typeOf(value.type, imports) };
  if (value.k === 'Unary' && value.op === '&' && value.x.k === 'Composite' && value.x.type) return { type: { k: 'pointer', elem: typeOf(value.x.type, imports) } };
  if (value.k !== 'Call' || value.fn.k !== 'Ident') return { type: unknownType };
  const first = value.args[0];
  if (value.fn.name === 'make' && first) return { type: typeOf(first, imports) };
  if (value.fn.name === 'new' && first) return { type: { k: 'pointer', elem: typeOf(first, imports) } };
  return { type: unknownType, maker: value.fn.name };
}

export function typesOf(file: PackageFile): GoType[] {
  return file.others.flatMap((top) => (top.syntax.kind === 'type' ? declaredBy(top.syntax, file.imports).types.map((type): GoType => ({ ...type, top, file })) : []));
}

export interface PackageVariable {
  readonly name: string;
  readonly type?: Type;
  readonly syntax: DeclSyntax;
  readonly imports: Imports;
}

export function globalsOf(file: PackageFile): PackageVariable[] {
  return file.others.flatMap(({ syntax }) => (syntax.kind === 'var' ? declaredBy(syntax, file.imports).globals.map((one) => ({ ...one, syntax, imports: file.imports })) : []));
}
