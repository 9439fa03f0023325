/** Finds the folders to check below the paths of the command line, as `go list ./...` would. Reads names and import words only. */
import { accessSync, constants, readdirSync, readFileSync, statSync, type Dirent, type Stats } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigFiles, FolderConfig } from '../project/config-file.ts';
import { directoryOf, type FileId } from '../project/host.ts';
import { toFileId } from '../project/node-host.ts';
import { Failure, reasonOf } from './failure.ts';
import { byCodeUnits } from './paths.ts';

/** One folder to check. */
export interface Target {
  readonly directory: FileId;
  readonly config: FolderConfig;
  /** The path of the command line that led here; exclude globs count below it. */
  readonly asked: FileId;
  /** Files that were named themselves; undefined when the whole folder was meant. */
  readonly only: ReadonlySet<FileId> | undefined;
  /** Of its Go files in bytes, as far as it is known: how long the check takes, about. */
  readonly size: number;
}

export interface Walked {
  /** By name. */
  readonly targets: readonly Target[];
  /** Folders and files below the paths that could not be read, one sentence each. */
  readonly problems: readonly string[];
}

const sourceFile = /\.(?:go|c|h|cc|cpp|cxx|hh|hpp|hxx|m|mm)$/i;

/** Resolves the paths, relative to `cwd`. Throws a Failure for a path that cannot be read or is no source file. */
export async function walk(paths: readonly string[], cwd: string, configs: ConfigFiles, show: (file: FileId) => string): Promise<Walked> {
  const whole = new Set<FileId>();
  const named = new Map<FileId, Set<FileId>>();
  for (const path of paths) {
    const id = toFileId(resolve(cwd, path));
    const stats = statOf(id, path);
    if (stats.isDirectory()) {
      whole.add(id);
    } else if (!stats.isFile() || !sourceFile.test(id)) {
      throw new Failure(`${path} is neither a folder nor a Go or C file`);
    } else {
      const directory = directoryOf(id);
      named.set(directory, (named.get(directory) ?? new Set<FileId>()).add(id));
    }
  }

  const targets = new Map<FileId, Target>();
  const problems: string[] = [];
  const visited = new Set<FileId>();
  const usable = async (directory: FileId): Promise<FolderConfig> => {
    const config = await configs.forFolder(directory);
    if (config.kind === 'bad') throw new Failure(`${show(config.file)}: ${config.error}`);
    return config;
  };
  const visit = async (directory: FileId, asked: FileId): Promise<void> => {
    if (visited.has(directory)) return;
    visited.add(directory);
    let entries: Dirent[];
    try {
      entries = readdirSync(directory, { withFileTypes: true });
    } catch (error) {
      problems.push(`cannot read ${show(directory)}: ${reasonOf(error)}`);
      return;
    }
    const config = await usable(directory);
    const size = sizeForCgo(directory, entries, problems, show);
    if (size !== undefined) targets.set(directory, { directory, config, asked, only: undefined, size });
    for (const entry of entries.sort((a, b) => byCodeUnits(a.name, b.name))) {
      // Symbolic links to folders are not followed, as the go command does not: the walk cannot go in a circle.
      if (!entry.isDirectory() || isSkipped(entry.name)) continue;
      const folder = inside(directory, entry.name);
      if (!configs.excludes(config, folder, asked)) await visit(folder, asked);
    }
  };
  for (const root of [...whole].sort(byCodeUnits)) await visit(root, root);
  for (const [directory, only] of named) {
    if (!targets.has(directory)) targets.set(directory, { directory, config: await usable(directory), asked: directory, only, size: 0 });
  }
  return { targets: [...targets.values()].sort((a, b) => byCodeUnits(a.directory, b.directory)), problems };
}

function statOf(id: FileId, path: string): Stats {
  try {
    const stats = statSync(id);
    accessSync(id, constants.R_OK);
    return stats;
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

/** Names an entry of a folder; the root of a file system ends with a slash already. */
const inside = (directory: FileId, name: string): FileId => (directory.endsWith('/') ? directory + name : `${directory}/${name}`);

/** Folders that the go command passes over, and the one of npm. */
const isSkipped = (name: string): boolean => name.startsWith('.') || name.startsWith('_') || ['testdata', 'vendor', 'node_modules'].includes(name);

/** The size of the Go files of a folder, when one of them imports "C" or unsafe, by its bytes: a word in the wrong place only costs a parse. */
function sizeForCgo(directory: FileId, entries: readonly Dirent[], problems: string[], show: (file: FileId) => string): number | undefined {
  let matters = false;
  let size = 0;
  for (const entry of entries) {
    // Files of tests cannot import "C".
    if (!/^[^._].*\.go$/.test(entry.name) || entry.name.endsWith('_test.go') || !(entry.isFile() || entry.isSymbolicLink())) continue;
    const file = inside(directory, entry.name);
    try {
      const stats = statSync(file);
      if (stats.isFile()) size += stats.size;
      // Once the folder matters the project will read the rest; here they only have to be readable.
      if (matters) accessSync(file, constants.R_OK);
      else if (stats.isFile()) matters = mentionsBorder(readFileSync(file));
    } catch (error) {
      // A link that leads nowhere is no file of the package.
      if (!entry.isSymbolicLink()) problems.push(`cannot read ${show(file)}: ${reasonOf(error)}`);
    }
  }
  return matters ? size : undefined;
}

const words = ['"C"', '`C`', '"unsafe"', '`unsafe`'];

const mentionsBorder = (bytes: Buffer): boolean => words.some((word) => bytes.includes(word));
