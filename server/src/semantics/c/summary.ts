/** Summaries of every C body in view, over calls among them. The one entry of this folder for flow; it knows nothing of Go. */
import { libcFunction } from './libc.ts';
import type { Span } from '../../base/span.ts';
import type { CFunction, CUnit } from '../../syntax/c/c-facts.ts';
import { calledNames, passedNames } from '../../syntax/c/called-names.ts';
import type { CContract } from './c-calls.ts';
import { callCircles } from './call-circles.ts';
import { destructorOf, isPlain, mayDestroy } from './destructors.ts';
import { nullValue, staticValue, unknown, type CValue } from './c-state.ts';
import type { CCaller, CParamEffect, CParamSummary, CResultSummary, CSummary } from './c-summary.ts';
import { optimisticSummary, summariseFunction, type CSurroundings } from './summarise-function.ts';

/** Functions that call each other in a circle are solved until nothing changes, at most this often; after that nothing is known of them. */
const maxRounds = 4;
/** Larger circles (interpreters, parsers) are not solved over and over: what they call among each other is unknown. */
const maxCircle = 12;

/** One function with a body. The body is read when a summary first needs it. */
class Definition {
  readonly fn: CFunction;
  readonly unit: number;
  readonly isMacro: boolean;
  /** Its place among all, so that nothing depends on who is asked about first. */
  readonly order: number;
  isSolved = false;
  /** Undefined while unsolved, and for a body that could not be followed: such a function counts as not in view. */
  summary: CSummary | undefined;
  #calls: ReadonlyMap<string, Span> | undefined;
  #passed: ReadonlySet<string> | undefined;

  constructor(fn: CFunction, unit: number, isMacro: boolean, order: number) {
    this.order = order;
    this.fn = fn;
    this.unit = unit;
    this.isMacro = isMacro;
  }

