/** The names that Go code may write after `C.`, with their declarations as the package shows them: for hovers, definitions and completions. */
import type { Span } from '../base/span.ts';
import type { CFunction, CStruct, CUnit } from '../syntax/c/c-facts.ts';
import type { CSummary } from './c/c-summary.ts';
import type { Contract } from './c/contracts.ts';
import { isBuiltinCName, numberTypes } from './cgo-names.ts';
import type { CSource, PackageModel } from './package-model.ts';
import { type StructFields, structFields } from './struct-fields.ts';

export type CSymbolKind = 'function' | 'struct' | 'union' | 'enum' | 'type' | 'constant' | 'variable';

export interface CSymbol {
  /** As it is written after `C.`: `puts`, `struct_point`. */
  readonly name: string;
  readonly kind: CSymbolKind;
  /** The declaration as C text, without a body. */
  readonly declaration: string;
  /** The comment above it, without its marks. */
  readonly doc?: string;
  /** Names and types of the parameters of a function, as C text. */
  readonly params?: readonly string[];
  /** Where the name stands. */
  readonly at: { readonly file: string; readonly span: Span };
}

/** A name to offer behind `C.`. */
export interface CNameOffer {
  readonly name: string;
  readonly kind: CSymbolKind;
  /** Go code of the package uses it, the project declares it, or it comes from headers of the machine and from contracts. */
  readonly nearness: 'used' | 'own' | 'outside';
  /** The declaration, or the library that has it. */
  readonly detail: string;
  readonly doc?: string;
}

/** Every name in view, those of the `headers` that the machine has, and the functions of the libraries whose headers are included. */
export function cNameOffers(model: PackageModel, headers: readonly CSource[]): readonly CNameOffer[] {
  const own = cSymbols(model);
  const symbols = new Map(own);
  // What begins with an underscore is the header's own business, unless the package uses it.
  for (const header of headers) for (const [name, symbol] of namesOf(header)) if (!symbols.has(name) && (!isReserved(name) || model.mentionsC(name))) symbols.set(name, symbol);
  const units = [...model.files.map((file) => file.preambleUnit), ...model.cSources.map(({ unit }) => unit)];
  const includes = new Set(units.flatMap((unit) => unit?.includes.map(({ path }) => path) ?? []));
  const nearness = (name: string): CNameOffer['nearness'] => (model.mentionsC(name) ? 'used' : own.has(name) ? 'own' : 'outside');
  const offers = [...symbols.values()].map(({ name, kind, declaration, doc }): CNameOffer => ({ name, kind, nearness: nearness(name), detail: declaration.includes('\n') ? oneLine(declaration, 100) : declaration, ...(doc === undefined ? {} : { doc }) }));
  const taken = new Set(symbols.keys());
  const add = (name: string, kind: CSymbolKind, detail: string): void => {
    if (taken.has(name) || name.startsWith('_')) return;
    taken.add(name);
    offers.push({ name, kind, nearness: nearness(name), detail });
  };
  for (const { name, library } of model.contracts.namesIn(includes)) add(name, 'function', library.title);
  for (const name of numberTypes) add(name, 'type', `type C.${name}`);
  // What the package uses is there, even if the header is not on this machine.
  for (const { name, isType } of model.settledCNames) if (!isBuiltinCName(name)) add(name, isType ? 'type' : 'function', 'used in this package');
  return offers;
}

const isReserved = (name: string): boolean => /^(?:struct_|union_|enum_)?_/.test(name);

/** What is known of a name: its declaration, what its body does, what its library promises. */
export interface CNameFacts {
  /** Of a struct or union. */
  readonly struct?: StructFields;
  readonly symbol?: CSymbol;
  readonly summary?: CSummary;
  /** Exported Go functions that its body ends up calling. */
  readonly callsBack: readonly string[];
  readonly contract?: Contract;
}

/** C text of a package: a preamble or a file. */
export interface UnitText extends CSource {
  /** C in the lines of `//` comments. */
  readonly commented: boolean;
  /** The C in the text of a Go file. */
  readonly ranges?: readonly Span[];
}

const cache = new WeakMap<PackageModel, ReadonlyMap<string, CSymbol>>();

/** Every name in view, by what stands after `C.`. A definition counts before a prototype, the first of equals before the others. */
export function cSymbols(model: PackageModel): ReadonlyMap<string, CSymbol> {
  let known = cache.get(model);
  if (known === undefined) cache.set(model, (known = collect(unitsInView(model))));
  return known;
}

/** What is known of `C.name`, in view or in `headers`; undefined when that is nothing. */
export function cNameFacts(model: PackageModel, name: string, headers: readonly CSource[]): CNameFacts | undefined {
  const own = cSymbols(model).get(name);
  const symbol = (own && !aliasesElsewhere(own) ? own : undefined) ?? headers.map((header) => namesOf(header).get(name)).find((one) => one !== undefined) ?? own;
  const summary = model.c.summary(name);
  const contract = summary ? undefined : model.contracts.lookup(name);
  if (symbol === undefined && contract === undefined) return undefined;
  const callsBack = summary ? [...model.exported].filter((exported) => model.c.callersOf(exported).some((caller) => caller.name === name)) : [];
  const struct = symbol && symbol.kind !== 'function' ? structFields(model, name, headers) : undefined;
  return { callsBack, ...(struct ? { struct } : {}), ...(symbol ? { symbol } : {}), ...(summary ? { summary } : {}), ...(contract ? { contract } : {}) };
}

