/** What a contract means to the resource analysis: effects on arguments and owned results. A row that is only a lead may silence, never accuse. */
import type { Contract, Contracts } from '../semantics/c/contracts.ts';
import { words } from './c-names.ts';
import { type ArgEffect, borrows, type OwnedResult, unknownEffect } from './knowledge.ts';

/** Words of functions that drop a reference: the object lives on while others hold one. */
const counted = new Set(['unref', 'deref', 'decref', 'release', 'unreference']);

const dropsReference = (name: string): boolean => words(name).some((word) => counted.has(word));

/** The effect on one argument; undefined when nothing is known of the function. */
export function contractArg(contracts: Contracts, name: string, arg: number): ArgEffect | undefined {
  const contract = contracts.lookup(name);
  if (contract === undefined) return undefined;
  const effects = contract.params?.filter(({ index }) => index === arg) ?? [];
  const releases = effects.filter(({ effect }) => effect === 'releases');
  if (releases.length > 0) {
    const certain = contract.trusted && releases.some(({ when, on }) => when === undefined && on === undefined) && !dropsReference(name);
    return { ...borrows, releases: certain ? 'always' : 'sometimes' };
  }
  if (effects.some(({ effect }) => effect === 'takes' || effect === 'holds' || effect === 'userdata-held' || effect === 'callback-held')) return unknownEffect;
  // What a lead does not say may be missing in it.
  return contract.trusted ? borrows : undefined;
}

/** What the caller of the function has to release. */
export function contractOwned(contracts: Contracts, name: string): readonly OwnedResult[] {
  const contract = contracts.lookup(name);
  if (contract?.trusted !== true) return [];
  const typed = (release: string): { readonly typedRelease?: true } => (contracts.takesAnyPointer(release) ? {} : { typedRelease: true });
  const out: OwnedResult[] = outOwned(contract).map(({ index, release }) => ({ index: 0, outArg: index, allocator: name, deallocator: release, mayBeNil: true, ...typed(release) }));
  if (contract.returns === 'owned' && contract.release !== undefined) {
    out.push({ index: 0, allocator: name, deallocator: contract.release, mayBeNil: contract.nullable !== false, ...typed(contract.release) });
  }
  return out;
}

/** Out parameters that hold something after a call that went well, as the result `0`, or no negative one, says. */
function outOwned(contract: Contract): { readonly index: number; readonly release: string }[] {
  return (contract.params ?? []).flatMap(({ index, effect, release, on, success, when }) =>
    effect === 'out-owned' && release !== undefined && on !== 'failure' && success !== 'nonzero' && when === undefined ? [{ index, release }] : [],
  );
}
