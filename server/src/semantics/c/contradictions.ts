/** Where a contract and the body of the function, when it is in view after all, exclude each other. What a body leaves open contradicts nothing. */
import type { Contract, ContractParam } from './contracts.ts';
import type { CParamEffect, CSummary } from './c-summary.ts';

export type Contradiction =
  | { readonly part: 'result'; readonly says: 'owned' | 'borrowed' | 'static'; readonly does: 'owned' | 'borrowed' | 'static' }
  | { readonly part: 'parameter'; readonly index: number; readonly says: ContractParam['effect'] | 'nothing'; readonly does: CParamEffect | 'no such parameter' };

/** The first contradiction; a row counts as it stands, with what it leaves out: a parameter without a word is only read or written. */
export function contradiction(contract: Contract, summary: CSummary): Contradiction | undefined {
  const { returns } = contract;
  const { owner } = summary.result;
  if (returns === 'owned' && (owner === 'borrowed' || owner === 'static')) return { part: 'result', says: returns, does: owner };
  if ((returns === 'borrowed' || returns === 'static') && owner === 'owned') return { part: 'result', says: returns, does: owner };
  for (const { index, effect, when } of contract.params ?? []) {
    const param = summary.params[index];
    if (param === undefined) return { part: 'parameter', index, says: effect, does: 'no such parameter' };
    if (when === undefined && excludes(effect, param.effect, param.written || param.storedOwned === true)) return { part: 'parameter', index, says: effect, does: param.effect };
  }
  const silent = summary.params.findIndex((param, index) => param.effect === 'releases' && !contract.params?.some((one) => one.index === index));
  return silent < 0 ? undefined : { part: 'parameter', index: silent, says: 'nothing', does: 'releases' };
}

function excludes(says: ContractParam['effect'], does: CParamEffect, isWritten: boolean): boolean {
  switch (says) {
    case 'takes':
    case 'releases':
      return does === 'borrows';
    case 'holds':
      return does === 'borrows' || does === 'releases';
    case 'copies':
      return does === 'releases';
    case 'out-owned':
    case 'out-borrowed':
      return does === 'borrows' && !isWritten;
    default:
      return false;
  }
}
