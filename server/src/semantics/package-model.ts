/** A package as its files show it: functions, types, globals, exports, and the C beside them. Built anew for every revision from parts that keep their identity. */
import { equal } from '../base/equal.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { mayBuildTogether } from './build-constraints.ts';
import { Contracts } from './c/contracts.ts';
import { cgoFunctions } from './cgo-names.ts';
import { CView } from './c-view.ts';
import { CMentions } from './mentions.ts';
import { type CSource, fileOf, functionKey, globalsOf, initialType, type GoFunction, type GoSource, type GoType, type PackageFile, type PackageVariable, shapeOf, typesOf } from './package-files.ts';
import type { FuncShape, Shape } from './shape.ts';
import { type Imports, type StructField, type Type, typeText, unknownType } from './types.ts';

export { type CSource, findCImport, functionKey, type GoFunction, type GoSource, type GoType, type PackageFile } from './package-files.ts';

/** What of a package an answer may depend on; with `name` where it is only one of many. */
export type Aspect = 'files' | 'imports' | 'functions' | 'types' | 'constants' | 'other declarations' | 'complete' | 'exported' | 'c sources' | 'c' | 'contracts' | 'function' | 'type' | 'signature' | 'global' | 'c type' | 'c mention' | 'c names';

/**
 * Reading any part of it tells the `observer`, so that an answer computed from the model depends on what it read and on nothing else.
 * What hangs on a function or a type (its `file`, its `top`) is not observed: it is compared with the function, as far as `describe` says.
 */
export class PackageModel {
  /** Told of every part that is read. */
  observer: ((aspect: Aspect, name: string) => void) | undefined;
  readonly shape: Shape;
  /** Nothing but files of tests: they are looked at by themselves. */
  readonly isTest: boolean;
  readonly #files: readonly PackageFile[];
  readonly #cSources: readonly CSource[];
  readonly #everyFunction: GoFunction[] = [];
  readonly #functions = new Map<string, GoFunction[]>();
  readonly #types = new Map<string, GoType[]>();
  readonly #exported: ReadonlySet<string>;
  readonly #complete: boolean;
  readonly #c: CView;
  readonly #contracts: Contracts;
  readonly #cIdentity: readonly unknown[];
  readonly #constants: readonly DeclSyntax[];
  readonly #others: readonly DeclSyntax[];
  #globals: ReadonlyMap<string, PackageVariable> | undefined;
  #mentionsAreCurrent = false;
  readonly #cMentions: CMentions;

