/** Who calls whom across the border, both ways: Go functions, C functions in view, and the Go functions that C calls by their exported names. */
import type { Span } from '../base/span.ts';
import { callsIn } from '../syntax/c/called-names.ts';
import type { CFunction } from '../syntax/c/c-facts.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { nameOf } from './c-references.ts';
import { functionSymbol, unitsInView } from './c-symbols.ts';
import { functionKey, type GoFunction, type PackageModel } from './package-model.ts';

/** What tells a function apart from all others of a package. */
export interface FunctionId {
  readonly side: 'go' | 'c';
  /** The name in C, the key of the function (`Type.Method`) in Go. */
  readonly name: string;
}

export interface BorderFunction extends FunctionId {
  readonly file: string;
  /** The name. */
  readonly span: Span;
  /** All of it. */
  readonly extent: Span;
  readonly detail: string;
}

/** A function and the calls that were asked for; they stand in the caller's file. */
export interface BorderCall {
  readonly fn: BorderFunction;
  readonly calls: readonly Span[];
}

/** The function as it stands: in C the definition, else a declaration. */
export function functionOf(model: PackageModel, { side, name }: FunctionId): BorderFunction | undefined {
  if (side === 'go') {
    const fn = model.functions.get(name)?.[0];
    return fn && ofGo(fn);
  }
  const units = unitsInView(model);
  for (const which of ['functions', 'prototypes'] as const) {
    for (const from of units) {
      const fn = from.unit[which].find((one) => one.name === name);
      if (fn) return { side, name, file: from.file, span: fn.span, extent: fn.extent, detail: functionSymbol(fn, from).declaration };
    }
  }
  return undefined;
}

/** What a C name calls: the Go function that is exported under it, else the C function. */
export function functionNamed(model: PackageModel, name: string): BorderFunction | undefined {
  const exported = [...model.functions.values()].flat().find((fn) => fn.exported === name);
  return exported ? ofGo(exported) : functionOf(model, { side: 'c', name });
}

function ofGo(fn: GoFunction): BorderFunction {
  const { top, file, exported } = fn;
  return { side: 'go', name: functionKey(fn), file: file.file, span: nameOf(fn), extent: { start: top.start, end: top.end }, detail: exported === undefined ? '' : `//export ${exported}` };
}

/** The functions that call one. */
export function callersOf(model: PackageModel, { side, name }: FunctionId): BorderCall[] {
  const exported = side === 'go' ? model.functions.get(name)?.[0]?.exported : undefined;
  const cName = side === 'c' ? name : exported;
  const out: BorderCall[] = [];
  for (const fn of model.everyFunction) {
    const calls = callsOfGo(fn).filter((call) => (call.c ? call.name === cName && side === 'c' : side === 'go' && call.name === name));
    if (calls.length > 0) out.push({ fn: ofGo(fn), calls: calls.map(({ at }) => at) });
  }
  if (cName === undefined) return out;
  for (const from of unitsInView(model)) {
    if (!from.text.includes(cName)) continue;
    for (const fn of from.unit.functions) {
      const calls = callsOfC(fn).filter((call) => call.name === cName);
      if (calls.length > 0) out.push({ fn: { side: 'c', name: fn.name, file: from.file, span: fn.span, extent: fn.extent, detail: functionSymbol(fn, from).declaration }, calls: calls.map(({ at }) => at) });
    }
  }
  return out;
}

/** The functions that one calls, as far as the package has them. */
export function calleesOf(model: PackageModel, { side, name }: FunctionId): BorderCall[] {
  const calls =
    side === 'go'
      ? (model.functions.get(name) ?? []).slice(0, 1).flatMap(callsOfGo)
      : unitsInView(model).map(({ unit }) => unit.functions.find((fn) => fn.name === name)).filter((fn) => fn !== undefined).slice(0, 1).flatMap((fn) => callsOfC(fn).map((call) => ({ ...call, c: true })));
  const found = new Map<string, { readonly fn: BorderFunction; readonly calls: Span[] }>();
  for (const call of calls) {
    const key = `${call.c ? 'c' : 'go'} ${call.name}`;
    const known = found.get(key);
    const fn = known?.fn ?? (call.c ? functionNamed(model, call.name) : functionOf(model, { side: 'go', name: call.name }));
    if (known) known.calls.push(call.at);
    else if (fn) found.set(key, { fn, calls: [call.at] });
  }
  return [...found.values()];
}


const callsOfC = (fn: CFunction): { readonly name: string; readonly at: Span }[] => {
  const body = fn.body?.();
  return body ? callsIn(body) : [];
};

interface GoCall {
  readonly c: boolean;
  readonly name: string;
  /** Relative to the declaration. */
  readonly at: Span;
}

const goCalls = new WeakMap<DeclSyntax, readonly GoCall[]>();

/** The calls of C functions and of functions of the package; spans are of the name as it is written, in the file. */
function callsOfGo({ top }: GoFunction): GoCall[] {
  let found = goCalls.get(top.syntax);
  if (!found) goCalls.set(top.syntax, (found = readCalls(top.syntax)));
  return found.map((call) => ({ ...call, at: { start: top.start + call.at.start, end: top.start + call.at.end } }));
}

function readCalls(syntax: DeclSyntax): GoCall[] {
  const out: GoCall[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as { readonly k?: string; readonly fn?: { readonly k: string; readonly name?: string; readonly s: number; readonly e: number; readonly x?: { readonly k: string; readonly name?: string } } };
    if (node.k === 'Call' && node.fn?.k === 'Ident') out.push({ c: false, name: node.fn.name!, at: { start: node.fn.s, end: node.fn.e } });
    if (node.k === 'Call' && node.fn?.k === 'Selector' && node.fn.x?.k === 'Ident' && node.fn.x.name === 'C') out.push({ c: true, name: node.fn.name!, at: { start: node.fn.s, end: node.fn.e } });
    for (const child of Object.values(node)) walk(child);
  };
  walk(syntax.full());
  return out;
}
