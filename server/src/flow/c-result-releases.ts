/** Callbacks that a library has for releasing what other callbacks returned, and that do nothing with it although it is memory of their own. */
import type { Span } from '../base/span.ts';
import { each } from '../semantics/c/walk.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import { cBodies } from './c-functions.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface IdleRelease {
  /** The callback that should release. */
  readonly name: string;
  readonly unit: CUnit;
  readonly span: Span;
  readonly library: string;
  /** The callback whose results are memory, and where it is made. */
  readonly maker: string;
  readonly allocator: string;
  readonly at?: Place;
  readonly registration: Place;
}

export const idleReleases = (flow: PackageFlow): readonly IdleRelease[] => flow.ask('idle releases', () => find(flow));

function find(flow: PackageFlow): IdleRelease[] {
  const { model } = flow;
  const found = new Map<string, IdleRelease>();
  for (const { fn, unit } of cBodies(flow)) {
    each(fn.body?.()?.steps, (node) => {
      if (node.kind !== 'call' || node.callee === undefined || model.c.function(node.callee)?.body) return;
      const contract = model.contracts.lookup(node.callee);
      for (const param of (contract?.trusted && contract.params) || []) {
        const callback = param.releasesResultsOf && node.args[param.index];
        if (callback?.kind !== 'name' || found.has(callback.name)) continue;
        const idle = idleBody(flow, callback.name);
        const made = idle && param.releasesResultsOf!.flatMap((index) => madeBy(flow, node.args[index]?.kind === 'name' ? (node.args[index] as { readonly name: string }).name : undefined))[0];
        if (idle && made) found.set(callback.name, { name: callback.name, ...idle, ...made, library: node.callee, registration: { unit, span: node.span } });
      }
    });
  }
  return [...found.values()];
}

/** A function in view that does nothing at all with the pointers it gets. */
function idleBody({ model }: PackageFlow, name: string): { readonly unit: CUnit; readonly span: Span } | undefined {
  const fn = model.c.function(name);
  const summary = fn?.body && model.c.summary(name);
  const unit = summary && model.c.units[summary.unit];
  if (!fn || !unit || model.c.isUnsettled(unit)) return undefined;
  return summary.params.every(({ effect, contentsReleased }) => effect === 'borrows' && !contentsReleased) ? { unit, span: fn.span } : undefined;
}

/** The memory that a callback returns for somebody to free: in Go, where it is exported, or in C. */
function madeBy(flow: PackageFlow, name: string | undefined): Pick<IdleRelease, 'maker' | 'allocator' | 'at'>[] {
  if (name === undefined) return [];
  const result = flow.model.c.function(name)?.body ? flow.model.c.summary(name)?.result : undefined;
  if (result?.owner === 'owned') return result.deallocator === 'free' ? [{ maker: name, allocator: result.allocator ?? 'malloc' }] : [];
  if (result || !flow.model.exported.has(name)) return [];
  return flow.knowledge.goOwned({ name }).flatMap((owned) => (owned.index === 0 && owned.outArg === undefined && owned.path === undefined && owned.deallocator === 'free' ? [{ maker: name, allocator: owned.allocator, ...(owned.at ? { at: owned.at } : {}) }] : []));
}
