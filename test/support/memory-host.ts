/** A host over files in memory that tests may change at any time, byte by byte. Knows paths and bytes, nothing of Go. */
import { baseName, directoryOf } from '../../server/src/project/host.ts';
import type { DirectoryEntry, FileId, Host, SystemFolders } from '../../server/src/project/host.ts';

export class MemoryHost implements Host {
  /** The folders of headers and `.pc` files that the machine has. */
  system: SystemFolders = { headers: [], packages: [] };
  readonly #files = new Map<FileId, Uint8Array>();
  readonly #directories = new Map<FileId, Map<string, DirectoryEntry>>();

  /** Creates or replaces a file; text is stored as UTF-8. */
  write(file: FileId, content: string | Uint8Array): void {
    this.#files.set(file, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    for (let path = file; path !== '/'; path = directoryOf(path)) this.#list(path, path === file ? 'file' : 'directory');
  }

  /** Creates or replaces all files of a folder; the names may hold subfolders. */
  writeAll(directory: FileId, files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) this.write(`${directory}/${name}`, content);
  }

  remove(file: FileId): void {
    this.#files.delete(file);
    this.#directories.get(directoryOf(file))?.delete(baseName(file));
  }

  readFile(file: FileId): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#files.get(file));
  }

  readDirectory(directory: FileId): Promise<readonly DirectoryEntry[] | undefined> {
    const entries = this.#directories.get(directory);
    return Promise.resolve(entries && [...entries.values()]);
  }

  systemFolders(): Promise<SystemFolders> {
    return Promise.resolve(this.system);
  }

  #list(path: FileId, kind: DirectoryEntry['kind']): void {
    const name = baseName(path);
    const directory = directoryOf(path);
    const entries = this.#directories.get(directory) ?? new Map<string, DirectoryEntry>();
    this.#directories.set(directory, entries.set(name, { name, kind }));
  }
}
