/** Reads the bytes of the three .wasm files on this machine: beside the bundle, or in node_modules when run from source. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface WasmBytes {
  readonly runtime: Uint8Array;
  readonly go: Uint8Array;
  readonly c: Uint8Array;
}

/** Reads the files. The build copies them beside the bundles, in a package they lie where npm put them. */
export function readWasm(): WasmBytes {
  return { runtime: read('web-tree-sitter'), go: read('tree-sitter-go'), c: read('tree-sitter-c') };
}

/** The file of each package is named after it. */
function read(name: string): Uint8Array {
  const file = `${name}.wasm`;
  const beside = tryRead(join(__dirname, file));
  if (beside !== undefined) return beside;
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const found = tryRead(join(folder, 'node_modules', name, file));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) throw new Error(`${file} is missing; it belongs beside the program`);
  }
}

function tryRead(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
