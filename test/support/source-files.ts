/** Lists and reads the project's own sources for the tests that hold them to the house rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

/** The repository's root, with forward slashes and none at the end. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replaceAll('\\', '/').replace(/\/$/, '');

/** Text of a file by its path from the root. */
export const textOf = (path: string): string => readFileSync(`${repository}/${path}`, 'utf8');

/** Paths from the root of all files below `folder` with this ending, sorted; none when the folder does not exist. */
export function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(`${repository}/${folder}`)) return [];
  const entries = readdirSync(`${repository}/${folder}`, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/').slice(repository.length + 1))
    .sort();
}

export interface Import {
  /** As written: a package name or a relative path. */
  readonly from: string;
  /** Nothing of it remains at run time. */
  readonly typeOnly: boolean;
}

/** Every import, re-export and dynamic import of a TypeScript file. */
export function importsOf(path: string): Import[] {
  const text = textOf(path);
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const unquoted = (start: number, end: number): string => text.slice(start + 1, end - 1);
  return [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      from: moduleRequest.value,
      typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...module.staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ moduleRequest, isType }) => (moduleRequest ? [{ from: moduleRequest.value, typeOnly: isType }] : [])),
    ...module.dynamicImports.map(({ moduleRequest }) => ({ from: unquoted(moduleRequest.start, moduleRequest.end), typeOnly: false })),
  ];
}

/** `from` seen from the file `path`, as a path from the root; undefined for a package. */
export function resolveImport(path: string, from: string): string | undefined {
  return from.startsWith('.') ? new URL(from, `file:///${path}`).pathname.slice(1) : undefined;
}
