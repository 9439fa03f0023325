/** `cgo-guard explain RULE`: the page of one rule in the terminal. Every sentence comes from the rule itself. */
import { createColors } from 'picocolors';
import { closest } from '../lint/closest.ts';
import { pageUrl, type FixPolicy, type PackageText, type RuleMeta } from '../lint/rule-meta.ts';
import { Failure } from './failure.ts';

/** Finds the rule; throws a Failure that suggests the one that was meant. */
export function findRule(rules: readonly RuleMeta[], id: string): RuleMeta {
  const found = rules.find((rule) => rule.id === id);
  if (found !== undefined) return found;
  const near = closest(
    id,
    rules.map((rule) => rule.id),
  );
  throw new Failure(`unknown rule '${id}'; ${near === undefined ? `'cgo-guard rules' lists them` : `did you mean '${near}'?`}`);
}

/** The page as text. */
export function explain(rule: RuleMeta, color: boolean): string {
  const colors = createColors(color);
  const section = (title: string, body: string): string => `${colors.bold(title)}\n\n${body.replace(/^\n+|\s+$/g, '')}`;
  const parts = [
    `${colors.bold(rule.id)}: ${rule.summary}\n${colors.dim(`${rule.family} · ${rule.offByDefault ? `off by default (${rule.severity})` : rule.severity} · ${rule.confidence} · since ${rule.since}${rule.status === 'stable' ? '' : ` · ${rule.status}`}`)}`,
    section('Why it is a hazard', rule.docs.why),
    section('What to do', rule.docs.advice),
    section('What the rule cannot see', rule.docs.limits),
    section('Quick fix', fixSentence(rule.fix)),
  ];
  for (const example of rule.examples) {
    parts.push(section(`Hazard: ${example.title}`, packageText(example.bad)), section('Instead', packageText(example.good)));
  }
  const references = rule.docs.references.map(({ title, url }) => `- ${title}: ${url}`);
  parts.push(section('References', [...references, `- Page of the rule: ${pageUrl(rule.id)}`].join('\n')));
  return parts.join('\n\n') + '\n';
}

function fixSentence(fix: FixPolicy): string {
  if (fix.offered === 'never') return 'None.';
  const when = fix.offered === 'always' ? 'Always offered' : 'Sometimes offered';
  switch (fix.safety) {
    case 'safe':
      return `${when}, safe: --fix applies it.`;
    case 'unsafe':
      return `${when}, to be reviewed: ${fix.because}.`.replace(/\.\.$/, '.');
    case 'either':
      return `${when}; --fix applies it where it is safe. Otherwise it is to be reviewed: ${fix.because}.`.replace(/\.\.$/, '.');
  }
}

/** The files of an example, indented; a lone file needs no name. */
function packageText(files: PackageText): string {
  const names = Object.keys(files);
  return names
    .map((name) => {
      const code = (files[name] ?? '').trimEnd().replace(/^(?=.)/gm, '    ');
      return names.length === 1 ? code : `  ${name}\n${code}`;
    })
    .join('\n\n')
    .replace(/\t/g, '    ');
}
