/** Follows a text through several rounds of edits and tells them as one set against the text it began with. Knows no protocol. */
import { sortEdits, type TextEdit } from '../base/edit.ts';
import { span, type Span } from '../base/span.ts';

/** A piece of the text of now: a stretch of the first text, or something inserted since. */
type Piece = { readonly kept: Span } | { readonly added: string };

export class EditedText {
  readonly #before: string;
  #pieces: readonly Piece[];

  constructor(before: string) {
    this.#before = before;
    this.#pieces = [{ kept: span(0, before.length) }];
  }

  get text(): string {
    return this.#pieces.map((piece) => this.#textOf(piece)).join('');
  }

  /** Applies edits that do not overlap, each against the text of now. */
  apply(edits: readonly TextEdit[]): void {
    for (const edit of sortEdits(edits).reverse()) this.#replace(edit);
  }

  /** The difference to the text it began with, sorted. */
  edits(): TextEdit[] {
    const all: TextEdit[] = [];
    let at = 0;
    let added = '';
    for (const piece of [...this.#pieces, { kept: span(this.#before.length, this.#before.length) }]) {
      if ('added' in piece) {
        added += piece.added;
        continue;
      }
      if (added !== '' || piece.kept.start > at) all.push({ span: span(at, piece.kept.start), newText: added });
      at = piece.kept.end;
      added = '';
    }
    return all;
  }

  #replace({ span: { start, end }, newText }: TextEdit): void {
    const added: readonly Piece[] = newText === '' ? [] : [{ added: newText }];
    this.#pieces = [...this.#slice(0, start), ...added, ...this.#slice(end, Number.POSITIVE_INFINITY)];
  }

  /** The pieces between two offsets of the text of now. */
  #slice(from: number, to: number): Piece[] {
    const out: Piece[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      const length = 'kept' in piece ? piece.kept.end - piece.kept.start : piece.added.length;
      const start = Math.max(0, from - at);
      const end = Math.min(length, to - at);
      if (start < end) {
        out.push('kept' in piece ? { kept: span(piece.kept.start + start, piece.kept.start + end) } : { added: piece.added.slice(start, end) });
      }
      at += length;
    }
    return out;
  }

  #textOf(piece: Piece): string {
    return 'kept' in piece ? this.#before.slice(piece.kept.start, piece.kept.end) : piece.added;
  }
}
