/**
 * Values that a C object lends: the text of a column, the key of an iterator. Follows where the object is, and says which calls end what it
 * has lent. Such a value is a resource like any other, only that others release it.
 */
import { ownTypeName } from '../../semantics/types.ts';
import { mayCount, mayRelease } from '../c-names.ts';
import { definitions, onlyDefinition, originStep } from '../definitions.ts';
import type { CallStep, FuncIr, Operand, Step } from '../ir.ts';
import type { Knowledge, LentValue } from '../knowledge.ts';
import { placeKey } from '../place-key.ts';
import type { FunctionInfo } from './function-info.ts';
import { targetsOf } from './function-info.ts';
import { assignPlace, type Carried, type Holders, under } from './state.ts';

/** The place of an object that a call gets: `7`, `7.ptr`, `&7`. Undefined for globals and what is computed. */
function placeOf(ir: FuncIr, info: FunctionInfo, operand: Operand | undefined): string | undefined {
  if (operand?.k !== 'var') return undefined;
  const address = info.addresses.get(operand.v);
  if (address !== undefined) return `&${address}`;
  const key = placeKey(ir, operand);
  return key !== undefined && /^v\d/.test(key) ? key.slice(1) : undefined;
}

/** Where the object that lends is when the value comes to be: in the argument, and in what that is a copy of or belongs to. */
export function lendersAt(ir: FuncIr, info: FunctionInfo, knowledge: Knowledge, step: CallStep, { lender }: LentValue): Holders {
  const found = new Map<string, 'same'>();
  let at: Operand | undefined = step.args[lender];
  for (let i = 0; i < 8 && at?.k === 'var'; i++) {
    const place = placeOf(ir, info, at);
    if (place !== undefined) found.set(place, 'same');
    if (at.v.kind === 'temp' && !place?.startsWith('&')) found.set(String(at.v.id), 'same');
    const made = onlyDefinition(ir, at.v);
    const behind = made && lentBy(made, knowledge);
    at = made?.op === 'copy' ? made.src : made?.op === 'call' && behind ? made.args[behind.lender] : undefined;
  }
  return found;
}

const lentBy = (step: Step, knowledge: Knowledge): LentValue | undefined => (step.op === 'call' && step.callee.k === 'c' ? knowledge.cLent(step.callee.name).find(({ outArg }) => outArg === undefined) : undefined);

/** What lends may be lent itself: then the value ends with the object behind it as well. */
export function chained(ir: FuncIr, knowledge: Knowledge, step: CallStep, lent: LentValue): LentValue {
  const endedBy = new Set(lent.endedBy);
  let made: Step | undefined = step;
  let of: LentValue | undefined = lent;
  for (let i = 0; i < 4 && made?.op === 'call' && of; i++) {
    const object: Operand | undefined = made.args[of.lender];
    made = object && originStep(ir, object);
    of = made && lentBy(made, knowledge);
    for (const name of of?.endedBy ?? []) endedBy.add(name);
  }
  return endedBy.size === lent.endedBy.length ? lent : { ...lent, endedBy: [...endedBy] };
}

/** Where the object is after a step. */
export function lendersAfter(lenders: Holders, step: Step): Holders {
  let next = lenders;
  if (step.op === 'setField' && step.base.k === 'var') next = assignPlace(next, `${step.base.v.id}.${step.name}`, valueOf(next, step.src));
  else if (step.op === 'setDeref' && step.base.k === 'var') next = assignPlace(next, String(step.base.v.id), new Map());
  for (const dst of targetsOf(step)) {
    const value =
      step.op === 'copy' || step.op === 'assert' ? valueOf(next, step.src) : step.op === 'field' ? new Map([...valueOf(next, step.base)].flatMap(([path, hold]) => (path === `.${step.name}` || path.startsWith(`.${step.name}.`) ? [[path.slice(step.name.length + 1), hold] as const] : []))) : new Map();
    next = assignPlace(next, String(dst.id), value);
    const whole = `&${dst.id}`;
    if (next.has(whole)) next = assignPlace(next, whole, new Map());
  }
  return next;
}

