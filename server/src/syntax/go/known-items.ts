/** What stood where when a file was read last: what edits since then have not touched need not be looked at, not even to see that it is the same. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { DeclKind, DeclSyntax } from './go-file.ts';

/** One of the things that a file consists of, in their order. */
export interface Item extends Span {
  readonly kind: 'comment' | 'package' | DeclKind | 'broken';
  readonly syntax?: DeclSyntax;
}

export const shifted = (item: Item, by: number): Item => {
  if (by === 0) return item;
  const { kind, start, end, syntax } = item;
  return syntax ? { kind, start: start + by, end: end + by, syntax } : { kind, start: start + by, end: end + by };
};

/** A part of the text as it is now that holds all edits, and what stands around it. */
export interface Edited extends Span {
  readonly before: readonly Item[];
  readonly after: readonly Item[];
}

export class KnownItems {
  readonly #items: readonly Item[];
  readonly #knows: boolean;
  #length: number;
  /** How much of the text is as it was, from its beginning and from its end. */
  #prefix: number;
  #suffix: number;
  /** How far what stands behind the edits has moved. */
  #moved = 0;

  /** The items of a text of that length; without any, nothing is known. */
  constructor(items?: readonly Item[], length = 0) {
    this.#items = items ?? [];
    this.#knows = items !== undefined;
    this.#length = length;
    this.#prefix = length;
    this.#suffix = length;
  }

  edited({ span, newText }: TextEdit): void {
    this.#prefix = Math.min(this.#prefix, span.start);
    this.#suffix = Math.min(this.#suffix, this.#length - span.end);
    const by = newText.length - (span.end - span.start);
    this.#moved += by;
    this.#length += by;
  }

  /** The declaration with this place and kind in the text as it is now, if that text is as it was. */
  declaration(kind: DeclKind, start: number, end: number): Item | undefined {
    const moved = this.#movedBy(start, end);
    if (moved === undefined) return undefined;
    const item = this.#items[this.#from(start - moved)];
    return item?.syntax && item.kind === kind && item.start === start - moved && item.end === end - moved ? shifted(item, moved) : undefined;
  }

  /** The items of a part of the text as it is now, if that text is as it was and they were whole. */
  within({ start, end }: Span): readonly Item[] | undefined {
    const moved = this.#movedBy(start, end);
    if (moved === undefined) return undefined;
    const found: Item[] = [];
    let at = this.#from(start - moved);
    if (at > 0 && this.#items[at - 1]!.end > start - moved) return undefined;
    for (let item = this.#items[at]; item && item.start < end - moved; item = this.#items[++at]) {
      if (item.kind === 'broken' || item.end > end - moved) return undefined;
      found.push(shifted(item, moved));
    }
    return found;
  }

  /**
   * The part that was edited, from the beginning of a line to that of another, if everything around it is whole. What is complete at the end
   * of a line reads the same whatever comes behind it, so that this part can be read by itself.
   */
  changed(text: string): Edited | undefined {
    if (!this.#knows || this.#prefix + this.#suffix > this.#length) return undefined;
    const beginsLine = (item: Item, moved: number): boolean => text[item.start + moved - 1] === '\n';
    let first = Math.max(0, this.#from(this.#prefix) - 1);
    while (first > 0 && !beginsLine(this.#items[first]!, 0)) first--;
    let behind = this.#from(this.#length - this.#suffix - this.#moved + 1);
    while (behind < this.#items.length && !beginsLine(this.#items[behind]!, this.#moved)) behind++;
    const before = this.#items.slice(0, first);
    const after = this.#items.slice(behind);
    if ([...before, ...after].some(({ kind }) => kind === 'broken')) return undefined;
    const next = after[0];
    return {
      start: first === 0 ? 0 : this.#items[first]!.start,
      end: next ? next.start + this.#moved : text.length,
      before,
      after: after.map((item) => shifted(item, this.#moved)),
    };
  }

  #movedBy(start: number, end: number): number | undefined {
    if (!this.#knows) return undefined;
    if (end <= this.#prefix) return 0;
    return start >= this.#length - this.#suffix ? this.#moved : undefined;
  }

  /** The first item that begins at `start` or behind it. */
  #from(start: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.#items[mid]!.start < start) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}
