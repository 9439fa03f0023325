/** Memory that a C body allocates and forgets on the way out, as far as every path of the body and whatever got the pointer are known. */
import type { Span } from '../../base/span.ts';
import type { CAllocation } from './c-calls.ts';
import { alternatives, type AllocState, type CState, type CValue } from './c-state.ts';
import type { CLost } from './c-summary.ts';

/** One way out of the body. */
export interface CEnd {
  readonly state: CState;
  readonly value: CValue | undefined;
  /** States with the same block leave by the same statement. */
  readonly block: object;
  readonly span?: Span;
}

/**
 * The allocations that some way out forgets. A way out counts only when every state that takes it has the memory: where one of them has released
 * it, or never made it, a condition that nobody follows may tell the two apart. That memory ran out is no way to speak of.
 */
export function lostMemory(ends: readonly CEnd[], sites: readonly CAllocation[], given: ReadonlySet<number>, resultType: string): CLost[] {
  return sites.flatMap((site, index): CLost[] => {
    if (given.has(index) || site.object || site.stored) return [];
    const known = ends.map(({ state }) => state.allocs.get(index));
    // Nobody has looked whether it is NULL: then it is lost only if every way out loses it.
    const untested = known.every((now) => now === 'live');
    const isLost = (end: CEnd): boolean => (end.state.allocs.get(index) === 'nonnull' || untested) && !keeps(end, index, resultType) && !isOutOfMemory(end.state, sites);
    const clear = (end: CEnd): boolean => isLost(end) || isEmpty(end.state.allocs.get(index));
    const lost = ends.filter((end) => isLost(end) && ends.every((other) => other.block !== end.block || clear(other)));
    const everywhere = ends.every((end) => clear(end) || isOutOfMemory(end.state, sites));
    const [first] = lost;
    if (first === undefined || (untested && !everywhere)) return [];
    return [{ at: site.at, allocator: site.allocator, deallocator: site.deallocator, everywhere, ...(first.span ? { exit: first.span } : {}) }];
  });
}

const isEmpty = (now: AllocState | undefined): boolean => now === 'null';

/** Whether the result or what the caller's pointers lead to has the memory, as far as can be seen. */
function keeps({ state, value }: CEnd, site: number, resultType: string): boolean {
  const has = (one: CValue | undefined): boolean => one !== undefined && alternatives(one).some((v) => v.kind === 'alloc' && v.site === site);
  if ([...state.vars].some(([name, held]) => name.startsWith('*') && has(held))) return true;
  if (value === undefined) return false;
  if (has(value)) return true;
  // An aggregate that is returned whole.
  if (alternatives(value).some((v) => v.kind === 'local' && [...state.vars].some(([name, held]) => has(held) && (name === v.name || name.startsWith(`${v.name}.`) || name.startsWith(`${v.name}[`))))) return true;
  const isUnknown = value.kind === 'unknown' || (value.kind === 'any' && value.open);
  return isUnknown && !isNumber(resultType);
}

const isNumber = (type: string): boolean => /^(?:(?:const|static|inline|unsigned|signed|long|short)\s+)*(?:void|_?[Bb]ool|char|short|int|long|unsigned|signed|float|double|s?size_t|u?int(?:8|16|32|64)_t)$/.test(type.trim());

const isOutOfMemory = (state: CState, sites: readonly CAllocation[]): boolean => [...state.allocs].some(([site, now]) => now === 'null' && sites[site]?.deallocator === 'free');