const valueOf = (lenders: Holders, operand: Operand): Carried => (operand.k === 'var' ? under(lenders, String(operand.v.id)) : new Map());

/** What an argument has of the object. A deferred call may have got it before the object lent anything: then by the name of its place. */
function lenderIn(ir: FuncIr, info: FunctionInfo, lenders: Holders, arg: Operand, deferred: boolean): Carried {
  if (arg.k !== 'var') return new Map();
  const address = info.addresses.get(arg.v);
  if (address !== undefined) return lenders.has(`&${address}`) || lenders.get(address) === 'same' ? new Map([['', 'same' as const]]) : new Map();
  const now = valueOf(lenders, arg);
  if (now.size > 0 || !deferred) return now;
  const place = placeOf(ir, info, arg);
  const root = place === undefined ? undefined : ir.vars[Number.parseInt(place, 10)];
  // A variable that is set again may have meant another object when the call was deferred.
  return place !== undefined && root !== undefined && (definitions(ir).of.get(root) ?? []).length <= (root.kind === 'local' ? 1 : 0) ? under(lenders, place) : now;
}

/**
 * What a call does to the object: it ends what was lent (`ended`), releases the object and all that belongs to it (`released`), or may have
 * done so (`unsure`).
 */
export function fateOf(ir: FuncIr, info: FunctionInfo, knowledge: Knowledge, lent: LentValue, lenders: Holders, step: CallStep, deferred: boolean): 'ended' | 'released' | 'unsure' | undefined {
  const { callee } = step;
  if (callee.k !== 'c' && callee.k !== 'go' && callee.k !== 'method') return undefined;
  for (const [i, arg] of step.args.entries()) {
    for (const [path] of lenderIn(ir, info, lenders, arg, deferred)) {
      if (callee.k === 'c') {
        if (path === '' && lent.endedBy.includes(callee.name)) return 'ended';
        const effect = knowledge.cArg(callee.name, i);
        if (path !== '') {
          if (effect?.contents) return 'unsure';
          continue;
        }
        if (effect?.releases === 'always') return 'released';
        if (effect ? effect.releases === 'sometimes' : mayRelease(callee.name) || mayCount(callee.name)) return 'unsure';
        continue;
      }
      const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
      const effect = knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, path);
      if (effect?.releases === 'always') return 'released';
      if (effect?.releases === 'sometimes') return 'unsure';
    }
  }
  return undefined;
}

/** Whether anything in the function could end the value: only then it is worth following. */
export function mayEnd(ir: FuncIr, info: FunctionInfo, knowledge: Knowledge, lent: LentValue, step: CallStep): boolean {
  const roots = rootsAt(ir, info, knowledge, step, lent);
  if (roots.size === 0) return false;
  const ends = ({ callee, args }: CallStep): boolean => callee.k === 'c' && (lent.endedBy.includes(callee.name) || args.some((_, i) => knowledge.cArg(callee.name, i)?.releases === 'always'));
  return ir.bodies.some((body) => body.calls.some((call) => (call.callee.k === 'c' ? ends(call) : (call.callee.k === 'go' || call.callee.k === 'method') && getsObject(ir, info, call, roots))));
}

/** Whether a call gets one of these variables, or something behind them. */
export const getsObject = (ir: FuncIr, info: FunctionInfo, { args }: CallStep, roots: ReadonlySet<number>): boolean =>
  args.some((arg) => {
    const place = placeOf(ir, info, arg);
    return place !== undefined && roots.has(rootOf(place));
  });

const rootOf = (place: string): number => Number.parseInt(place.replace('&', ''), 10);

/** The variables in which the object may be. */
export const rootsAt = (ir: FuncIr, info: FunctionInfo, knowledge: Knowledge, step: CallStep, lent: LentValue): ReadonlySet<number> => new Set([...lendersAt(ir, info, knowledge, step, lent).keys()].map(rootOf));
