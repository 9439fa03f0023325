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
  runtime ??= start({ wasmBinary: bytes.runtime, locateFile: (name: string) => name });
  await runtime;
  const [go, c] = await Promise.all([Language.load(bytes.go), Language.load(bytes.c)]);
  const parser = (language: Language): Parser => {
    const made = new Parser();
    made.setLanguage(language);
    return made;
  };
  return { go: parser(go), c: parser(c) };
}

/** What the runtime puts into the options that it is started with: they become its module object, as Emscripten documents. */
interface RuntimeModule {
  HEAP32?: Int32Array;
  setValue?: (address: number, value: number, type: string) => void;
  getValue?: (address: number, type: string) => number;
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Starts the runtime. It hands every number to the parser through two functions that look at the name of the type each time; all its
 * numbers are of one type, and walking a tree is little else, so that type goes straight to memory.
 */
async function start(options: object): Promise<void> {
  await Parser.init(options);
  const module: RuntimeModule = options;
  const { setValue, getValue } = module;
  let heap = module.HEAP32;
  if (!heap || !setValue || !getValue || !isLittleEndian) return;
  // When its memory grows, the runtime makes a new view, and the old one becomes empty.
  const memory = (): Int32Array => (heap!.length > 0 ? heap! : (heap = module.HEAP32!));
  module.setValue = (address, value, type) => {
    if (type === 'i32') memory()[address >> 2] = value;
    else setValue(address, value, type);
  };
  module.getValue = (address, type) => (type === 'i32' ? memory()[address >> 2]! : getValue(address, type));
}