  get calls(): ReadonlyMap<string, Span> {
    const body = this.#calls ? undefined : this.fn.body?.();
    return (this.#calls ??= body ? calledNames(body) : new Map());
  }

  /** Names that are handed to calls: functions among them may be what releases the rest. */
  get passed(): ReadonlySet<string> {
    const body = this.#passed ? undefined : this.fn.body?.();
    return (this.#passed ??= body ? passedNames(body) : new Set());
  }
}

interface Call {
  readonly called: string;
  readonly by: Definition;
}

/** Summaries by name of the functions whose body is in view: of all, or of the `wanted` ones and what they call. */
export function summarise(units: readonly CUnit[], wanted?: ReadonlySet<string>): ReadonlyMap<string, CSummary> {
  const program = new Program(units);
  return program.summaries(wanted);
}

/**
 * The bodies in view. Each is read and summarised, with the bodies that it calls, when somebody first asks. A function that is too large to
 * follow has no summary, as if it were not in view. A name that is defined more than once (variants, static functions of several preambles) gets the join.
 */
export class Program {
  readonly #all: Definition[] = [];
  readonly #byName = new Map<string, Definition[]>();
  readonly #constants = new Map<string, CValue>();
  readonly #aliases = new Map<string, string>();
  readonly #arrayFields: ReadonlySet<string>;
  readonly #contract: (name: string) => CContract | undefined;
  readonly #asked = new Map<string, CSummary | undefined>();
  #calledBy: ReadonlyMap<string, readonly Call[]> | undefined;

  /** `contract` tells of functions whose body is not in view. */
  constructor(units: readonly CUnit[], contract: (name: string) => CContract | undefined = () => undefined) {
    this.#contract = contract;
    units.forEach((unit, index) => {
      for (const fn of unit.functions) this.#add(fn, index, false);
      for (const fn of unit.macroFunctions) this.#add(fn, index, true);
      for (const { name, type } of unit.variables) if (type.endsWith(']')) this.#constants.set(name, staticValue);
      for (const { name, params, body } of unit.macros) if (!params) this.#addMacro(name, body);
    });
    const fields = units.flatMap((unit) => unit.structs.flatMap((struct) => struct.fields ?? []));
    const pointers = new Set(fields.filter((field) => !field.array).map((field) => field.name));
    this.#arrayFields = new Set(fields.filter((field) => field.array && !pointers.has(field.name)).map((field) => field.name));
  }

  /** The summary of one function; undefined without a body that can be followed. */
  summary(name: string): CSummary | undefined {
    if (this.#asked.has(name)) return this.#asked.get(name);
    const definitions = (this.#byName.get(name) ?? []).filter((one) => !one.isMacro);
    this.#reach(definitions);
    const summary = joined(definitions);
    const made = summary && withDestructor(summary, definitions.map((one) => this.#destructor(one)).find((one) => one !== undefined));
    this.#asked.set(name, made);
    return made;
  }

  summaries(wanted: ReadonlySet<string> | undefined): ReadonlyMap<string, CSummary> {
    const roots = [...(wanted ?? this.#byName.keys())].flatMap((name) => this.#byName.get(name) ?? []).filter((one) => !one.isMacro);
    const names = new Set(callCircles(roots, (one) => this.#callees(one)).flat().flatMap((one) => (one.isMacro ? [] : [one.fn.name])));
    return new Map([...names].flatMap((name) => {
      const summary = this.summary(name);
      return summary ? [[name, summary] as const] : [];
    }));
  }

  /** The functions that call one that no C defines (Go exports it), themselves or through others; direct callers first. */
  callersOf(exported: string): CCaller[] {
    const found = new Map<Definition, CCaller>();
    const add = (name: string, one: Definition): void => void (found.has(one) || found.set(one, { name: one.fn.name, unit: one.unit, at: one.calls.get(name)! }));
    for (const { called, by } of this.#callers().get(exported) ?? []) add(called, by);
    // The list grows while it is walked.
    for (const [callee] of found) {
      for (const { called, by } of this.#callers().get(callee.fn.name) ?? []) if (this.#resolve(called, by.unit).includes(callee)) add(called, by);
    }
    return [...found].flatMap(([{ isMacro }, caller]) => (isMacro ? [] : [caller]));
  }

  /** The functions without a body in view that a call of `name` may come to, each with the body that calls it; nearest first, `levels` bodies deep. */
  leadsTo(name: string, levels: number): ReadonlyMap<string, CCaller> {
    const found = new Map<string, CCaller>();
    const seen = new Set<Definition>();
    let open = (this.#byName.get(name) ?? []).filter((one) => !one.isMacro);
    for (let level = 0; level < levels && open.length > 0; level++) {
      const next: Definition[] = [];
      for (const by of open) {
        if (seen.has(by)) continue;
        seen.add(by);
        for (const [called, at] of by.calls) {
          const inView = this.#resolve(called, by.unit);
          const real = this.#real(called);
          if (inView.length > 0) next.push(...inView);
          else if (!found.has(real)) found.set(real, { name: by.fn.name, unit: by.unit, at });
        }
      }
      open = next;
    }
    return found;
  }

  /** By the name that is meant: who calls it, by which name. */
  #callers(): ReadonlyMap<string, readonly Call[]> {
    if (this.#calledBy) return this.#calledBy;
    const calledBy = new Map<string, Call[]>();
    for (const by of this.#all) {
      for (const called of by.calls.keys()) {
        const real = this.#real(called);
        const calls = calledBy.get(real);
        if (calls) calls.push({ called, by });
        else calledBy.set(real, [{ called, by }]);
      }
    }
    this.#calledBy = calledBy;
    return calledBy;
  }

  /** Solves what is not solved yet of these functions and all that they may call. */
  #reach(roots: readonly Definition[]): void {
    const open = roots.filter((one) => !one.isSolved);
    if (open.length === 0) return;
    for (const circle of callCircles(open, (one) => this.#callees(one).filter((callee) => !callee.isSolved))) {
      this.#solveCircle([...circle].sort((a, b) => a.order - b.order));
      for (const one of circle) one.isSolved = true;
    }
  }

  #add(fn: CFunction, unit: number, isMacro: boolean): void {
    const definition = new Definition(fn, unit, isMacro, this.#all.length);
    this.#all.push(definition);
    const known = this.#byName.get(definition.fn.name);
    if (known) known.push(definition);
    else this.#byName.set(definition.fn.name, [definition]);
  }

  #addMacro(name: string, body: string): void {
    const bare = body.replace(/^\(+|\)+$/g, '').trim();
    if (/^((void\s*\*\s*\)\s*)?0|NULL|nullptr)$/.test(bare)) this.#constants.set(name, nullValue);
    else if (bare.startsWith('"')) this.#constants.set(name, staticValue);
    else if (/^[A-Za-z_]\w*$/.test(bare) && bare !== name) this.#aliases.set(name, bare);
  }

  /** Any result that is consistent with itself holds for every run that ends, so a circle may start from the best and be solved until it is stable. */
  #solveCircle(circle: readonly Definition[]): void {
    const [only] = circle;
    const isCircle = circle.length > 1 || (only !== undefined && this.#callees(only).includes(only));
    if (!isCircle || circle.length > maxCircle) {
      circle.forEach((one) => this.#solve(one));
      return;
    }
    for (const one of circle) one.summary = optimisticSummary(one.fn, one.unit);
    for (let round = 0; round < maxRounds; round++) {
      const before = circle.map((one) => JSON.stringify(one.summary));
      circle.forEach((one) => this.#solve(one));
      if (circle.every((one, i) => JSON.stringify(one.summary) === before[i])) return;
    }
    for (const one of circle) one.summary = undefined;
  }

  /** For a function that returns an owned struct: the function that Go is meant to release it with, when one is in view. */
  #destructor({ fn, unit, summary }: Definition): string | undefined {
    if (summary?.result.owner !== 'owned' || isPlain(fn.result.type)) return undefined;
    // What is static in a .c file cannot be called from Go; where the constructor is static, both stand in a preamble or header.
    const candidates = this.#all.filter((one) => !one.isMacro && mayDestroy(one.fn, fn.result.type) && (!one.fn.static || (fn.static && one.unit === unit)));
    this.#reach(candidates);
    return destructorOf(candidates);
  }

  #callees(definition: Definition): Definition[] {
    return [...definition.calls.keys(), ...definition.passed].flatMap((name) => this.#resolve(name, definition.unit));
  }

  /** The definitions that a call from a unit may reach: its own first, else those of other units that have linkage. */
  #resolve(name: string, unit: number): Definition[] {
    const real = this.#real(name);
    // A macro that is no code says nothing, and must not hide what the C library is known to do.
    const all = (this.#byName.get(real) ?? []).filter((one) => !one.isMacro || one.fn.body?.() !== undefined);
    const own = all.filter((one) => one.unit === unit);
    if (own.length > 0) return own;
    // A static function of a header is static in every unit that includes it, so it is reached all the same. A macro that hides a function of
    // the C library is for the file that has it.
    return libcFunction(real) === undefined ? all : all.filter((one) => !one.isMacro);
  }

  #real(name: string): string {
    let real = name;
    for (let i = 0; i < 5; i++) real = this.#aliases.get(real) ?? real;
    return real;
  }

  #solve(definition: Definition): void {
    const { fn, unit, isMacro } = definition;
    const body = fn.body?.();
    if (!body) return;
    const surroundings: CSurroundings = {
      unit,
      isMacro,
      summary: (name) => this.#callee(name, unit),
      contract: (name) => this.#contract(name),
      global: (name) => this.#global(name),
      isArrayField: (name) => this.#arrayFields.has(name),
      alias: (name) => this.#real(name),
    };
    definition.summary = summariseFunction(fn, body, surroundings);
  }

  #callee(name: string, unit: number): CSummary | undefined {
    return joined(this.#resolve(name, unit));
  }

  #global(name: string): CValue {
    const known = this.#constants.get(this.#real(name));
    if (known) return known;
    return this.#byName.has(this.#real(name)) ? staticValue : unknown;
  }
}

const withDestructor = (summary: CSummary, deallocator: string | undefined): CSummary =>
  deallocator === undefined || summary.result.owner !== 'owned' ? summary : { ...summary, result: { ...summary.result, deallocator } };

/** The join over all definitions; nothing is known when one of them is not. */
function joined(definitions: readonly Definition[]): CSummary | undefined {
  let all: CSummary | undefined;
  for (const { summary } of definitions) {
    if (!summary) return undefined;
    all = all ? joinSummaries(all, summary) : summary;
  }
  return all;
}

/** What holds whichever of the two definitions is linked: a release by one is a possible release, ownership needs both. */
export function joinSummaries(a: CSummary, b: CSummary): CSummary {
  const count = Math.max(a.params.length, b.params.length);
  return {
    name: a.name,
    unit: a.unit,
    params: Array.from({ length: count }, (_, i) => joinParams(a.params[i], b.params[i])),
    result: joinResults(a.result, b.result),
    noReturn: a.noReturn && b.noReturn,
  };
}

const weakest: readonly CParamEffect[] = ['may-release', 'retains', 'unknown', 'borrows'];

function joinParams(a: CParamSummary | undefined, b: CParamSummary | undefined): CParamSummary {
  if (!a || !b) return { ...(a ?? b!), effect: 'unknown' };
  const has = (effect: CParamEffect): boolean => a.effect === effect || b.effect === effect;
  const effect = a.effect === b.effect ? a.effect : has('releases') ? 'may-release' : weakest.find(has)!;
  const first = a.at ? a : b;
  return {
    effect,
    returned: a.returned || b.returned,
    written: a.written || b.written,
    ...(a.storedOwned && b.storedOwned && a.storedDeallocator === b.storedDeallocator ? { storedOwned: true, storedDeallocator: a.storedDeallocator ?? 'free' } : {}),
    ...(a.storedAnyhow && b.storedAnyhow ? { storedAnyhow: true } : {}),
    ...(a.contentsReleased || b.contentsReleased ? { contentsReleased: true } : {}),
    ...(a.contentsHandedOn || b.contentsHandedOn ? { contentsHandedOn: [...new Set([...(a.contentsHandedOn ?? []), ...(b.contentsHandedOn ?? [])])] } : {}),
    ...(a.followed && b.followed ? { followed: true } : {}),
    ...(a.tellsFailure && b.tellsFailure ? { tellsFailure: true } : {}),
    ...(a.unsetOn !== undefined && a.unsetOn === b.unsetOn ? { unsetOn: a.unsetOn } : {}),
    ...(a.ownType || b.ownType ? { ownType: true } : {}),
    ...(effect === 'retains' && [a, b].every((one) => one.effect !== 'retains' || one.keptBehind) ? { keptBehind: [...new Set([a, b].flatMap((one) => one.keptBehind ?? []))] } : {}),
    ...(effect === 'retains' && a.keptDepth !== undefined && b.keptDepth !== undefined ? { keptDepth: Math.max(a.keptDepth, b.keptDepth) } : {}),
    handedOn: [...a.handedOn, ...b.handedOn],
    ...(first.at ? { at: first.at } : {}),
  };
}

function joinResults(a: CResultSummary, b: CResultSummary): CResultSummary {
  const mayBeNull = a.mayBeNull || b.mayBeNull;
  if (a.owner !== b.owner || a.deallocator !== b.deallocator) return { owner: 'unknown', mayBeNull };
  return { ...a, mayBeNull };
}
