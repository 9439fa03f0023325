/** What the engine says, as plain data: no tree, no protocol type. Both doors (editor, command line) render these. */
import type { FileEdit } from '../base/edit.ts';
import type { Span } from '../base/span.ts';

export const severities = ['error', 'warning', 'info', 'hint'] as const;
export type Severity = (typeof severities)[number];

/** `certain`: nothing unknown on the path. `likely`: rests on the default contract of unseen C functions. `possible`: a lead. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** One step of the path of a flow finding, in the order in which the program goes through them. */
export interface TraceStep {
  readonly file: string;
  readonly span: Span;
  readonly text: string;
}

/** `safe` keeps meaning: may be preferred and part of "fix all". `unsafe` says why (`because`) and is never either. */
export interface Fix {
  readonly title: string;
  readonly safety: 'safe' | 'unsafe';
  readonly because?: string;
  readonly edits: readonly FileEdit[];
}

export interface Suppression {
  /** The reason the author wrote. */
  readonly reason: string;
  /** Where the `//cgoguard:ignore` comment stands, in the finding's file. */
  readonly span: Span;
}

export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** The host's file id; the span is in this file's text. */
  readonly file: string;
  readonly span: Span;
  readonly message: string;
  readonly trace: readonly TraceStep[];
  /** Computed on demand: building a fix reads the file's text. */
  readonly fixes: () => readonly Fix[];
  /** Stable while lines move: rule + enclosing declaration + normalised text of the place + ordinal. */
  readonly fingerprint: string;
  readonly suppression?: Suppression;
}
