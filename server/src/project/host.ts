/** What the project needs from the outside world. Every read goes through a host; nothing below `project` does IO. */

/** Names a file for the host: an absolute path with forward slashes on the node host, a URI string in a browser. */
export type FileId = string;

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
}

export interface Host {
  /** The bytes of a file, or undefined when it does not exist or cannot be read. */
  readFile(file: FileId): Promise<Uint8Array | undefined>;
  /** The entries of a folder, or undefined when it does not exist or cannot be read. */
  readDirectory(directory: FileId): Promise<readonly DirectoryEntry[] | undefined>;
  /** Absent where there is no such thing, as in a browser. */
  systemFolders?(): Promise<SystemFolders>;
}

/** Where this machine keeps what C compilers find without being told. */
export interface SystemFolders {
  /** Folders of headers, in the order of the search. */
  readonly headers: readonly FileId[];
  /** Folders of pkg-config's `.pc` files. */
  readonly packages: readonly FileId[];
}

/** The folder of a file id. */
export const directoryOf = (file: FileId): FileId => file.slice(0, Math.max(0, file.lastIndexOf('/'))) || '/';

/** The last segment of a file id. */
export const baseName = (file: FileId): string => file.slice(file.lastIndexOf('/') + 1);

/** `name` inside `directory`; `..` and `.` segments are resolved. */
export function join(directory: FileId, name: string): FileId {
  const parts = directory.split('/');
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
