import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RuleMeta } from '../../../server/src/lint/rule-meta.ts';
import { suppressionReports } from '../../../server/src/lint/suppression.ts';
import { findDrift, main } from '../../../server/tools/generate.ts';
import { loadRules, ruleFiles, ruleProblems } from '../../../server/tools/generate/load-rules.ts';
import { outputs } from '../../../server/tools/generate/outputs.ts';
import { rulePage } from '../../../server/tools/generate/rule-page.ts';
import { main as newRule } from '../../../server/tools/new-rule.ts';
import { repository } from '../../support/source-files.ts';

const sample: RuleMeta = {
  id: 'lost-cup',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Cup that is never | put back',
  fix: { offered: 'sometimes', safety: 'either', because: 'C may still drink from it.' },
  docs: {
    why: `
      Cups are few.

      - They break.
        Really.
    `,
    advice: 'Put it back.',
    limits: 'Shelves behind doors.',
    references: [{ title: 'House rules', url: 'https://example.org/rules' }],
  },
  examples: [{ title: 'One cup', bad: { 'x.go': 'package x\n', 'go.mod': 'module x\n' }, good: { 'x.go': 'package x\n\nvar y int\n', 'y.h': 'int y;\n' }, byFix: true }],
};
const loaded = [{ path: 'server/src/rules/memory/lost-cup.ts', family: 'memory', id: 'lost-cup', meta: sample }];
const manifest = JSON.stringify(
  { name: 'x', contributes: { configuration: { properties: { 'cgoGuard.rules': { type: 'object', properties: { old: { type: 'string' } } }, 'cgoGuard.more': {} } } } },
  undefined,
  2,
);

test.skipIf(ruleFiles(repository).length === 0)('what is generated is up to date', async () => {
  const drift = await findDrift(repository);
  expect({ problems: drift.problems, stale: [...drift.stale.keys()], orphans: drift.orphans }).toEqual({ problems: [], stale: [], orphans: [] });
});

test('a page says all that the rule declares', () => {
  const page = rulePage(sample, 'server/src/rules/memory/lost-cup.ts');
  expect(page.match(/^#+ .*/gm)).toEqual([
    '# lost-cup', '## Why it is a hazard', '## Example', '### One cup', '## What to do', '## Quick fix', '## What it cannot see', '## How to suppress it', '## References',
  ]);
  expect(page).toContain('\nCups are few.\n\n- They break.\n  Really.\n\n');
  expect(page).toContain('| Quick fix | sometimes, safe or unsafe |');
  expect(page).toContain('never part of "fix all": C may still drink from it.\n');
  expect(page).toContain('After the quick fix:\n\nx.go\n\n```go\npackage x\n\nvar y int\n```\n\ny.h\n\n```c\nint y;\n```\n');
  expect(page).not.toContain('module x');
  expect(page).toContain('//cgoguard:ignore lost-cup the reason');
  expect(page).toContain('- [House rules](https://example.org/rules)\n');
});

describe('outputs', () => {
  const out = outputs(loaded, { manifest, readme: 'Hello\n<!-- rules:begin -->\nold\n<!-- rules:end -->\nBye\n' });

  test('are registry, tables, settings and pages', () => {
    expect([...out.keys()]).toEqual(['server/src/rules/index.ts', 'server/docs/README.md', 'package.json', 'server/docs/rules/lost-cup.md', 'README.md']);
    expect(out.get('server/src/rules/index.ts')).toContain(`import lostCup from './memory/lost-cup.ts';\n\nexport const rules: readonly Rule[] = [\n  lostCup,\n];\n`);
    expect(out.get('README.md')).toBe(
      'Hello\n<!-- rules:begin -->\n\n| Rule | Finds | Severity | Quick fix |\n|---|---|---|---|\n' +
        '| [lost-cup](server/docs/rules/lost-cup.md) | Cup that is never \\| put back | warning | sometimes, safe or unsafe |\n\n<!-- rules:end -->\nBye\n',
    );
  });

  test('leave the rest of the manifest as it is', () => {
    const changed = out.get('package.json')!;
    const before = JSON.parse(manifest);
    before.contributes.configuration.properties['cgoGuard.rules'].properties = {
      'lost-cup': { type: 'string', enum: ['error', 'warning', 'info', 'hint', 'off'], markdownDescription: 'Cup that is never | put back' },
      ...Object.fromEntries(suppressionReports.map(({ id, summary }) => [id, { type: 'string', enum: ['error', 'warning', 'info', 'hint', 'off'], markdownDescription: summary }])),
    };
    expect(changed).toBe(JSON.stringify(before, undefined, 2));
  });

  test('need their places', () => {
    expect(() => outputs(loaded, { manifest, readme: 'Hello\n' })).toThrow('rules:begin');
    expect(() => outputs(loaded, { manifest: '{}', readme: undefined })).toThrow('cgoGuard.rules');
  });
});

