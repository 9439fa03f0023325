/** Reads the contract data that ships with the program: the heads of all libraries first, a library's rows when a package uses it. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContractSource, Library, LibraryHead } from '../semantics/c/contracts.ts';

/** The data beside the bundle, or that of the source tree. The build writes `index.json` from the heads of all files. */
export function readContracts(): ContractSource {
  const folder = contractFolder();
  const rows = new Map<string, Library>();
  let heads: readonly LibraryHead[] | undefined;
  return {
    get heads() {
      return (heads ??= parse<readonly LibraryHead[]>(join(folder, 'index.json')));
    },
    library(id) {
      let library = rows.get(id);
      if (library === undefined) {
        library = parse<Library>(join(folder, `${id}.json`));
        rows.set(id, library);
      }
      return library;
    },
  };
}

const parse = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

function contractFolder(): string {
  const beside = join(__dirname, 'contracts');
  if (existsSync(join(beside, 'index.json'))) return beside;
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const found = join(folder, 'server', 'contracts');
    if (existsSync(join(found, 'index.json'))) return found;
    if (folder === dirname(folder)) throw new Error('the contract data is missing; it belongs beside the program');
  }
}
