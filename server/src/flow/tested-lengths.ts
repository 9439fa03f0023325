/** Whether all callers of a function that only this package can call look at the length of what they give it. */
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { definitions, onlyDefinition } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { FuncIr, Operand } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf } from './resource/function-info.ts';

/** Whether every call in view tests the length of the argument; false where none is in view, or where others may call. */
export function testedByCallers(fn: GoFunction, index: number, flow: PackageFlow): boolean {
  const isHidden = !/^\p{Lu}/u.test(fn.name) || (fn.recv !== undefined && !/^\p{Lu}/u.test(fn.recv)) || fn.file.go.packageName === 'main';
  if (!isHidden || fn.exported !== undefined || index < 0) return false;
  const key = functionKey(fn);
  const callers = flow.everyFile().flatMap((file) => file.functions.filter(({ top }) => top.syntax !== fn.top.syntax && top.syntax.text.includes(`${fn.name}(`)));
  const calls = callers.flatMap((caller) => flow.askOf('lengths of arguments', caller, (current) => callsOf(current, flow))).filter((call) => call.callee === key);
  return calls.length > 0 && calls.every(({ tested }) => tested.includes(index));
}

/** The calls of functions of the package, with the positions of the arguments whose length some condition of the caller looks at. */
function callsOf(caller: GoFunction, flow: PackageFlow): { readonly callee: string; readonly tested: readonly number[] }[] {
  const ir = flow.ir(caller);
  const calls = bodiesOf(ir).flatMap((body) => body.calls.filter(({ callee }) => callee.k === 'go' || callee.k === 'method'));
  if (calls.length === 0) return [];
  const measured = new Set(bodiesOf(ir).flatMap((body) => body.blocks.flatMap(({ term }) => (term.k === 'branch' ? condOperands(term.cond).flatMap((operand) => measuredBy(ir, operand, 0)) : []))));
  return calls.flatMap(({ callee, args }) => {
    const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
    if (!('name' in callee) || (callee.k === 'method' && recv === undefined)) return [];
    return [{ callee: functionKey({ name: callee.name, ...(recv === undefined ? {} : { recv }) }), tested: args.flatMap((arg, i) => (measured.has(pathOf(ir, arg) ?? '') ? [i] : [])) }];
  });
}

/** The values whose length a condition is made of. */
function measuredBy(ir: FuncIr, operand: Operand, depth: number): string[] {
  if (operand.k !== 'var' || depth > 6) return [];
  return (definitions(ir).of.get(operand.v) ?? []).flatMap((step) => {
    if (step.op === 'copy') return measuredBy(ir, step.src, depth + 1);
    if (step.op === 'binary') return [...measuredBy(ir, step.l, depth + 1), ...measuredBy(ir, step.r, depth + 1)];
    if (step.op !== 'call' || step.callee.k !== 'builtin' || !/^(?:len|cap)$/.test(step.callee.name) || !step.args[0]) return [];
    return [pathOf(ir, step.args[0]) ?? []].flat();
  });
}

/** `a[i].Value`, equal for equal expressions. */
function pathOf(ir: FuncIr, operand: Operand | undefined, depth = 0): string | undefined {
  if (operand === undefined || depth > 8) return undefined;
  if (operand.k === 'const') return operand.value;
  if (operand.k === 'global') return operand.name;
  if (operand.k !== 'var') return undefined;
  if (operand.v.kind !== 'temp') return `v${operand.v.id}`;
  const step = onlyDefinition(ir, operand.v);
  if (step?.op === 'copy' && step.conv === undefined) return pathOf(ir, step.src, depth + 1);
  const base = step?.op === 'field' || step?.op === 'index' ? pathOf(ir, step.base, depth + 1) : undefined;
  if (base === undefined) return undefined;
  if (step?.op === 'field') return `${base}.${step.name}`;
  const at = step?.op === 'index' ? pathOf(ir, step.index, depth + 1) : undefined;
  return at === undefined ? undefined : `${base}[${at}]`;
}
