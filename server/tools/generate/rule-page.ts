/** The documentation page of a rule, in Markdown, from what the rule declares and nothing else. */
import type { Example, FixPolicy, PackageText, RuleMeta, Witness } from '../../src/lint/rule-meta.ts';

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
  return [`### ${title}`, 'Reported:', files(bad), ...(witness ? shown(witness) : []), byFix ? 'After the quick fix:' : 'Better:', files(good)];
}

/** What the Go toolchain says of the example. */
function shown(witness: Witness): string[] {
  const how = conditions(witness);
  if (witness.by === 'build') return [`What \`go build\`${how} says:`, block('text', witness.error)];
  const said = block('text', witness.output);
  return witness.driver === undefined ? [`What the program prints${how}:`, said] : [`What the program prints${how} when one more file calls it:`, block('go', witness.driver), said];
}

/** How the program is built and run. */
function conditions({ flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: Readonly<Record<string, string>> }): string {
  const all = [...flags, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  return all.length === 0 ? '' : ` with \`${all.join(' ')}\``;
}

const block = (language: string, content: string): string => `\`\`\`${language}\n${content.trimEnd()}\n\`\`\``;

function files(text: PackageText): string {
  const shown = Object.entries(text).filter(([name]) => name !== 'go.mod');
  return shown
    .map(([name, content]) => {
      const text = block(/\.[ch]$/.test(name) ? 'c' : 'go', content);
      return shown.length > 1 ? `${name}\n\n${text}` : text;
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
