/** Loads the two grammars. Only files of this folder import web-tree-sitter; they hand plain data upwards. */
import { Language, Parser } from 'web-tree-sitter';

/** The bytes of the three .wasm files that the npm packages ship. */
export interface GrammarBytes {
  readonly runtime: Uint8Array;
  readonly go: Uint8Array;
  readonly c: Uint8Array;
}

export interface Grammars {
  readonly go: Parser;
  readonly c: Parser;
}

let runtime: Promise<void> | undefined;

/** Initialises the runtime once per process and makes one parser for each language. */
export async function loadGrammars(bytes: GrammarBytes): Promise<Grammars> {
  // `locateFile` keeps the runtime from resolving a URL, which fails inside a bundle and in a worker.
  runtime ??= Parser.init({ wasmBinary: bytes.runtime, locateFile: (name: string) => name });
  await runtime;
  const [go, c] = await Promise.all([Language.load(bytes.go), Language.load(bytes.c)]);
  const parser = (language: Language): Parser => {
    const made = new Parser();
    made.setLanguage(language);
    return made;
  };
  return { go: parser(go), c: parser(c) };
}
