/** Every example of every rule: `bad` yields one finding, `good` none, and the quick fix leads from one to the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import type { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { applyFix } from '../support/apply-fixes.ts';
import { describeFindings } from '../support/compare.ts';
import { createProject } from '../support/engine.ts';
import { goToolchain, gofmtDiff } from '../support/go-toolchain.ts';
import { MemoryHost } from '../support/memory-host.ts';

const host = new MemoryHost();
const toolchain = goToolchain();
const reason = 'missing' in toolchain ? ` (skipped: no ${toolchain.missing} on this machine)` : '';
let project: Project;
let packages = 0;

beforeAll(async () => {
  project = await createProject(host);
});
afterAll(() => project?.dispose());

describe.each(rules)('$id', (rule) => {
  beforeAll(() => {
    project.settings = { rules: rule.offByDefault ? { [rule.id]: rule.severity } : {} };
  });

  test('has an example', () => {
    expect(rule.examples.length).toBeGreaterThan(0);
  });

  describe.each(rule.examples)('$title', ({ bad, good, byFix }) => {
    test('bad yields one finding, of this rule', async () => {
      const { found, shown } = await check(bad);
      expect(found.map((finding) => finding.rule), shown).toEqual([rule.id]);
    });

    test('good yields none of any rule', async () => {
      expect((await check(good)).shown).toBe('');
    });

    if (byFix) {
      test('the first fix of bad gives good', async () => {
        const { found, directory } = await check(bad);
        const fix = found[0]?.fixes()[0];
        expect(fix, 'a fix').toBeDefined();
        expect(applyFix(directory, bad, fix!)).toEqual(good);
      });
    }

    test.skipIf('missing' in toolchain)(`is formatted by gofmt${reason}`, () => {
      expect(gofmtDiff(bad)).toBe('');
      expect(gofmtDiff(good)).toBe('');
    });
  });
});

async function check(files: PackageText): Promise<{ directory: string; found: readonly Finding[]; shown: string }> {
  const directory = `/example${packages++}`;
  host.writeAll(directory, files);
  const reports = await project.checkDirectory(directory);
  return { directory, found: reports.flatMap((report) => report.findings), shown: reports.flatMap(describeFindings).join('\n') };
}
