/** Words a leak and plans its fix; shared by the rules that differ only in which allocator they watch. */
import { shift, type Span } from '../../base/span.ts';
import { earlyDefers } from '../../flow/deferred-frees.ts';
import { weighLeaks, type WeighedLeak } from '../../flow/resource/weigh.ts';
import type { GoFunction } from '../../semantics/package-model.ts';
import type { FixFunction } from '../fixes/fix-file.ts';
import { isVisibleAt, locate } from '../fixes/place.ts';
import { deferFree, deferInsteadOf, freeBefore, freeInline } from '../fixes/free.ts';
import type { FixPlan, Report, RuleContext } from '../rule.ts';
import { branchTrace, type TraceEntry } from './path-trace.ts';

/** One report for every allocation of `fn` that leaks and whose allocator `watched` accepts. */
export function leakReports(fn: GoFunction, { flow }: RuleContext, watched: (allocator: string) => boolean): readonly Report[] {
  const reports: Report[] = [];
  const facts = flow.resources(fn);
  if (facts.leaks.length === 0) return reports;
  // What init and package variables allocate lives as long as the process; the literals in them run whenever they are called.
  const lasting = fn.name === 'init' && fn.recv === undefined;
  // A deferred release that came too early is the cause, and is told by itself.
  const early = new Set(earlyDefers(fn, flow).flatMap(({ covers }) => covers.map((site) => site.start)));
  for (const weighed of weighLeaks(facts, flow)) {
    const { leak } = weighed;
    if (early.has(leak.site.span.start) || leak.site.owned.protocol !== undefined) continue;
    if (!watched(leak.site.owned.allocator) || (lasting && !leak.site.literal) || leak.site.once) continue;
    reports.push({
      file: fn.file,
      top: fn.top,
      span: leak.site.span,
      severity: weighed.confidence === 'possible' ? 'info' : 'warning',
      confidence: weighed.confidence,
      message: message(weighed),
      trace: trace(fn, weighed),
      fixes: fixes(fn, weighed),
    });
  }
  return reports;
}

function message({ leak, confidence, keeper }: WeighedLeak): string {
  const { site } = leak;
  const source = site.callee.k === 'c' ? `C.${site.callee.name}` : site.callee.name;
  // A library's own release function is worth a word; free() goes without saying.
  const collector = site.owned.deallocator === 'free' ? 'the Go garbage collector does not free it' : `C.${site.owned.deallocator} has to free it, the Go garbage collector does not`;
  const doubt = confidence === 'possible' ? `, unless C.${keeper} keeps it` : '';
  if (site.inline) return `The result of ${source} goes straight into the call of ${site.inline.callee} and is never released: nothing else holds this C memory${doubt}.`;
  if (leak.copy) return `The result of ${source} goes into ${leak.copy.field} of a copy of ${leak.copy.type}, which the caller passed by value: what releases the field never sees it.`;
  const name = site.holder ? `\`${site.holder.name}\`` : `The result of ${source}`;
  if (site.owned.anyhow && !leak.everywhere) return `${source} stores C memory through its argument before it may fail, and that is not released on every path: ${collector}${doubt}.`;
  if (site.owned.elements) return `The C memory that ${source} stores in the elements of its argument is ${leak.everywhere ? 'never released' : 'not released on every path'}: ${collector}${doubt}.`;
  if (site.owned.outArg !== undefined) return `The C memory that ${source} stores through its argument is ${leak.everywhere ? 'never released' : 'not released on every path'}: ${collector}${doubt}.`;
  if (site.holder === undefined && leak.how !== 'overwritten') return `${name} is C memory that is ${leak.everywhere ? 'never released' : 'not released on every path'}: ${collector}${doubt}.`;
  if (site.owned.path !== undefined) return `${name} owns C memory from ${source} that other paths release: one way out of the function leaks it${doubt}.`;
  if (leak.how === 'overwritten') return `${name} is overwritten while it still holds C memory from ${source} that nothing releases${doubt}.`;
  if (leak.everywhere) return `${name} holds C memory from ${source} that is never released: ${collector}${doubt}.`;
  return `${name} holds C memory from ${source} that is not released on every path: one way out of the function leaks it${doubt}.`;
}

