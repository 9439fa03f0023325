/** The project's own contracts, held against the bodies in view: what is known of a C function comes from its body first, so a row that says otherwise is without effect. */
import { contradiction, type Contradiction } from '../semantics/c/contradictions.ts';
import type { CFunction, CUnit } from '../syntax/c/c-facts.ts';
import type { PackageFlow } from './package-flow.ts';

export interface ContractFact {
  readonly name: string;
  readonly unit: CUnit;
  readonly fn: CFunction;
  readonly what: Contradiction;
}

export function contractFacts(flow: PackageFlow): readonly ContractFact[] {
  const { c, contracts } = flow.model;
  return contracts.ownNames.flatMap((name): ContractFact[] => {
    const summary = c.summary(name);
    const unit = summary && c.units[summary.unit];
    const fn = unit?.functions.find((one) => one.name === name);
    const contract = contracts.lookup(name);
    if (!summary || !unit || !fn || !contract || c.isUnsettled(unit)) return [];
    const what = contradiction(contract, summary);
    return what ? [{ name, unit, fn, what }] : [];
  });
}
