/**
 * Headers that are no part of the project: what the machine has installed. Only the editor's knowledge of names comes from them; findings
 * never do, so that they are the same on every machine. They are read when somebody asks, within bounds of size and time, and kept.
 */
import type { CSource } from '../semantics/package-model.ts';
import type { CInclude } from '../syntax/c/c-facts.ts';
import { HeaderMacros } from '../syntax/c/header-macros.ts';
import { readC } from '../syntax/c/read-c.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { directoryOf, type FileId, type Host } from './host.ts';
import { candidates, type IncludePaths } from './include-paths.ts';
import { headerFoldersOf } from './pkg-config.ts';
import { decode } from './text.ts';

/** Of one package: headers, and UTF-16 units of text. */
const mostHeaders = 240;
const mostText = 8 << 20;

/** The largest header that is parsed: SQLite's has 640 kB, most of it comments. */
const largest = 1 << 20;

/** Lists of headers that are kept. */
const mostLists = 32;

/** How many headers are parsed for one name, and for how long all of them are in one go, in milliseconds. */
const mostForName = 12;
const patience = 200;

interface Header {
  readonly file: FileId;
  readonly text: string;
  readonly includes: readonly CInclude[];
  source?: CSource;
}

export interface Include {
  readonly from: FileId;
  readonly include: CInclude;
}

/** The headers that one package can see. */
export type Headers = readonly Header[];

export class SystemHeaders {
  readonly #host: Host;
  readonly #grammars: Grammars;
  readonly #read = new Map<FileId, Promise<Header | undefined>>();
  readonly #closures = new Map<string, Promise<Headers>>();
  readonly #macros = new HeaderMacros();

  constructor(host: Host, grammars: Grammars) {
    this.#host = host;
    this.#grammars = grammars;
  }

  /** What the includes pull in, nearest first; headers that are not there are passed over. `known` are files of the project. */
  of(includes: readonly Include[], paths: IncludePaths, known: ReadonlySet<FileId>): Promise<Headers> {
    const key = JSON.stringify([includes.map(({ from, include: { path, system } }) => (system ? path : `${from}:${path}`)), paths]);
    let found = this.#closures.get(key);
    if (found === undefined) {
      // While an include is typed, each letter makes a list of its own.
      if (this.#closures.size >= mostLists) this.#closures.delete(this.#closures.keys().next().value!);
      this.#closures.set(key, (found = this.#find(includes, paths, known)));
    }
    return found;
  }

  /** The first header that `declares` a name: those are read in which it stands as if declared, before those that mention it. */
  withName(headers: Headers, name: string, declares: (source: CSource) => boolean): CSource[] {
    const word = new RegExp(`\\b${name}\\b`);
    const likely = new RegExp(`#[ \\t]*define[ \\t]+${name}\\b|\\b${name}\\s*\\(|\\b(?:struct|union|enum)\\s+${name}\\s*\\{|^(?:typedef\\b|\\s*\\}).*\\b${name}\\s*[;,]|^\\s*${name}\\s*(?:=|,|$)`, 'm');
    const mentioning = headers.filter(({ text }) => text.includes(name) && word.test(text));
    const ranked = [...mentioning.filter(({ text }) => likely.test(text)), ...mentioning];
    for (const header of [...new Set(ranked)].slice(0, mostForName)) {
      const source = this.#parse(header);
      if (declares(source)) return [source];
    }
    return [];
  }

  /** As many of the headers as can be read in one go; the next call goes on where this one stopped. */
  async some(headers: Headers): Promise<{ readonly sources: readonly CSource[]; readonly complete: boolean }> {
    const end = performance.now() + patience;
    const sources: CSource[] = [];
    for (const header of headers) {
      if (header.source === undefined) {
        if (performance.now() > end) return { sources, complete: false };
        // Whatever else waits for an answer goes first.
        await new Promise((resolve) => setTimeout(resolve));
      }
      sources.push(this.#parse(header));
    }
    return { sources, complete: true };
  }

  async #find(includes: readonly Include[], paths: IncludePaths, known: ReadonlySet<FileId>): Promise<Headers> {
    const system = await this.#host.systemFolders?.();
    if (!system) return [];
    const folders = [...paths.local, ...paths.outside, ...(await headerFoldersOf(this.#host, paths.packages, system.packages)), ...system.headers];
    const out: Header[] = [];
    const seen = new Set<FileId>();
    const queue = [...includes];
    let size = 0;
    // The queue grows while it is walked.
    for (const { from, include } of queue) {
      for (const file of candidates(include, from, folders)) {
        if (seen.has(file) || known.has(file)) break;
        const header = await this.#load(file);
        if (header === undefined) continue;
        seen.add(file);
        size += header.text.length;
        if (out.length >= mostHeaders || size > mostText) return out;
        out.push(header);
        for (const next of header.includes) queue.push({ from: directoryOf(file), include: next });
        break;
      }
    }
    return out;
  }

  #load(file: FileId): Promise<Header | undefined> {
    let header = this.#read.get(file);
    if (header === undefined) this.#read.set(file, (header = this.#readFile(file)));
    return header;
  }

  async #readFile(file: FileId): Promise<Header | undefined> {
    const bytes = await this.#host.readFile(file);
    const text = bytes && decode(bytes);
    if (text === undefined) return undefined;
    this.#macros.collect(text);
    const includes = [...text.matchAll(/^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")/gm)].map(({ 1: angled, 2: quoted, index, 0: line }): CInclude => ({ path: (angled ?? quoted)!, system: angled !== undefined, span: { start: index, end: index + line.length } }));
    return { file, text, includes };
  }

  #parse(header: Header): CSource {
    if (header.source === undefined) {
      const text = this.#macros.hide(header.text);
      header.source = { file: header.file, text, unit: readC(this.#grammars.c, { text }, largest) };
    }
    return header.source;
  }
}
