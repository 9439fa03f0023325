/** What a contract means to the resource analysis: effects on arguments and owned results. A row that is only a lead may silence, never accuse. */
import type { ContractParam, Contracts } from '../semantics/c/contracts.ts';
import { type ArgEffect, borrows, type LentValue, type OwnedResult, unknownEffect } from './knowledge.ts';

/** The effect on one argument; undefined when nothing is known of the function. */
export function contractArg(contracts: Contracts, name: string, arg: number): ArgEffect | undefined {
  const contract = contracts.lookup(name);
  if (contract === undefined) return undefined;
  const release = contracts.releaseBy(name, arg);
  if (release) return { ...borrows, releases: release.certain ? 'always' : 'sometimes', ...(release.ownType ? { ownType: true } : {}), ...(release.ifNonzero !== undefined ? { ifNonzero: release.ifNonzero } : {}) };
  const effects = contract.params?.filter(({ index }) => index === arg) ?? [];
  const [taken] = effects;
  // What comes back may be the very thing that was taken, g_list_append, or lead to it: then nothing is said of who releases it.
  const givesBack = contract.returns !== 'none' && contract.returns !== 'value';
  if (contract.trusted && effects.length === 1 && taken?.effect === 'takes' && taken.when === undefined && !givesBack) return { ...unknownEffect, takes: taken.on === undefined ? 'always' : 'success' };
  if (effects.some(({ effect }) => effect === 'takes' || effect === 'holds' || effect === 'userdata-held' || effect === 'callback-held')) return unknownEffect;
  // What a lead does not say may be missing in it.
  return contract.trusted ? { ...borrows, deep: true } : undefined;
}

/** What the caller of the function has to release. */
export function contractOwned(contracts: Contracts, name: string): readonly OwnedResult[] {
  const contract = contracts.lookup(name);
  if (contract?.trusted !== true) return [];
  const params = contract.params ?? [];
  const errorArgs = [...params.filter(isError).map(({ index }) => index), ...(contract.statusThrough !== undefined ? [contract.statusThrough] : [])];
  // A pointer that is not NULL says that the call went well.
  const success = params.find((param) => param.success !== undefined)?.success ?? (contract.returns === 'owned' || contract.returns === 'borrowed' ? 'nonzero' : undefined);
  const common = (release: string): Omit<OwnedResult, 'index' | 'mayBeNil'> => ({
    allocator: name,
    deallocator: release,
    ...releaseType(contracts, release),
    // A result code that may be any positive number is compared with zero or less, which needs no word.
    ...(success === 'zero' || success === 'nonzero' ? { success } : {}),
  });
  const out = params.flatMap((param): OwnedResult[] => {
    const { index, effect, release, on, when, elements, anyhow, reuses } = param;
    if (effect !== 'out-owned' || release === undefined || when !== undefined) return [];
    if (elements) return [{ ...common(release), index: 0, outArg: index, mayBeNil: true, elements }];
    const only = on === 'failure' ? { only: 'failure' as const } : errorArgs.length > 0 ? { errorArgs } : {};
    return [{ ...common(release), index: 0, outArg: index, mayBeNil: true, ...only, ...(anyhow ? { anyhow } : {}), ...(reuses || on === 'failure' ? {} : { overwrites: true as const }) }];
  });
  if (contract.returns !== 'owned' || contract.release === undefined) return out;
  return [...out, { ...common(contract.release), index: 0, mayBeNil: contract.nullable === true, ...(errorArgs.length > 0 ? { errorArgs } : {}), ...(contract.status !== undefined ? { status: contract.status } : {}), ...(contract.ownedIfNull !== undefined ? { ifNull: contract.ownedIfNull } : {}) }];
}

/** What the function hands out that belongs to one of its arguments. */
export function contractLent(contracts: Contracts, name: string): readonly LentValue[] {
  const contract = contracts.lookup(name);
  if (contract?.trusted !== true) return [];
  const out = (contract.params ?? []).flatMap(({ index, effect, field, lender, endedBy }): LentValue[] => (effect === 'out-borrowed' && lender !== undefined ? [{ outArg: index, ...(field !== undefined ? { path: `.${field}` } : {}), lender, endedBy: endedBy ?? [] }] : []));
  return contract.returns === 'borrowed' && contract.lender !== undefined ? [{ lender: contract.lender, endedBy: contract.endedBy ?? [] }, ...out] : out;
}

/** An out value that is set in case of failure. */
const isError = ({ effect, on }: ContractParam): boolean => effect === 'out-owned' && on === 'failure';

/** What a fix has to write around the pointer. */
export function releaseType(contracts: Contracts, release: string): Pick<OwnedResult, 'releaseType'> {
  const type = contracts.releaseType(release);
  return type === 'unsafe.Pointer' ? {} : { releaseType: type ?? 'own' };
}

