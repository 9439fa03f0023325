/** Which locks are held where: a finalizer that takes the same lock first cannot run meanwhile. Sources: sync.Mutex and sync.RWMutex documentation. */
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { fieldType, type Shape } from '../semantics/shape.ts';
import { ownTypeName } from '../semantics/types.ts';
import { callsOf } from './call-targets.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

/** Locks by name, `Context.mu` for a field of a type, with whether they are held for one alone (Lock) or together with other readers (RLock). */
export type Locks = ReadonlyMap<string, boolean>;

const none: Locks = new Map();

/** Whether somebody who holds `held` keeps out somebody who takes `taken`: the same lock, and not two readers. */
export const excludes = (held: Locks, taken: Locks): boolean => [...taken].some(([lock, alone]) => held.has(lock) && (alone || held.get(lock) === true));

const both = (a: Locks, b: Locks): Locks => new Map([...a].flatMap(([lock, alone]) => (b.has(lock) ? [[lock, alone && b.get(lock) === true] as const] : [])));

/** The locks that are held on every way to each step of the function. */
export function heldLocks(ir: FuncIr, shape: Shape): ReadonlyMap<Step, Locks> {
  const found = new Map<Step, Locks>();
  walk(ir, ir.body, none, shape, found);
  for (const literal of ir.literals) if (!stepsOf(literal).every((step) => found.has(step))) walk(ir, literal, none, shape, found);
  return found;
}

/** The locks that are held at every call of the function that the package shows; none where it shows no call. */
export function locksAtCallers(fn: GoFunction, flow: PackageFlow): Locks {
  return flow.askOf('locks at callers', fn, (current) => {
    const sites = callsOf(current, flow).map(({ caller, step }) => (step.mode === 'go' ? none : (heldLocks(flow.ir(caller), flow.model.shape).get(step) ?? none)));
    return sites.length === 0 ? none : sites.reduce(both);
  });
}

/** The lock that a step takes, and whether for one alone. */
export function takenBy(ir: FuncIr, step: Step, shape: Shape): { readonly lock: string; readonly alone: boolean } | undefined {
  if (step.op !== 'call' || step.mode !== 'call' || step.callee.k !== 'method' || (step.callee.name !== 'Lock' && step.callee.name !== 'RLock')) return undefined;
  const lock = lockName(ir, step, shape);
  return lock === undefined ? undefined : { lock, alone: step.callee.name === 'Lock' };
}

/** Whether the function begins with giving back a lock that its caller holds. */
export function givesBack(ir: FuncIr, lock: string, shape: Shape): boolean {
  const first = ir.body.calls.find((step) => step.mode === 'call' && step.callee.k === 'method' && /^R?(?:Lock|Unlock)$/.test(step.callee.name) && lockName(ir, step, shape) === lock);
  return first?.callee.k === 'method' && first.callee.name.endsWith('Unlock');
}

function walk(ir: FuncIr, body: FuncBody, entry: Locks, shape: Shape, found: Map<Step, Locks>): void {
  const at = new Map<number, Locks>([[0, entry]]);
  const queue = [0];
  const literals = new Map<FuncBody, Locks>();
  while (queue.length > 0) {
    const index = queue.pop()!;
    const block = body.blocks[index]!;
    let held = at.get(index)!;
    for (const step of block.steps) {
      found.set(step, held);
      // A literal that is run or handed on where it stands runs under the locks held there, unless it is put off.
      if (step.op === 'call' && step.mode === 'call') for (const operand of operandsOf(step)) if (operand.k === 'closure') literals.set(operand.fn, held);
      held = after(ir, step, held, shape);
    }
    const { term } = block;
    for (const to of term.k === 'jump' ? [term.to] : term.k === 'branch' ? [term.yes, term.no] : term.k === 'multi' ? term.to : []) {
      const before = at.get(to);
      const joined = before ? both(before, held) : held;
      if (before && before.size === joined.size && [...joined].every(([lock, alone]) => before.get(lock) === alone)) continue;
      at.set(to, joined);
      queue.push(to);
    }
  }
  for (const [literal, held] of literals) if (!found.has(stepsOf(literal)[0]!)) walk(ir, literal, held, shape, found);
}

function after(ir: FuncIr, step: Step, held: Locks, shape: Shape): Locks {
  if (step.op !== 'call' || step.mode !== 'call' || step.callee.k !== 'method') return held;
  const { name } = step.callee;
  const takes = name === 'Lock' || name === 'RLock';
  if (!takes && name !== 'Unlock' && name !== 'RUnlock') return held;
  const lock = lockName(ir, step, shape);
  if (lock === undefined) return held;
  const next = new Map(held);
  if (takes) next.set(lock, name === 'Lock');
  else next.delete(lock);
  return next;
}

/** Locks are told apart by the field they are in: which object's field it is, nobody can say in general. */
function lockName(ir: FuncIr, step: CallStep, shape: Shape): string | undefined {
  const recv = step.args[0];
  if (recv === undefined) return undefined;
  const at = origin(ir, recv);
  if (at.k === 'global') return at.name;
  const load = originStep(ir, recv);
  if (load?.op === 'field') return fieldName(load.base, load.name, shape);
  if (load?.op === 'addr' && load.path !== '') return fieldName(load.base, load.path, shape);
  const type = at.k === 'var' ? ownTypeName(at.v.type) : undefined;
  if (type === undefined) return undefined;
  // `c.Lock()`: of the lock that the struct embeds, or a method of its own.
  const embedded = shape.fields(type)?.find((field) => field.embedded && field.type.k === 'named' && field.type.pkg === 'sync');
  return `${type}.${embedded?.name ?? ''}`;
}

function fieldName(base: Operand, path: string, shape: Shape): string | undefined {
  const type = base.k === 'var' ? base.v.type : base.k === 'global' ? shape.global(base.name) : undefined;
  const dot = path.lastIndexOf('.');
  const owner = ownTypeName(dot < 0 ? type : fieldType(shape, type, path.slice(0, dot)));
  if (owner !== undefined) return `${owner}.${path.slice(dot + 1)}`;
  return base.k === 'global' ? `${base.name}.${path}` : undefined;
}

/** The locks that are held at every C call that the bodies make, themselves or in functions of the package; undefined where they make none. */
export function locksAtRelease(ir: FuncIr, bodies: readonly FuncBody[], flow: PackageFlow, depth = 3): Locks | undefined {
  const held = heldLocks(ir, flow.model.shape);
  let all: Locks | undefined;
  for (const body of bodies) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'call' || step.mode === 'go') continue;
      const inner = step.callee.k === 'c' ? none : callees(step, flow, depth);
      if (inner === undefined) continue;
      // A deferred call comes last, when deferred unlocks before it have not run yet: what is held where it is written is close enough.
      const here = new Map([...(held.get(step) ?? none), ...inner]);
      all = all ? both(all, here) : here;
    }
  }
  return all;
}

function callees(step: CallStep, flow: PackageFlow, depth: number): Locks | undefined {
  if (depth === 0 || (step.callee.k !== 'go' && step.callee.k !== 'method')) return undefined;
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  if (step.callee.k === 'method' && recv === undefined) return undefined;
  const target = { ...(recv !== undefined ? { recv } : {}), name: step.callee.name };
  return flow.askAbout(`locks@${depth}`, functionKey(target), () => {
    const found = flow.targets(target).fns.flatMap((fn) => {
      const ir = flow.ir(fn);
      return locksAtRelease(ir, bodiesOf(ir), flow, depth - 1) ?? [];
    });
    return found.length === 0 ? undefined : found.reduce(both);
  });
}
