/** Words an assignment that loses what a field held; shared by the rules that differ only in which allocator they watch. */
import { overwrittenFields } from '../../flow/overwritten-fields.ts';
import type { GoFunction } from '../../semantics/package-model.ts';
import type { Report, RuleContext } from '../rule.ts';

/** One report for every field of a given object that is overwritten while it owns memory of an allocator that `watched` accepts. */
export function overwriteReports(fn: GoFunction, { flow }: RuleContext, watched: (allocator: string) => boolean): readonly Report[] {
  const reports: Report[] = [];
  for (const { type, field, span, maker, owned, before } of overwrittenFields(fn, flow)) {
    if (!watched(owned.allocator)) continue;
    const place = { unit: fn.top.syntax, span };
    reports.push({
      file: fn.file,
      top: fn.top,
      span,
      confidence: before ? 'likely' : 'certain',
      message: before
        ? `${type}.${field} still holds C memory from ${before.maker} when ${maker} gives it another: the last pointer to the first is overwritten, and nothing releases it.`
        : `Every round of this loop puts C memory from ${maker} into ${type}.${field} and overwrites the last pointer to the one before, which nothing releases.`,
      trace: [...(before ? [{ place: before.at, text: `the memory from ${before.maker} goes into the field here` }] : []), { place, text: 'and is overwritten here' }],
    });
  }
  return reports;
}
