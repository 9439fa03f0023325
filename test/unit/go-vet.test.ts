/** Fixtures and examples are real Go: each builds under `go vet`, is formatted by gofmt, and does so after its quick fixes too. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import type { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { applyAllFixes } from '../support/apply-fixes.ts';
import { createProject } from '../support/engine.ts';
import { buildErrors, fixtureCases, packageText } from '../support/fixture-cases.ts';
import { goToolchain, gofmtDiff } from '../support/go-toolchain.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { byVersion, goLine, vet } from '../support/vet.ts';

const toolchain = goToolchain();
const missing = 'missing' in toolchain;
const version = missing ? '0.0' : toolchain.version.join('.');
const reason = missing ? ` (skipped: no ${toolchain.missing} on this machine)` : '';
const isTooNew = (files: PackageText): boolean => byVersion(goLine(files), version) > 0;
const packages = new Map<string, PackageText>();
// What `go build` refuses on purpose is for test/witness.
for (const { group, name, directory } of fixtureCases()) {
  const files = packageText(directory);
  if (files[buildErrors] === undefined) packages.set(`fixtures/${group}/${name}`, files);
}
for (const { id, examples } of rules) {
  for (const [index, { bad, good, witness }] of examples.entries()) {
    if (witness?.by !== 'build') packages.set(`examples/${id}/${index}/bad`, bad);
    packages.set(`examples/${id}/${index}/good`, good);
  }
}

describe.skipIf(missing)(`go vet${reason}`, () => {
  const fixed = new Map<string, PackageText>();
  const unfixable = new Map<string, unknown>();
  let project: Project;
  let complaints: ReadonlyMap<string, string>;

  beforeAll(async () => {
    const host = new MemoryHost();
    project = await createProject(host);
    for (const [name, files] of packages) {
      if (isTooNew(files)) continue;
      const directory = `/${name}`;
      host.writeAll(directory, files);
      try {
        const after = await applyAllFixes(project, directory, files);
        if (after !== files) fixed.set(name, after);
      } catch (error) {
        unfixable.set(name, error);
      }
    }
    const before = [...packages].filter(([, files]) => !isTooNew(files));
    complaints = vet(new Map([...before, ...[...fixed].map(([name, files]) => [`${name}/fixed`, files] as const)]));
  });
  afterAll(() => project?.dispose());

  for (const [name, files] of packages) {
    const note = isTooNew(files) ? ` (skipped: needs go ${goLine(files)}, this is ${version})` : '';
    test.skipIf(isTooNew(files))(`${name}${note}`, () => {
      expect(complaints.get(name) ?? '').toBe('');
      expect(gofmtDiff(files)).toBe('');
      expect(unfixable.get(name)).toBeUndefined();
      const after = fixed.get(name);
      if (!after) return;
      expect(complaints.get(`${name}/fixed`) ?? '', show(after)).toBe('');
      expect(gofmtDiff(after)).toBe('');
    });
  }
});

const show = (files: PackageText): string => Object.entries(files).map(([name, text]) => `-- ${name} --\n${text}`).join('\n');
