/** The part of a contract that a C body is read by: what happens whenever the call does, and what may keep memory. Other conditions are no part of it. */
import type { CContract } from './c-calls.ts';
import type { Contract, Contracts } from './contracts.ts';

/** What a body may rely on. */
export function certainties(contracts: Contracts, name: string, contract: Contract): CContract {
  const releases = new Map<number, 'any' | 'own'>();
  const stores = new Map<number, string>();
  const keeps = new Set<number>();
  for (const { index, effect, when, on, release, elements } of contract.params ?? []) {
    if (effect === 'releases') {
      const released = contracts.releaseBy(name, index);
      if (released?.certain) releases.set(index, released.ownType ? 'own' : 'any');
      else keeps.add(index);
    } else if (effect !== 'out-owned' && effect !== 'out-borrowed' && effect !== 'copies') keeps.add(index);
    // What is stored in case of failure is the message of it, and belongs to another story than the result.
    // A body that passes an array on is not followed into its elements.
    if (effect === 'out-owned' && !elements && when === undefined && on !== 'failure' && release !== undefined) stores.set(index, release);
  }
  const owned = contract.returns === 'owned' && contract.release !== undefined ? { deallocator: contract.release, mayBeNull: contract.nullable === true } : undefined;
  return { releases, stores, keeps, ...(owned ? { owned } : {}), noReturn: contract.noReturn === true };
}
