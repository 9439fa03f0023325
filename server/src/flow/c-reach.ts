/** What a call from Go comes to in C: the called function, or, where its body is in view, the unseen functions behind it, with what contracts say of them. */
import type { CCaller } from '../semantics/c/c-summary.ts';
import type { Contract } from '../semantics/c/contracts.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface Reached {
  readonly name: string;
  readonly contract: Contract;
  /** The body that calls it; absent when Go does. */
  readonly by?: CCaller;
}

/** What is looked for behind calls: waits, output, and what is done to the process or its environment. */
const matters = ({ blocks, waits, prints, process, environment }: Contract): boolean => blocks === true || waits === true || prints !== undefined || process !== undefined || environment === true;

/** The functions that a call of `C.name` may come to and whose contract says that they wait, print, or act on the process or its environment. */
export function reachedFrom(name: string, flow: PackageFlow): readonly Reached[] {
  return flow.askAbout('c reach', name, () => {
    const { c, contracts } = flow.model;
    if (!c.function(name)?.body) {
      const contract = contracts.lookup(name);
      // C text in view may only mention the name because it calls the function as well.
      return contract && matters(contract) && (!c.isHidden(name) || c.callersOf(name).length > 0) ? [{ name, contract }] : [];
    }
    return [...c.leadsTo(name)].flatMap(([callee, by]): Reached[] => {
      const contract = contracts.lookup(callee);
      return contract && matters(contract) ? [{ name: callee, contract, by }] : [];
    });
  });
}

/** Whether any call of a function comes to one of these: of nearly all functions there is no more to ask. */
export function reachesAny(fn: GoFunction, flow: PackageFlow): boolean {
  return flow.askOf('reaches', fn, (current) => {
    for (const name of flow.ir(current).cFunctions) if (reachedFrom(name, flow).length > 0) return true;
    return false;
  });
}

/** Where the call stands in C. */
export function placeInC({ by }: Reached, flow: PackageFlow): Place | undefined {
  const unit = by && flow.model.c.units[by.unit];
  return unit && { unit, span: by.at };
}
