/** What the language server asks of the project: a narrow view, so that a test can stand in for it. */
import type { Span } from '../base/span.ts';
import type { Finding } from '../lint/finding.ts';
import type { IgnoreEdit } from '../lint/ignore-edit.ts';
import type { FileId } from '../project/host.ts';
import type { Project } from '../project/project.ts';

export interface NameAt {
  /** What stands before the dot, as it is written. */
  readonly qualifier?: string;
  readonly name: string;
  readonly span: Span;
}

export interface PreambleToken {
  readonly span: Span;
  /** A standard type of the protocol's semantic tokens. */
  readonly type: string;
  readonly modifiers: readonly string[];
}

export type Engine = Pick<
  Project,
  'settings' | 'openDocument' | 'changeDocument' | 'closeDocument' | 'fileChanged' | 'text' | 'checkFile' | 'dispose'
> & {
  /** The identifier at an offset; undefined in strings and comments. */
  nameAt(file: FileId, offset: number): Promise<NameAt | undefined>;
  /** The tokens of the C in the preamble that belongs to the file's `import "C"`. */
  preambleTokens(file: FileId): Promise<readonly PreambleToken[]>;
  /** The comment that suppresses a finding of the text as it is now; undefined where none can stand. */
  ignoreEdit(finding: Finding): Promise<IgnoreEdit | undefined>;
};
