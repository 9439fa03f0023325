/** Which other values of a call tell whether the resource came to be: error results, result codes, pointers to errors. */
import { words } from '../c-names.ts';
import type { CallStep, Cond, Operand, Var } from '../ir.ts';
import type { OwnedResult } from '../knowledge.ts';

/**
 * When the resource exists. `success`: an error is nil, a flag is true, a result code is the one that the code compares with;
 * `failure`: the opposite. The others say which signs of the value mean that it exists; nil and false are zero.
 */
export type Witness = 'success' | 'failure' | 'zero' | 'nonzero' | 'positive' | 'nonpositive';

/** The witnesses that a call makes, by variable number. `outPlace` finds the variable whose address an argument is. */
export function witnessesOf(step: CallStep, owned: OwnedResult, target: Var | undefined, outPlace: (operand: Operand | undefined) => string | undefined): ReadonlyMap<number, Witness> {
  const made = new Map<number, Witness>();
  if (owned.anyhow) return made;
  const otherwise = errorWitness(owned);
  for (const [i, dst] of step.dsts.entries()) if (dst !== target) made.set(dst.id, i === 0 ? resultWitness(owned) : otherwise);
  for (const arg of owned.errorArgs ?? []) {
    const place = outPlace(step.args[arg]);
    if (place !== undefined && /^\d+$/.test(place)) made.set(Number(place), 'success');
  }
  return made;
}

function resultWitness(owned: OwnedResult): Witness {
  if (owned.success === undefined) return errorWitness(owned);
  if (owned.success === 'zero') return owned.only === 'failure' ? 'nonzero' : 'zero';
  return owned.only === 'failure' ? 'nonpositive' : 'positive';
}

/** What an error that is made of a witness says: it is nil exactly when the call went well. */
export const errorWitness = (owned: OwnedResult | undefined): Witness => (owned?.only === 'failure' ? 'failure' : 'success');

/** Whether the outcome `taken` of a condition about a witness says that the resource does not exist; undefined when it says nothing. `other` is what it is compared with. */
export function deniedBy(witness: Witness, cond: Exclude<Cond, { k: 'unknown' }>, other: Operand | undefined, taken: boolean): boolean | undefined {
  if (witness === 'success' || witness === 'failure') {
    const well = wentWell(cond, other, taken, witness);
    return well === undefined ? undefined : well === (witness === 'failure');
  }
  const left = signsOf(cond, other, taken);
  if ((left & present[witness]) === 0) return true;
  return (left & ~present[witness]) === 0 ? false : undefined;
}

/** What a condition on an error, a flag or a result code says about the call. */
function wentWell(cond: Exclude<Cond, { k: 'unknown' }>, other: Operand | undefined, taken: boolean, witness: Witness): boolean | undefined {
  if (cond.k === 'truth') return taken;
  // A negative result code is a failure.
  if (cond.k === 'cmp') return cond.operator === '<' || cond.operator === '<=' ? !taken : undefined;
  if (isNegative(other)) return !taken;
  // A named constant may be the code of one failure among several: unless it says success, neither edge is a success.
  if (isNamed(other) && !saysSuccess(other)) return witness === 'success' ? false : undefined;
  return witness === 'success' || isZero(other) || isNamed(other) ? taken : undefined;
}

const negative = 1;
const zero = 2;
const positive = 4;
const any = negative | zero | positive;

const present = { zero, nonzero: negative | positive, positive, nonpositive: negative | zero };

/** The signs that a value can still have where the condition came out as `taken`; none where a constant may mean anything, so that the path is left alone. */
function signsOf(cond: Exclude<Cond, { k: 'unknown' }>, other: Operand | undefined, taken: boolean): number {
  const when = (signs: number): number => (taken ? signs : any & ~signs);
  if (cond.k === 'truth') return when(negative | positive);
  if (isZero(other)) return when(cond.k === 'eq' ? zero : { '<': negative, '<=': negative | zero, '>': positive, '>=': positive | zero }[cond.operator]);
  if (cond.k === 'eq' && isNamed(other)) return saysSuccess(other) ? when(zero) : 0;
  if (cond.k === 'cmp' || !taken) return any;
  return isNegative(other) ? negative : other?.k === 'const' || (other?.k === 'c' && other.name === 'TRUE') ? positive : any;
}

/** A constant of C or Go that has a name. */
const isNamed = (operand: Operand | undefined): operand is Extract<Operand, { k: 'c' | 'global' }> => (operand?.k === 'c' && operand.name !== 'TRUE' && operand.name !== 'FALSE') || operand?.k === 'global';

/** `SQLITE_OK`, `ErrNone`: zero, as far as anyone names it so. */
const saysSuccess = ({ name }: { readonly name: string }): boolean => words(name).some((word) => /^(?:ok|success|succeeded|noerr|noerror|none|eok)$/.test(word));

const isNegative = (operand: Operand | undefined): boolean => operand?.k === 'const' && operand.value.startsWith('-');

const isZero = (operand: Operand | undefined): boolean => (operand?.k === 'const' && /^(?:0|nil|false)$/.test(operand.value)) || (operand?.k === 'c' && operand.name === 'FALSE');
