/** Maps offsets to lines and columns and back. Lines end at \n, \r\n or a lone \r, as in LSP; all numbers are zero-based. */
import type { TextEdit } from './edit.ts';

export interface Position {
  readonly line: number;
  /** UTF-16 units from the start of the line. */
  readonly character: number;
}

let latest: { readonly text: string; readonly index: LineIndex } | undefined;

export class LineIndex {
  readonly #starts: Int32Array;
  readonly #text: string;

  /** The index of `text`; of the text that was asked about last it is known. */
  static of(text: string): LineIndex {
    if (latest?.text !== text) latest = { text, index: new LineIndex(text) };
    return latest.index;
  }

  constructor(text: string, starts = startsOf(text)) {
    this.#text = text;
    this.#starts = starts;
  }

  /** The index of `text`, which this text became by one edit: only the lines of the edit are counted again. */
  edited({ span, newText }: TextEdit, text: string): LineIndex {
    // What stands around it may make one line end of two, or two of one.
    if (newText.includes('\r') || this.#text.includes('\r')) return LineIndex.of(text);
    const from = this.positionAt(span.start).line + 1;
    const to = this.positionAt(span.end).line + 1;
    const added = startsOf(newText).subarray(1);
    const starts = new Int32Array(this.#starts.length - (to - from) + added.length);
    starts.set(this.#starts.subarray(0, from));
    for (let i = 0; i < added.length; i++) starts[from + i] = added[i]! + span.start;
    const by = newText.length - (span.end - span.start);
    for (let i = to, at = from + added.length; i < this.#starts.length; i++) starts[at++] = this.#starts[i]! + by;
    latest = { text, index: new LineIndex(text, starts) };
    return latest.index;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** The position of `offset`; an offset outside the text is clamped to it. */
  positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.#starts[mid]! <= at) low = mid;
      else high = mid - 1;
    }
    return { line: low, character: at - this.#starts[low]! };
  }

  /** The offset of a position; lines and columns outside the text are clamped. */
  offsetAt(position: Position): number {
    const start = this.lineStart(position.line);
    return Math.min(start + Math.max(0, position.character), this.lineEnd(position.line));
  }

  /** The offset where the zero-based `line` begins. */
  lineStart(line: number): number {
    if (line < 0) return 0;
    return this.#starts[line] ?? this.#text.length;
  }

  /** The offset where the zero-based `line` ends, its line terminator excluded. */
  lineEnd(line: number): number {
    let end = this.#starts[line + 1] ?? this.#text.length;
    const start = this.lineStart(line);
    if (end > start && this.#text.charCodeAt(end - 1) === 10) end--;
    if (end > start && this.#text.charCodeAt(end - 1) === 13) end--;
    return end;
  }

  /** The text of a zero-based line without its terminator. */
  lineText(line: number): string {
    return this.#text.slice(this.lineStart(line), this.lineEnd(line));
  }
}

function startsOf(text: string): Int32Array {
  const starts = [0];
  if (!text.includes('\r')) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  } else {
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 13 && text.charCodeAt(i + 1) === 10) i++;
      if (c === 10 || c === 13) starts.push(i + 1);
    }
  }
  return Int32Array.from(starts);
}
