/** Every fixture package, all rules on: what the engine reports is exactly what the markers in its files say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeHost } from '../../server/src/project/node-host.ts';
import type { Project } from '../../server/src/project/project.ts';
import { differences } from '../support/compare.ts';
import { createProject } from '../support/engine.ts';
import { fixtureCases, packageText } from '../support/fixture-cases.ts';

const cases = fixtureCases();
const groups = [...new Set(cases.map((fixture) => fixture.group))];
let project: Project;

beforeAll(async () => {
  project = await createProject(nodeHost);
});
afterAll(() => project?.dispose());

describe.each(groups)('%s', (group) => {
  test.each(cases.filter((fixture) => fixture.group === group))('$name', async ({ directory }) => {
    const reports = await project.checkDirectory(directory);
    expect(differences(directory, packageText(directory), reports).join('\n')).toBe('');
  });
});
