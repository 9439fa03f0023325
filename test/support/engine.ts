/** Starts the engine inside a test: a Project over files on disk or over packages held in memory. */
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import type { FileId, Host } from '../../server/src/project/host.ts';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import { Project } from '../../server/src/project/project.ts';

/** A project over `host`, with the grammars of the installed packages. The caller disposes of it. */
export const createProject = (host: Host): Promise<Project> => Project.create(host, readWasm());

/** A host that holds whole packages, each in a folder of its own directly below the root. */
export class PackageHost implements Host {
  readonly #files = new Map<FileId, Uint8Array>();

  /** Puts a package into the folder `directory`, which must be new. */
  add(directory: FileId, files: PackageText): void {
    for (const [name, text] of Object.entries(files)) this.#files.set(`${directory}/${name}`, new TextEncoder().encode(text));
  }

  readFile(file: FileId): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#files.get(file));
  }

  readDirectory(directory: FileId): ReturnType<Host['readDirectory']> {
    const kinds = new Map<string, 'file' | 'directory'>();
    for (const file of this.#files.keys()) {
      if (!file.startsWith(`${directory}/`)) continue;
      const [name, ...deeper] = file.slice(directory.length + 1).split('/');
      kinds.set(name!, deeper.length > 0 ? 'directory' : 'file');
    }
    return Promise.resolve(kinds.size > 0 ? [...kinds].map(([name, kind]) => ({ name, kind })) : undefined);
  }
}
