/** The one API that both doors use: documents in, findings and editor answers out. */
import type { TextEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';
import { emptyConfig } from '../lint/config.ts';
import type { EngineOptions } from '../lint/engine.ts';
import type { Finding, Severity } from '../lint/finding.ts';
import type { FixFile } from '../lint/fixes/fix-file.ts';
import { ignoreEdit, type IgnoreEdit } from '../lint/ignore-edit.ts';
import { rules } from '../rules/index.ts';
import { type ContractSource, noContracts } from '../semantics/c/contracts.ts';
import { type BorderCall, type BorderFunction, type FunctionId, functionOf } from '../semantics/border-calls.ts';
import type { Reference } from '../semantics/c-references.ts';
import type { CNameFacts, CNameOffer } from '../semantics/c-symbols.ts';
import type { PackageFile, PackageModel } from '../semantics/package-model.ts';
import { outline, type OutlineSymbol } from '../semantics/preamble-outline.ts';
import type { StructField } from '../semantics/struct-fields.ts';
import { cFolds } from '../syntax/c/c-folds.ts';
import { cTokens, type CToken } from '../syntax/c/c-tokens.ts';
import { type GrammarBytes, type Grammars, loadGrammars } from '../syntax/grammars.ts';
import { CAnswers } from './c-answers.ts';
import { ConfigFiles, configName } from './config-file.ts';
import { fixFile } from './fix-file.ts';
import { PackageContracts } from './package-contracts.ts';
import { Folder } from './folder.ts';
import { directoryOf, type FileId, type Host, join } from './host.ts';
import { decode, goModVersion } from './text.ts';

/** Per-rule severities; a rule that is absent keeps its own. */
export interface Settings {
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
}

const offByDefault: Settings['rules'] = Object.fromEntries(rules.flatMap((rule) => (rule.offByDefault ? [[rule.id, 'off' as const]] : [])));

export interface FileReport {
  readonly file: FileId;
  /** The text that the spans refer to. */
  readonly text: string;
  /** Sorted by position; suppressed findings carry `suppression` and are for SARIF only. */
  readonly findings: readonly Finding[];
  /** The C files of the folder in which something was found, with a Go file that somebody asked about. */
  readonly inC?: readonly FileReport[];
}

/** How much of an open document and its package could be read when it was checked last. */
export interface FileReading {
  /** Every file of the package, to the end. */
  readonly whole: boolean;
  readonly declarations: readonly Span[];
  /** Parts of the document that could not be read. */
  readonly broken: readonly Span[];
}

export interface NameAt {
  /** What stands before the dot, as it is written. */
  readonly qualifier?: string;
  readonly name: string;
  readonly span: Span;
}

export interface PreambleOutline {
  /** The comment. */
  readonly comment: Span;
  readonly symbols: readonly OutlineSymbol[];
  readonly folds: () => readonly Span[];
}

export class Project {
  readonly #host: Host;
  readonly #grammars: Grammars;
  readonly #contracts: PackageContracts;
  readonly #c: CAnswers;
  readonly #folders = new Map<FileId, Folder>();
  readonly #goVersions = new Map<FileId, number | undefined>();
  #configs: ConfigFiles;
  #settings: Settings = { rules: {} };
  /** Called when a rule fails on some input; the run goes on without it. */
  onError: (rule: string, error: unknown) => void = () => undefined;

  private constructor(host: Host, grammars: Grammars, contracts: ContractSource) {
    this.#host = host;
    this.#grammars = grammars;
    this.#contracts = new PackageContracts(contracts);
    this.#c = new CAnswers(host, grammars);
    this.#configs = this.#readConfigs();
  }

  /** Loads the parsers from the bytes of the runtime and the two grammars. Contracts are read when a package uses their library. */
  static async create(host: Host, wasm: GrammarBytes, contracts: ContractSource = noContracts): Promise<Project> {
    return new Project(host, await loadGrammars(wasm), contracts);
  }

  get settings(): Settings {
    return this.#settings;
  }

  set settings(settings: Settings) {
    this.#settings = settings;
    for (const folder of this.#folders.values()) folder.forgetFindings();
  }

  /** The editor owns the text from now on. */
  openDocument(file: FileId, text: string): void {
    this.#folder(directoryOf(file)).open(file, text);
  }

  /** Edits in the order they were made, each against the text after the one before. */
  changeDocument(file: FileId, edits: readonly TextEdit[]): void {
    this.#folders.get(directoryOf(file))?.change(file, edits);
  }

  /** The disk owns the text again. */
  closeDocument(file: FileId): void {
    const directory = directoryOf(file);
    const folder = this.#folders.get(directory);
    folder?.close(file);
    if (folder && !folder.hasOpenFiles) this.#drop(directory);
  }

  /** The file changed, appeared or vanished on disk. */
  fileChanged(file: FileId): void {
    if (file.endsWith('/go.mod')) this.#goVersions.clear();
    if (file.endsWith(`/${configName}`)) this.#configs = this.#readConfigs();
    // A header may belong to any folder that includes it.
    if (file.endsWith('.go')) this.#folders.get(directoryOf(file))?.changedOnDisk(file);
    else for (const folder of this.#folders.values()) folder.changedOnDisk(file);
  }

  /** For clients that do not watch files: whatever a folder reads from disk may have changed. */
  diskChanged(directory: FileId): void {
    this.#goVersions.clear();
    this.#configs = this.#readConfigs();
    this.#folders.get(directory)?.forgetDisk();
  }

  /** The text as the project sees it (open document, else disk); undefined when it cannot be read. */
  async text(file: FileId): Promise<string | undefined> {
    const known = this.#folders.get(directoryOf(file))?.textOf(file);
    if (known !== undefined) return known;
    const bytes = await this.#host.readFile(file);
    return bytes && decode(bytes);
  }

  /** Findings of one file, in the context of its package. */
  async checkFile(file: FileId): Promise<FileReport> {
    const directory = directoryOf(file);
    const folder = this.#folder(directory);
    const findings = await folder.check(await this.#options(directory));
    const report = { file, text: (await this.text(file)) ?? '', findings: findings.get(file) ?? [], inC: file.endsWith('.go') ? reportsInC(folder, findings) : [] };
    this.#evict(directory, folder);
    return report;
  }

  /** What could be read of an open document; undefined of others. */
  reading(file: FileId): FileReading | undefined {
    const folder = this.#folders.get(directoryOf(file));
    const go = folder?.goOf(file)?.go;
    if (!folder || !go) return undefined;
    const broken = go.packageName === undefined ? [{ start: 0, end: go.text.length }] : go.broken;
    return { whole: broken.length === 0 && (folder.modelOf(file)?.complete ?? true), declarations: go.decls, broken };
  }

  /** Findings of every Go file of the folder's packages, and of each of their C files in which there are any. */
  async checkDirectory(directory: FileId): Promise<readonly FileReport[]> {
    const folder = this.#folder(directory);
    const findings = await folder.check(await this.#options(directory));
    const reports = [...folder.files.map((file) => ({ file, text: folder.textOf(file) ?? '', findings: findings.get(file) ?? [] })), ...reportsInC(folder, findings)];
    this.#evict(directory, folder);
    return reports;
  }

  /** The identifier at an offset of an open document, with what qualifies it; undefined in strings and comments. */
  async nameAt(file: FileId, offset: number): Promise<NameAt | undefined> {
    const found = this.#folders.get(directoryOf(file))?.goOf(file);
    return found?.parser.nameAt(offset);
  }

  /** What is known of `C.name` in the package of a file; undefined when that is nothing. */
  async cName(file: FileId, name: string): Promise<CNameFacts | undefined> {
    const model = await this.#modelOf(file);
    return model && this.#c.name(model, name);
  }

  /** What the package of a file may write after `C.`; undefined for a file that does not import "C". */
  async cNames(file: FileId): Promise<{ readonly offers: readonly CNameOffer[]; readonly complete: boolean } | undefined> {
    const found = this.#folders.get(directoryOf(file))?.goOf(file);
    const model = found?.cImport && (await this.#modelOf(file));
    return model && this.#c.names(model);
  }

  /** The fields of the C struct in front of the dot at an offset of an open document; undefined where there is none. */
  async cFields(file: FileId, dot: number): Promise<readonly StructField[] | undefined> {
    const text = this.#folders.get(directoryOf(file))?.textOf(file);
    const model = text === undefined ? undefined : await this.#modelOf(file);
    return model && this.#c.fieldsBehind(model, file, text!, dot);
  }

  /** The C name at an offset of a Go file, be it behind `C.`, in the preamble or at an exported function. */
  async cNameAt(file: FileId, offset: number): Promise<{ readonly name: string; readonly span: Span } | undefined> {
    const name = await this.nameAt(file, offset);
    if (name?.qualifier === 'C') return name;
    const model = await this.#freshModelOf(file);
    return model && this.#c.targetAt(model, file, offset);
  }

  /** Where a C name stands in the package of a file. */
  async cReferences(file: FileId, name: string): Promise<readonly Reference[]> {
    const model = await this.#freshModelOf(file);
    return model ? this.#c.references(model, name) : [];
  }

  /** The function at an offset: what a C name calls, or the Go function that is declared there. */
  async functionAt(file: FileId, offset: number): Promise<BorderFunction | undefined> {
    const target = await this.cNameAt(file, offset);
    const model = await this.#freshModelOf(file);
    return model && ((target && this.#c.functionNamed(model, target.name)) ?? this.#c.goFunctionAt(model, file, offset));
  }

  /** A function of the package of `file`. */
  async functionOf(file: FileId, id: FunctionId): Promise<BorderFunction | undefined> {
    const model = await this.#freshModelOf(file);
    return model && functionOf(model, id);
  }

  /** Who calls a function, or whom it calls, in the package of `file`. */
  async calls(file: FileId, id: FunctionId, which: 'callers' | 'callees'): Promise<readonly BorderCall[]> {
    const model = await this.#freshModelOf(file);
    return model ? this.#c.calls(model, id, which) : [];
  }

  /** What the preamble of a file declares, in the order of the text, and where it can be folded. */
  async preamble(file: FileId): Promise<PreambleOutline | undefined> {
    const found = this.#folders.get(directoryOf(file))?.goOf(file);
    const preamble = found?.cImport?.preamble;
    if (!found || !preamble) return undefined;
    const text = { text: found.go.text.slice(0, preamble.comment.end), ranges: preamble.ranges };
    return { comment: preamble.comment, symbols: found.preambleUnit ? outline(found.preambleUnit) : [], folds: () => cFolds(this.#grammars.c, text) };
  }

  /** The tokens of the C in the preamble that belongs to the file's `import "C"`. */
  async preambleTokens(file: FileId): Promise<readonly CToken[]> {
    const found = this.#folders.get(directoryOf(file))?.goOf(file);
    const preamble = found?.cImport?.preamble;
    return found && preamble ? cTokens(this.#grammars.c, { text: found.go.text.slice(0, preamble.comment.end), ranges: preamble.ranges }) : [];
  }

  /** The comment that suppresses a finding of the text as it is now; undefined where none can stand. */
  async ignoreEdit(finding: Finding): Promise<IgnoreEdit | undefined> {
    const text = await this.text(finding.file);
    if (text === undefined) return undefined;
    if (!finding.file.endsWith('.go')) return ignoreEdit({ text, language: 'c', importsOfC: [] }, finding.rule, finding.span);
    const found = this.#folder(directoryOf(finding.file)).goOf(finding.file);
    const preamble = found?.cImport?.preamble;
    return ignoreEdit({ text, language: 'go', ...(preamble ? { preamble } : {}), importsOfC: found?.cImport ? [found.cImport.span] : [] }, finding.rule, finding.span);
  }

  /** Frees every tree. */
  dispose(): void {
    for (const directory of [...this.#folders.keys()]) this.#drop(directory);
  }

  /** The package of a file as it was checked last: C changes seldom while Go is typed, and an answer must not wait. */
  async #modelOf(file: FileId): Promise<PackageModel | undefined> {
    const folder = this.#folders.get(directoryOf(file));
    if (folder === undefined) return undefined;
    if (folder.modelOf(file) === undefined) await folder.check(await this.#options(directoryOf(file)));
    return folder.modelOf(file);
  }

  /** The package of a file as it is now: for answers that point at places. */
  async #freshModelOf(file: FileId): Promise<PackageModel | undefined> {
    const folder = this.#folders.get(directoryOf(file));
    if (folder === undefined) return undefined;
    await folder.check(await this.#options(directoryOf(file)));
    return folder.modelOf(file);
  }

  #folder(directory: FileId): Folder {
    let folder = this.#folders.get(directory);
    if (folder === undefined) {
      folder = new Folder(directory, this.#host, this.#grammars, this.#contracts);
      this.#folders.set(directory, folder);
    }
    return folder;
  }

  /** A folder that nobody looks at is not kept: a run over a large tree would fill the memory. */
  #evict(directory: FileId, folder: Folder): void {
    if (!folder.hasOpenFiles) this.#drop(directory);
  }

  #drop(directory: FileId): void {
    this.#folders.get(directory)?.dispose();
    this.#folders.delete(directory);
  }

  async #options(directory: FileId): Promise<EngineOptions> {
    const goVersion = await this.#goVersion(directory);
    const config = await this.#configs.forFolder(directory);
    return {
      rules,
      contracts: (config.kind === 'file' ? config.config : emptyConfig).contracts,
      // The project file speaks for everyone who works on the project, the settings for the one who sits here.
      severities: { ...offByDefault, ...(config.kind === 'file' ? config.config.rules : {}), ...this.#settings.rules },
      fixFile: (file: PackageFile): FixFile => fixFile(file, goVersion),
      onError: (rule, error) => this.onError(rule, error),
    };
  }

  #readConfigs(): ConfigFiles {
    return new ConfigFiles(this.#host, rules.map((rule) => rule.id));
  }

  /** The version of the nearest go.mod, at most a few folders up. */
  async #goVersion(directory: FileId): Promise<number | undefined> {
    if (this.#goVersions.has(directory)) return this.#goVersions.get(directory);
    let version: number | undefined;
    for (let at = directory, i = 0; i < 24; i++) {
      const bytes = await this.#host.readFile(join(at, 'go.mod'));
      if (bytes) {
        version = goModVersion(decode(bytes) ?? '');
        break;
      }
      const up = directoryOf(at);
      if (up === at) break;
      at = up;
    }
    this.#goVersions.set(directory, version);
    return version;
  }
}

const reportsInC = (folder: Folder, findings: ReadonlyMap<FileId, readonly Finding[]>): FileReport[] =>
  [...findings].filter(([file]) => !file.endsWith('.go')).sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, found]) => ({ file, text: folder.textOf(file) ?? '', findings: found }));
