/** Turns C text that is scattered over ranges (a `//` preamble) into one string and maps offsets back. It knows nothing of grammar. */
import type { Span } from '../../base/span.ts';
import type { CText } from './c-facts.ts';

/** A contiguous piece of `Joined.text` and where it came from. */
interface Segment {
  readonly joined: number;
  readonly source: number;
  readonly length: number;
}

/** The C text in one piece. Every span of the readers is computed in `text` and mapped back by `span`. */
export class JoinedText {
  readonly text: string;
  readonly #segments: readonly Segment[];

  constructor(input: CText) {
    const { text, ranges } = input;
    if (!ranges) {
      this.text = text;
      this.#segments = [{ joined: 0, source: 0, length: text.length }];
      return;
    }
    const segments: Segment[] = [];
    let joined = '';
    for (const range of ranges) {
      // The ranges of `//` lines may or may not hold their line ends; C needs one between two of them.
      if (joined !== '' && !joined.endsWith('\n')) joined += '\n';
      segments.push({ joined: joined.length, source: range.start, length: range.end - range.start });
      joined += text.slice(range.start, range.end);
    }
    this.text = joined;
    this.#segments = segments;
  }

  /** The source offset of an offset in `text`. An offset between two ranges maps to the end of the first. */
  offset(at: number): number {
    const segment = this.#segments[this.#segmentAt(at)];
    return segment ? segment.source + Math.min(Math.max(0, at - segment.joined), segment.length) : 0;
  }

  /** The source span of `[start, end)` in `text`; its end belongs to the range of its last unit, not to the next one. */
  span(start: number, end: number): Span {
    const from = this.offset(start);
    return { start: from, end: end > start ? this.offset(end - 1) + 1 : from };
  }

  /** The source spans of `[start, end)`, one per range that it touches, empty ones left out. */
  pieces(start: number, end: number): Span[] {
    const pieces: Span[] = [];
    for (let i = this.#segmentAt(start); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (segment.joined >= end) break;
      const from = Math.max(start, segment.joined);
      const to = Math.min(end, segment.joined + segment.length);
      if (from < to) pieces.push({ start: segment.source + from - segment.joined, end: segment.source + to - segment.joined });
    }
    return pieces;
  }

  #segmentAt(at: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.#segments[mid]!.joined <= at) low = mid;
      else high = mid - 1;
    }
    return low;
  }
}
