/** Whether the finalizer of an object is set at some step: not yet, where the function makes the object, or not any more. */
import { ownTypeName } from '../semantics/types.ts';
import { definitions, mentions, origin, originStep } from './definitions.ts';
import { successors } from './graph.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { keepers } from './liveness.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** The object is made in this function, and no finalizer is set on it on any way to the call. */
export function notYetFinalized(ir: FuncIr, step: CallStep, object: Var, body: FuncBody, flow: PackageFlow): boolean {
  const made = originStep(ir, { k: 'var', v: object });
  const isNew = made?.op === 'composite' || (made?.op === 'call' && made.callee.k === 'builtin' && made.callee.name === 'new');
  if (!isNew) return false;
  const vars = keepers(ir, object);
  const sets = (other: Step): boolean => other.op === 'call' && other !== step && other.args.some((arg) => mentions(arg, vars)) && maySetFinalizer(other, flow);
  return !bodiesOf(ir).some((other) => stepsOf(other).some((setting) => sets(setting) && (other !== body || comesBefore(body, setting, step))));
}

/** Every way from the entry to the call has taken the finalizer off the object: `runtime.SetFinalizer(x, nil)`, `x.cleanup.Stop()`. */
export function noMoreFinalized(ir: FuncIr, step: CallStep, object: Var, body: FuncBody, flow: PackageFlow): boolean {
  if ((definitions(ir).of.get(object) ?? []).length > 1) return false;
  const ends = takesOff(ir, object, flow, true);
  return stepsOf(body).some(ends) && meetsFirst(body, ends, step);
}

/** The steps that take the finalizer off the object: in this function, or in a helper that it is given to. */
function takesOff(ir: FuncIr, object: Var, flow: PackageFlow, mayAsk: boolean): (step: Step) => boolean {
  const first = origin(ir, { k: 'var', v: object });
  const same = new Set([object, ...(first.k === 'var' ? [first.v] : [])]);
  const is = (operand: Operand | undefined): boolean => operand !== undefined && mentions(origin(ir, operand), same);
  return (step) => {
    if (step.op !== 'call' || step.mode !== 'call') return false;
    const { callee, args } = step;
    if (callee.k === 'pkg') return callee.pkg === 'runtime' && callee.name === 'SetFinalizer' && is(args[0]) && args[1]?.k === 'const';
    if (callee.k === 'method' && callee.name === 'Stop' && callee.recvType.k === 'named' && callee.recvType.pkg === 'runtime') {
      const load = args[0] && originStep(ir, args[0]);
      return load?.op === 'field' && is(load.base);
    }
    if (!mayAsk || (callee.k !== 'go' && callee.k !== 'method')) return false;
    const arg = args.findIndex(is);
    if (arg < 0) return false;
    const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
    if (callee.k === 'method' && recv === undefined) return false;
    const { fns, strip } = flow.targets({ ...(recv !== undefined ? { recv } : {}), name: callee.name });
    return strip === '' && fns.length > 0 && fns.every((fn) => takesOffArgument(fn, arg, flow));
  };
}

/** Whether every way through a helper takes the finalizer off its argument. */
function takesOffArgument(fn: GoFunction, arg: number, flow: PackageFlow): boolean {
  if (!flow.ir(fn).traits.has('pkg call') && !flow.ir(fn).traits.has('method call')) return false;
  return flow.askOf(`takes the finalizer off ${arg}`, fn, (current) => {
    const ir = flow.ir(current);
    const param = ir.body.params[arg];
    if (param === undefined || (definitions(ir).of.get(param) ?? []).length > 0) return false;
    const ends = takesOff(ir, param, flow, false);
    return stepsOf(ir.body).some(ends) && meetsFirst(ir.body, ends, undefined);
  });
}

/** Whether every way from the entry meets one of the steps before it comes to `step`, or to the end. */
function meetsFirst(body: FuncBody, ends: (step: Step) => boolean, step: Step | undefined): boolean {
  const seen = new Set<number>();
  const queue = [0];
  while (queue.length > 0) {
    const at = queue.pop()!;
    if (seen.has(at)) continue;
    seen.add(at);
    const block = body.blocks[at]!;
    const first = block.steps.find((other) => other === step || ends(other));
    if (first === undefined ? step === undefined && block.term.k === 'return' : first === step) return false;
    if (first === undefined) queue.push(...successors(block));
  }
  return true;
}

function maySetFinalizer({ callee }: CallStep, flow: PackageFlow): boolean {
  if (callee.k === 'pkg') return callee.pkg !== 'unsafe';
  if (callee.k === 'value') return true;
  if (callee.k !== 'go' && callee.k !== 'method') return false;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  const { fns } = flow.targets({ ...(recv !== undefined ? { recv } : {}), name: callee.name });
  return fns.length === 0 || fns.some((fn) => [...bodiesOf(flow.ir(fn))].some((inner) => stepsOf(inner).some((other) => other.op === 'call' && other.callee.k !== 'c' && other.callee.k !== 'builtin')));
}

/** Whether some way leads from one step of a body to another. */
function comesBefore(body: FuncBody, from: Step, to: Step): boolean {
  const seen = new Set<number>();
  const queue: number[] = [];
  body.blocks.forEach((block, i) => {
    if (block.steps.includes(from)) queue.push(i);
  });
  const start = queue[0];
  if (start !== undefined && body.blocks[start]!.steps.indexOf(to) > body.blocks[start]!.steps.indexOf(from)) return true;
  while (queue.length > 0) {
    const { term } = body.blocks[queue.pop()!]!;
    for (const next of term.k === 'jump' ? [term.to] : term.k === 'branch' ? [term.yes, term.no] : term.k === 'multi' ? term.to : []) {
      if (body.blocks[next]!.steps.includes(to)) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return false;
}
