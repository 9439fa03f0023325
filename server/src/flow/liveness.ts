/** Liveness of Go objects after a call: is the object that owns this memory still used? */
import { definitions, mentions, onlyDefinition, origin, originStep, readsAny } from './definitions.ts';
import type { CallStep, Cond, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Knowledge } from './knowledge.ts';
import { bodiesOf, stepsOf, targetsOf } from './resource/function-info.ts';
import { ownTypeName } from '../semantics/types.ts';

/**
 * The object's variable, its copies, and variables of objects that point to it: using any of them keeps it alive. `via` leads to the object
 * that counts, when it is one that `object` points to: what was loaded from there is as good.
 */
export function keepers(ir: FuncIr, object: Var, via = ''): ReadonlySet<Var> {
  const set = new Set([object]);
  for (let grown = true; grown; ) {
    grown = false;
    const add = (v: Var): void => {
      if (!set.has(v)) {
        set.add(v);
        grown = true;
      }
    };
    const has = (operand: Operand): boolean => operand.k === 'var' && set.has(operand.v);
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if ((step.op === 'copy' || step.op === 'assert') && has(step.src)) add(step.dst);
        // `x := y` makes y an equal name for the same object.
        if (step.op === 'copy' && step.src.k === 'var' && set.has(step.dst) && isPointer(step.src.v) && onlyDefinition(ir, step.dst) === step) add(step.src.v);
        if (step.op === 'composite' && step.fields.some((field) => has(field.src))) add(step.dst);
        if (step.op === 'setField' && has(step.src) && step.base.k === 'var') add(step.base.v);
        if (step.op === 'addr' && step.path === '' && has(step.base)) add(step.dst);
        if (via !== '' && step.op === 'field' && `.${step.name}` === via && step.base.k === 'var' && step.base.v === object) add(step.dst);
        if (step.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'append' && step.args.slice(1).some(has)) for (const dst of step.dsts) add(dst);
      }
    }
  }
  return set;
}

const isPointer = (v: Var): boolean => v.type?.k === 'pointer';

/** Whether something outside the body `own` may hold the object: then it is alive for reasons that are not in view. */
export function mayBeHeld(ir: FuncIr, vars: ReadonlySet<Var>, knowledge: Knowledge, own: FuncBody): boolean {
  const is = (operand: Operand): boolean => mentions(operand, vars);
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      switch (step.op) {
        case 'setIndex':
          if (is(step.src) || (step.key && is(step.key))) return true;
          break;
        case 'setGlobal':
        case 'setDeref':
        case 'send':
          if (is(step.src)) return true;
          break;
        case 'setField':
          // The holder of a local object is a keeper itself; a field of anything else outlives the function.
          if (is(step.src) && !(step.base.k === 'var' && step.base.v.kind === 'local')) return true;
          break;
        case 'call':
          // The goroutine that is looked at holds the object only as long as it uses it.
          if (step.callee.k === 'value' && step.callee.fn.k === 'closure' && step.callee.fn.fn === own) break;
          if (holds(step, is, knowledge)) return true;
          break;
      }
    }
  }
  return false;
}

function holds(step: Step & { op: 'call' }, is: (operand: Operand) => boolean, knowledge: Knowledge): boolean {
  if (step.mode === 'go' && (step.args.some(is) || (step.callee.k === 'value' && is(step.callee.fn)))) return true;
  const { callee } = step;
  return step.args.some((arg, i) => {
    if (!is(arg)) return false;
    switch (callee.k) {
      case 'go':
        return knowledge.goArg({ name: callee.name }, i, '')?.escapes ?? true;
      case 'method': {
        const recv = ownTypeName(callee.recvType);
        return recv === undefined ? i > 0 : (knowledge.goArg({ recv, name: callee.name }, i, '')?.escapes ?? i > 0);
      }
      case 'pkg':
        return callee.pkg === 'runtime/cgo' || callee.pkg === 'sync';
      case 'value':
        return arg.k === 'var';
      default:
        return false;
    }
  });
}

/** A deferred call that the statements before `before` registered uses one of the variables: they live until the function returns. */
export function deferredUse(ir: FuncIr, body: FuncBody, vars: ReadonlySet<Var>, before: number): boolean {
  return stepsOf(body).some((step) => {
    if (step.op !== 'call' || step.mode !== 'defer' || step.span.start >= before) return false;
    // `defer s.mu.Unlock()` holds the address of a field, and with it the object.
    const recv = step.callee.k === 'method' && step.args[0] ? originStep(ir, step.args[0]) : undefined;
    if (readsAny(step, vars) || (recv?.op === 'field' && recv.dst.type?.k !== 'pointer' && mentions(recv.base, vars))) return true;
    // `defer runtime.KeepAlive(f.inner)`: the object inside may be the one with the finalizer.
    return step.args.some((arg) => {
      const load = originStep(ir, arg);
      return load?.op === 'field' && mentions(load.base, vars) && ownTypeName(load.dst.type) !== undefined;
    });
  });
}

