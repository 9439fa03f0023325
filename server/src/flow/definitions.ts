/** Where variables of a function get their values, without regard to paths: enough to look through temporaries and names that are set once. */
import type { FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { bodiesOf, operandsOf, stepsOf, targetsOf } from './resource/function-info.ts';

export interface Definitions {
  /** The steps that set a variable; a parameter has one more value than steps. */
  readonly of: ReadonlyMap<Var, readonly Step[]>;
  /** The body each step belongs to. */
  readonly bodyOf: ReadonlyMap<Step, FuncBody>;
  /** Variables whose own address is taken. */
  readonly addressed: ReadonlySet<Var>;
}

const cache = new WeakMap<FuncIr, Definitions>();

export function definitions(ir: FuncIr): Definitions {
  const known = cache.get(ir);
  if (known) return known;
  const of = new Map<Var, Step[]>();
  const bodyOf = new Map<Step, FuncBody>();
  const addressed = new Set<Var>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      bodyOf.set(step, body);
      if (step.op === 'addr' && step.path === '' && !step.indexed && step.base.k === 'var') addressed.add(step.base.v);
      for (const target of targetsOf(step)) {
        const list = of.get(target);
        if (list) list.push(step);
        else of.set(target, [step]);
      }
    }
  }
  const made = { of, bodyOf, addressed };
  cache.set(ir, made);
  return made;
}

/** The one step that sets the variable; undefined when several do, or when it is a parameter that is set again. */
export function onlyDefinition(ir: FuncIr, v: Var): Step | undefined {
  // Whoever has its address may set it.
  if (v.kind !== 'temp' && definitions(ir).addressed.has(v)) return undefined;
  const steps = definitions(ir).of.get(v) ?? [];
  return steps.length === 1 && (v.kind === 'temp' || v.kind === 'local') ? steps[0] : undefined;
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
