/** What a call from Go comes to in C: the called function, or, where its body is in view, the unseen functions behind it, with what contracts say of them. */
import type { CCaller } from '../semantics/c/c-summary.ts';
import type { Contract } from '../semantics/c/contracts.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface Reached {
  readonly name: string;
  readonly contract: Contract;
  /** The body that calls it; absent when Go does. */
  readonly by?: CCaller;
}

/** The functions with a contract that a call of `C.name` may come to. */
export function reachedFrom(name: string, flow: PackageFlow): readonly Reached[] {
  return flow.ask(`c reach:${name}`, () => {
    const { c, contracts } = flow.model;
    if (!c.function(name)?.body) {
      const contract = contracts.lookup(name);
      // C text in view may only mention the name because it calls the function as well.
      return contract && (!c.isHidden(name) || c.callersOf(name).length > 0) ? [{ name, contract }] : [];
    }
    return [...c.leadsTo(name)].flatMap(([callee, by]): Reached[] => {
      const contract = contracts.lookup(callee);
      return contract ? [{ name: callee, contract, by }] : [];
    });
  });
}

/** Where the call stands in C. */
export function placeInC({ by }: Reached, flow: PackageFlow): Place | undefined {
  const unit = by && flow.model.c.units[by.unit];
  return unit && { unit, span: by.at };
}
