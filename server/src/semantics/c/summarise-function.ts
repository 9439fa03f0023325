/** Runs one C body over its graph, path state by path state, and says what it does with its parameters and its result. */
import type { Span } from '../../base/span.ts';
import type { CBody, CExpr, CFunction, CStep } from '../../syntax/c/c-facts.ts';
import { applyCall, type CAllocation, type CContract } from './c-calls.ts';
import { CEvaluator, type CScope } from './c-evaluate.ts';
import { buildCGraph, ranks, type CBlock, type COperation } from './c-graph.ts';
import { type CEnd, lostMemory } from './c-leaks.ts';
import { CMemory, withoutLocal } from './c-memory.ts';
import { libcFunction } from './libc.ts';
import { alternatives, join, stateKey, toldKey, unknown, withVar, type CState, type CValue } from './c-state.ts';
import type { CHandOn, CParamEffect, CParamSummary, CResultSummary, CSummary } from './c-summary.ts';

/** What a body sees beyond itself. */
export interface CSurroundings {
  readonly unit: number;
  /** The body is that of a macro: assigning to a parameter changes what the caller wrote there. */
  readonly isMacro: boolean;
  summary(name: string): CSummary | undefined;
  contract(name: string): CContract | undefined;
  readonly global: CScope['global'];
  readonly isArrayField: CScope['isArrayField'];
  /** What a macro that is just another name stands for. */
  alias(name: string): string;
}

/** Functions with more blocks are not followed: hand-written wrappers have a dozen. */
const maxBlocks = 150;
/** States kept apart at the entry of one block; more are joined. Long functions get fewer. */
const maxStates = (blocks: number): number => (blocks > 50 ? 3 : 8);
/** Block visits before a body is given up. */
const maxVisits = 600;

/** The summary of a function with a body, without what it calls back; undefined when it is too large or too branched to follow. */
export function summariseFunction(fn: CFunction, body: CBody, surroundings: CSurroundings): CSummary | undefined {
  return new Run(fn, body, surroundings).summary();
}

/** What nothing is known of. */
export function unknownSummary(fn: CFunction, unit: number): CSummary {
  return {
    name: fn.name,
    unit,
    params: fn.params.map(() => ({ effect: 'unknown', returned: false, written: false, handedOn: [] })),
    result: { owner: 'unknown', mayBeNull: true },
    noReturn: fn.noReturn,
  };
}

/** Where the solving of a circle starts: everything is borrowed and nothing comes back. */
export function optimisticSummary(fn: CFunction, unit: number): CSummary {
  return {
    ...unknownSummary(fn, unit),
    params: fn.params.map(() => ({ effect: 'borrows', returned: false, written: false, handedOn: [] })),
    noReturn: true,
  };
}

interface ParamRecord {
  releasedAt?: Span;
  retainedAt?: Span;
  /** What memory holds it, and how many calls further down it was stored. */
  readonly keepers: { readonly where: CValue; readonly depth: number }[];
  unknownAt?: Span;
  contentsReleased: boolean;
  contentsHandedOn?: Set<string>;
  ownType?: boolean;
  written: boolean;
  followed: boolean;
  readonly handedOn: Map<string, CHandOn>;
}

class Run {
  readonly #fn: CFunction;
  readonly #body: CBody;
  readonly #surroundings: CSurroundings;
  readonly #params: ParamRecord[];
  readonly #storage = new Map<string, 'pointer' | 'array' | 'value'>();
  readonly #statics = new Set<string>();
  readonly #sites: CAllocation[] = [];
  /** `unjudged`: returns the result of a call that nothing in the body has tested. */
  readonly #exits: (CEnd & { readonly unjudged: boolean })[] = [];
  /** Allocations of which nobody knows what became. */
  readonly #doubted = new Set<number>();
  /** States were joined: what is true of one path can no longer be told from another. */
  #isJoined = false;

