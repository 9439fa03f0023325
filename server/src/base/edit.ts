/** Text edits as plain data, and how a set of them is applied. */
import type { Span } from './span.ts';

export interface TextEdit {
  readonly span: Span;
  readonly newText: string;
}

/** All edits of one fix to one file; `file` is the host's file id. */
export interface FileEdit {
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

/** Sorts edits by position (stable for equal starts: insertions keep their order). */
export function sortEdits(edits: readonly TextEdit[]): TextEdit[] {
  return edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.order - b.order)
    .map(({ edit }) => edit);
}

/** Whether two sorted edits of a set overlap; such a set cannot be applied. */
export function conflict(edits: readonly TextEdit[]): boolean {
  const sorted = sortEdits(edits);
  return sorted.some((edit, i) => i > 0 && edit.span.start < sorted[i - 1]!.span.end);
}

/** The text after all edits. Returns undefined when edits overlap, so that nothing of the user's is ever lost. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string | undefined {
  if (conflict(edits)) return undefined;
  let out = '';
  let at = 0;
  for (const { span, newText } of sortEdits(edits)) {
    out += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return out + text.slice(at);
}
