/** The documentation page of a rule, in Markdown, from what the rule declares and nothing else. */
import type { Example, FixPolicy, PackageText, RuleMeta } from '../../src/lint/rule-meta.ts';

/** Markdown of server/docs/rules/<id>.md; `path` is the rule file. */
export function rulePage(rule: RuleMeta, path: string): string {
  const sections = [
    `<!-- Made from ${path} by \`npm run generate\`; edit that file. -->`,
    `# ${rule.id}`,
    `${rule.summary}.`,
    factTable(rule),
    '## Why it is a hazard',
    prose(rule.docs.why),
    rule.examples.length > 1 ? '## Examples' : '## Example',
    ...rule.examples.flatMap(example),
    '## What to do',
    prose(rule.docs.advice),
    '## Quick fix',
    quickFix(rule.fix),
    '## What it cannot see',
    prose(rule.docs.limits),
    '## How to suppress it',
    suppression(rule),
    '## References',
    rule.docs.references.map(({ title, url }) => `- [${title}](${url})`).join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** What the quick fix column of a table says. */
export function fixSummary(fix: FixPolicy): string {
  if (fix.offered === 'never') return 'none';
  const safety = fix.safety === 'either' ? 'safe or unsafe' : fix.safety;
  return fix.offered === 'always' ? safety : `sometimes, ${safety}`;
}

function factTable(rule: RuleMeta): string {
  const rows = [
    ['Severity', rule.offByDefault ? `off by default; ${rule.severity} when it is switched on` : rule.severity],
    ['Confidence', rule.confidence],
    ['Family', rule.family],
    ['Quick fix', fixSummary(rule.fix)],
    ['Since', rule.since],
    ...(rule.status === 'stable' ? [] : [['Status', rule.status]]),
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function example({ title, bad, good, byFix, witness }: Example): string[] {
  const said = witness && [witness.by === 'build' ? 'What `go build` says:' : `What the program prints${conditions(witness)}:`, `\`\`\`text\n${witness.by === 'build' ? witness.error : witness.output}\n\`\`\``];
  return [`### ${title}`, 'Reported:', files(bad), ...(said ?? []), byFix ? 'After the quick fix:' : 'Better:', files(good)];
}

/** How the program is built and run. */
function conditions({ flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>> }): string {
  const all = [...flags, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  return all.length === 0 ? '' : ` with \`${all.join(' ')}\``;
}

function files(text: PackageText): string {
  const shown = Object.entries(text).filter(([name]) => name !== 'go.mod');
  return shown
    .map(([name, content]) => {
      const block = `\`\`\`${/\.[ch]$/.test(name) ? 'c' : 'go'}\n${content.trimEnd()}\n\`\`\``;
      return shown.length > 1 ? `${name}\n\n${block}` : block;
    })
    .join('\n\n');
}

function quickFix(fix: FixPolicy): string {
  if (fix.offered === 'never') return 'There is none: the right change depends on what the program means.';
  const when = fix.offered === 'always' ? 'A quick fix is offered.' : 'A quick fix is offered where it can be written without guessing.';
  if (fix.safety === 'safe') return `${when} It keeps what the program means and is part of "fix all".`;
  const kind = fix.safety === 'unsafe' ? 'It is never applied without being asked for' : 'Where it may change what the program means it is marked as unsafe and never part of "fix all"';
  return `${when} ${kind}: ${lowerFirst(prose(fix.because)).replace(/\.?$/, '.')}`;
}

function suppression({ id, family, severity, offByDefault }: RuleMeta): string {
  const forExports = family === 'callback' ? '; for an exported function, between `//export` and `func`' : '';
  return [
    `Put a comment with a reason on the line, or on the line above${forExports}:`,
    `\`\`\`go\n//cgoguard:ignore ${id} the reason\n\`\`\``,
    ...(offByDefault ? [`The rule is off unless it is switched on with \`"cgoGuard.rules": { "${id}": "${severity}" }\` or \`"rules": { "${id}": "${severity}" }\`.`] : []),
    `Switch the rule off, or give it another severity, with \`"cgoGuard.rules": { "${id}": "off" }\` in the editor's settings or ` +
      `\`"rules": { "${id}": "off" }\` in \`.cgo-guard.json\`.`,
  ].join('\n\n');
}

/** Text of a template literal without the indentation it has in the rule file. */
function prose(text: string): string {
  const lines = text.replace(/^\s*\n/, '').trimEnd().split('\n');
  const depth = Math.min(...lines.filter((line, i) => i > 0 && line.trim() !== '').map((line) => line.length - line.trimStart().length), Infinity);
  const own = lines[0]!.length - lines[0]!.trimStart().length;
  const cut = Number.isFinite(depth) ? depth : own;
  return lines.map((line, i) => (i === 0 ? line.trimStart() : line.slice(Math.min(cut, line.length - line.trimStart().length)))).join('\n');
}

const lowerFirst = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text);
