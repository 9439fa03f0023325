/** Half-open text ranges. Every offset in the project counts UTF-16 code units, as JavaScript strings, LSP and web-tree-sitter do. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The span from `start` (included) to `end` (excluded). */
export const span = (start: number, end: number): Span => ({ start, end });

/** The span moved by `by` units; used to turn a span relative to a declaration into one of its file. */
export const shift = (s: Span, by: number): Span => ({ start: s.start + by, end: s.end + by });

/** Whether `inner` lies within `outer`, ends included. */
export const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** Whether two spans share a position; touching ends count, so an empty span at a border overlaps. */
export const overlaps = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;
