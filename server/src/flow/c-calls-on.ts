/** Which C functions get the memory of a variable, or of a field of its object, here and in functions of the package. */
import { functionKey } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** The C functions, `name#argument`, that get the memory at `path` of a variable of the function. */
export function cCallsOn(ir: FuncIr, v: Var, path: string, flow: PackageFlow, depth = 3): readonly string[] {
  return bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'call' && step.mode !== 'go' ? cCallsOfStep(ir, step, v, path, flow, depth) : [])));
}

/** The same for one call. */
export function cCallsOfStep(ir: FuncIr, step: CallStep, v: Var, path: string, flow: PackageFlow, depth: number): readonly string[] {
  return step.args.flatMap((arg, i) => {
    const at = origin(ir, arg);
    const load = originStep(ir, arg);
    const whole = at.k === 'var' && at.v === v;
    const memory = path === '' ? whole : load?.op === 'field' ? load.base.k === 'var' && load.base.v === v && `.${load.name}` === path : load?.op === 'call' && isAccessor(load, v, path, flow);
    if (step.callee.k === 'c') return memory ? [`${step.callee.name}#${i}`] : [];
    if (depth === 0 || (!memory && !whole) || (step.callee.k !== 'go' && step.callee.k !== 'method')) return [];
    const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
    if (step.callee.k === 'method' && recv === undefined) return [];
    const target = { ...(recv !== undefined ? { recv } : {}), name: step.callee.name };
    const inner = memory ? '' : path;
    return flow.askAbout(`C calls on@${depth}`, `${functionKey(target)}#${i}${inner}`, () => {
      const { fns, strip } = flow.targets(target);
      const rest = i === 0 && strip !== '' && inner.startsWith(strip) ? inner.slice(strip.length) : inner;
      return fns.flatMap((fn) => {
        const param = flow.ir(fn).body.params[i];
        return param ? cCallsOn(flow.ir(fn), param, rest, flow, depth - 1) : [];
      });
    });
  });
}

/** `h.native()` returns h.ptr. */
function isAccessor(step: CallStep, v: Var, path: string, flow: PackageFlow): boolean {
  const [object] = step.args;
  if (object?.k !== 'var' || object.v !== v || (step.callee.k !== 'go' && step.callee.k !== 'method')) return false;
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  if (step.callee.k === 'method' && recv === undefined) return false;
  return flow.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: step.callee.name }, 0, path)?.returned.includes(0) === true;
}
