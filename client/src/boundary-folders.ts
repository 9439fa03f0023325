/** Remembers, folder by folder, whether any Go file on disk imports "C" or "unsafe". */
import { FileType, Uri, workspace } from 'vscode';
import { importsBoundary } from './boundary-imports.ts';

/** Folders with more Go files than this are generated code; the files that are opened there speak for themselves. */
const maxFiles = 400;
const filesAtOnce = 16;

export class BoundaryFolders {
  readonly #answers = new Map<string, Promise<boolean>>();

  /** Whether a Go file of `folder` imports "C" or "unsafe"; a folder that cannot be read does not. */
  has(folder: Uri): Promise<boolean> {
    const key = folder.toString();
    let answer = this.#answers.get(key);
    if (answer === undefined) {
      answer = search(folder);
      this.#answers.set(key, answer);
    }
    return answer;
  }

  /** A Go file of `folder` changed on disk. */
  forget(folder: Uri): void {
    this.#answers.delete(folder.toString());
  }
}

async function search(folder: Uri): Promise<boolean> {
  const files = await goFiles(folder);
  for (let i = 0; i < files.length; i += filesAtOnce) {
    const found = await Promise.all(files.slice(i, i + filesAtOnce).map(fileImportsBoundary));
    if (found.includes(true)) return true;
  }
  return false;
}

async function goFiles(folder: Uri): Promise<Uri[]> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries
      .filter(([name, type]) => name.endsWith('.go') && (type & FileType.Directory) === 0)
      .slice(0, maxFiles)
      .map(([name]) => Uri.joinPath(folder, name));
  } catch {
    return [];
  }
}

async function fileImportsBoundary(file: Uri): Promise<boolean> {
  try {
    return importsBoundary(new TextDecoder().decode(await workspace.fs.readFile(file)));
  } catch {
    return false;
  }
}
