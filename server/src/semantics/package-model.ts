/** A package as its files show it: functions, types, globals, exports, and the C beside them. Built anew for every revision from parts that keep their identity. */
import type { Span } from '../base/span.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { Decl, Expr, FuncDecl } from '../syntax/go/ast.ts';
import type { DeclSyntax, GoFile, TopDecl } from '../syntax/go/go-file.ts';
import { Contracts } from './c/contracts.ts';
import { CView } from './c-view.ts';
import { exportName } from './exports.ts';
import { cNames } from './mentions.ts';
import { cImport, type CImport } from './preamble.ts';
import type { FuncShape, Shape } from './shape.ts';
import { type Imports, ownTypeName, type StructField, type Type, typeOf, typeText, unknownType } from './types.ts';

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
  readonly top: TopDecl;
  readonly file: PackageFile;
  /** Of the name, relative to the declaration. */
  readonly nameSpan: Span;
}

export const functionKey = (callee: { readonly recv?: string; readonly name: string }): string => (callee.recv === undefined ? callee.name : `${callee.recv}.${callee.name}`);

/** Finds the import of "C" of a parsed file. */
export function findCImport(go: GoFile): CImport | undefined {
  for (const top of go.decls) {
    const found = top.syntax.kind === 'import' ? cImport(go.text, top) : undefined;
    if (found) return found;
  }
  return undefined;
}

export class PackageModel {
  readonly files: readonly PackageFile[];
  readonly c: CView;
  /** What is known of C functions that are not in view. */
  readonly contracts: Contracts;
  readonly shape: Shape;
  readonly types: ReadonlyMap<string, readonly GoType[]>;
  readonly functions: ReadonlyMap<string, readonly GoFunction[]>;
  readonly exported: ReadonlySet<string>;
  /** Every file was read and parsed whole: only then does absence prove anything. */
  readonly complete: boolean;
  readonly cSources: readonly CSource[];
  readonly #identity: readonly unknown[];

