/** Whether the callers of a function, all in view, keep an object alive beyond the call. */
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import type { CallStep, FuncIr, Var } from './ir.ts';
import { isDeadAfter } from './liveness.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/**
 * Whether no caller lets the object die: every call uses it afterwards, or nothing mentions the function at all. Known only of functions that
 * cannot be called from other packages.
 */
export function keptByCallers(fn: GoFunction, ir: FuncIr, object: Var, flow: PackageFlow, depth = 2): boolean {
  const index = ir.body.params.indexOf(object);
  const hidden = !/^\p{Lu}/u.test(fn.name) || fn.file.go.packageName === 'main';
  if (index < 0 || !hidden || fn.exported !== undefined) return false;
  const mention = new RegExp(`(?<![\\w])${fn.name}(?!\\w)`);
  const callers = flow.everyFile().flatMap((file) => file.functions.filter((caller) => caller.top.syntax !== fn.top.syntax && mention.test(caller.top.syntax.text)));
  const sites = callers.flatMap((caller) => callSites(caller, fn, index, flow, depth));
  if (sites.length > 0) return sites.every((kept) => kept);
  // Package variables and interfaces may hold it; without any mention nobody can call it.
  return callers.length === 0 && flow.model.complete && flow.model.otherDeclarations.every((syntax) => !mention.test(syntax.text));
}

/** Of each call of `callee` in `caller`: whether the object is kept alive beyond it. */
function callSites(caller: GoFunction, callee: GoFunction, index: number, flow: PackageFlow, depth: number): boolean[] {
  const ir = flow.ir(caller);
  const sites: boolean[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'call' || !calls(step, callee, flow)) continue;
      const arg = step.args[index];
      if (arg?.k === 'global') sites.push(true);
      else if (arg?.k !== 'var' || step.mode !== 'call') sites.push(false);
      else sites.push(!isDeadAfter(ir, step, arg.v, flow.knowledge, arg) || (depth > 0 && keptByCallers(caller, ir, arg.v, flow, depth - 1)));
    }
  }
  return sites;
}

/** Whether a step calls the function, directly or as a method of a type that embeds its receiver. */
function calls(step: CallStep, callee: GoFunction, flow: PackageFlow): boolean {
  if (!('name' in step.callee) || step.callee.name !== callee.name) return false;
  if (callee.recv === undefined) return step.callee.k === 'go';
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  if (recv === undefined) return false;
  return recv === callee.recv || flow.targets({ recv, name: callee.name }).fns.some((fn) => functionKey(fn) === functionKey(callee));
}
