/** Every fixture package, all rules on but those about APIs: what the engine reports is exactly what the markers in its files say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeHost } from '../../server/src/project/node-host.ts';
import type { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { differences } from '../support/compare.ts';
import { createProject } from '../support/engine.ts';
import { fixtureCases, packageText } from '../support/fixture-cases.ts';
import { readMarkers } from '../support/markers.ts';

const cases = fixtureCases();
const groups = [...new Set(cases.map((fixture) => fixture.group))];
let project: Project;

beforeAll(async () => {
  project = await createProject(nodeHost);
});
afterAll(() => project?.dispose());

/** Rules about what a package shows to others, which is not what the fixtures of other rules are about. */
const aboutApi = ['c-type-in-exported-api'];

describe.each(groups)('%s', (group) => {
  beforeAll(() => {
    project.settings = { rules: Object.fromEntries(aboutApi.filter((id) => id !== group).map((id) => [id, 'off' as const])) };
  });

  test.each(cases.filter((fixture) => fixture.group === group))('$name', async ({ directory }) => {
    const reports = await project.checkDirectory(directory);
    expect(differences(directory, packageText(directory), reports).join('\n')).toBe('');
  });
});

describe('each rule has hazards and near misses', () => {
  test.each(rules.map((rule) => rule.id))('%s', (id) => {
    const texts = cases.filter(({ group }) => group === id).flatMap(({ directory }) => Object.values(packageText(directory)));
    const functions = texts.flatMap((text) => text.split(/^(?=func )/m).slice(1));
    const isHazard = (text: string): boolean => {
      const { wants, misses } = readMarkers(text);
      return [...wants, ...misses].some(({ rule }) => rule === id);
    };
    const hazards = texts.flatMap((text) => readMarkers(text).wants).filter(({ rule }) => rule === id);
    expect(hazards.length, 'hazards').toBeGreaterThanOrEqual(6);
    expect(functions.filter((text) => !isHazard(text)).length, 'functions without one').toBeGreaterThanOrEqual(6);
  });
});
