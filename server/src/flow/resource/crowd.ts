/**
 * Makes fewer states of many, in functions with so many paths that most would never be looked at. First what no step behind a block reads is taken out:
 * states that differ in nothing else go on in the same way. Where that does not suffice, paths that meet before the resource exists are one from there on.
 */
import { successors } from '../graph.ts';
import type { FuncBody, FuncIr, Operand, Var } from '../ir.ts';
import { condKey, functionInfo, type FunctionInfo, operandsOf, targetsOf } from './function-info.ts';
import { start, type State, stateKey } from './state.ts';
import { isAtJoin, type Item } from './visited.ts';

/** What is read from a place on before it is set anew. */
interface Read {
  readonly vars: Set<Var>;
  /** Keys of the conditions that are tested. */
  readonly keys: Set<string>;
}

const atBlocks = new WeakMap<FuncIr, readonly Read[]>();

/** The state at the beginning of a block of the function's own body, without what nothing reads from there on. */
function withoutDead(state: State, ir: FuncIr, block: number): State {
  let read = atBlocks.get(ir);
  if (read === undefined) atBlocks.set(ir, (read = readFrom(ir)));
  const { vars, keys } = read[block]!;
  const isUsedUp = (place: string): boolean => {
    const v = ir.vars[Number.parseInt(place, 10)]!;
    return v.kind === 'temp' && !vars.has(v);
  };
  const values = filtered(state.values, (id) => vars.has(ir.vars[id]!));
  const facts = filtered(state.facts, (key) => keys.has(key));
  // A temporary that has the address of what holds the resource, or a view of it. One that has the resource itself says that it is not lost.
  const holders = filtered(state.holders, (place, hold) => hold === 'same' || hold === 'some' || !isUsedUp(place));
  const lenders = state.lenders && filtered(state.lenders, (place) => !isUsedUp(place));
  if (values === state.values && facts === state.facts && holders === state.holders && lenders === state.lenders) return state;
  return { ...state, values, facts, holders, ...(lenders === undefined || lenders.size === 0 ? {} : { lenders }) };
}

/** The entries to keep; the same map where these are all. */
function filtered<K, V>(map: ReadonlyMap<K, V>, keep: (key: K, value: V) => boolean): ReadonlyMap<K, V> {
  let out: Map<K, V> | undefined;
  for (const [key, value] of map) if (!keep(key, value)) (out ??= new Map(map)).delete(key);
  return out ?? map;
}

/** For each block of the body what is read from its beginning on. */
function readFrom(ir: FuncIr): readonly Read[] {
  const info = functionInfo(ir);
  const always = readAtAnyTime(ir, info);
  const out = ir.body.blocks.map((): Read => ({ vars: new Set(always.vars), keys: new Set(always.keys) }));
  const sets = ir.body.blocks.map(({ steps }) => new Set(steps.flatMap((step) => (step.op === 'range' ? [] : targetsOf(step)))));
  for (const [i, block] of ir.body.blocks.entries()) addReads(out[i]!, block, info, new Set());
  for (let grown = true; grown; ) {
    grown = false;
    for (let i = out.length - 1; i >= 0; i--) {
      const { vars, keys } = out[i]!;
      const size = vars.size + keys.size;
      for (const to of successors(ir.body.blocks[i]!)) {
        for (const v of out[to]!.vars) if (always.vars.has(v) || !sets[i]!.has(v)) vars.add(v);
        for (const key of out[to]!.keys) keys.add(key);
      }
      grown ||= vars.size + keys.size > size;
    }
  }
  return out;
}

/** What literals and deferred calls read, named results, and variables whose address somebody has. */
function readAtAnyTime(ir: FuncIr, info: FunctionInfo): Read {
  const read: Read = { vars: new Set([...ir.body.results, ...ir.definitions.addressed]), keys: new Set() };
  for (const body of ir.literals) for (const block of body.blocks) addReads(read, block, info, new Set());
  for (const step of ir.body.calls) if (step.mode !== 'call') for (const operand of operandsOf(step)) addOperand(read.vars, operand);
  return read;
}

/** Adds what a block reads before it sets it; `set` is what is set already. */
function addReads(read: Read, { steps, term }: FuncBody['blocks'][number], info: FunctionInfo, set: Set<Var>): void {
  const add = (operand: Operand): void => {
    if (operand.k !== 'var' || !set.has(operand.v)) addOperand(read.vars, operand);
  };
  for (const step of steps) {
    operandsOf(step).forEach(add);
    if (step.op !== 'range') for (const v of targetsOf(step)) set.add(v);
  }
  if (term.k === 'return') term.values.forEach(add);
  if (term.k !== 'branch' || term.cond.k === 'unknown') return;
  const key = condKey(term.cond, info.pure);
  if (key !== undefined) read.keys.add(key);
  for (const operand of term.cond.k === 'truth' ? [term.cond.x] : [term.cond.l, term.cond.r]) add(operand);
}

function addOperand(vars: Set<Var>, operand: Operand): void {
  if (operand.k === 'var') vars.add(operand.v);
  if (operand.k === 'method') addOperand(vars, operand.recv);
}

/** So many times what is known at a block gets less before nothing is: each time what follows is explored again. */
const mostJoins = 4;

/** Visits after which what nothing reads is forgotten, and after which paths without the resource are joined. */
const many = 100;
const tooMany = 400;

/** The states of one exploration. */
export class Crowd {
  readonly #ir: FuncIr;
  /** Of each block, the joined states before the resource exists. */
  readonly #unborn = new Map<number, Map<string, { readonly state: State; readonly joins: number }>>();

  constructor(ir: FuncIr) {
    this.#ir = ir;
  }

  /** The item with what may still matter, after so many visits; undefined when nothing new can come of it. */
  simplified(item: Item, visits: number): Item | undefined {
    if (visits <= many || item.fn !== this.#ir.body || item.state.conts.length > 0 || !isAtJoin(item)) return item;
    const live = withoutDead(item.state, this.#ir, item.block);
    const state = visits > tooMany && live.phase === 'unborn' ? this.#join(live, item.block) : live;
    return state && { ...item, state };
  }

  /** The state with only what the earlier ones at this block agree on; undefined when one of them knew no more. */
  #join(state: State, block: number): State | undefined {
    let states = this.#unborn.get(block);
    if (states === undefined) this.#unborn.set(block, (states = new Map<string, { readonly state: State; readonly joins: number }>()));
    const rest = stateKey({ ...state, values: start.values, facts: start.facts });
    const known = states.get(rest);
    if (known === undefined) {
      states.set(rest, { state, joins: 0 });
      return state;
    }
    const values = filtered(known.state.values, (id, value) => state.values.get(id) === value);
    const facts = filtered(known.state.facts, (key, value) => state.facts.get(key) === value);
    if (values === known.state.values && facts === known.state.facts) return undefined;
    const joins = known.joins + 1;
    const joined = joins < mostJoins ? { ...state, values, facts } : { ...state, values: start.values, facts: start.facts };
    states.set(rest, { state: joined, joins });
    return joined;
  }
}