test('what a rule leaves out is said', () => {
  const { docs } = sample;
  const broken = { ...sample, id: 'lost-mug', summary: 'Cup.', docs: { ...docs, why: ' ', references: [] }, examples: [] };
  expect(ruleProblems([{ ...loaded[0]!, meta: broken }]).map((line) => line.split(': ')[1])).toEqual([
    'the id must be "lost-cup", as the file is called',
    'the summary must be one sentence without a full stop',
    'docs.why is empty',
    'docs.references names no source',
    'there is no example',
  ]);
  expect(ruleProblems(loaded)).toEqual([]);
});

describe('in a tree', () => {
  let root = '';
  const at = (file: string): string => join(root, file);
  const read = (file: string): string => readFileSync(at(file), 'utf8');

  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    root = mkdtempSync(join(tmpdir(), 'cgo-guard-'));
    mkdirSync(at('server/src/rules/memory'), { recursive: true });
    writeFileSync(at('package.json'), manifest.replace('"x"', '"x",\n  "version": "1.2.3"'));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(root, { recursive: true });
  });

  test('the rules are written once, and checked after that', async () => {
    writeFileSync(at('server/src/rules/memory/lost-cup.ts'), `const rule: object = ${JSON.stringify(sample)};\nexport default rule;\n`);
    expect(await main(root, ['--check'])).toBe(1);
    expect(existsSync(at('server/docs'))).toBe(false);
    expect(await main(root, [])).toBe(0);
    expect(await main(root, ['--check'])).toBe(0);

    cpSync(at('server/docs/rules/lost-cup.md'), at('server/docs/rules/lost-mug.md'));
    expect(await main(root, ['--check'])).toBe(1);
    expect(await main(root, [])).toBe(0);
    expect(existsSync(at('server/docs/rules/lost-mug.md'))).toBe(false);
  });

  test('a new rule gets its files, and asks for what is empty', async () => {
    expect(newRule(root, ['memory/lost-cup'])).toBe(0);
    expect(read('test/fixtures/lost-cup/basic/go.mod')).toContain('module example.test/lost-cup\n');
    // What the skeleton imports is taken from the repository.
    cpSync(join(repository, 'server/src/lint/rule-meta.ts'), at('server/src/lint/rule-meta.ts'));
    cpSync(join(repository, 'server/src/lint/rule.ts'), at('server/src/lint/rule.ts'));
    const rules = await loadRules(root, ruleFiles(root));
    expect(rules.map(({ meta }) => [meta.id, meta.family, meta.since])).toEqual([['lost-cup', 'memory', '1.2.3']]);
    expect(ruleProblems(rules).length).toBeGreaterThan(3);
  });

  test('a rule is neither overwritten nor misplaced', () => {
    expect(newRule(root, ['memory/lost-cup'])).toBe(0);
    const before = read('server/src/rules/memory/lost-cup.ts');
    expect(newRule(root, ['memory/lost-cup'])).toBe(1);
    expect(read('server/src/rules/memory/lost-cup.ts')).toBe(before);
    for (const bad of [['kitchen/lost-cup'], ['memory/Lost'], ['memory/a/b'], [], ['memory/a', 'memory/b']]) expect(newRule(root, bad)).toBe(2);
  });
});
