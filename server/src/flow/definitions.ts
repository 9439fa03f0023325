/** Where variables of a function get their values, without regard to paths: enough to look through temporaries and names that are set once. */
import type { Definitions, FuncIr, Operand, Step, Var } from './ir.ts';
import { operandsOf } from './resource/function-info.ts';

export function definitions(ir: FuncIr): Definitions {
  return ir.definitions;
}

/** The one step that sets the variable; undefined when several do, or when it is a parameter that is set again. */
export function onlyDefinition(ir: FuncIr, v: Var): Step | undefined {
  // Whoever has its address may set it.
  const { of, addressed } = ir.definitions;
  const steps = of.get(v);
  if (steps?.length !== 1) return undefined;
  return v.kind === 'temp' || (v.kind === 'local' && !addressed.has(v)) ? steps[0] : undefined;
}

/** The value behind copies and conversions: the last variable that is no plain copy of another one, or what it is a copy of. */
export function origin(ir: FuncIr, operand: Operand): Operand {
  let at = operand;
  for (let i = 0; i < 32 && at.k === 'var'; i++) {
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy' && step?.op !== 'assert') return at;
    at = step.src;
  }
  return at;
}

/** The step that computes the value behind copies and conversions. */
export function originStep(ir: FuncIr, operand: Operand): Step | undefined {
  const at = origin(ir, operand);
  return at.k === 'var' ? onlyDefinition(ir, at.v) : undefined;
}

/** Whether a step reads one of the variables, a literal that captures one included. */
export function readsAny(step: Step, vars: ReadonlySet<Var>): boolean {
  return operandsOf(step).some((operand) => mentions(operand, vars));
}

export function mentions(operand: Operand, vars: ReadonlySet<Var>): boolean {
  if (operand.k === 'var') return vars.has(operand.v);
  if (operand.k === 'closure') return [...operand.fn.captures].some((v) => vars.has(v));
  return operand.k === 'method' && mentions(operand.recv, vars);
}
