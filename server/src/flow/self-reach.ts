/** Finalizers and cleanups that reach the object they belong to. Sources: runtime.SetFinalizer and runtime.AddCleanup documentation. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { mentions, origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Var } from './ir.ts';
import { keepers } from './liveness.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface SelfReach {
  readonly span: Span;
  readonly how: 'captured' | 'method-value' | 'argument' | 'not-a-pointer';
  readonly object: string;
  readonly api: string;
  /** A blank parameter that can take the captured name. */
  readonly rename?: { readonly span: Span; readonly name: string };
}

export function selfReaching(fn: GoFunction, flow: PackageFlow): SelfReach[] {
  if (!/SetFinalizer|AddCleanup/.test(fn.top.syntax.text)) return [];
  const ir = flow.ir(fn);
  return bodiesOf(ir).flatMap((body) =>
    [...stepsOf(body)].flatMap((step) => {
      if (step.op !== 'call' || step.callee.k !== 'pkg' || step.callee.pkg !== 'runtime') return [];
      const { name } = step.callee;
      const found = name === 'SetFinalizer' || name === 'AddCleanup' ? look(ir, step, name, fn.top.syntax.text) : undefined;
      return found ? [found] : [];
    }),
  );
}

function look(ir: FuncIr, step: CallStep, api: string, text: string): SelfReach | undefined {
  const [object, callback, argument] = step.args;
  if (object === undefined || callback === undefined) return undefined;
  const spans = step.argSpans;
  const made = originStep(ir, object);
  const name = object.k === 'var' ? (object.v.name ?? '') : '';
  if (made?.op === 'composite' && !made.address && made.type.k === 'named') return { span: spans[0]!, how: 'not-a-pointer', object: name, api };
  const at = origin(ir, object);
  const vars = new Set<Var>([...(object.k === 'var' ? keepers(ir, object.v) : []), ...(at.k === 'var' ? keepers(ir, at.v) : [])]);
  if (vars.size === 0) return undefined;
  const named = name !== '' ? name : (at.k === 'var' && at.v.name) || 'the object';
  const value = origin(ir, callback);
  if (value.k === 'closure' && mentions(value, vars)) {
    const captured = [...value.fn.captures].find((v) => vars.has(v))!;
    const rename = renaming(value.fn.params[0], captured, text);
    return { span: spans[1]!, how: 'captured', object: captured.name ?? named, api, ...(rename ? { rename } : {}) };
  }
  if (value.k === 'method' && mentions(value.recv, vars)) return { span: spans[1]!, how: 'method-value', object: named, api };
  if (api === 'AddCleanup' && argument && (mentions(argument, vars) || mentions(origin(ir, argument), vars))) return { span: spans[2]!, how: 'argument', object: named, api };
  return undefined;
}

function renaming(param: Var | undefined, captured: Var, text: string): SelfReach['rename'] {
  if (!param || captured.name === undefined || captured.type?.k !== 'pointer') return undefined;
  return text.slice(param.span.start, param.span.end) === '_' ? { span: param.span, name: captured.name } : undefined;
}
