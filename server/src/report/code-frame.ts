/** Shows one source line with carets under a span, aligned for a terminal. Knows nothing of findings or colours. */
import { eastAsianWidth } from 'get-east-asian-width';
import type { Span } from '../base/span.ts';
import type { Source } from './report.ts';

export interface CodeFrame {
  /** One-based. */
  readonly line: number;
  readonly code: string;
  /** Blanks and carets that fit under `code`. */
  readonly marks: string;
}

/** Longer lines are cut around the span; generated code and tables would flood the terminal. */
const widest = 160;
const before = 40;

/** The frame of a span; a span over several lines is marked up to the end of its first line. */
export function codeFrame(source: Source, span: Span): CodeFrame {
  const { line, character } = source.lines.positionAt(span.start);
  const text = source.lines.lineText(line);
  const start = Math.min(character, text.length);
  const end = Math.min(Math.max(start, start + span.end - span.start), text.length);

  const from = text.length <= widest ? 0 : Math.max(0, Math.min(start - before, text.length - widest));
  const to = Math.min(text.length, from + widest);
  const head = (from > 0 ? '…' : '') + printable(text.slice(from, start));
  const marked = printable(text.slice(start, Math.min(end, to)));
  const tail = printable(text.slice(Math.min(end, to), to)) + (to < text.length ? '…' : '');
  return {
    line: line + 1,
    code: (head + marked + tail).trimEnd(),
    marks: ' '.repeat(displayWidth(head)) + '^'.repeat(Math.max(1, displayWidth(marked))),
  };
}

/** How many columns `text` takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x300) width++;
    // Combining marks and joiners stand on the letter before them.
    else if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(letter)) width += eastAsianWidth(code);
  }
  return width;
}

/** Text that cannot move the cursor, reorder the line or ring a bell; a tab becomes four blanks. */
export function printable(text: string): string {
  return text.replaceAll('\t', '    ').replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '\ufffd');
}
