/** The state of one resource on one path: its phase, who holds it, what is known of the branches taken, and what is still to run. */
import type { Span } from '../../base/span.ts';
import type { AssumedBorrow, Place } from '../knowledge.ts';
import type { CallStep, FuncBody, Operand, Var } from '../ir.ts';
import type { Witness } from './witness.ts';

/**
 * How a place holds the resource: the pointer itself, something inside or a Go view of it, the address of a variable that holds it, or
 * perhaps the pointer itself (one of several elements of an array).
 */
export type Hold = 'same' | 'view' | 'ref' | 'some';

/** A place is a variable's number and a path: `7`, `7.ptr`, `7[]`. */
export type Holders = ReadonlyMap<string, Hold>;

/** What one operand carried of the resource: path below the operand → hold. */
export type Carried = ReadonlyMap<string, Hold>;

export interface Pending {
  readonly step: CallStep;
  /** Of each argument, as it was when the defer ran. */
  readonly captured: readonly Carried[];
  /** The literal it runs, if that is what was deferred. */
  readonly closure?: FuncBody;
}

/** Where to go on after a literal that runs inline. */
export interface Cont {
  readonly fn: FuncBody;
  readonly block: number;
  readonly step: number;
  readonly dsts: readonly Var[];
  /** Deferred calls of the frame that goes on. */
  readonly defers: readonly Pending[];
  /** True when the literal ran as a deferred call: the frame is on its way out. */
  readonly leaving: boolean;
  readonly leave?: Leave;
}

/** How a frame is being left. */
export interface Leave {
  readonly body: FuncBody;
  readonly span: Span;
  readonly implicit: boolean;
  readonly spans: readonly Span[];
  /** What each returned value carries, as evaluated before any deferred call runs. */
  readonly values: readonly Carried[];
}

/** A linked list from the latest to the first. */
export interface PathNode {
  /** The outcome of the branch at `span`. */
  readonly taken: boolean;
  /** The span is a case of a switch on a value. */
  readonly isCase: boolean;
  readonly span: Span;
  readonly before: PathNode | undefined;
}

export interface AssumedNode extends AssumedBorrow {
  readonly span: Span;
  readonly before: AssumedNode | undefined;
}

export interface State {
  readonly phase: 'unborn' | 'owned' | 'released';
  readonly holders: Holders;
  /** Known values of variables that branches test: number → literal, or `nonnil`. */
  readonly values: ReadonlyMap<number, string>;
  /** Outcomes of comparisons between tested variables and constants. */
  readonly facts: ReadonlyMap<string, boolean>;
  /** Variables that say whether the resource exists. */
  readonly witnesses: ReadonlyMap<number, Witness>;
  /** It comes to be in case of failure only, and no branch has told yet whether the call failed. */
  readonly supposed: boolean;
  readonly defers: readonly Pending[];
  readonly conts: readonly Cont[];
  /** The field of an object of the caller that points to it now. */
  readonly stored?: { readonly base: number; readonly place: string };
  /** Of a value that an object lends: where that object is, as long as it is known. `&7` is one that stands in variable 7 itself. */
  readonly lenders?: Holders;
  /** The go statement whose goroutine uses it and was not waited for since. */
  readonly running?: Span;
  /** Where it was released, when that is certain. */
  readonly released?: Place;
  /** It was released before the function was entered: whatever holds it is not nil. */
  readonly gone?: true;
  /** Released is not the word: C has become the owner there. It may be used, but not released. */
  readonly taken?: true;
  readonly path: PathNode | undefined;
  readonly assumed: AssumedNode | undefined;
}

export const start: State = {
  phase: 'unborn',
  holders: new Map(),
  values: new Map(),
  facts: new Map(),
  witnesses: new Map(),
  supposed: false,
  defers: [],
  conts: [],
  path: undefined,
  assumed: undefined,
};

/** Maps are shared between a state and its successors, so their texts are remembered. */
const known = new WeakMap<object, string>();

function entries(map: ReadonlyMap<unknown, unknown>): string {
  if (map.size === 0) return '';
  const text = known.get(map) ?? joined(map);
  known.set(map, text);
  return text;
}

function joined(map: ReadonlyMap<unknown, unknown>): string {
  const parts: string[] = [];
  for (const [k, v] of map) parts.push(`${k}=${v}`);
  return parts.length === 1 ? parts[0]! : parts.sort().join(',');
}

function pending(list: readonly Pending[]): string {
  if (list.length === 0) return '';
  const text = known.get(list) ?? list.map((p) => `${p.step.span.start}:${p.captured.map(entries).join('/')}`).join(';');
  known.set(list, text);
  return text;
}

const frames = (conts: readonly Cont[]): string => (conts.length === 0 ? '' : conts.map((c) => `${c.fn.id}.${c.block}.${c.step}.${c.leaving}.${pending(c.defers)}`).join('>'));

/** Two states with the same key go on in the same way. How they came there is not part of it, only whether an unseen function had the resource. */
export const stateKey = (state: State): string =>
  `${state.phase}|${entries(state.holders)}|${entries(state.values)}|${entries(state.facts)}|${entries(state.witnesses)}|${state.supposed}|${pending(state.defers)}|${frames(state.conts)}|${state.released?.span.start ?? ''}${state.taken ? 't' : ''}|${state.stored?.place ?? ''}|${state.running?.start ?? ''}|${state.lenders ? entries(state.lenders) : ''}|${state.assumed ? 'assumed' : ''}`;

