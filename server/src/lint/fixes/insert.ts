/**
 * Puts new statement lines before or after a statement, or first into a body. A list of statements that shares one line with
 * its braces is spread over lines first, as gofmt would have it. Knows layout only, not what the lines say.
 */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { Span } from '../../base/span.ts';
import type { Block } from '../../syntax/go/ast.ts';
import type { FixFunction } from './fix-file.ts';
import { endsLine, eolOf, indentAt, lineEnd, lineStart, scanGo, startsLine } from './go-text.ts';
import { fileSpan, isNode, locate, walk } from './place.ts';
import type { Place, StmtList, SyntaxNode } from './place.ts';

export interface NewLines {
  /** Lines without the indentation of the statement; deeper lines bring their own tabs on top. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** New lines around the statement that contains `at`; undefined where a line cannot stand there. */
export function insertAround(text: string, fn: FixFunction, at: Span, lines: NewLines): TextEdit[] | undefined {
  const place = locate(fn, at);
  return place && insertAt(text, fn, place, lines);
}

/** New lines after the statement that contains `at`. */
export const insertAfter = (text: string, fn: FixFunction, at: Span, lines: readonly string[]): TextEdit[] | undefined =>
  insertAround(text, fn, at, { after: lines });

/** New lines before the statement that contains `at`. */
export const insertBefore = (text: string, fn: FixFunction, at: Span, lines: readonly string[]): TextEdit[] | undefined =>
  insertAround(text, fn, at, { before: lines });

/** New lines as the first statements of `body`, which is the body of `fn` or of a function literal inside. */
export function insertFirst(text: string, fn: FixFunction, body: Block, lines: readonly string[]): TextEdit[] | undefined {
  const { start, end } = fileSpan(fn, body);
  const eol = eolOf(text);
  const indent = indentOf(text, fn, body);
  const first = body.body[0];
  if (endsLine(text, start + 1) && lineEnd(text, start) < end) {
    const at = lineEnd(text, start);
    return [{ span: span(at, at), newText: lines.map((line) => eol + indent + '\t' + line).join('') }];
  }
  if (first) return insertAround(text, fn, fileSpan(fn, first), { before: lines });
  if (text.slice(start + 1, end - 1).trim() !== '') return undefined;
  return [{ span: span(start + 1, end - 1), newText: lines.map((line) => eol + indent + '\t' + line).join('') + eol + indent }];
}

function insertAt(text: string, fn: FixFunction, place: Place, { before = [], after = [] }: NewLines): TextEdit[] | undefined {
  const { start, end } = fileSpan(fn, place.stmt);
  if (!startsLine(text, start) || !endsLine(text, end)) return spread(text, fn, place, before, after);
  const eol = eolOf(text);
  const indent = statementIndent(text, fn, place);
  const first = lineStart(text, start);
  const last = lineEnd(text, end);
  const edits: TextEdit[] = [];
  if (before.length > 0) edits.push({ span: span(first, first), newText: before.map((line) => indent + line + eol).join('') });
  if (after.length > 0) edits.push({ span: span(last, last), newText: after.map((line) => eol + indent + line).join('') });
  return edits;
}

/** gofmt moves a label one tab to the left of its statement. */
function statementIndent(text: string, fn: FixFunction, { stmt }: Place): string {
  const { start } = fileSpan(fn, stmt);
  if (stmt.k !== 'Labeled') return indentAt(text, start);
  const body = stmt.body && fileSpan(fn, stmt.body).start;
  return body !== undefined && startsLine(text, body) ? indentAt(text, body) : indentAt(text, start) + '\t';
}

/** The indentation of a list's closing line; the head of a declaration may end on an indented line. */
const indentOf = (text: string, fn: FixFunction, list: StmtList): string => (list === fn.decl.body ? '' : indentAt(text, fileSpan(fn, list).start));

/** Gives every statement of the lists that stand in the line of `place` a line of its own. */
function spread(text: string, fn: FixFunction, place: Place, before: readonly string[], after: readonly string[]): TextEdit[] | undefined {
  const from = place.lists.findIndex(({ list }) => isInline(text, fn, list));
  if (from < 0) return undefined;
  const inline = place.lists.slice(from);
  const first = inline[0]!;
  if (!inline.every(({ list, owner }) => isInline(text, fn, list) && !isAligned(owner, place))) return undefined;
  // A clause can only be spread where it has its line to itself.
  if (inline.some(({ list }, i) => !('k' in list) && (i > 0 || !startsLine(text, fileSpan(fn, list).start)))) return undefined;

  const eol = eolOf(text);
  const edits: TextEdit[] = [];
  const base = indentOf(text, fn, first.list);
  const { masked, comments } = scanGo(text);
  const gap = (start: number, end: number, newText: string): boolean => {
    edits.push({ span: span(start, end), newText });
    return /^[ \t]*;?[ \t]*$/.test(masked.slice(start, end)) && !comments.some((c) => c.start < end && start < c.end);
  };
  let fits = true;
  for (const [depth, { list, item }] of inline.entries()) {
    const closing = base + '\t'.repeat(depth);
    const indent = eol + closing + '\t';
    const isLast = depth === inline.length - 1;
    let at = 'k' in list ? fn.at + list.s + 1 : afterColon(masked, fn.at + list.body[0]!.s);
    let owed = '';
    for (const stmt of list.body) {
      const own = isLast && stmt === item;
      const lead = own ? before.map((line) => indent + line).join('') : '';
      fits &&= gap(at, fn.at + stmt.s, owed + lead + indent);
      owed = own ? after.map((line) => indent + line).join('') : '';
      at = fn.at + stmt.e;
    }
    if ('k' in list) fits &&= gap(at, fn.at + list.e - 1, owed + eol + closing);
    else {
      fits &&= endsLine(text, at);
      const end = lineEnd(text, at);
      if (owed !== '') edits.push({ span: span(end, end), newText: owed });
    }
  }
  // gofmt lines up the bodies of neighbouring one-line functions; a body of several lines follows after one blank.
  if (first.list === fn.decl.body) {
    const brace = fn.at + first.list.s;
    const header = text.slice(0, brace).trimEnd().length;
    if (brace - header > 1) edits.push({ span: span(header, brace), newText: ' ' });
  }
  return fits ? edits : undefined;
}

function isInline(text: string, fn: FixFunction, list: StmtList): boolean {
  const first = list.body[0];
  const last = list.body.at(-1);
  if (!first || !last) return false;
  const close = 'k' in list ? fn.at + list.e : fn.at + last.e;
  return !text.slice(fn.at + list.s, fn.at + first.s).includes('\n') && !text.slice(fn.at + last.e, close).includes('\n');
}

/** In a keyed literal gofmt lines up the values, and a value of several lines would move those of its neighbours. */
function isAligned(owner: SyntaxNode | undefined, place: Place): boolean {
  if (!owner || !isNode(owner, 'FuncLit')) return false;
  let found = false;
  walk(place.lists[0]!.item, (node) => {
    if (isNode(node, 'Composite') && node.elts.length > 1) found ||= node.elts.some((elt) => elt.key && elt.value === owner);
  });
  return found;
}

const afterColon = (masked: string, at: number): number => masked.lastIndexOf(':', at) + 1;