/** Whether some path from behind the step reads one of the variables before `object` is set anew. */
export function usedAfter(ir: FuncIr, step: Step, vars: ReadonlySet<Var>, object: Var): boolean {
  const body = definitions(ir).bodyOf.get(step);
  if (!body) return true;
  const seen = new Set<number>();
  const queue: { readonly block: number; readonly from: number }[] = [];
  body.blocks.forEach((block, i) => {
    const at = block.steps.indexOf(step);
    if (at >= 0) queue.push({ block: i, from: at + 1 });
  });
  while (queue.length > 0) {
    const { block: index, from } = queue.pop()!;
    if (from === 0) {
      if (seen.has(index)) continue;
      seen.add(index);
    }
    const block = body.blocks[index]!;
    let ended = false;
    for (let i = from; i < block.steps.length && !ended; i++) {
      const next = block.steps[i]!;
      if (readsAny(next, vars)) return true;
      ended = targetsOf(next).includes(object);
    }
    if (ended) continue;
    const { term } = block;
    switch (term.k) {
      case 'return':
        if (term.values.some((value) => mentions(value, vars))) return true;
        break;
      case 'branch':
        if (condOperands(term.cond).some((operand) => mentions(operand, vars))) return true;
        queue.push({ block: term.yes, from: 0 }, { block: term.no, from: 0 });
        break;
      case 'jump':
        queue.push({ block: term.to, from: 0 });
        break;
      case 'multi':
        for (const to of term.to) queue.push({ block: to, from: 0 });
        break;
    }
  }
  return false;
}

function condOperands(cond: Cond): readonly Operand[] {
  return cond.k === 'unknown' ? [] : cond.k === 'truth' ? [cond.x] : [cond.l, cond.r];
}

/** Whether nothing keeps the object alive after the call. `passed` is an argument that does not count as keeping it. */
export function isDeadAfter(ir: FuncIr, step: CallStep, object: Var, knowledge: Knowledge, passed?: Operand, via = '', depth = 3): boolean {
  // A deferred call runs when the function is left: only what is registered before it, or returned, is still in use then.
  const vars = keepers(ir, object, via);
  const body = definitions(ir).bodyOf.get(step);
  if (!body || step.args.some((arg) => arg !== passed && isGoPointerTo(ir, arg, vars))) return false;
  if (deferredUse(ir, body, vars, step.span.start) || (step.mode === 'defer' ? isReturned(ir, body, vars) : usedAfter(ir, step, vars, object)) || mayBeHeld(ir, vars, knowledge, body)) return false;
  const roots = depth > 0 ? holdersOf(ir, object) : [];
  return roots.length === 0 || roots.some((root) => isDeadAfter(ir, step, root, knowledge, passed, '', depth - 1));
}

/** What the object is reachable from, whichever of its definitions counts: `c := a` and `c = a.next` name a. Empty when some definition says nothing. */
function holdersOf(ir: FuncIr, object: Var): Var[] {
  if (object.kind !== 'local' && object.kind !== 'temp') return [];
  const steps = definitions(ir).of.get(object) ?? [];
  const roots = steps.map((step) => {
    // An element lies in its container: the slice or map of a loop is needed for the next round.
    const inside = step.op === 'field' || step.op === 'index' || (step.op === 'range' && step.dsts[1] === object && step.base.k === 'var' && step.base.v.type?.k !== 'chan');
    const src = step.op === 'copy' || step.op === 'assert' ? origin(ir, step.src) : inside ? step.base : undefined;
    const load = src?.k === 'var' && !inside ? onlyDefinition(ir, src.v) : undefined;
    const base = load?.op === 'field' || load?.op === 'index' ? load.base : src;
    return base?.k === 'var' && base.v !== object && base.v.name !== undefined ? base.v : undefined;
  });
  return roots.every((root) => root !== undefined) ? roots : [];
}

const isReturned = (ir: FuncIr, body: FuncBody, vars: ReadonlySet<Var>): boolean => body === ir.body && body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => mentions(value, vars)));

/** The object itself, or the address of something in it, is an argument: cgo keeps that alive until the call returns. */
function isGoPointerTo(ir: FuncIr, arg: Operand, vars: ReadonlySet<Var>): boolean {
  const at = origin(ir, arg);
  if (mentions(at, vars)) return true;
  const step = originStep(ir, arg);
  return step?.op === 'addr' && mentions(step.base, vars);
}