/** Whether the keys of two states are equal; most differ, or share what they consist of, so that no key has to be made. */
export const sameState = (a: State, b: State): boolean =>
  a === b ||
  (a.phase === b.phase &&
    (a.assumed === undefined) === (b.assumed === undefined) &&
    a.released?.span.start === b.released?.span.start &&
    a.taken === b.taken &&
    a.running === b.running &&
    a.stored?.place === b.stored?.place &&
    (a.lenders === b.lenders || (a.lenders !== undefined && b.lenders !== undefined && sameMap(a.lenders, b.lenders))) &&
    sameMap(a.holders, b.holders) &&
    sameMap(a.values, b.values) &&
    sameMap(a.facts, b.facts) &&
    a.supposed === b.supposed &&
    sameMap(a.witnesses, b.witnesses) &&
    (a.defers === b.defers || (a.defers.length === b.defers.length && pending(a.defers) === pending(b.defers))) &&
    (a.conts === b.conts || (a.conts.length === b.conts.length && frames(a.conts) === frames(b.conts))));

/** Whether two maps have the same entries. */
export const sameMap = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean => a === b || (a.size === b.size && entries(a) === entries(b));

const prefix = (place: string, root: string): boolean => place.startsWith(root) && (place.length === root.length || place[root.length] === '.' || place[root.length] === '[');

/** What an operand carries. */
export function carried(state: State, operand: Operand | undefined): Carried {
  return operand?.k === 'var' && state.holders.size > 0 && rootsOf(state.holders).has(operand.v.id) ? under(state.holders, String(operand.v.id)) : nothing;
}

const nothing: Carried = new Map();

/** The holders below a place, with the rest of their paths. */
export function under(holders: Holders, root: string): Carried {
  if (holders.size === 0) return nothing;
  let found: Map<string, Hold> | undefined;
  for (const [place, hold] of holders) if (prefix(place, root)) (found ??= new Map()).set(place.slice(root.length), hold);
  return found ?? nothing;
}

const roots = new WeakMap<Holders, ReadonlySet<number>>();

/** The numbers of the variables that places begin with. */
export function rootsOf(holders: Holders): ReadonlySet<number> {
  let found = roots.get(holders);
  if (found === undefined) {
    const numbers = new Set<number>();
    for (const place of holders.keys()) numbers.add(Number.parseInt(place, 10));
    found = numbers;
    roots.set(holders, found);
  }
  return found;
}

/** Removes a place and what is below it, then lets it hold what is given. */
export function assignPlace(holders: Holders, root: string, value: Carried): Holders {
  if (value.size === 0 && under(holders, root).size === 0) return holders;
  const next = new Map([...holders].filter(([place]) => !prefix(place, root)));
  for (const [path, hold] of value) next.set(root + path, hold);
  return next;
}

/** Empties a field of an object: whichever variables lead to the object, they find it empty. */
export function emptied(holders: Holders, path: string): Holders {
  return [...holders.keys()].some((place) => place.endsWith(path)) ? new Map([...holders].filter(([place]) => !place.endsWith(path))) : holders;
}

/** Adds without removing. */
export function addPlace(holders: Holders, root: string, value: Carried): Holders {
  if (value.size === 0) return holders;
  const next = new Map(holders);
  for (const [path, hold] of value) next.set(root + path, hold);
  return next;
}

/** A place this deep, or this many places: a structure that refers to itself, which paths cannot describe. */
export function tooComplex(holders: Holders): boolean {
  if (holders.size > 32) return true;
  for (const place of holders.keys()) if (place.length > mostParts && (place.length > 96 || (place.match(/[.[]/g)?.length ?? 0) > mostParts)) return true;
  return false;
}

const mostParts = 6;

/** The same resource, weaker: everything becomes a view. */
export const asView = (value: Carried): Carried => new Map([...value].map(([path]) => [path, 'view' as const]));

export const hasSame = (value: Carried): boolean => [...value.values()].includes('same');

/** The path as a list from first to last. */
export function pathOf(node: PathNode | undefined): PathNode[] {
  const out: PathNode[] = [];
  for (let at = node; at; at = at.before) out.unshift(at);
  return out;
}

export function assumedOf(node: AssumedNode | undefined): AssumedNode[] {
  const out: AssumedNode[] = [];
  for (let at = node; at; at = at.before) out.unshift(at);
  return out;
}

/** The pointer was captured, the fields behind it are read when the call runs: `x.ptr = nil` counts. */
export function stillHeld(state: State, { step, captured }: Pending): readonly Carried[] {
  return captured.map((value, i) => {
    const arg = step.args[i];
    if (arg?.k !== 'var' || arg.v.type?.k !== 'pointer' || value.has('')) return value;
    const now = carried(state, arg);
    return new Map([...value].filter(([path]) => now.has(path)));
  });
}

/** A deferred call has the resource. */
export const promised = (state: State): boolean => state.defers.some((pending) => pending.closure !== undefined || pending.captured.some((value) => value.size > 0));
