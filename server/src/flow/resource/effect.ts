/** What a function does to memory that it was given: the sum of what an exploration has seen of it. */
import type { ArgEffect } from '../knowledge.ts';
import type { Trail } from './explore.ts';
import type { AssumedNode } from './state.ts';

/** Sums up what happened to memory that existed at the entry; `place` is where it was. */
export function effectOf(trail: Trail, place?: string): ArgEffect {
  const returned = new Set<number>();
  let owned = 0;
  let released = 0;
  const assumed = new Map<string, AssumedNode>();
  for (const exit of trail.exits) {
    if (exit.state.taken) continue;
    const back = exit.returned.flatMap((value, i) => (value.has('') ? [i] : []));
    for (const i of back) returned.add(i);
    if (back.length === 0 && exit.returned.some((value) => value.size > 0)) trail.escaped = true;
    if (exit.state.phase === 'owned') owned++;
    else released++;
    for (let node = exit.state.assumed; node; node = node.before) assumed.set(`${node.name}#${node.arg}`, node);
  }
  // A path that ends in the unknown after the release shows no exit, but it has released.
  const any = released > 0 || trail.maybeReleased || trail.certainlyReleased !== undefined;
  const cleared = place !== undefined && trail.exits.every((exit) => exit.state.phase !== 'released' || !exit.state.holders.has(place));
  const always = released > 0 && owned === 0 && !trail.maybeReleased && !trail.escaped && trail.certainlyReleased !== undefined;
  return {
    releases: always ? 'always' : any ? 'sometimes' : 'never',
    escapes: trail.escaped || trail.exhausted,
    returned: [...returned],
    assumed: [...assumed.values()].map(({ name, arg }) => ({ name, arg })),
    ...(cleared ? { cleared } : {}),
    ...(trail.certainlyReleased ? { at: trail.certainlyReleased } : {}),
  };
}
