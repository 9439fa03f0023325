/** `cgo-guard rules`: the table of all rules, for people or programs. Everything in it comes from the rules themselves. */
import { createColors } from 'picocolors';
import { defaultSeverity, families, pageUrl, type FixPolicy, type RuleMeta } from '../lint/rule-meta.ts';
import { displayWidth } from '../report/code-frame.ts';
import { byCodeUnits } from './paths.ts';

/** Rules by family, in the order in which the families are told, then by id. */
export const sortRules = (rules: readonly RuleMeta[]): readonly RuleMeta[] =>
  [...rules].sort((a, b) => families.indexOf(a.family) - families.indexOf(b.family) || byCodeUnits(a.id, b.id));

/** The table, one rule a line. */
export function rulesTable(rules: readonly RuleMeta[], color: boolean): string {
  const colors = createColors(color);
  const rows = sortRules(rules).map((rule) => [rule.id, rule.family, defaultSeverity(rule), fixWord(rule.fix), rule.summary]);
  const head = ['RULE', 'FAMILY', 'SEVERITY', 'FIX', 'SUMMARY'];
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => displayWidth(row[column] ?? title))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd();
  return [colors.bold(line(head)), ...rows.map(line)].join('\n') + '\n';
}

/** The same as a JSON list, with everything that is one word or sentence long. */
export function rulesJson(rules: readonly RuleMeta[]): string {
  const list = sortRules(rules).map((rule) => ({ ...rule, severity: defaultSeverity(rule) })).map(({ id, family, severity, confidence, status, since, summary, fix }) => ({
    id,
    family,
    severity,
    confidence,
    status,
    since,
    summary,
    fix: fixWord(fix),
    url: pageUrl(id),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** What the quick fix of a rule is worth, in one word. */
export function fixWord(fix: FixPolicy): 'none' | 'safe' | 'unsafe' | 'either' {
  return fix.offered === 'never' ? 'none' : fix.safety;
}
