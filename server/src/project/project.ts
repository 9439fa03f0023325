/** The one API that both doors use: documents in, findings and editor answers out. */
import type { TextEdit } from '../base/edit.ts';
import type { Finding, Severity } from '../lint/finding.ts';
import type { FileId, Host } from './host.ts';

/** Per-rule severities; a rule that is absent keeps its own. */
export interface Settings {
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
}

export interface FileReport {
  readonly file: FileId;
  /** The text that the spans refer to. */
  readonly text: string;
  /** Sorted by position; suppressed findings carry `suppression` and are for SARIF only. */
  readonly findings: readonly Finding[];
}

export declare class Project {
  /** Loads parsers from the two grammars' bytes. */
  static create(host: Host, wasm: { runtime: Uint8Array; go: Uint8Array; c: Uint8Array }): Promise<Project>;
  settings: Settings;
  /** The editor owns the text from now on. */
  openDocument(file: FileId, text: string): void;
  /** Edits in the order they were made, each against the text after the one before. */
  changeDocument(file: FileId, edits: readonly TextEdit[]): void;
  /** The disk owns the text again. */
  closeDocument(file: FileId): void;
  /** The file changed, appeared or vanished on disk. */
  fileChanged(file: FileId): void;
  /** The text as the project sees it (open document, else disk); undefined when it cannot be read. */
  text(file: FileId): Promise<string | undefined>;
  /** Findings of one file, in the context of its package. */
  checkFile(file: FileId): Promise<FileReport>;
  /** Findings of every file of the folder's packages (Go files, and the C beside them). */
  checkDirectory(directory: FileId): Promise<readonly FileReport[]>;
  /** Frees every tree. */
  dispose(): void;
}
