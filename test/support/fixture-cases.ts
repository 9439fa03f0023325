/** Lists the fixture packages under test/fixtures. Knows the folder layout and nothing about rules or markers. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';

export interface FixtureCase {
  /** Rule id, or the name of a group that concerns several rules. */
  readonly group: string;
  readonly name: string;
  /** Absolute, with forward slashes. */
  readonly directory: string;
}

/** The file in a case that Go does not build: what `go build` says, one part of its output a line. */
export const buildErrors = 'build-error.txt';

const root = fileURLToPath(new URL('../fixtures', import.meta.url)).replaceAll('\\', '/');

/** Every `<group>/<case>` folder, sorted by name. */
export function fixtureCases(): FixtureCase[] {
  return folders(root).flatMap((group) =>
    folders(`${root}/${group}`).map((name) => ({ group, name, directory: `${root}/${group}/${name}` })),
  );
}

/** The texts of one case, subfolders included, by path relative to it. */
export function packageText(directory: string): PackageText {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/'))
    .sort();
  return Object.fromEntries(paths.map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')]));
}

function folders(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
