/** One folder of Go files: loads what its packages need, keeps it parsed, and lints it when something changed. */
import type { TextEdit } from '../base/edit.ts';
import { PackageFlow } from '../flow/package-flow.ts';
import { lintPackage, type EngineOptions } from '../lint/engine.ts';
import type { Finding } from '../lint/finding.ts';
import { findCImport, type GoSource, type CSource, PackageModel } from '../semantics/package-model.ts';
import type { CImport } from '../semantics/preamble.ts';
import { readC } from '../syntax/c/read-c.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { GoFile } from '../syntax/go/go-file.ts';
import { GoParser } from '../syntax/go/go-parser.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { includePaths } from './include-paths.ts';
import { type LocalC, readLocalC } from './local-c.ts';
import type { PackageContracts } from './package-contracts.ts';
import { baseName, type FileId, type Host, join } from './host.ts';
import { decode, touchesBorder } from './text.ts';

interface GoEntry {
  readonly file: FileId;
  readonly parser: GoParser;
  text: string;
  /** Open in the editor: the disk does not count. */
  open: boolean;
  /** The text on disk may have changed. */
  dirty: boolean;
  go?: GoFile;
  preamble?: { readonly head: string; readonly cImport?: CImport; readonly unit?: CUnit };
}

interface Package {
  model: PackageModel;
  readonly flow: PackageFlow;
}

export class Folder {
  readonly directory: FileId;
  readonly #host: Host;
  readonly #grammars: Grammars;
  readonly #contracts: PackageContracts;
  readonly #go = new Map<FileId, GoEntry>();
  #c: LocalC = new Map();
  readonly #packages = new Map<string, Package>();
  /** Test files that nobody has looked at yet. */
  readonly #tests = new Set<FileId>();
  #listed = false;
  #complete = true;
  #cDirty = true;
  #findings: ReadonlyMap<FileId, readonly Finding[]> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #outdated = false;

  constructor(directory: FileId, host: Host, grammars: Grammars, contracts: PackageContracts) {
    this.directory = directory;
    this.#host = host;
    this.#grammars = grammars;
    this.#contracts = contracts;
  }

