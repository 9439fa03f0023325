/** Whether a package ends resources of a kind at all, wherever it does so: for rules that argue from absence. */
import type { GoFunction } from '../semantics/package-model.ts';
import type { Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

/** Whether anything in the package ends a resource of this kind: calls the method, or names it. */
export function releasesAny(flow: PackageFlow, method: string): boolean {
  return flow.gather(`releases any ${method}`, (fn) => (fn.top.syntax.text.includes(method) && releasesIn(fn, flow, method) ? [true] : [])).length > 0;
}

function releasesIn(fn: GoFunction, flow: PackageFlow, method: string): boolean {
  return flow.askOf(`releases:${method}`, fn, (current) => {
    const names = (operand: Operand): boolean => operand.k === 'method' && operand.name === method;
    // What the type of the receiver is may not be in view; a method that takes something else is another one.
    const calls = (step: Step): boolean => step.op === 'call' && step.callee.k === 'method' && step.callee.name === method && step.args.length === 1;
    return bodiesOf(flow.ir(current)).some((body) => [...stepsOf(body)].some((step) => calls(step) || (step.op === 'field' && (step.name === method || step.name.endsWith(`.${method}`))) || operandsOf(step).some(names))) || current.top.syntax.text.includes(`Handle.${method}`);
  });
}
