/** Finalizers and cleanups that reach the object they belong to. Sources: runtime.SetFinalizer and runtime.AddCleanup documentation. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { mentions, onlyDefinition, origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Var } from './ir.ts';
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
    stepsOf(body).flatMap((step) => {
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
  const vars = new Set<Var>([...(object.k === 'var' ? reaching(ir, object.v) : []), ...(at.k === 'var' ? reaching(ir, at.v) : [])]);
  if (vars.size === 0) return undefined;
  const named = name !== '' ? name : (at.k === 'var' && at.v.name) || 'the object';
  const value = origin(ir, callback);
  if (value.k === 'closure' && mentions(value, vars)) {
    const captured = [...value.fn.captures].find((v) => vars.has(v))!;
    const rename = renaming(value.fn.params[0], captured, text);
    return { span: spans[1]!, how: 'captured', object: captured.name ?? named, api, ...(rename ? { rename } : {}) };
  }
  if (value.k === 'method' && mentions(value.recv, vars)) return { span: spans[1]!, how: 'method-value', object: named, api };
  if (api === 'AddCleanup' && argument && refersTo(ir, argument, vars)) return { span: spans[2]!, how: 'argument', object: named, api };
  return undefined;
}

/** Variables that certainly hold the object or something made with it: names that are set once. */
function reaching(ir: FuncIr, object: Var): ReadonlySet<Var> {
  const set = new Set([object]);
  for (let size = 0; size !== set.size; ) {
    size = set.size;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        const has = (operand: Operand): boolean => operand.k === 'var' && set.has(operand.v);
        const taken = (step.op === 'copy' && has(step.src)) || (step.op === 'composite' && step.fields.some((field) => has(field.src)));
        if (taken && onlyDefinition(ir, step.dst) === step) set.add(step.dst);
      }
    }
  }
  return set;
}

/** The object, or a pointer into it. */
function refersTo(ir: FuncIr, operand: Operand, vars: ReadonlySet<Var>): boolean {
  const step = originStep(ir, operand);
  return mentions(operand, vars) || mentions(origin(ir, operand), vars) || (step?.op === 'addr' && mentions(step.base, vars));
}

function renaming(param: Var | undefined, captured: Var, text: string): SelfReach['rename'] {
  if (!param || captured.name === undefined || captured.type?.k !== 'pointer') return undefined;
  return text.slice(param.span.start, param.span.end) === '_' ? { span: param.span, name: captured.name } : undefined;
}
