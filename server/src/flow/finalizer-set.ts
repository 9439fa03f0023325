/** Whether the finalizer of an object that a function makes is set already at some step. */
import { ownTypeName } from '../semantics/types.ts';
import { mentions, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Step, Var } from './ir.ts';
import { keepers } from './liveness.ts';
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
