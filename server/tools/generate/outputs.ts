/** Every generated file as path and content, from the rules and the hand-written files that hold a generated part. Reads no disk. */
import { severities } from '../../src/lint/finding.ts';
import { defaultSeverity } from '../../src/lint/rule-meta.ts';
import { suppressionReports } from '../../src/lint/suppression.ts';
import type { LoadedRule } from './load-rules.ts';
import { fixSummary, rulePage } from './rule-page.ts';

/** Text of the hand-written files; undefined when there is none. */
export interface HandWritten {
  readonly manifest: string;
  readonly readme: string | undefined;
}

export const pageFolder = 'server/docs/rules';
const begin = '<!-- rules:begin -->';
const end = '<!-- rules:end -->';

/** Path from the root to content. Throws when a hand-written file has no place for its generated part. */
export function outputs(rules: readonly LoadedRule[], { manifest, readme }: HandWritten): Map<string, string> {
  const out = new Map<string, string>([
    ['server/src/rules/index.ts', registry(rules)],
    ['server/docs/README.md', indexPage(rules)],
    ['package.json', withRuleSettings(manifest, rules)],
  ]);
  for (const { id, path, meta } of rules) out.set(`${pageFolder}/${id}.md`, rulePage(meta, path));
  if (readme !== undefined) out.set('README.md', withTable(readme, table(rules, pageFolder)));
  return out;
}

function registry(rules: readonly LoadedRule[]): string {
  const sorted = [...rules].sort((a, b) => (a.path < b.path ? -1 : 1));
  const name = (id: string): string => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [
    '/** Every rule. Made by `npm run generate`; do not edit. */',
    `import type { Rule } from '../lint/rule.ts';`,
    ...sorted.map(({ id, family }) => `import ${name(id)} from './${family}/${id}.ts';`),
    '',
    'export const rules: readonly Rule[] = [',
    ...sorted.map(({ id }) => `  ${name(id)},`),
    '];',
    '',
  ].join('\n');
}

function indexPage(rules: readonly LoadedRule[]): string {
  return `<!-- Made by \`npm run generate\` from the files in server/src/rules. -->\n\n# Rules\n\n${table(rules, 'rules')}\n`;
}

function table(rules: readonly LoadedRule[], folder: string): string {
  return [
    '| Rule | Finds | Severity | Quick fix |',
    '|---|---|---|---|',
    ...rules.map(({ id, meta }) => `| [${id}](${folder}/${id}.md) | ${meta.summary.replaceAll('|', '\\|')} | ${defaultSeverity(meta)} | ${fixSummary(meta.fix)} |`),
  ].join('\n');
}

function withTable(readme: string, rows: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md needs the two lines ${begin} and ${end} around the table of rules`);
  return `${readme.slice(0, from + begin.length)}\n\n${rows}\n\n${readme.slice(to)}`;
}

/** Replaces the properties of the setting `cgoGuard.rules` and leaves the rest of the manifest as its authors formatted it. */
function withRuleSettings(manifest: string, rules: readonly LoadedRule[]): string {
  const setting = manifest.indexOf('"cgoGuard.rules": {');
  const key = manifest.indexOf('"properties": {', setting);
  if (setting < 0 || key < 0) throw new Error('package.json needs a setting "cgoGuard.rules" with "properties"');
  const start = manifest.indexOf('{', key);
  const indent = /^ */.exec(manifest.slice(manifest.lastIndexOf('\n', key) + 1))![0];
  const properties = Object.fromEntries(
    [...rules.map(({ id, meta }) => ({ id, summary: meta.summary })), ...suppressionReports].map(({ id, summary }) => [id, { type: 'string', enum: [...severities, 'off'], markdownDescription: summary }]),
  );
  const text = JSON.stringify(properties, undefined, 2).replaceAll('\n', `\n${indent}`);
  return manifest.slice(0, start) + text + manifest.slice(closingBrace(manifest, start) + 1);
}

function closingBrace(json: string, open: number): number {
  let depth = 0;
  for (const { 0: part, index } of json.slice(open).matchAll(/"(?:\\.|[^"\\])*"|[{}]/g)) {
    if (part === '{') depth++;
    else if (part === '}' && --depth === 0) return open + index;
  }
  throw new Error('package.json is not valid JSON');
}
