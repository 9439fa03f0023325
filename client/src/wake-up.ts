/** Starts the server when the first document that matters is opened or becomes one; until then it costs almost nothing. */
import { type Disposable, type LogOutputChannel, type TextDocument, type TextDocumentChangeEvent, Uri, workspace } from 'vscode';
import { BoundaryFolders } from './boundary-folders.ts';
import { importsBoundary } from './boundary-imports.ts';
import { documentSelector, type LanguageServer } from './language-server.ts';

export class WakeUp implements Disposable {
  readonly #server: Pick<LanguageServer, 'start' | 'stop' | 'wanted'>;
  readonly #log: LogOutputChannel;
  readonly #folders = new BoundaryFolders();
  readonly #pending = new Set<Promise<void>>();
  readonly #parts: readonly Disposable[];

  constructor(server: Pick<LanguageServer, 'start' | 'stop' | 'wanted'>, log: LogOutputChannel) {
    const watcher = workspace.createFileSystemWatcher('**/*.go', false, false, true);
    this.#server = server;
    this.#log = log;
    this.#parts = [
      watcher,
      watcher.onDidCreate((file) => this.#diskChanged(file)),
      watcher.onDidChange((file) => this.#diskChanged(file)),
      workspace.onDidOpenTextDocument((document) => this.#consider(document)),
      workspace.onDidChangeTextDocument((event) => this.#considerChange(event)),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cgoGuard.enable')) this.#enabledChanged();
      }),
    ];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  /** Looks at every open document. */
  considerAll(): void {
    for (const document of workspace.textDocuments) this.#consider(document);
  }

  /** Resolves when every decision that was begun has been made. */
  async decided(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #consider(document: TextDocument): void {
    if (!this.#isCandidate(document)) return;
    this.#decide(this.#matters(document), document);
  }

  /** Only the touched lines are read: a keystroke in a large file without cgo stays cheap. */
  #considerChange({ document, contentChanges }: TextDocumentChangeEvent): void {
    if (!this.#isCandidate(document)) return;
    const touched = contentChanges.some(({ range, text }) => {
      const last = range.start.line + text.split('\n').length - 1;
      for (let line = range.start.line; line <= last && line < document.lineCount; line++) if (importsBoundary(document.lineAt(line).text)) return true;
      return false;
    });
    if (touched) this.#decide(Promise.resolve(true), document);
  }

  #isCandidate(document: TextDocument): boolean {
    return !this.#server.wanted && isEnabled() && documentSelector.some(({ language, scheme }) => document.languageId === language && document.uri.scheme === scheme);
  }

  async #matters(document: TextDocument): Promise<boolean> {
    if (importsBoundary(document.getText())) return true;
    return document.uri.scheme === 'file' && (await this.#folders.has(folderOf(document.uri)));
  }

  #decide(matters: Promise<boolean>, document: TextDocument): void {
    const decision = matters
      .then((yes) => {
        if (!yes || this.#server.wanted || !isEnabled()) return;
        this.#log.info(`${workspace.asRelativePath(document.uri)} reaches C or unsafe memory: starting the server`);
        void this.#server.start();
      })
      .finally(() => this.#pending.delete(decision));
    this.#pending.add(decision);
  }

  #diskChanged(file: Uri): void {
    if (this.#server.wanted) return;
    const folder = folderOf(file);
    this.#folders.forget(folder);
    for (const document of workspace.textDocuments) if (folderOf(document.uri).toString() === folder.toString()) this.#consider(document);
  }

  #enabledChanged(): void {
    if (isEnabled()) this.considerAll();
    else void this.#server.stop();
  }
}

function isEnabled(): boolean {
  return workspace.getConfiguration('cgoGuard').get('enable', true);
}

function folderOf(file: Uri): Uri {
  return Uri.joinPath(file, '..');
}
