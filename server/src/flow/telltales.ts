/** What tells whether a C call has worked, beside the pointer that it returns, and which tests are about either. */
import { definitions, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { operandsOf } from './resource/function-info.ts';

/** A place in a body: a block, and a step in it. */
export interface At {
  readonly at: number;
  readonly index: number;
}

/** The place behind a step. */
export function behind({ blocks }: FuncBody, step: Step): At {
  const at = blocks.findIndex(({ steps }) => steps.includes(step));
  return { at, index: blocks[at]!.steps.indexOf(step) + 1 };
}

/** What else says whether the call has worked: its other results and the variables whose address it got. */
export function telltales(ir: FuncIr, step: CallStep): ReadonlySet<Var> {
  const out = new Set<Var>();
  const close = (v: Var): void => {
    if (out.has(v)) return;
    out.add(v);
    for (const { from, to } of ir.definitions.copies) if (from === v) close(to);
  };
  for (const v of step.dsts.slice(1)) close(v);
  for (const arg of step.args) {
    const from = originStep(ir, arg);
    if (from?.op === 'addr' && from.base.k === 'var') close(from.base.v);
  }
  return out;
}

/** Whether a tested value depends on the pointer or on what tells whether the call has worked. */
export function isAbout(ir: FuncIr, operand: Operand, live: ReadonlySet<Var>, telltale: ReadonlySet<Var>, depth: number): boolean {
  if (operand.k !== 'var' || depth > 6) return false;
  if (live.has(operand.v) || telltale.has(operand.v)) return true;
  return (definitions(ir).of.get(operand.v) ?? []).some((step) => operandsOf(step).some((inner) => isAbout(ir, inner, live, telltale, depth + 1)));
}