  constructor(fn: CFunction, body: CBody, surroundings: CSurroundings) {
    this.#fn = fn;
    this.#body = body;
    this.#surroundings = surroundings;
    this.#params = fn.params.map(() => ({ keepers: [], contentsReleased: false, written: false, followed: false, handedOn: new Map() }));
    for (const param of fn.params) if (param.name !== undefined) this.#storage.set(param.name, 'pointer');
    this.#declare(body.steps);
  }

  summary(): CSummary | undefined {
    if (!this.#solve()) return undefined;
    return {
      name: this.#fn.name,
      unit: this.#surroundings.unit,
      params: this.#params.map((record, index) => this.#param(record, index)),
      result: this.#result(),
      ...this.#lost(),
      noReturn: this.#fn.noReturn || (this.#exits.length === 0 && !this.#body.hasError),
    };
  }

  #lost(): Pick<CSummary, 'lost'> {
    if (this.#isJoined || this.#body.hasError || this.#surroundings.isMacro || this.#fn.name === 'main') return {};
    const lost = lostMemory(this.#exits, this.#sites, this.#doubted, this.#fn.result.type);
    return lost.length > 0 ? { lost } : {};
  }

  /** Names declared anywhere in the body. Shadowing is not told apart: the same name is the same variable. */
  #declare(steps: readonly CStep[]): void {
    for (const step of steps) {
      if (step.kind === 'declare') {
        if (step.static) this.#statics.add(step.name);
        else this.#storage.set(step.name, step.storage);
      } else if (step.kind === 'if') [step.then, step.else].forEach((part) => this.#declare(part));
      else if (step.kind === 'loop') this.#declare(step.body);
      else if (step.kind === 'switch') step.cases.forEach((one) => this.#declare(one.steps));
      else if (step.kind === 'variants') step.branches.forEach((branch) => this.#declare(branch));
    }
  }

  /** Whether every path was followed. */
  #solve(): boolean {
    const blocks = buildCGraph(this.#body);
    const seen: { readonly keys: Set<string>; joined?: CState; waiting?: CState }[] = blocks.map(() => ({ keys: new Set() }));
    const vars = new Map<string, CValue>();
    this.#fn.params.forEach((param, index) => param.name !== undefined && vars.set(param.name, { kind: 'param', index }));
    if (blocks.length > maxBlocks) return false;
    const limit = maxStates(blocks.length);
    const rank = ranks(blocks);
    const pending: CState[][] = blocks.map(() => []);
    let low = 0;
    const reach = (block: number, state: CState): void => {
      const at = seen[block]!;
      let next = state;
      if (at.joined ?? at.keys.size >= limit) {
        this.#isJoined = true;
        next = at.joined ? join(at.joined, state) : state;
        if (at.joined && stateKey(at.joined) === stateKey(next)) return;
        at.joined = next;
      } else {
        const key = stateKey(state);
        if (at.keys.has(key)) return;
        at.keys.add(key);
      }
      const waiting = pending[rank[block]!]!;
      // A joined state contains the joined one before it, which need not be followed when it still waits.
      if (at.waiting && waiting.at(-1) === at.waiting) waiting.pop();
      if (at.joined) at.waiting = next;
      waiting.push(next);
      low = Math.min(low, rank[block]!);
    };
    const order = blocks.map((_, block) => block).sort((x, y) => rank[x]! - rank[y]!);
    const evaluator = this.#evaluator();
    reach(0, { vars, params: new Map(), allocs: new Map() });
    for (let visits = 0; low < blocks.length; ) {
      const state = pending[low]!.shift();
      if (!state) {
        low++;
        continue;
      }
      if (++visits > maxVisits) return false;
      const block = blocks[order[low]!]!;
      let states: readonly CState[] = [state];
      for (const operation of block.operations) {
        states = states.flatMap((one) => this.#operate(operation, one, evaluator));
        if (states.length > limit) {
          this.#isJoined = true;
          states = [states.reduce(join)];
        }
      }
      for (const one of states) this.#leave(block, one, evaluator, reach);
    }
    return true;
  }

  #leave(block: CBlock, state: CState, evaluator: CEvaluator, reach: (block: number, state: CState) => void): void {
    const { exit, operations } = block;
    if (exit.kind === 'jump') exit.to.forEach((to) => reach(to, state));
    else if (exit.kind === 'branch') {
      const { yes, no } = evaluator.branch(exit.test, state);
      yes.forEach((one) => reach(exit.yes, one));
      no.forEach((one) => reach(exit.no, one));
    } else {
      const from = { block, ...(exit.span ? { span: exit.span } : {}) };
      if (!exit.value) this.#exits.push({ state, value: undefined, unjudged: false, ...from });
      else for (const outcome of evaluator.evaluate(exit.value, state)) this.#exits.push({ state: outcome.state, value: outcome.value, unjudged: isUnjudged(exit.value, operations), ...from });
    }
  }

  #operate(operation: Extract<CStep, { kind: 'declare' | 'eval' }>, state: CState, evaluator: CEvaluator): readonly CState[] {
    if (operation.kind === 'eval') {
      const { value } = operation;
      if (value.kind === 'call' && value.callee === 'assert' && value.args[0]) return evaluator.branch(value.args[0], state).yes;
      return evaluator.evaluate(value, state).map((outcome) => outcome.state);
    }
    // A static variable keeps its initial value from before the first call.
    if (operation.static) return [state];
    const fresh = withoutLocal(state, operation.name);
    if (!operation.value) return [fresh];
    return evaluator.evaluate(operation.value, fresh).map((outcome) => {
      const key = operation.value?.kind === 'list' || operation.storage === 'array' ? `${operation.name}[]` : operation.name;
      return withVar(outcome.state, key, outcome.value);
    });
  }

  #evaluator(): CEvaluator {
    const record = (index: number): ParamRecord | undefined => this.#params[index];
    const memory = new CMemory(
      {
        released: (index, at) => void (record(index)!.releasedAt ??= at),
        contentsReleased: (index) => void (record(index)!.contentsReleased = true),
        contentsHandedOn: (index, callee) => void (record(index)!.contentsHandedOn ??= new Set()).add(callee),
        ownTypeReleased: (index) => void (record(index)!.ownType = true),
        retained: (index, at, where, depth) => {
          record(index)!.retainedAt ??= at;
          record(index)!.keepers.push({ where, depth });
        },
        unknown: (index, at) => void (record(index)!.unknownAt ??= at),
        handedOn: (index, callee, argument, at, throughPointer) => {
          // Through a pointer that is no field of an object, the callee may be anybody's: what is const it will hardly release.
          if (throughPointer && callee === this.#fn.name && !this.#fn.params[index]?.constPointee) return;
          const position = throughPointer && callee === this.#fn.name ? index : argument;
          record(index)!.handedOn.set(`${callee}:${position}`, { callee, index: position, at, ...(throughPointer ? { throughPointer } : {}) });
        },
        doubted: (site) => void this.#doubted.add(site),
        written: (index) => void (record(index)!.written = true),
        followed: (index) => void (record(index)!.followed = true),
      },
      (index) => this.#fn.params[index]?.pointer ?? false,
    );
    const isLocal = (name: string): boolean => this.#storage.has(name) || this.#statics.has(name);
    const context = {
      self: this.#fn.name,
      summary: (name: string) => this.#surroundings.summary(name),
      contract: (name: string) => this.#surroundings.contract(name),
      alias: (name: string) => this.#surroundings.alias(name),
      isLocal,
      site: (allocation: CAllocation) => {
        const known = this.#sites.findIndex((site) => site.at.start === allocation.at.start && site.allocator === allocation.allocator && site.at.end === allocation.at.end);
        return known >= 0 ? known : this.#sites.push(allocation) - 1;
      },
      allocation: (site: number) => this.#sites[site],
    };
    const scope: CScope = {
      storage: (name) => this.#storage.get(name),
      isOutside: (name) => this.#surroundings.isMacro && this.#fn.params.some((param) => param.name === name),
      global: (name) => (this.#statics.has(name) ? this.#static(name) : this.#surroundings.global(name)),
      isArrayField: (name) => this.#surroundings.isArrayField(name),
    };
    return new CEvaluator(scope, memory, (call, args, state) => applyCall(call, args, state, memory, context));
  }

  /** A static array is storage of its own; a static pointer may point to anything. */
  #static(name: string): CValue {
    const find = (steps: readonly CStep[]): boolean => steps.some((step) => step.kind === 'declare' && step.name === name && step.storage === 'array');
    return find(this.#body.steps) ? { kind: 'static' } : unknown;
  }

  #param(record: ParamRecord, index: number): CParamSummary {
    const returned = this.#exits.some(({ value }) => value && alternatives(value).some((v) => (v.kind === 'param' || v.kind === 'member') && v.index === index));
    const place = `*${index}`;
    // Few parameters are pointers through which a body stores pointers.
    const isSet = this.#exits.some(({ state }) => state.vars.has(place));
    const stored = !isSet ? [] : this.#exits.flatMap(({ state }) => alternatives(state.vars.get(place) ?? unknown).flatMap((v) => (v.kind === 'alloc' && owns(state, v.site) ? [this.#sites[v.site]!] : [])));
    const anyhow = isSet && this.#exits.some(({ state, unjudged }) => unjudged && alternatives(state.vars.get(place) ?? unknown).every((v) => v.kind === 'alloc' && state.allocs.get(v.site) === 'nonnull'));
    const { effect, at, keptBehind, keptDepth } = this.#effect(record, index);
    return {
      effect,
      returned,
      written: record.written,
      ...(stored[0] ? { storedOwned: true, storedDeallocator: stored[0].deallocator, ...(anyhow ? { storedAnyhow: true } : {}) } : {}),
      ...(record.contentsReleased ? { contentsReleased: true } : {}),
      ...(record.contentsHandedOn ? { contentsHandedOn: [...record.contentsHandedOn] } : {}),
      ...(record.followed && !this.#body.hasError ? { followed: true } : {}),
      ...(isSet ? this.#unset(record, index) : {}),
      ...(record.written && this.#tellsFailure(record, index) ? { tellsFailure: true } : {}),
      ...(record.ownType ? { ownType: true } : {}),
      ...(keptBehind ? { keptBehind } : {}),
      ...(keptDepth !== undefined ? { keptDepth } : {}),
      handedOn: [...record.handedOn.values()],
      ...(at ? { at } : stored[0] ? { at: stored[0].at } : {}),
    };
  }

  /** Which results go with an out-parameter that was not set; known where a pointer is stored on all the other paths and nobody else gets it. */
  #unset(record: ParamRecord, index: number): Pick<CParamSummary, 'unsetOn'> {
    if (record.handedOn.size > 0 || record.unknownAt || this.#body.hasError) return {};
    const signs = new Map([true, false].map((isSet) => [isSet, new Set(this.#exits.filter(({ state }) => state.vars.has(`*${index}`) === isSet).flatMap(({ value }) => (value ? alternatives(value).map((one) => one.kind) : ['unknown'])))]));
    const set = signs.get(true)!;
    const unset = signs.get(false)!;
    const only = (kinds: ReadonlySet<string>, kind: string): boolean => kinds.size === 1 && kinds.has(kind);
    if (only(set, 'null') && only(unset, 'number')) return { unsetOn: 'nonzero' };
    return only(set, 'number') && only(unset, 'null') ? { unsetOn: 'zero' } : {};
  }

  /** `*rc = -1; return NULL`: whether a number that is not zero means that there is no result. */
  #tellsFailure(record: ParamRecord, index: number): boolean {
    if (record.handedOn.size > 0 || record.unknownAt || this.#isJoined || this.#body.hasError) return false;
    let isTold = false;
    for (const { state, value } of this.#exits) {
      const told = state.vars.get(toldKey(index));
      const isNull = value !== undefined && alternatives(value).every((one) => one.kind === 'null' || (one.kind === 'alloc' && state.allocs.get(one.site) === 'null'));
      if (!isNull && told !== undefined && told.kind !== 'null') return false;
      isTold ||= isNull && told !== undefined && told.kind !== 'null';
    }
    return isTold;
  }

  #effect(record: ParamRecord, index: number): { effect: CParamEffect; at?: Span; keptBehind?: readonly number[]; keptDepth?: number } {
    if (record.releasedAt) {
      const exits = this.#exits.map(({ state }) => state.params.get(index)).filter((now) => now !== 'null');
      const always = exits.every((now) => now === 'released') && !this.#body.hasError;
      return { effect: always ? 'releases' : 'may-release', at: record.releasedAt };
    }
    if (record.retainedAt) {
      const keepers = record.keepers.filter(({ where }) => !this.#isGone(where));
      const behind = keepers.flatMap(({ where }) => (where.kind === 'param' || where.kind === 'member' ? [where.index] : []));
      const depths = keepers.flatMap(({ where, depth }) => (where.kind === 'unknown' && depth > 0 ? [] : [depth]));
      if (keepers.length > 0) return { effect: 'retains', at: record.retainedAt, ...(behind.length === keepers.length ? { keptBehind: [...new Set(behind)] } : {}), ...(depths.length > 0 ? { keptDepth: Math.min(...depths) } : {}) };
    }
    if (record.unknownAt) return { effect: 'unknown', at: record.unknownAt };
    // What could not be read may do anything with what it can name.
    return { effect: this.#body.hasError ? 'unknown' : 'borrows' };
  }

  /** Memory that the body allocates and releases itself on every path. */
  #isGone(keeper: CValue): boolean {
    return keeper.kind === 'alloc' && this.#exits.every(({ state }) => ['released', 'null', undefined].includes(state.allocs.get(keeper.site)));
  }

  #result(): CResultSummary {
    let mayBeNull = false;
    const owners = new Map<CResultSummary['owner'], CAllocation | undefined>();
    const deallocators = new Set<string>();
    const see = (owner: CResultSummary['owner'], site?: CAllocation): void => void (owners.has(owner) || owners.set(owner, site));
    for (const { state, value } of this.#exits) {
      if (!value) continue;
      if (value.kind === 'any' && value.open) see('unknown');
      for (const v of alternatives(value)) {
        if (v.kind === 'null') mayBeNull = true;
        else if (v.kind === 'static') see('static');
        else if (v.kind === 'param' || v.kind === 'member' || v.kind === 'content') {
          see('borrowed');
          mayBeNull ||= v.kind === 'content' || state.params.get(v.index) !== 'nonnull';
        } else if (v.kind === 'alloc') {
          const now = state.allocs.get(v.site);
          mayBeNull ||= now !== 'nonnull';
          if (now === 'null') continue;
          see(owns(state, v.site) ? 'owned' : 'unknown', this.#sites[v.site]);
          deallocators.add(this.#sites[v.site]!.deallocator);
        } else see('unknown');
      }
    }
    const [only, site] = owners.size === 1 ? [...owners][0]! : (['unknown', undefined] as const);
    const owned = only === 'owned' && site && deallocators.size === 1 && !this.#body.hasError;
    if (owned) return { owner: 'owned', allocator: site.allocator, deallocator: site.deallocator, mayBeNull, at: site.at };
    return { owner: only === 'owned' ? 'unknown' : only, mayBeNull: mayBeNull || owners.has('unknown') || owners.size === 0 };
  }
}

/** Whether a value is what a function outside the C library says: `return f(x)`, or `rc = f(x); return rc`: branches end a block, so that nothing of it was tested. */
function isUnjudged(value: CExpr, operations: readonly COperation[]): boolean {
  const mayFail = (call: CExpr | undefined): boolean => call?.kind === 'call' && (call.callee === undefined || libcFunction(call.callee) === undefined);
  if (value.kind !== 'name') return mayFail(value);
  for (const operation of [...operations].reverse()) {
    if (operation.kind === 'declare' && operation.name === value.name) return mayFail(operation.value);
    if (operation.kind === 'eval' && operation.value.kind === 'assign' && operation.value.target.kind === 'name' && operation.value.target.name === value.name) return operation.value.plain && mayFail(operation.value.value);
  }
  return false;
}

const owns = (state: CState, site: number): boolean => state.allocs.get(site) === 'live' || state.allocs.get(site) === 'nonnull';
