/** What stood where when a file was read last: what edits since then have not touched need not be looked at, not even to see that it is the same. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { DeclKind, DeclSyntax } from './go-file.ts';
import { commentStart, isCutWithin } from './recovery.ts';

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
  /** Whether what stands around it is read the same where a broken file is cut into its parts. */
  readonly isCutOff: () => boolean;
  readonly before: readonly Item[];
  readonly after: readonly Item[];
}

export const isBroken = ({ kind }: Item): boolean => kind === 'broken';

/** Whether the keyword of an item that has moved stands at the beginning of a line, before `limit`. */
function beginsPart({ kind, start }: Item, moved: number, text: string, limit: number): boolean {
  if (kind === 'comment' || kind === 'broken') return false;
  const at = start + moved;
  return text[at - 1] === '\n' && at + kind.length < limit && text.startsWith(kind, at);
}

const cut = new WeakMap<DeclSyntax, boolean>();

/** Whether a broken file is cut within an item. */
function isCut({ start, end, syntax }: Item, text: string): boolean {
  if (!syntax) return text.startsWith('/*', start) && isCutWithin(text.slice(start, end)) && !standsAbove({ start, end }, text);
  let found = cut.get(syntax);
  if (found === undefined) cut.set(syntax, (found = isCutWithin(syntax.text)));
  return found;
}

/** Whether a comment stands right above a declaration, as a preamble does, and belongs to its part. */
function standsAbove({ start, end }: Span, text: string): boolean {
  const next = text.indexOf('\n', end) + 1;
  return next > 0 && isCutWithin(text.slice(next - 1, next + 8)) && commentStart(text, next) <= start;
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
   * The part of `text`, as it is now, in which all edits lie, if everything around it is whole: from a declaration at the beginning of a line to the
   * comments above another. What is complete at the end of a line reads the same whatever comes behind it, so that this part can be read by itself.
   */
  changed(text: string): Edited | undefined {
    if (!this.#knows || this.#prefix + this.#suffix > this.#length) return undefined;
    let first = this.#from(this.#prefix) - 1;
    while (first >= 0 && !beginsPart(this.#items[first]!, 0, text, this.#prefix)) first--;
    const start = first < 0 ? 0 : this.#items[first]!.start;
    const end = this.#partBehind(text, this.#length - this.#suffix);
    const before = this.#items.slice(0, Math.max(0, first));
    const after = this.#items.slice(this.#from(end - this.#moved)).map((item) => shifted(item, this.#moved));
    return before.some(isBroken) || after.some(isBroken) ? undefined : { start, end, before, after, isCutOff: () => !before.some((item) => isCut(item, text)) && !after.some((item) => isCut(item, text)) };
  }

  /** Where the first declaration begins, with the comments above it, that stands behind `edited`. */
  #partBehind(text: string, edited: number): number {
    for (let at = this.#from(edited - this.#moved + 1); at < this.#items.length; at++) {
      const item = this.#items[at]!;
      if (!beginsPart(item, this.#moved, text, text.length)) continue;
      const start = commentStart(text, item.start + this.#moved);
      // What looks like comments may have been the end of a longer one.
      if (start > edited && this.#items[this.#from(start - this.#moved)]!.start === start - this.#moved) return start;
    }
    return text.length;
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