/** All C text of a package. */
export const unitsInView = (model: PackageModel): UnitText[] => [...preamblesOf(model), ...model.cSources.map((source) => ({ ...source, commented: false }))];

/** The preambles, each with the text of its Go file. */
export function preamblesOf(model: PackageModel): UnitText[] {
  return model.files.flatMap((file) => (file.preambleUnit ? [{ unit: file.preambleUnit, file: file.file, text: file.go.text, commented: file.cImport?.preamble?.form === 'lines', ranges: file.cImport?.preamble?.ranges ?? [] }] : []));
}

const ofHeaders = new WeakMap<CUnit, ReadonlyMap<string, CSymbol>>();

function namesOf(header: CSource): ReadonlyMap<string, CSymbol> {
  let found = ofHeaders.get(header.unit);
  if (found === undefined) ofHeaders.set(header.unit, (found = collect([{ ...header, commented: false }])));
  return found;
}

/** Whether a name is a macro for another name, as tables of function pointers use them: a declaration elsewhere says more. */
export const aliasesElsewhere = ({ kind, name, declaration }: CSymbol): boolean => kind === 'constant' && /^[A-Za-z_]/.test(declaration.slice(`#define ${name} `.length)) && declaration.startsWith('#define ');

/** Whether a header says what `C.name` is. */
export const headerDeclares = (header: CSource, name: string): boolean => namesOf(header).has(name);

function collect(units: readonly UnitText[]): ReadonlyMap<string, CSymbol> {
  const out = new Map<string, CSymbol>();
  const add = (symbol: CSymbol): void => {
    if (!out.has(symbol.name)) out.set(symbol.name, symbol);
  };
  for (const from of units) for (const fn of from.unit.functions) add(functionSymbol(fn, from));
  for (const from of units) {
    for (const fn of from.unit.prototypes) add(functionSymbol(fn, from));
    // A struct that is only mentioned yields to its declaration.
    const structs = [...from.unit.structs].sort((a, b) => Number(isOpaque(a)) - Number(isOpaque(b)));
    for (const struct of structs) for (const symbol of structSymbols(struct, from)) add(symbol);
    for (const { name, type, span } of from.unit.typedefs) add({ name, kind: 'type', declaration: `typedef ${type} ${name}`, at: place(from, span) });
    for (const { name, type, span } of from.unit.variables) add({ name, kind: 'variable', declaration: `${type} ${name}`, at: place(from, span) });
  }
  for (const from of units) {
    // A macro with parameters is no name that Go can use.
    for (const { name, params, body, span } of from.unit.macros) if (!params && body.trim() !== '') add({ name, kind: 'constant', declaration: `#define ${name} ${oneLine(body, 200)}`, at: place(from, span) });
  }
  return out;
}

const isOpaque = ({ fields, enumerators }: CStruct): boolean => fields === undefined && enumerators === undefined;

const place = ({ file }: UnitText, span: Span): CSymbol['at'] => ({ file, span });

/** The symbol of a function declaration or definition. */
export function functionSymbol(fn: CFunction, from: UnitText): CSymbol {
  const text = source(from, fn.extent);
  const body = fn.body === undefined ? -1 : text.indexOf('{');
  const doc = fn.doc?.().trim() ?? '';
  return {
    name: fn.name,
    kind: 'function',
    declaration: oneLine(body < 0 ? text : text.slice(0, body), 400).replace(/\s*;$/, ''),
    params: fn.params.map(({ name, type }) => (name === undefined ? type : `${type}${type.endsWith('*') ? '' : ' '}${name}`)),
    ...(doc === '' ? {} : { doc }),
    at: place(from, fn.span),
  };
}

/** A struct has up to two names: `struct_tag` and its alias; the names of an enum's values stand for themselves. */
function structSymbols(struct: CStruct, from: UnitText): CSymbol[] {
  const names = [struct.tag === undefined ? undefined : `${struct.kind}_${struct.tag}`, struct.alias].filter((name) => name !== undefined);
  const text = clipped(source(from, struct.extent), 24);
  const declaration = struct.alias === undefined ? text : `typedef ${text} ${struct.alias}`;
  const types = names.map((name): CSymbol => ({ name, kind: struct.kind, declaration, at: place(from, struct.span) }));
  const of = names[0] === undefined ? '' : ` of ${names[0].replace('_', ' ')}`;
  return [...types, ...(struct.enumerators ?? []).map((name): CSymbol => ({ name, kind: 'constant', declaration: `enumerator ${name}${of}`, at: place(from, struct.span) }))];
}

/** The C text of an extent; the marks of comment lines, which are Go's, are left out. */
function source({ text, commented }: UnitText, { start, end }: Span): string {
  const raw = text.slice(start, end);
  return commented ? raw.replace(/^[ \t]*\/\/ ?/gm, '') : raw;
}

const oneLine = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)} …` : line;
};

function clipped(text: string, most: number): string {
  const lines = text.replace(/;\s*$/, '').split('\n');
  return lines.length > most ? [...lines.slice(0, most), '…'].join('\n') : lines.join('\n');
}
