/** The files of a project as a commit has them, asked from the git program. Changes nothing in the repository. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type DirectoryEntry, directoryOf, type FileId, type Host } from '../project/host.ts';
import { nodeHost, toFileId } from '../project/node-host.ts';
import { Failure } from './failure.ts';
import { isWithin } from './paths.ts';

const run = promisify(execFile);

/** A commit and what the working tree changed since. */
export interface BaseState {
  /** Reads the repository's files from the commit, and everything else from the disk. */
  readonly host: Host;
  /** Files that were changed, added or removed since, also those that are not committed or not even known to git. */
  readonly changed: ReadonlySet<FileId>;
}

/**
 * What `base` (a branch, tag or commit) was when the present work left it: the merge base with HEAD, so that findings which were mended
 * there since are not taken for new. Throws a Failure without git, repository or such a commit.
 */
export async function baseState(cwd: string, base: string): Promise<BaseState> {
  const root = toFileId((await git(cwd, ['rev-parse', '--show-toplevel'], '--diff needs a git repository')).trim());
  const tip = (await git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`], `--diff: git knows no commit '${base}'`)).trim();
  const fork = await git(cwd, ['merge-base', tip, 'HEAD']).then((text) => text.trim(), () => tip);
  const tree = await readTree(root, fork);
  const names = [
    await git(root, ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', fork, '--']),
    await git(root, ['ls-files', '-z', '--others', '--exclude-standard']),
  ].flatMap((text) => text.split('\0').filter((name) => name !== ''));
  return { host: treeHost(root, tree), changed: new Set(names.map((name) => `${root}/${name}`)) };
}

/** Blob by path of everything the commit holds; symbolic links and submodules are left out. */
async function readTree(root: FileId, commit: string): Promise<ReadonlyMap<FileId, string>> {
  const listing = await git(root, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  const blobs = new Map<FileId, string>();
  for (const line of listing.split('\0')) {
    const found = /^100\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line);
    if (found) blobs.set(`${root}/${found[2]!}`, found[1]!);
  }
  return blobs;
}

function treeHost(root: FileId, blobs: ReadonlyMap<FileId, string>): Host {
  const folders = new Map<FileId, Map<string, DirectoryEntry['kind']>>();
  for (const path of blobs.keys()) {
    for (let at = path, kind: DirectoryEntry['kind'] = 'file'; at !== root; at = directoryOf(at), kind = 'directory') {
      const parent = directoryOf(at);
      const entries = folders.get(parent) ?? new Map<string, DirectoryEntry['kind']>();
      folders.set(parent, entries);
      entries.set(at.slice(at.lastIndexOf('/') + 1), kind);
    }
  }
  return {
    async readFile(file) {
      if (!isWithin(file, root)) return nodeHost.readFile(file);
      const blob = blobs.get(file);
      if (blob === undefined) return undefined;
      return (await run('git', [...quiet, 'cat-file', 'blob', blob], { cwd: root, encoding: 'buffer', maxBuffer: largest })).stdout;
    },
    readDirectory(directory) {
      if (!isWithin(directory, root)) return nodeHost.readDirectory(directory);
      const entries = folders.get(directory);
      return Promise.resolve(entries && [...entries].map(([name, kind]) => ({ name, kind })));
    },
  };
}

/** A repository's own settings must not start programs. */
const quiet = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'];
const largest = 256 * 1024 * 1024;

async function git(cwd: string, args: readonly string[], problem?: string): Promise<string> {
  try {
    return (await run('git', [...quiet, ...args], { cwd, encoding: 'utf8', maxBuffer: largest })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Failure('--diff needs the git program');
    throw problem === undefined ? error : new Failure(problem);
  }
}
