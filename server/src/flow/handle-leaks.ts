/** Handles that stay in the table for good: what the resource analysis tells, weighed with what the rest of the package does. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { PackageFlow } from './package-flow.ts';
import { releasesAny } from './protocol-releases.ts';
import { handle } from './resource/protocols.ts';
import type { PathNode } from './resource/state.ts';

export interface HandleLeak {
  /** The call that makes it. */
  readonly span: Span;
  readonly name?: string;
  /** `path`: deleted on another path. `lost`: nobody got it. `never`: C got it, or it is kept, and nothing in the package deletes handles. */
  readonly how: 'path' | 'lost' | 'never';
  readonly exit?: Span;
  readonly path: readonly PathNode[];
}

/** The leaks of handles that the function makes, one for each. */
export function handleLeaks(fn: GoFunction, flow: PackageFlow): readonly HandleLeak[] {
  const { leaks, returned, sites } = flow.resources(fn);
  const mine = sites.filter((site) => site.owned.protocol === 'handle');
  if (mine.length === 0) return [];
  // What init and the initialisers of package variables register stays on purpose.
  const lasting = fn.recv === undefined && fn.name === 'init';
  return mine.flatMap((site): HandleLeak[] => {
    const base = { span: site.span, ...(site.holder ? { name: site.holder.name } : {}) };
    const leak = leaks.find((one) => one.site === site && one.assumed.length === 0);
    if (lasting && !site.literal) return [];
    if (leak) return leak.releasedElsewhere || leak.everywhere ? [{ ...base, how: leak.releasedElsewhere ? 'path' : 'lost', exit: leak.exit, path: leak.path }] : [];
    if (returned.some((one) => one.site === site && one.path === '') || site.callee.k !== 'go' || site.callee.name !== 'NewHandle') return [];
    return flow.model.complete && !releasesAny(flow, handle.release) ? [{ ...base, how: 'never', path: [] }] : [];
  });
}
