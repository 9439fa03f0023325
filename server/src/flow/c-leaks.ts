/** Memory that bodies of the package's own C forget. */
import type { CLost } from '../semantics/c/c-summary.ts';
import type { CFunction, CUnit } from '../syntax/c/c-facts.ts';
import { cBodies } from './c-functions.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CLeak {
  readonly fn: CFunction;
  readonly unit: CUnit;
  readonly lost: CLost;
}

export function cLeaks(flow: PackageFlow): readonly CLeak[] {
  const { c } = flow.model;
  return cBodies(flow).flatMap(({ fn, unit }): CLeak[] => {
    const summary = c.summary(fn.name);
    return summary && c.units[summary.unit] === unit ? (summary.lost ?? []).map((lost) => ({ fn, unit, lost })) : [];
  });
}
