/** Finds `import "C"` and the comment that is its preamble. Source: cmd/cgo ("immediately preceding comment"), go/ast doc comment rules. */
import type { Span } from '../base/span.ts';
import type { GoFile, TopDecl } from '../syntax/go/go-file.ts';
import { commentsBetween } from '../syntax/go/recovery.ts';

export interface Preamble {
  /** The comment group, all of it. */
  readonly comment: Span;
  readonly form: 'block' | 'lines';
  /** The C text: the inside of each block comment, each line without its `//`. */
  readonly ranges: readonly Span[];
  /** The import declaration (or the spec, inside a group). */
  readonly importC: Span;
}

export interface CImport {
  readonly span: Span;
  /** A name that the import is given, which cgo refuses. */
  readonly name?: string;
  readonly preamble?: Preamble;
}

/** The import of "C" in one import declaration. */
export function cImport(text: string, top: TopDecl): CImport | undefined {
  const decl = top.syntax.decl;
  if (decl.k !== 'Import') return undefined;
  const index = decl.specs.findIndex((spec) => spec.path === 'C');
  const spec = decl.specs[index];
  if (spec === undefined) return undefined;
  const grouped = decl.rp !== undefined;
  const span = grouped ? { start: top.start + spec.s, end: top.start + spec.e } : { start: top.start, end: top.end };
  // Inside a group the comment right above the spec counts; a group of one spec may carry it outside instead.
  const before = decl.specs[index - 1];
  const from = before ? top.start + before.e : top.start + text.slice(top.start, span.start).indexOf('(') + 1;
  const inner = grouped ? lastGroup(text, from, span.start) : undefined;
  const comment = inner ?? (grouped && decl.specs.length > 1 ? undefined : top.doc);
  return { span, ...(spec.name !== undefined ? { name: spec.name } : {}), ...(comment ? { preamble: { comment, form: text.startsWith('//', comment.start) ? 'lines' : 'block', ranges: cRanges(text, comment), importC: span } } : {}) };
}

/** The comment group that touches `to`. */
function lastGroup(text: string, from: number, to: number): Span | undefined {
  let group: Span | undefined;
  for (const comment of commentsBetween(text, from, to)) {
    const touches = group !== undefined && lines(text.slice(group.end, comment.start)) <= 1;
    group = touches && group ? { start: group.start, end: comment.end } : comment;
  }
  return group && lines(text.slice(group.end, to)) <= 1 ? group : undefined;
}

const lines = (gap: string): number => gap.split('\n').length - 1;

function cRanges(text: string, group: Span): Span[] {
  return commentsBetween(text, group.start, group.end).map(({ start, end }) =>
    text.startsWith('/*', start) ? { start: start + 2, end: Math.max(start + 2, text.endsWith('*/', end) || text.slice(end - 2, end) === '*/' ? end - 2 : end) } : { start: start + 2, end },
  );
}

/** Stars that stay when cgo takes the comment marks off a preamble. Spans are of the whole opening, and of its comment. */
export function leftoverStars(text: string, { ranges }: Preamble): { readonly opening: Span; readonly comment: Span }[] {
  return ranges.flatMap(({ start, end }) => {
    let stop = start;
    while (stop < end && text[stop] === '*') stop++;
    return stop === start || !text.startsWith('/*', start - 2) ? [] : [{ opening: { start: start - 2, end: stop }, comment: { start: start - 2, end: end + 2 } }];
  });
}

/** A comment with C text in it that is not part of the preamble. */
export interface DetachedC {
  readonly comment: Span;
  /** What stands between it and where it should be: blank lines only, the parenthesis of an import with several specs, or a declaration. */
  readonly by: 'blank' | 'group' | 'declaration';
}

/** Words that begin a line of C and no line of prose. */
const cLine = /^[ \t]*(?:#[ \t]*(?:include[ \t]*[<"]|cgo[ \t]+\S.*:|define[ \t]+\w|ifn?def[ \t]+\w|pragma[ \t]+\w)|typedef\b[^;]*[;{])/;

/** The comments between the package clause and the import of "C" that look like a preamble and are none. */
export function detachedC(go: GoFile, cImport: CImport): DetachedC[] {
  const decl = go.decls.find((top) => top.start <= cImport.span.start && cImport.span.end <= top.end);
  if (!decl) return [];
  const groups: Span[] = [];
  for (const comment of go.comments) {
    if (comment.start < go.packageClause.end || comment.end > decl.start) continue;
    const last = groups.at(-1);
    if (last && lines(go.text.slice(last.end, comment.start)) <= 1 && go.text.slice(last.end, comment.start).trim() === '') groups[groups.length - 1] = { start: last.start, end: comment.end };
    else groups.push(comment);
  }
  return groups.flatMap((comment): DetachedC[] => {
    if (comment.start === cImport.preamble?.comment.start || !isCText(go.text, comment)) return [];
    if (decl.doc?.start === comment.start) return [{ comment, by: 'group' }];
    const onlyComments = go.decls.every((other) => other === decl || other.start < comment.start || other.start > decl.start);
    return [{ comment, by: onlyComments ? 'blank' : 'declaration' }];
  });
}

const isCText = (text: string, comment: Span): boolean => cRanges(text, comment).some(({ start, end }) => text.slice(start, end).split('\n').some((line) => cLine.test(line)));
