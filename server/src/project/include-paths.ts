/** Where the headers of a package may lie: the `-I` flags of its `#cgo` lines, as the C compiler searches them. Reads no disk. */
import { cgoDirectives } from '../semantics/directives.ts';
import type { CImport } from '../semantics/preamble.ts';
import type { CInclude } from '../syntax/c/c-facts.ts';
import { type FileId, join } from './host.ts';

export interface IncludePaths {
  /** Folders that belong to the project: written below `${SRCDIR}` or relative to the package. */
  readonly local: readonly FileId[];
  /** Absolute folders: they depend on the machine. */
  readonly outside: readonly FileId[];
  /** Names of pkg-config packages. */
  readonly packages: readonly string[];
}

const flagsOfHeaders = new Set(['CFLAGS', 'CPPFLAGS']);
const headerFlag = /^(?:-I|-isystem|-iquote|-idirafter)=?/;

/** The paths of one file's preamble; conditions are not looked at, since every platform counts. Source: cmd/cgo; GCC manual, "Directory Options". */
export function includePaths(directory: FileId, text: string, cImport: CImport | undefined): IncludePaths {
  const local: FileId[] = [];
  const outside: FileId[] = [];
  const packages: string[] = [];
  for (const { verb, args, problem } of cgoDirectives(text, cImport)) {
    if (problem !== undefined) continue;
    if (verb?.text === 'pkg-config') packages.push(...args.map((arg) => arg.text).filter((name) => !name.startsWith('-')));
    if (!flagsOfHeaders.has(verb?.text ?? '')) continue;
    args.forEach((arg, i) => {
      const flag = headerFlag.exec(arg.text)?.[0];
      if (flag === undefined) return;
      const path = arg.text.length > flag.length ? arg.text.slice(flag.length) : (args[i + 1]?.text ?? '');
      if (path === '') return;
      if (path.startsWith('${SRCDIR}')) local.push(join(directory, path.slice('${SRCDIR}'.length)));
      else if (isAbsolute(path)) outside.push(path.replaceAll('\\', '/').replace(/\/+$/, ''));
      else if (!path.includes('${')) local.push(join(directory, path));
    });
  }
  return { local, outside, packages };
}

const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:[\\/])/.test(path);

/** The files that an include may mean, in the order of the search: quotes begin beside the including file. */
export function candidates(include: CInclude, from: FileId, folders: readonly FileId[]): FileId[] {
  if (isAbsolute(include.path)) return [include.path];
  return [...new Set([...(include.system ? [] : [from]), ...folders].map((folder) => join(folder, include.path)))];
}
