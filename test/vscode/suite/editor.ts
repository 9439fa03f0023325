/** What the tests do in the editor, as short verbs. Everything waits on an event; the clock only ends a wait that failed. */
import * as path from 'node:path';
import { commands, type Diagnostic, type Disposable, type Event, extensions, languages, Range, type TextDocument, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { CgoGuardApi } from '../../../client/src/extension.ts';

/** Only ends what hangs. */
const patience = 90_000;

/** The activated extension. */
export async function cgoGuard(): Promise<CgoGuardApi> {
  const extension = extensions.getExtension<CgoGuardApi>('cgo-guard.cgo-guard');
  if (extension === undefined) throw new Error('the extension is not installed');
  return extension.activate();
}

/** A file of the sample workspace. */
export function sampleFile(name: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no workspace folder is open');
  return Uri.file(path.join(folder.uri.fsPath, name));
}

/** Opens a sample file in an editor, as Go. */
export async function openGo(name: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(sampleFile(name));
  await window.showTextDocument(document);
  return document.languageId === 'go' ? document : languages.setTextDocumentLanguage(document, 'go');
}

/** Opens a new, never saved Go document in an editor. */
export async function openUntitled(content: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument({ language: 'go', content });
  await window.showTextDocument(document);
  return document;
}

/** Leaves no open document that is Go; closed ones stay in memory, so they become plain text. */
export async function forgetGoDocuments(): Promise<void> {
  for (const document of workspace.textDocuments) if (document.languageId === 'go') await languages.setTextDocumentLanguage(document, 'plaintext');
}

/** Appends text to a document without saving it. */
export async function append(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, document.lineAt(document.lineCount - 1).range.end, text);
  if (!(await workspace.applyEdit(edit))) throw new Error('the edit was refused');
}

/** Replaces the first occurrence of `text` without saving. */
export async function replace(document: TextDocument, text: string, by: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, rangeOf(document, text), by);
  if (!(await workspace.applyEdit(edit))) throw new Error('the edit was refused');
}

/** Throws every unsaved change away. */
export async function revert(document: TextDocument): Promise<void> {
  // The command means the active editor, which on a busy machine may be another one for a moment longer.
  for (let tries = 0; document.isDirty && tries < 10; tries++) {
    await window.showTextDocument(document);
    await commands.executeCommand('workbench.action.files.revert');
  }
  if (document.isDirty && !document.isUntitled) throw new Error(`${document.uri.path} cannot be reverted`);
}

/** The range of the first occurrence of `text`. */
export function rangeOf(document: TextDocument, text: string): Range {
  const at = document.getText().indexOf(text);
  if (at < 0) throw new Error(`${JSON.stringify(text)} is not in ${document.uri.path}`);
  return new Range(document.positionAt(at), document.positionAt(at + text.length));
}

/** The findings that touch the line of the first occurrence of `text`. */
export function findingsAt(document: TextDocument, text: string): Diagnostic[] {
  const { line } = rangeOf(document, text).start;
  return languages.getDiagnostics(document.uri).filter(({ source, range }) => source === 'cgo-guard' && range.start.line <= line && line <= range.end.line);
}

/** The rule id of a finding. */
export function ruleOf({ code }: Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Waits until `condition` gives something, asking again at every diagnostics event. */
export function untilFindings<T>(what: string, condition: () => T | undefined): Promise<T> {
  return until(what, languages.onDidChangeDiagnostics, condition);
}

/** Waits until `condition` gives something, asking now and at every event. */
export function until<T>(what: string, event: Event<unknown>, condition: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let subscription: Disposable | undefined;
    const impatience = setTimeout(() => {
      subscription?.dispose();
      reject(new Error(`${what} did not come within ${patience} ms; ${situation()}`));
    }, patience);
    const ask = (): void => {
      const value = condition();
      if (value === undefined) return;
      clearTimeout(impatience);
      subscription?.dispose();
      resolve(value);
    };
    subscription = event(ask);
    ask();
  });
}

/** Waits until the server is in `state`; a server that failed will not get there. */
export async function untilServer(state: CgoGuardApi['server']['state']): Promise<void> {
  const { server } = await cgoGuard();
  const reached = await until(`server state ${state}`, server.onDidChangeState, () => ([state, 'failed'].includes(server.state) ? server.state : undefined));
  if (reached !== state) throw new Error(`the server is ${reached}, not ${state}`);
}

/** What a person would look at first when a wait failed. */
function situation(): string {
  const document = window.activeTextEditor?.document;
  if (document === undefined) return 'no editor is open';
  const findings = languages.getDiagnostics(document.uri).map((finding) => `${ruleOf(finding)}@${finding.range.start.line + 1}`);
  return `${path.basename(document.uri.path)} has ${document.lineCount} lines, findings: ${findings.join(' ') || 'none'}\n${document.getText()}`;
}
