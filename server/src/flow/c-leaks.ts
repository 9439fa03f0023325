/** Memory that bodies of the package's own C forget: functions of preambles, and those of its C files that Go names. */
import type { CLost } from '../semantics/c/c-summary.ts';
import type { CFunction, CUnit } from '../syntax/c/c-facts.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CLeak {
  readonly fn: CFunction;
  readonly unit: CUnit;
  readonly lost: CLost;
}

export function cLeaks(flow: PackageFlow): readonly CLeak[] {
  const { model } = flow;
  const preambles = new Set(model.files.flatMap(({ preambleUnit }) => (preambleUnit ? [preambleUnit] : [])));
  return model.c.units.flatMap((unit) =>
    unit.functions.flatMap((fn): CLeak[] => {
      if (fn.body === undefined || model.c.isUnsettled(unit) || !(preambles.has(unit) || model.mentionsC(fn.name))) return [];
      const summary = model.c.summary(fn.name);
      return summary && model.c.units[summary.unit] === unit ? (summary.lost ?? []).map((lost) => ({ fn, unit, lost })) : [];
    }),
  );
}
