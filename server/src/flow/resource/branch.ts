/** What a branch tells: about the resource (nil, failed) and about the values that other branches test again. */
import type { Cond, Operand, Var } from '../ir.ts';
import { condKey, type FunctionInfo } from './function-info.ts';
import { carried, hasSame, type State } from './state.ts';
import { deniedBy } from './witness.ts';
import type { Span } from '../../base/span.ts';

const isNil = (operand: Operand): boolean => operand.k === 'const' && operand.value === 'nil';

/** The state on the edge where `cond` is `taken`, or undefined when the path cannot go there or the resource does not exist there. */
export function refine(state: State, cond: Cond, taken: boolean, span: Span, info: FunctionInfo): State | undefined {
  const absent = state.phase === 'unborn' ? undefined : absentOn(state, cond, taken, info);
  if (absent === true) return undefined;
  const decided = decide(state, cond, info);
  if (decided !== undefined && decided !== taken) return undefined;
  const key = condKey(cond, info.pure);
  let next = state;
  if (absent === false && next.supposed) next = { ...next, supposed: false };
  if (key !== undefined && decided === undefined && info.remembered.has(key)) next = { ...next, facts: new Map(next.facts).set(key, taken) };
  next = learn(next, cond, taken, info);
  return next.phase === 'owned' ? { ...next, path: { taken, isCase: cond.k === 'eq' && cond.isCase === true, span, before: next.path } } : next;
}

/** Whether the resource does not exist on this edge; undefined when the condition says nothing about that. */
function absentOn(state: State, cond: Cond, taken: boolean, info: FunctionInfo): boolean | undefined {
  if (cond.k === 'unknown') return undefined;
  const sides = cond.k === 'truth' ? [cond.x] : [cond.l, cond.r];
  for (const [i, side] of sides.entries()) {
    const witness = side.k === 'var' ? state.witnesses.get(side.v.id) : undefined;
    // An error that is not nil, a result code that is not the success code: what was asked for was not made.
    const other = sides[1 - i];
    if (witness) return deniedBy(witness, cond, other?.k === 'var' ? (info.named.get(other.v) ?? other) : other, taken);
  }
  const holder = cond.k === 'eq' ? sides.find((side, i) => hasSame(carried(state, side)) && (carried(state, side).has('') || isNil(sides[1 - i]!))) : undefined;
  // The pointer is nil, or it is another pointer's memory, which somebody else owns.
  return holder && (state.phase === 'owned' || state.gone) ? taken : undefined;
}

/** The outcome of a condition where the values on this path decide it. */
function decide(state: State, cond: Cond, info: FunctionInfo): boolean | undefined {
  const key = condKey(cond, info.pure);
  const known = key === undefined ? undefined : state.facts.get(key);
  if (known !== undefined) return known;
  const value = (operand: Operand): string | undefined => (operand.k === 'const' ? operand.value : operand.k === 'var' ? state.values.get(operand.v.id) : operand.k === 'c' ? nameInC(operand) : undefined);
  if (cond.k === 'truth') {
    const v = value(cond.x);
    return v === 'true' ? true : v === 'false' ? false : undefined;
  }
  if (cond.k !== 'eq') return undefined;
  const l = value(cond.l);
  const r = value(cond.r);
  if (l === undefined || r === undefined) return undefined;
  if (l === 'nonnil' || r === 'nonnil') return l === 'nil' || r === 'nil' ? false : undefined;
  // Two names of C may mean the same number.
  return l === r || (isOfC(l) || isOfC(r) ? undefined : false);
}

const nameInC = ({ name }: { readonly name: string }): string => `C.${name}`;
const isOfC = (value: string): boolean => value.startsWith('C.');

function learn(state: State, cond: Cond, taken: boolean, info: FunctionInfo): State {
  const set = (v: Var, value: string): State => (info.tracked.has(v) ? { ...state, values: new Map(state.values).set(v.id, value) } : state);
  if (cond.k === 'truth') return cond.x.k === 'var' ? set(cond.x.v, String(taken)) : state;
  if (cond.k !== 'eq') return state;
  const [l, r] = isNil(cond.l) ? [cond.r, cond.l] : [cond.l, cond.r];
  return l.k === 'var' && isNil(r) ? set(l.v, taken ? 'nil' : 'nonnil') : state;
}

/** Nothing is known of any variable, and nothing is worth knowing: assignments change nothing. */
export const isPlain = (state: State, info: FunctionInfo): boolean => info.tracked.size === 0 && state.values.size === 0 && state.facts.size === 0 && state.witnesses.size === 0;

/** Forgets what was known of a variable that changes, and what it becomes where a constant says so. */
export function assignValue(state: State, v: Var, src: Operand | undefined, info: FunctionInfo): State {
  if (isPlain(state, info)) return state;
  let next = state;
  if (next.facts.size > 0) {
    const token = new RegExp(`\\bv${v.id}\\b`);
    if ([...next.facts.keys()].some((key) => token.test(key))) next = { ...next, facts: new Map([...next.facts].filter(([key]) => !token.test(key))) };
  }
  if (next.witnesses.has(v.id)) next = { ...next, witnesses: new Map([...next.witnesses].filter(([id]) => id !== v.id)) };
  const witness = src?.k === 'var' ? next.witnesses.get(src.v.id) : undefined;
  if (witness) next = { ...next, witnesses: new Map(next.witnesses).set(v.id, witness) };
  const value = valueOf(next, src) ?? (isError(v) && (src?.k === 'global' || (src?.k === 'unknown' && v.kind === 'result')) ? 'nonnil' : undefined);
  if (value !== undefined && info.tracked.has(v)) return { ...next, values: new Map(next.values).set(v.id, value) };
  if (!next.values.has(v.id)) return next;
  const values = new Map(next.values);
  values.delete(v.id);
  return { ...next, values };
}

/** An error variable of a package (`ErrShort`, `io.EOF`) is never nil. */
const isError = (v: Var): boolean => v.type?.k === 'named' && v.type.pkg === undefined && v.type.name === 'error';

function valueOf(state: State, src: Operand | undefined): string | undefined {
  if (src?.k === 'const') return src.value;
  if (src?.k === 'c') return nameInC(src);
  if (src?.k === 'closure' || src?.k === 'func' || src?.k === 'method') return 'nonnil';
  return src?.k === 'var' ? state.values.get(src.v.id) : undefined;
}