  get hasOpenFiles(): boolean {
    return [...this.#go.values()].some((entry) => entry.open);
  }

  open(file: FileId, text: string): void {
    const entry = this.#entry(file, text);
    entry.text = text;
    entry.open = true;
    delete entry.go;
    this.#findings = undefined;
  }

  change(file: FileId, edits: readonly TextEdit[]): void {
    const entry = this.#go.get(file);
    if (!entry) return;
    if (entry.go) entry.text = entry.parser.edit(edits);
    else for (const { span, newText } of edits) entry.text = entry.text.slice(0, span.start) + newText + entry.text.slice(span.end);
    delete entry.go;
    this.#findings = undefined;
  }

  close(file: FileId): void {
    const entry = this.#go.get(file);
    if (!entry) return;
    entry.open = false;
    entry.dirty = true;
    // It may never have been on disk.
    this.#listed = false;
    entry.parser.dropTree();
    this.#outdated = true;
    this.#findings = undefined;
  }

  /** Something in the folder, or a header it uses, changed on disk. */
  changedOnDisk(file: FileId): void {
    const entry = this.#go.get(file);
    if (entry) entry.dirty = true;
    // It may be gone: the list says so, while a file that is listed and cannot be read leaves the package incomplete.
    this.#listed = false;
    if (!file.endsWith('.go')) this.#cDirty = true;
    this.#outdated = true;
    this.#findings = undefined;
  }

  /** Anything may have changed on disk: what still has the same text is not parsed again. */
  forgetDisk(): void {
    for (const entry of this.#go.values()) entry.dirty = true;
    this.#listed = false;
    this.#cDirty = true;
    this.#outdated = true;
    this.#findings = undefined;
  }

  /** Settings changed: the same facts, other findings. */
  forgetFindings(): void {
    this.#findings = undefined;
  }

  textOf(file: FileId): string | undefined {
    return this.#go.get(file)?.text ?? this.#c.get(file)?.text;
  }

  goOf(file: FileId): { readonly parser: GoParser; readonly go: GoFile; readonly cImport?: CImport; readonly preambleUnit?: CUnit } | undefined {
    const entry = this.#go.get(file);
    if (!entry) return undefined;
    const source = this.#source(entry);
    return { parser: entry.parser, go: source.go, ...(source.cImport ? { cImport: source.cImport } : {}), ...(source.preambleUnit ? { preambleUnit: source.preambleUnit } : {}) };
  }

  /** The package of a file as it was checked last. */
  modelOf(file: FileId): PackageModel | undefined {
    return [...this.#packages.values()].find(({ model }) => model.files.some((known) => known.file === file))?.model;
  }

  get files(): readonly FileId[] {
    return [...this.#go.keys()].sort();
  }

  /** The findings of every file; files that cannot matter have none. One check at a time: none may see a folder that is half read. */
  check(options: EngineOptions): Promise<ReadonlyMap<FileId, readonly Finding[]>> {
    const turn = this.#turn.then(() => this.#check(options));
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  dispose(): void {
    for (const entry of this.#go.values()) entry.parser.dropTree();
  }

  #entry(file: FileId, text: string): GoEntry {
    let entry = this.#go.get(file);
    if (entry === undefined) {
      entry = { file, parser: new GoParser(this.#grammars.go), text, open: false, dirty: false };
      this.#go.set(file, entry);
    }
    return entry;
  }

  async #check(options: EngineOptions): Promise<ReadonlyMap<FileId, readonly Finding[]>> {
    // What changes on disk while files are read has to be read again.
    do {
      this.#outdated = false;
      await this.#load();
    } while (this.#outdated);
    return (this.#findings ??= this.#lint(options));
  }

  async #load(): Promise<void> {
    if (!this.#listed) {
      this.#listed = true;
      this.#complete = true;
      const entries = (await this.#host.readDirectory(this.directory)) ?? [];
      const names = new Set(entries.filter((entry) => entry.kind === 'file').map((entry) => entry.name));
      for (const [file, entry] of this.#go) if (!entry.open && !names.has(baseName(file))) this.#go.delete(file);
      for (const name of names) {
        const file = join(this.directory, name);
        if (!name.endsWith('.go') || this.#go.has(file)) continue;
        // Test files are not part of the package that others build.
        if (name.endsWith('_test.go')) this.#tests.add(file);
        else this.#entry(file, '').dirty = true;
      }
      this.#cDirty = true;
    }
    for (const entry of this.#go.values()) if (entry.dirty && !entry.open) await this.#read(entry);
    const touched = [...this.#go.values()].some((entry) => entry.text.includes('"C"'));
    if (touched) await this.#loadTests();
    if (this.#cDirty && touched) await this.#loadC();
  }

  /** Of the tests beside cgo only those count that import "C" themselves: the go command refuses them. */
  async #loadTests(): Promise<void> {
    for (const file of this.#tests) {
      this.#tests.delete(file);
      const bytes = this.#go.has(file) ? undefined : await this.#host.readFile(file);
      const text = bytes && decode(bytes);
      if (text?.includes('"C"') && !this.#go.has(file)) this.#entry(file, text);
    }
  }

  async #read(entry: GoEntry): Promise<void> {
    entry.dirty = false;
    const bytes = await this.#host.readFile(entry.file);
    const text = bytes && decode(bytes);
    if (text === undefined) {
      this.#complete = false;
      this.#go.delete(entry.file);
    } else if (text !== entry.text) {
      entry.text = text;
      delete entry.go;
    }
  }

  async #loadC(): Promise<void> {
    this.#cDirty = false;
    const sources = [...this.#go.values()].filter((entry) => entry.text.includes('"C"')).map((entry) => this.#source(entry));
    const preambles = sources.flatMap(({ preambleUnit }) => preambleUnit ?? []);
    const folders = [...new Set(sources.flatMap(({ go, cImport }) => includePaths(this.directory, go.text, cImport).local))];
    this.#c = await readLocalC(this.#host, this.#grammars, this.directory, preambles, folders, this.#c);
  }

  #source(entry: GoEntry): GoSource {
    if (entry.go === undefined) {
      entry.go = entry.parser.read(entry.text);
      if (!entry.open) entry.parser.dropTree();
    }
    const cImport = findCImport(entry.go);
    if (cImport === undefined) return { file: entry.file, go: entry.go };
    // The preamble stands near the top: as long as the text down to the import is the same, so is everything in it.
    const head = entry.go.text.slice(0, cImport.span.end);
    if (entry.preamble?.head !== head) {
      const unit = cImport.preamble && readC(this.#grammars.c, { text: head, ranges: cImport.preamble.ranges });
      entry.preamble = { head, cImport, ...(unit ? { unit } : {}) };
    }
    const unit = entry.preamble.unit;
    return { file: entry.file, go: entry.go, cImport, ...(unit ? { preambleUnit: unit } : {}) };
  }

  #lint(options: EngineOptions): ReadonlyMap<FileId, readonly Finding[]> {
    const entries = [...this.#go.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    if (!entries.some((entry) => touchesBorder(entry.text))) return new Map();
    const groups = new Map<string, GoSource[]>();
    let orphan = false;
    for (const entry of entries) {
      const source = this.#source(entry);
      const isTest = entry.file.endsWith('_test.go');
      if (source.go.packageName === undefined) {
        orphan ||= !isTest;
        continue;
      }
      const name = `${source.go.packageName}${isTest ? ' (tests)' : ''}`;
      const group = groups.get(name);
      if (group) group.push(source);
      else groups.set(name, [source]);
    }
    const out = new Map<FileId, readonly Finding[]>();
    for (const [name, sources] of groups) {
      if (!sources.some((source) => touchesBorder(source.go.text))) continue;
      const cSources: CSource[] = sources.some((source) => source.cImport) ? [...this.#c].map(([file, { text, unit }]) => ({ file, text, unit })) : [];
      const known = this.#packages.get(name);
      const contracts = this.#contracts.of([...sources.map((source) => source.preambleUnit), ...cSources.map(({ unit }) => unit)], options.contracts);
      const model = PackageModel.build(sources, cSources, this.#complete && !orphan, known?.model, contracts);
      // Nobody edits the files of a folder without open documents: what is found out about it is used once.
      const once = known === undefined && !this.hasOpenFiles;
      const flow = known?.flow ?? new PackageFlow(once);
      flow.update(model);
      if (!once) this.#packages.set(name, { model, flow });
      for (const [file, findings] of lintPackage(model, flow, options)) out.set(file, findings);
    }
    for (const name of this.#packages.keys()) if (!groups.has(name)) this.#packages.delete(name);
    return out;
  }
}