  private constructor(sources: readonly GoSource[], cSources: readonly CSource[], complete: boolean, previous: PackageModel | undefined, contracts: Contracts) {
    this.#contracts = contracts;
    this.#cSources = cSources;
    this.isTest = sources.every(({ file }) => file.endsWith('_test.go'));
    this.#files = sources.map((source) => fileOf(source));
    const exported: string[] = [];
    for (const file of this.#files) {
      for (const fn of file.functions) {
        this.#everyFunction.push(fn);
        push(this.#functions, functionKey(fn), fn);
        if (fn.exported !== undefined) exported.push(fn.exported);
      }
      for (const type of typesOf(file)) push(this.#types, type.name, type);
    }
    this.#exported = new Set(exported);
    this.#complete = complete && this.#files.every((file) => file.go.broken.length === 0);
    this.#cIdentity = [...unitsOf(this.#files, cSources), '', ...this.#files.map(unreadC), contracts];
    this.#c = previous !== undefined && sameList(previous.#cIdentity, this.#cIdentity) ? previous.#c : makeCView(this.#files, cSources, contracts);
    this.shape = new PackageShape(this);
    this.#cMentions = previous === undefined ? new CMentions() : previous.#cMentions;
    const constants = this.#files.flatMap(({ others }) => others.flatMap(({ syntax }) => (syntax.kind === 'const' ? [syntax] : [])));
    this.#constants = previous !== undefined && sameList(previous.#constants, constants) ? previous.#constants : constants;
    const others = this.#files.flatMap((file) => file.others.map(({ syntax }) => syntax));
    this.#others = previous !== undefined && sameList(previous.#others, others) ? previous.#others : others;
  }

  /** `complete` says that every file of the folder could be read. Parts of `previous` that are still right are kept. */
  static build(sources: readonly GoSource[], cSources: readonly CSource[], complete: boolean, previous?: PackageModel, contracts = none): PackageModel {
    return new PackageModel(sources, cSources, complete, previous, contracts);
  }

  get files(): readonly PackageFile[] {
    this.observer?.('files', '');
    return this.#files;
  }

  /** What each file imports. */
  get imports(): readonly Imports[] {
    this.observer?.('imports', '');
    return this.#files.map((file) => file.imports);
  }

  /** The functions of all files, for whoever looks at their files as well. */
  get everyFunction(): readonly GoFunction[] {
    this.observer?.('files', '');
    return this.#everyFunction;
  }

  /** The files, for whoever looks at nothing but the functions in them. */
  get filesOfFunctions(): readonly PackageFile[] {
    this.observer?.('functions', '');
    return this.#files;
  }

  get functions(): ReadonlyMap<string, readonly GoFunction[]> {
    this.observer?.('functions', '');
    return this.#functions;
  }

  /** All variants of one function. */
  variants(key: string): readonly GoFunction[] | undefined {
    this.observer?.('function', key);
    return this.#functions.get(key);
  }

  get types(): ReadonlyMap<string, readonly GoType[]> {
    this.observer?.('types', '');
    return this.#types;
  }

  get exported(): ReadonlySet<string> {
    this.observer?.('exported', '');
    return this.#exported;
  }

  /** Every file was read and parsed whole: only then does absence prove anything. */
  get complete(): boolean {
    this.observer?.('complete', '');
    return this.#complete;
  }

  get cSources(): readonly CSource[] {
    this.observer?.('c sources', '');
    return this.#cSources;
  }

  get c(): CView {
    this.observer?.('c', '');
    return this.#c;
  }

  /** What is known of C functions that are not in view. */
  get contracts(): Contracts {
    this.observer?.('contracts', '');
    return this.#contracts;
  }

  /** The declarations of constants; the same list while none of them changes. */
  get constants(): readonly DeclSyntax[] {
    this.observer?.('constants', '');
    return this.#constants;
  }

  /** The declarations that are no functions; the same list while none of them changes. */
  get otherDeclarations(): readonly DeclSyntax[] {
    this.observer?.('other declarations', '');
    return this.#others;
  }

  /** Whether Go code writes `C.name` anywhere. */
  mentionsC(name: string): boolean {
    this.observer?.('c mention', name);
    return this.#mentions().isUsed(name);
  }

  /** Every name that Go code writes behind `C.`. */
  get usedCNames(): readonly string[] {
    this.observer?.('c names', '');
    return this.#mentions().used();
  }

  /** Names that Go code writes behind `C.` in more than one declaration. For the editor: no analysis can depend on them. */
  get settledCNames(): readonly { readonly name: string; readonly isType: boolean }[] {
    const mentions = this.#mentions();
    return mentions.settled().map((name) => ({ name, isType: mentions.isType(name) }));
  }

  /** The value of an aspect as it is compared between revisions. */
  aspect(aspect: Aspect, name: string): unknown {
    switch (aspect) {
      case 'files':
        return this.#files.map((unit) => ({ unit }));
      case 'imports':
        return this.#files.map(({ imports }) => ({ unit: imports }));
      case 'functions':
        return this.#everyFunction.map(describe);
      case 'function':
        return this.#describeVariants(name);
      case 'types':
        return [...this.#types.values()].flatMap((variants) => variants.map(({ top, file }) => ({ unit: top.syntax, in: describeFile(file) })));
      case 'type':
        return this.#types.get(name)?.map(({ type, params, file }) => ({ type, params, in: describeFile(file) }));
      case 'signature': {
        const first = this.#functions.get(name)?.[0];
        return first && shapeOf(first);
      }
      case 'global':
        return this.#global(name);
      case 'constants':
        return { unit: this.#constants };
      case 'other declarations':
        return { unit: this.#others };
      case 'complete':
        return this.#complete;
      case 'exported':
        return this.#exported;
      case 'c':
        return { unit: this.#c };
      case 'contracts':
        return { unit: this.#contracts };
      case 'c sources':
        return this.#cSources.map(({ file, unit }) => ({ file, unit }));
      case 'c type':
        return this.#mentions().isType(name);
      case 'c mention':
        return this.#mentions().isUsed(name);
      case 'c names':
        return this.#mentions().used();
    }
  }

  /** Nearly all functions have one variant, whose description is the same object until it changes: then there is nothing to compare. */
  #describeVariants(key: string): unknown {
    const variants = this.#functions.get(key);
    return variants?.length === 1 ? describe(variants[0]!) : variants?.map(describe);
  }

  /** Whether Go code writes `C.name` where only a type can stand. */
  usesAsCType(name: string): boolean {
    this.observer?.('c type', name);
    return this.#mentions().isType(name);
  }

  /** What a declared type stands for, in each variant. */
  typesNamed(name: string): readonly Type[] | undefined {
    this.observer?.('type', name);
    return this.#types.get(name)?.map(({ type }) => type);
  }

  /** What it stands for in builds that have this file, too. */
  typesNamedBeside(name: string, file: PackageFile): readonly Type[] | undefined {
    this.observer?.('type', name);
    const all = this.#types.get(name);
    if (all === undefined || all.length < 2) return all?.map(({ type }) => type);
    const beside = all.filter((one) => one.file === file || mayBuildTogether(one.file, file));
    return (beside.length > 0 ? beside : all).map(({ type }) => type);
  }

  /** The types of the package as the code of one file sees them: of a type that is declared once per platform, the variants that it can meet. */
  shapeFor(file: PackageFile): Shape {
    return new PackageShape(this, file);
  }

  /** Names of the type parameters of a declared type. */
  typeParams(name: string): readonly string[] {
    this.observer?.('type', name);
    return this.#types.get(name)?.[0]?.params ?? [];
  }

  /** What a declared type stands for; of several variants, what they have in common. */
  typeNamed(name: string, beside?: PackageFile): Type | undefined {
    return (beside === undefined ? this.typesNamed(name) : this.typesNamedBeside(name, beside))?.reduce(joinVariants);
  }

  signature(key: string): FuncShape | undefined {
    this.observer?.('signature', key);
    const first = this.#functions.get(key)?.[0];
    return first && shapeOf(first);
  }

  global(name: string): Type | undefined {
    this.observer?.('global', name);
    return this.#global(name);
  }

  #global(name: string): Type | undefined {
    this.#globals ??= new Map(this.#files.flatMap((file) => globalsOf(file).map((one) => [one.name, one] as const)));
    const found = this.#globals.get(name);
    if (found === undefined || found.type) return found?.type;
    const { type, maker } = initialType(found, name);
    const fn = maker === undefined ? undefined : this.#functions.get(maker)?.[0];
    const results = fn && fn.decl.typeParams.length === 0 ? shapeOf(fn).results : [];
    return results.length === 1 ? results[0] : type;
  }

  #mentions(): CMentions {
    if (!this.#mentionsAreCurrent) {
      this.#cMentions.update(this.#files.flatMap((file) => (file.cImport ? file.go.decls.map(({ syntax }) => syntax) : [])));
      this.#mentionsAreCurrent = true;
    }
    return this.#cMentions;
  }
}

const none = new Contracts([]);

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

interface Description {
  readonly unit: DeclSyntax;
  readonly doc: string | undefined;
  readonly exported: string | undefined;
  readonly in: object;
}

/** The last description of each declaration, and the function it was made for: a file that is edited has new ones all the time. */
const described = new WeakMap<DeclSyntax, { of: GoFunction; readonly as: Description }>();

/** What answers about a function may depend on, beside what they ask the model: its text, the comment above it, and facts of its file. */
export function describe(fn: GoFunction): Description {
  const { top, file, exported } = fn;
  const known = described.get(top.syntax);
  if (known?.of === fn) return known.as;
  const doc = top.doc && file.go.text.slice(top.doc.start, top.doc.end);
  const within = describeFile(file);
  if (known && known.as.doc === doc && known.as.exported === exported && known.as.in === within) {
    known.of = fn;
    return known.as;
  }
  const as = { unit: top.syntax, doc, exported, in: within };
  described.set(top.syntax, { of: fn, as });
  return as;
}

const fileDescriptions = new WeakMap<PackageFile, object>();
const byImports = new WeakMap<Imports, Map<string, object>>();

/** Equal descriptions are one object. */
function describeFile(file: PackageFile): object {
  let made = fileDescriptions.get(file);
  if (!made) {
    const fresh = { file: file.file, head: file.go.text.slice(0, file.go.packageClause.start), generated: file.generated, usesC: file.cImport !== undefined, imports: { unit: file.imports } };
    const known = byImports.get(file.imports) ?? new Map<string, object>();
    byImports.set(file.imports, known);
    const last = known.get(file.file);
    made = equal(last, fresh) ? last! : fresh;
    known.set(file.file, made);
    fileDescriptions.set(file, made);
  }
  return made;
}

const unitsOf = (files: readonly PackageFile[], cSources: readonly CSource[]): CUnit[] => [...files.flatMap((file) => (file.preambleUnit ? [file.preambleUnit] : [])), ...cSources.map((source) => source.unit)];

function makeCView(files: readonly PackageFile[], cSources: readonly CSource[], contracts: Contracts): CView {
  return new CView(unitsOf(files, cSources), [...files.map(unreadC), ...cSources.map(({ unit, text }) => (unit.hasError ? text : ''))].join('\n'), files.flatMap(unsettledPreamble), contracts);
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
  readonly #model: PackageModel;
  readonly #file: PackageFile | undefined;

  constructor(model: PackageModel, file?: PackageFile) {
    this.#model = model;
    this.#file = file;
  }

  isType(name: string): boolean {
    return this.#model.typesNamed(name) !== undefined;
  }

  func(name: string): FuncShape | undefined {
    return this.#model.signature(name);
  }

  method(type: string, name: string): FuncShape | undefined {
    return this.#model.signature(`${type}.${name}`);
  }

  underlying(name: string): Type | undefined {
    let at = name;
    let type = this.#model.typeNamed(at, this.#file);
    for (let i = 0; i < 8 && type?.k === 'named' && type.pkg === undefined && type.name !== at; i++) {
      const next = this.#model.typeNamed(type.name, this.#file);
      if (next === undefined) return type;
      at = type.name;
      type = next;
    }
    return type;
  }

  typeParams(name: string): readonly string[] {
    return this.#model.typeParams(name);
  }

  fields(name: string): readonly StructField[] | undefined {
    const type = this.underlying(name);
    return type?.k === 'struct' ? type.fields : undefined;
  }

  global(name: string): Type | undefined {
    return this.#model.global(name);
  }

  isCType(name: string): boolean {
    return this.#model.c.isType(name) || (!this.isCFunction(name) && (this.#model.contracts.isPointerType(name) || this.#model.usesAsCType(name)));
  }

  isCFunction(name: string): boolean {
    return cgoFunctions.has(name) || this.#model.c.function(name) !== undefined || this.#model.contracts.lookup(name) !== undefined;
  }

  cResult(name: string): Type {
    return this.#model.c.result(name);
  }

  cField(type: string, field: string): Type {
    return this.#model.c.field(type, field);
  }
}

export type { DeclSyntax };
