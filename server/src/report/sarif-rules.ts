/** The rules as SARIF describes them, so that a run without findings still says what was looked for. */
import type * as Sarif from 'sarif';
import type { Confidence, Severity } from '../lint/finding.ts';
import { pageUrl, type RuleMeta } from '../lint/rule-meta.ts';

const levels: Readonly<Record<Severity, Sarif.ReportingConfiguration.level & Sarif.Result.level>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** SARIF knows three levels; info and hint are both notes. */
export const sarifLevel = (severity: Severity): (typeof levels)[Severity] => levels[severity];

/** Words that code scanning services sort by. */
const precision: Readonly<Record<Confidence, string>> = { certain: 'very-high', likely: 'high', possible: 'medium' };
const problemSeverity: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'recommendation', hint: 'recommendation' };

/** The descriptor of one rule. */
export function sarifRule(rule: RuleMeta): Sarif.ReportingDescriptor {
  const markdown = helpMarkdown(rule);
  return {
    id: rule.id,
    name: pascal(rule.id),
    shortDescription: { text: `${rule.summary}.` },
    fullDescription: { text: plainText(rule.docs.why), markdown: rule.docs.why },
    help: { text: plainText(markdown), markdown },
    helpUri: pageUrl(rule.id),
    defaultConfiguration: { enabled: !rule.offByDefault, level: sarifLevel(rule.severity) },
    properties: { tags: [rule.family], precision: precision[rule.confidence], 'problem.severity': problemSeverity[rule.severity] },
  };
}

function helpMarkdown({ docs }: RuleMeta): string {
  const references = docs.references.map(({ title, url }) => `- [${title}](${url})`).join('\n');
  const sections = [docs.why, `**What to do.** ${docs.advice}`, `**What the rule cannot see.** ${docs.limits}`];
  if (references !== '') sections.push(`**References**\n\n${references}`);
  return sections.join('\n\n');
}

/** Markdown without its marks, for viewers that show text only. Code keeps its stars and brackets. */
function plainText(markdown: string): string {
  return markdown
    .replace(/^```.*$\n?/gm, '')
    .split(/(`[^`\n]+`)/)
    .map((part, i) => (i % 2 === 1 ? part.slice(1, -1) : part.replaceAll('**', '').replace(/\[([^\]]*)\]\(([^)]*)\)/g, '$1: $2')))
    .join('')
    .trim();
}

const pascal = (id: string): string => id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
