/**
 * Package variables with functions that an exported function calls untested, although a function of the package's API stores whatever it is given in
 * them: after `SetHandler(nil)` the call panics. Source: Go spec, "Calls" (calling a nil function value causes a run-time panic).
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { origin } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { FuncIr, Operand } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface NilCall {
  readonly span: Span;
  readonly name: string;
  /** The function that may set it to nil. */
  readonly setter: string;
  readonly set: Place;
}

/** The calls of an exported function, among those that no recover guards, which a nil variable makes panic. */
export function nilCalls(fn: GoFunction, flow: PackageFlow, unguarded: (ir: FuncIr) => readonly { readonly span: Span; readonly callee: Operand }[]): readonly NilCall[] {
  const ir = flow.ir(fn);
  return unguarded(ir).flatMap(({ span, callee }): NilCall[] => {
    const at = origin(ir, callee);
    if (at.k !== 'global' || isTested(ir, at.name)) return [];
    const type = flow.model.global(at.name);
    const own = type?.k === 'named' && type.pkg === undefined ? flow.model.shape.underlying(type.name) : type;
    if (own?.k !== 'func') return [];
    const setter = flow.gather('function setters', (one) => flow.askOf('function setters', one, (current) => settersIn(current, flow))).find((one) => one.name === at.name);
    return setter ? [{ span, name: at.name, setter: setter.setter, set: setter.set }] : [];
  });
}

const isNil = (operand: Operand): boolean => operand.k === 'const' && operand.value === 'nil';

/** Whether the function compares the value of the variable with nil. */
function isTested(ir: FuncIr, name: string): boolean {
  return bodiesOf(ir).some((body) =>
    body.blocks.some(({ term }) => {
      const sides = term.k === 'branch' ? condOperands(term.cond) : [];
      return sides.some(isNil) && sides.some((side) => { const at = origin(ir, side); return at.k === 'global' && at.name === name; });
    }),
  );
}

/** `func SetHandler(f func()) { handler = f }` */
function settersIn(fn: GoFunction, flow: PackageFlow): readonly { readonly name: string; readonly setter: string; readonly set: Place }[] {
  const isApi = /^\p{Lu}/u.test(fn.name) && (fn.recv === undefined || /^\p{Lu}/u.test(fn.recv));
  if (!isApi) return [];
  const ir = flow.ir(fn);
  return stepsOf(ir.body).flatMap((step) => {
    if (step.op !== 'setGlobal') return [];
    const from = origin(ir, step.src);
    if (from.k !== 'var' || from.v.kind !== 'param' || isAboutNil(ir, from)) return [];
    return [{ name: step.name, setter: fn.name, set: { unit: fn.top.syntax, span: step.stmt } }];
  });
}

/** Whether the setter looks at what it is given. */
const isAboutNil = (ir: FuncIr, param: Operand): boolean =>
  bodiesOf(ir).some((body) => body.blocks.some(({ term }) => term.k === 'branch' && condOperands(term.cond).some((side) => { const at = origin(ir, side); return at.k === 'var' && param.k === 'var' && at.v === param.v; })));
