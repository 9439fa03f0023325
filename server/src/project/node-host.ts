/** The host of the command line and the desktop server: files of this machine, read as bytes. Decodes nothing, follows symbolic links. */
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { resolve } from 'node:path';
import type { DirectoryEntry, FileId, Host } from './host.ts';

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
      return statSync(file).isFile() ? readFileSync(file) : undefined;
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
};

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
