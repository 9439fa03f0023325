/** The path of a finding goes through C files where the hazard does: each step names the file and shows the text that it is about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeHost } from '../../server/src/project/node-host.ts';
import type { Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { fixtureCases } from '../support/fixture-cases.ts';

let project: Project;

beforeAll(async () => void (project = await createProject(nodeHost)));
afterAll(() => project?.dispose());

/** What the traces of a rule's findings in a fixture point at in its C files, `file: text`. */
async function stepsInC(rule: string, name: string): Promise<string[]> {
  const { directory } = fixtureCases().find((one) => one.group === rule && one.name === name)!;
  const findings = (await project.checkDirectory(directory)).flatMap((report) => report.findings.filter((finding) => finding.rule === rule));
  const steps = findings.flatMap(({ trace }) => trace.filter(({ file }) => file.endsWith('.c')));
  return [...new Set(steps.map(({ file, span }) => `${file.slice(directory.length + 1)}: ${readFileSync(join(directory, file.slice(directory.length + 1)), 'utf8').slice(span.start, span.end)}`))];
}

test.each([
  ['malloc-leak', 'holder-of-c-buffer', 'alloc.c: malloc(1024)'],
  ['pointer-field', 'holder-of-c-buffer', 'alloc.c: malloc(1024)'],
  ['export-panic', 'called-by-c-file', 'handler.c: go_callback()'],
  ['callback-cycle', 'locks', 'bridge.c: goPolled(1)'],
])('%s: %s', async (rule, name, step) => {
  expect(await stepsInC(rule, name)).toContain(step);
});
