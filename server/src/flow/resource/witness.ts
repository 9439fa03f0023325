/** Which other values of a call tell whether the resource came to be: error results, result codes, pointers to errors. */
import type { CallStep, Cond, Operand, Var } from '../ir.ts';
import type { OwnedResult } from '../knowledge.ts';

/**
 * When the resource exists. `success`: an error is nil, a flag is true, a result code is the one that the code compares with.
 * `failure`: the opposite. `zero`, `nonzero`: the value is (not) zero, nil or false.
 */
export type Witness = 'success' | 'failure' | 'zero' | 'nonzero';

/** The witnesses that a call makes, by variable number. `outPlace` finds the variable whose address an argument is. */
export function witnessesOf(step: CallStep, owned: OwnedResult, target: Var | undefined, outPlace: (operand: Operand | undefined) => string | undefined): ReadonlyMap<number, Witness> {
  const made = new Map<number, Witness>();
  const otherwise = errorWitness(owned);
  const { success } = owned;
  const kind = success === undefined ? otherwise : owned.only !== 'failure' ? success : success === 'nonzero' ? 'zero' : 'nonzero';
  for (const [i, dst] of step.dsts.entries()) if (dst !== target) made.set(dst.id, i === 0 ? kind : otherwise);
  for (const arg of owned.errorArgs ?? []) {
    const place = outPlace(step.args[arg]);
    if (place !== undefined && /^\d+$/.test(place)) made.set(Number(place), 'success');
  }
  return made;
}

/** What an error that is made of a witness says: it is nil exactly when the call went well. */
export const errorWitness = (owned: OwnedResult | undefined): Witness => (owned?.only === 'failure' ? 'failure' : 'success');

/** Whether the outcome `taken` of a condition about a witness says that the resource does not exist; undefined when it says nothing. `other` is what it is compared with. */
export function deniedBy(witness: Witness, cond: Exclude<Cond, { k: 'unknown' }>, other: Operand | undefined, taken: boolean): boolean | undefined {
  if (cond.k === 'truth') return witness === 'zero' || witness === 'failure' ? taken : !taken;
  if (cond.k === 'cmp') {
    // A negative result code is a failure.
    if (cond.operator !== '<' && cond.operator !== '<=') return undefined;
    return witness === 'success' || witness === 'zero' ? taken : !taken;
  }
  if (witness === 'success') return isNegative(other) ? taken : !taken;
  if (witness === 'failure') return isZero(other) ? taken : isNegative(other) ? !taken : undefined;
  return isZero(other) ? taken === (witness === 'nonzero') : taken === (witness === 'zero');
}

const isNegative = (operand: Operand | undefined): boolean => operand?.k === 'const' && operand.value.startsWith('-');

const isZero = (operand: Operand | undefined): boolean => (operand?.k === 'const' && /^(?:0|nil|false)$/.test(operand.value)) || (operand?.k === 'c' && operand.name === 'FALSE');
