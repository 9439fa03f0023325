/** The package that the robustness tests break: real files in shelf/, with hazards, near misses and helpers in other files. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';

const folder = fileURLToPath(new URL('shelf/', import.meta.url));

/** All files of the package, go.mod included. */
export const shelfPackage: PackageText = Object.fromEntries(
  readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(folder + name, 'utf8')]),
);

/** The names of its Go files. */
export const goFiles: readonly string[] = Object.keys(shelfPackage).filter((name) => name.endsWith('.go'));