function trace(fn: GoFunction, { leak }: WeighedLeak): TraceEntry[] {
  const unit = fn.top.syntax;
  const { owned } = leak.site;
  const exits = { return: 'returns here without releasing it', end: 'the function ends here without releasing it', overwritten: 'the last pointer to it is lost here', copied: 'a copy of the struct gets it here' };
  return [
    ...(owned.at ? [{ place: owned.at, text: `C memory is allocated here (${owned.allocator})` }] : []),
    { place: { unit, span: leak.site.span }, text: owned.at ? 'the caller gets it here' : `C memory is allocated here (${owned.allocator})` },
    ...branchTrace(fn, leak.path),
    { place: { unit, span: leak.exit }, text: exits[leak.how] },
  ];
}

function fixes(fn: GoFunction, weighed: WeighedLeak): FixPlan[] {
  const { leak, confidence, keeper } = weighed;
  const { site } = leak;
  const target = { decl: fn.decl, at: fn.top.start };
  const at = (span: Span): Span => shift(span, fn.top.start);
  // A function that wants its own type is not given another one's pointer.
  const { releaseType } = site.owned;
  if (site.owned.path !== undefined || releaseType === 'more' || (releaseType === 'own' && site.converted)) return [];
  const release = { convert: releaseType === undefined ? !site.unsafePointer : releaseType !== 'own', ...(releaseType !== undefined ? { type: releaseType } : {}), release: `C.${site.owned.deallocator}` };
  const borrowed = confidence === 'certain' || leak.releasedElsewhere;
  const judged = borrowed ? { safety: 'safe' as const } : { safety: 'unsafe' as const, because: keeper !== undefined ? `C.${keeper} may keep the pointer` : 'an unseen C function may keep the pointer' };
  const call = `C.${site.owned.deallocator}`;
  const deferred = leak.copiedOut && judged.safety === 'safe' ? { safety: 'unsafe' as const, because: 'what the function returns may be a copy that points into it' } : judged;
  if (site.inline) return [{ title: `Hold the result in a variable and free it with ${call}`, ...judged, edits: (file) => (pilesUp(target, at(site.span)) ? undefined : freeInline(file, target, at(site.span), release)) }];
  if (site.holder === undefined || leak.how === 'overwritten' || leak.copy) return [];
  const { name } = site.holder;
  const plans: FixPlan[] = [];
  if (leak.everywhere) plans.push({ title: `Free \`${name}\` when the function returns: defer ${call}`, ...deferred, edits: (file) => (inLoop(target, at(site.stmt)) ? undefined : deferFree(file, target, name, at(site.stmt), release)) });
  else if (leak.releases.length > 0) {
    plans.push({ title: `Free \`${name}\` on every path: defer ${call}`, ...judged, edits: (file) => (inLoop(target, at(site.stmt)) ? undefined : deferInsteadOf(file, target, name, at(site.stmt), leak.releases.map(at), release)) });
  }
  const visible = leak.ownedAtExit && isVisibleAt(target, at(site.holder.stmt), at(leak.exit));
  if (leak.how === 'return' && !leak.everywhere && visible) plans.push({ title: `Free \`${name}\` before this return`, ...judged, edits: (file) => freeBefore(file, target, name, at(leak.exit), release) });
  return plans;
}

/** A free that is deferred in a loop runs when the function returns: until then the memory piles up. */
const inLoop = (fn: FixFunction, at: Span): boolean => locate(fn, at)?.inLoop === true;

/** In a loop only a call statement of its own can be freed at once. */
function pilesUp(fn: FixFunction, at: Span): boolean {
  const place = locate(fn, at);
  return place?.inLoop === true && place.stmt.k !== 'ExprStmt';
}