  private constructor(sources: readonly GoSource[], cSources: readonly CSource[], complete: boolean, previous: PackageModel | undefined, contracts: Contracts) {
    this.contracts = contracts;
    this.cSources = cSources;
    this.files = sources.map((source) => fileOf(source));
    const functions = new Map<string, GoFunction[]>();
    for (const fn of this.files.flatMap((file) => file.functions)) push(functions, functionKey(fn), fn);
    this.functions = functions;
    this.exported = new Set(this.files.flatMap((file) => file.functions.flatMap((fn) => (fn.exported === undefined ? [] : [fn.exported]))));
    this.complete = complete && this.files.every((file) => file.go.broken.length === 0);
    const types = new Map<string, GoType[]>();
    for (const type of this.files.flatMap(typesOf)) push(types, type.name, type);
    this.types = types;
    this.#identity = identityOf(this.files, cSources);
    const same = previous !== undefined && sameList(previous.#identity, this.#identity);
    this.c = same ? previous.c : makeCView(this.files, cSources, this.exported);
    this.shape = same ? previous.shape : new PackageShape(this);
  }

  /** `complete` says that every file of the folder could be read. Parts of `previous` that are still right are kept. */
  static build(sources: readonly GoSource[], cSources: readonly CSource[], complete: boolean, previous?: PackageModel, contracts = none): PackageModel {
    return new PackageModel(sources, cSources, complete, previous, contracts);
  }
}

const none = new Contracts([]);

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** All that names, signatures and C declarations depend on; bodies are left out, so that typing in one changes nothing here. */
function identityOf(files: readonly PackageFile[], cSources: readonly CSource[]): unknown[] {
  const out: unknown[] = cSources.map((source) => source.unit);
  for (const file of files) {
    out.push(file.file, file.preambleUnit, unreadC(file), [...file.imports].join());
    for (const { syntax, doc } of file.go.decls) {
      if (syntax.kind === 'func' && syntax.decl.k === 'Func') {
        const body = /\{/.exec(syntax.text.slice(syntax.decl.n))?.index;
        out.push(syntax.decl.body ? syntax.text.slice(0, syntax.decl.body.s) : body === undefined ? syntax.text : syntax.text.slice(0, syntax.decl.n + body));
        if (doc) out.push(exportName(file.go.text, doc));
        out.push(cNames(syntax).key);
        // A comparison of sizes says something about types, wherever it stands.
        if (syntax.text.includes('Sizeof(') && syntax.text.includes('C.sizeof_')) out.push(syntax);
      } else out.push(syntax);
    }
  }
  return out;
}

function makeCView(files: readonly PackageFile[], cSources: readonly CSource[], exported: ReadonlySet<string>): CView {
  const units = [...files.flatMap((file) => (file.preambleUnit ? [file.preambleUnit] : [])), ...cSources.map((source) => source.unit)];
  const names = files.filter((file) => file.cImport).flatMap((file) => file.go.decls.map(({ syntax }) => cNames(syntax)));
  const wanted = new Set(names.flatMap(({ used }) => [...used]));
  return new CView(units, exported, wanted, new Set(names.flatMap(({ types }) => [...types])), [...files.map(unreadC), ...cSources.map(({ unit, text }) => (unit.hasError ? text : ''))].join('\n'), files.flatMap(unsettledPreamble));
}

/** The preamble while it is being typed: a syntax error, or braces that do not match (stray statements are no error to the parser). */
function unsettledPreamble({ go, cImport, preambleUnit }: PackageFile): CUnit[] {
  if (!preambleUnit || !cImport?.preamble) return [];
  const text = go.text.slice(cImport.preamble.comment.start, cImport.preamble.comment.end);
  return preambleUnit.hasError || text.split('{').length !== text.split('}').length ? [preambleUnit] : [];
}

/** The text in which C may be declared although nobody reads it as such: behind an open comment or a syntax error of the preamble, in comments that are not attached. */
function unreadC(file: PackageFile): string {
  const { go, cImport } = file;
  if (!cImport && !go.text.includes('"C"')) return '';
  return go.text.slice(0, cImport?.span.start ?? go.decls.find(({ syntax }) => syntax.kind === 'func')?.start ?? go.text.length);
}

const interned = new Map<string, Imports>();
const importsOf = new WeakMap<GoFile, Imports>();

function fileOf(source: GoSource): PackageFile {
  let imports = importsOf.get(source.go);
  if (imports === undefined) {
    const map = new Map<string, string>();
    for (const { syntax } of source.go.decls) {
      if (syntax.decl.k !== 'Import') continue;
      for (const spec of syntax.decl.specs) map.set(spec.name ?? defaultName(spec.path), spec.path);
    }
    // Equal imports are one object, so that what was lowered with them stays valid while the file is edited.
    const key = [...map].join();
    imports = interned.get(key) ?? map;
    interned.set(key, imports);
    importsOf.set(source.go, imports);
  }
  const functions: GoFunction[] = [];
  const file: PackageFile = { ...source, imports, functions, generated: isGenerated(source.go) };
  for (const top of source.go.decls) {
    const decl = top.syntax.kind === 'var' ? initialiser(top.syntax.decl) : top.syntax.decl;
    if (decl?.k !== 'Func') continue;
    const recv = decl.recv && ownTypeName(typeOf(decl.recv.type, imports));
    const exported = source.cImport && top.doc ? exportName(source.go.text, top.doc) : undefined;
    functions.push({ name: decl.name, top, decl, file, ...(recv !== undefined ? { recv } : decl.recv ? { recv: '?' } : {}), ...(exported !== undefined ? { exported } : {}) });
  }
  return file;
}

const initialisers = new WeakMap<Decl, FuncDecl>();

/** Package variables with function literals are initialised by code, which is looked at like an init function. */
function initialiser(decl: Decl): FuncDecl | undefined {
  if (decl.k !== 'VarDecl' || !decl.specs.some((spec) => spec.values.some(mayHoldLiteral))) return undefined;
  let made = initialisers.get(decl);
  if (!made) {
    made = { k: 'Func', s: decl.s, e: decl.e, name: 'init', n: decl.s, typeParams: [], sig: { params: [], results: [] }, body: { k: 'Block', s: decl.s, e: decl.e, body: [decl] } };
    initialisers.set(decl, made);
  }
  return made;
}

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

function typesOf(file: PackageFile): GoType[] {
  return file.go.decls.flatMap((top) => {
    const decl = top.syntax.decl;
    if (decl.k !== 'TypeDecl') return [];
    return decl.specs.map((spec): GoType => ({ name: spec.name, type: typeOf(spec.type, file.imports), alias: spec.alias, top, file, nameSpan: { start: spec.n, end: spec.n + spec.name.length } }));
  });
}

/** A struct that is declared once per platform has the fields of all; one whose type differs is unknown. */
function joinVariants(a: Type, b: Type): Type {
  if (a.k !== 'struct' || b.k !== 'struct') return a;
  const fields = a.fields.map((field) => {
    const other = b.fields.find(({ name }) => name === field.name);
    return other === undefined || other.embedded !== field.embedded || typeText(other.type) === typeText(field.type) ? field : { ...field, type: unknownType };
  });
  return { k: 'struct', fields: [...fields, ...b.fields.filter(({ name }) => !a.fields.some((field) => field.name === name))] };
}

class PackageShape implements Shape {
  readonly #types = new Map<string, Type>();
  readonly #functions = new Map<string, FuncShape>();
  readonly #globals = new Map<string, Type>();
  readonly #c: CView;

  constructor(model: PackageModel) {
    this.#c = model.c;
    for (const [name, variants] of model.types) this.#types.set(name, variants.map((variant) => variant.type).reduce(joinVariants));
    for (const [key, [first]] of model.functions) {
      if (first === undefined) continue;
      const types = (list: FuncDecl['sig']['params']): Type[] => list.map((param) => typeOf(param.type, first.file.imports));
      this.#functions.set(key, { params: types(first.decl.sig.params), variadic: first.decl.sig.params.at(-1)?.variadic ?? false, results: types(first.decl.sig.results) });
    }
    for (const file of model.files) {
      for (const { syntax } of file.go.decls) {
        if (syntax.decl.k !== 'VarDecl' || syntax.decl.const) continue;
        for (const spec of syntax.decl.specs) for (const name of spec.names) this.#globals.set(name.name, spec.type ? typeOf(spec.type, file.imports) : unknownType);
      }
    }
  }

  isType(name: string): boolean {
    return this.#types.has(name);
  }

  func(name: string): FuncShape | undefined {
    return this.#functions.get(name);
  }

  method(type: string, name: string): FuncShape | undefined {
    return this.#functions.get(`${type}.${name}`);
  }

  underlying(name: string): Type | undefined {
    let type = this.#types.get(name);
    for (let i = 0; i < 8 && type?.k === 'named' && type.pkg === undefined && this.#types.has(type.name) && type.name !== name; i++) type = this.#types.get(type.name);
    return type;
  }

  fields(name: string): readonly StructField[] | undefined {
    const type = this.underlying(name);
    return type?.k === 'struct' ? type.fields : undefined;
  }

  global(name: string): Type | undefined {
    return this.#globals.get(name);
  }

  isCType(name: string): boolean {
    return this.#c.isType(name);
  }

  cResult(name: string): Type {
    return this.#c.result(name);
  }

  cField(type: string, field: string): Type {
    return this.#c.field(type, field);
  }
}

export type { DeclSyntax };
