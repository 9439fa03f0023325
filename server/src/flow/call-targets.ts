/** Which functions of the package a call may run, and which calls a function makes while it runs. */
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import type { CallStep, FuncBody, FuncIr, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, functionInfo, stepsOf } from './resource/function-info.ts';

/** Every variant of the function or method of this package that is called. */
export function calledFunctions({ callee }: CallStep, flow: PackageFlow): readonly GoFunction[] {
  if (callee.k === 'go') return flow.targets({ name: callee.name }).fns;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  return callee.k === 'method' && recv !== undefined ? flow.targets({ recv, name: callee.name }).fns : [];
}

/** The literal that a step calls, starts or defers. */
export function calledLiteral(ir: FuncIr, { callee }: CallStep): FuncBody | undefined {
  if (callee.k !== 'value') return undefined;
  return callee.fn.k === 'closure' ? callee.fn.fn : callee.fn.k === 'var' ? functionInfo(ir).closures.get(callee.fn.v) : undefined;
}

/** The steps that run before the function has returned: its own, and those of literals that it calls or defers. */
export function synchronousSteps(ir: FuncIr, body: FuncBody = ir.body, seen = new Set<FuncBody>()): readonly Step[] {
  if (seen.has(body)) return [];
  seen.add(body);
  return stepsOf(body).flatMap((step) => {
    const literal = step.op === 'call' && step.mode !== 'go' ? calledLiteral(ir, step) : undefined;
    return literal ? [step, ...synchronousSteps(ir, literal, seen)] : [step];
  });
}

/** The calls of a function that the package shows, with who makes them. */
export function callsOf(fn: GoFunction, flow: PackageFlow): readonly { readonly caller: GoFunction; readonly step: CallStep }[] {
  const callers = flow.everyFile().flatMap((file) => file.functions.filter((caller) => caller.top.syntax.text.includes(`${fn.name}(`)));
  return callers.flatMap((caller) =>
    bodiesOf(flow.ir(caller)).flatMap((body) => body.calls.flatMap((step) => (calledFunctions(step, flow).some((target) => target.top.syntax === fn.top.syntax) ? [{ caller, step }] : []))),
  );
}
