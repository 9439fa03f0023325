/** The hosts of the command line and the desktop server: files of this machine, read as bytes. Decode nothing, follow symbolic links. */
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { resolve } from 'node:path';
import { baseName, directoryOf, type DirectoryEntry, type FileId, type Host, type SystemFolders } from './host.ts';
import { systemFolders } from './node-headers.ts';

/** The file id of a path of this machine; relative paths start at the working directory. */
export const toFileId = (path: string): FileId => resolve(path).replaceAll('\\', '/');

/**
 * Reads synchronously inside its promises: source files are small and local, and a trip through the thread pool
 * costs several times as much as the read itself.
 */
export const nodeHost: Host = {
  async readFile(file) {
    try {
      // A pipe or device that is named like a source file would block for ever.
      return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
    } catch {
      return undefined;
    }
  },

  async readDirectory(directory) {
    try {
      const entries: DirectoryEntry[] = [];
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        const kind = kindOf(directory, entry);
        if (kind !== undefined) entries.push({ name: entry.name, kind });
      }
      return entries;
    } catch {
      return undefined;
    }
  },

  systemFolders: async () => (folders ??= systemFolders()),
};

let folders: SystemFolders | undefined;

interface Listing {
  readonly entries: readonly DirectoryEntry[] | undefined;
  readonly names: ReadonlySet<string>;
}

/** Some file systems tell neither cases nor ways to compose a letter apart. */
const folded = (name: string): string => name.normalize().toLowerCase();

/** A host for one run, during which files neither come nor go: every folder is listed once, and what its list does not name is not looked for. */
export function listingOnce(host: Host): Host {
  const known = new Map<FileId, Promise<Listing>>();
  const list = async (directory: FileId): Promise<Listing> => {
    const entries = await host.readDirectory(directory);
    return { entries, names: new Set(entries?.map(({ name }) => folded(name))) };
  };
  const listing = (directory: FileId): Promise<Listing> => {
    const made = known.get(directory) ?? list(directory);
    known.set(directory, made);
    return made;
  };
  return {
    readDirectory: async (directory) => (await listing(directory)).entries,
    async readFile(file) {
      const { entries, names } = await listing(directoryOf(file));
      return entries === undefined || names.has(folded(baseName(file))) ? host.readFile(file) : undefined;
    },
  };
}

function kindOf(directory: FileId, entry: Dirent): DirectoryEntry['kind'] | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (!entry.isSymbolicLink()) return undefined;
  try {
    const target = statSync(`${directory}/${entry.name}`);
    return target.isFile() ? 'file' : target.isDirectory() ? 'directory' : undefined;
  } catch {
    return undefined; // It leads nowhere, or in a circle.
  }
}
