/** Adds `#include <stdlib.h>` and the like to the preamble of one file, in its own comment form. Reads C only line by line. */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { FixFile } from './fix-file.ts';
import { eolOf, indentAt, lineEnd, lineStart, startsLine } from './go-text.ts';

interface PreambleLine {
  /** Where the C text of the line begins and ends in the file. */
  readonly start: number;
  readonly end: number;
  /** The C text without comments. */
  readonly code: string;
}

/** Makes the preamble include `<header>`: no edits when it does, undefined when the file has no place for it. */
export function ensureInclude(file: FixFile, header: string): TextEdit[] | undefined {
  const { text, preamble } = file;
  if (!preamble) return createPreamble(file, header);
  const lines = preambleLines(text, preamble.comment.start, preamble.comment.end);
  const directive = `#include <${header}>`;
  const wanted = new RegExp(`^#[ \\t]*(include|import)[ \\t]*[<"]${header.replace(/[.]/g, '\\$&')}[>"]`);
  if (lines.some((line, i) => wanted.test(line.code) && depthAt(lines, i) === 0)) return [];

  const target = insertionLine(lines);
  const eol = eolOf(text);
  if (target === undefined) {
    const last = lines.at(-1);
    return last && newLine(text, last, directive, eol, 'after');
  }
  const line = lines[target.index]!;
  return newLine(text, line, directive, eol, target.side);
}

/** Before the first #include at the outer level, else after the directives and macros that lead the preamble. */
function insertionLine(lines: readonly PreambleLine[]): { index: number; side: 'before' | 'after' } | undefined {
  const include = lines.findIndex((line) => /^#[ \t]*(include|import)\b/.test(line.code));
  if (include >= 0) {
    const depth = depthAt(lines, include);
    if (depth === 0) return { index: include, side: 'before' };
    const open = lines.findLastIndex((line, i) => i < include && depthAt(lines, i) === 0 && /^#[ \t]*if/.test(line.code));
    // A macro such as _GNU_SOURCE must come before the first system header; after the whole block is right as well.
    const defines = lines.slice(open, include).some((line) => /^#[ \t]*define\b/.test(line.code));
    if (!defines) return { index: open, side: 'before' };
    const close = lines.findIndex((line, i) => i > include && /^#[ \t]*endif\b/.test(line.code) && depthAt(lines, i + 1) === 0);
    return close < 0 ? undefined : { index: close, side: 'after' };
  }
  let after = -1;
  for (let i = 0; i < lines.length; i++) {
    const { code } = lines[i]!;
    if (/^#[ \t]*(cgo|define|undef|pragma)\b/.test(code)) {
      while (lines[i]!.code.endsWith('\\') && i + 1 < lines.length) i++;
      if (depthAt(lines, i) === 0) after = i;
    } else if (/^#[ \t]*endif\b/.test(code)) after = i;
    else if (code !== '' && !/^#[ \t]*(if|else|elif)/.test(code)) break;
  }
  if (after >= 0) return { index: after, side: 'after' };
  const first = lines.findIndex((line) => line.start < line.end);
  return first < 0 ? undefined : { index: first, side: 'before' };
}

/** How many conditionals are open where line `at` begins. */
function depthAt(lines: readonly PreambleLine[], at: number): number {
  let depth = 0;
  for (const { code } of lines.slice(0, at)) {
    if (/^#[ \t]*if/.test(code)) depth++;
    else if (/^#[ \t]*endif\b/.test(code)) depth = Math.max(0, depth - 1);
  }
  return depth;
}

function newLine(text: string, line: PreambleLine, directive: string, eol: string, side: 'before' | 'after'): TextEdit[] {
  const start = lineStart(text, line.start);
  const prefix = text.slice(start, line.start);
  if (prefix.includes('/*')) return intoOpeningLine(text, line, directive, eol, side);
  const lead = /^[ \t]*(\/\/[ \t]*)?/.exec(text.slice(start, line.end + 1))![0];
  // An empty `//` line lends no blank, and the closing line of a block no place after it.
  const marker = !lead.includes('//') ? (line.code.startsWith('#') ? lead : '') : line.start === line.end ? `${lead.trimEnd()} ` : lead;
  const close = text.slice(line.start, lineEnd(text, line.start)).indexOf('*/');
  if (side === 'after' && close >= 0 && !lead.includes('//')) {
    const at = line.start + close;
    const code = text.slice(line.start, at).trimEnd().length;
    return [{ span: span(code > 0 ? line.start + code : start, at), newText: `${code > 0 ? eol : ''}${directive}${eol}` }];
  }
  const at = side === 'before' ? start : lineEnd(text, line.start);
  return [{ span: span(at, at), newText: side === 'before' ? `${marker}${directive}${eol}` : `${eol}${marker}${directive}` }];
}

/** The C text begins behind the opening of the comment; a comment of one line gets its marks on lines of their own. */
function intoOpeningLine(text: string, line: PreambleLine, directive: string, eol: string, side: 'before' | 'after'): TextEdit[] {
  const open = text.lastIndexOf('/*', line.start) + 2;
  const isWhole = text.slice(line.end, lineEnd(text, line.end)).trimStart().startsWith('*/');
  const blank = text.slice(line.start, line.end).trim() === '';
  if (!isWhole) {
    if (side === 'before') return [{ span: span(open, line.start), newText: `${blank ? eol : ''}${directive}${blank ? '' : eol}` }];
    return [{ span: span(line.end, line.end), newText: `${eol}${directive}` }];
  }
  const close = text.indexOf('*/', line.end);
  if (blank) return [{ span: span(open, close), newText: `${eol}${directive}${eol}` }];
  const [before, after] = side === 'before' ? [`${directive}${eol}`, ''] : ['', `${directive}${eol}`];
  return [
    { span: span(open, line.start), newText: `${eol}${before}` },
    { span: span(line.end, close), newText: `${eol}${after}` },
  ];
}

/** Lines of a comment group, which may mix both forms. */
function preambleLines(text: string, from: number, to: number): PreambleLine[] {
  const out: PreambleLine[] = [];
  let inBlock = false;
  let inC = false;
  for (let at = from; at < to; at = nextLine(text, at)) {
    const end = Math.min(lineEnd(text, at), to);
    const raw = text.slice(at, end);
    const opening = inBlock ? '' : /^[ \t]*(\/\/|\/\*)[ \t]*/.exec(raw)?.[0];
    if (opening === undefined) continue;
    if (opening.includes('/*')) inBlock = true;
    const close = inBlock ? raw.indexOf('*/', opening.length) : -1;
    if (close >= 0) inBlock = false;
    const head = raw.slice(0, close < 0 ? raw.length : close);
    const c = head.slice(opening.length);
    const stripped = stripComments(c, inC);
    inC = stripped.open;
    const start = at + opening.length + (c.length - c.trimStart().length);
    out.push({ start, end: Math.max(start, at + head.trimEnd().length), code: stripped.code.trim() });
  }
  return out;
}

function stripComments(line: string, open: boolean): { code: string; open: boolean } {
  let code = '';
  for (let i = 0; i < line.length; i++) {
    if (open) {
      if (line.startsWith('*/', i)) {
        open = false;
        i++;
      }
    } else if (line.startsWith('/*', i)) {
      open = true;
      i++;
    } else if (line.startsWith('//', i)) break;
    else code += line[i];
  }
  return { code, open };
}

/** A comment directly above `import "C"`, or above its spec inside a group. */
function createPreamble(file: FixFile, header: string): TextEdit[] | undefined {
  const { text } = file;
  const spec = file.imports.find((one) => one.path === 'C');
  if (!spec) return undefined;
  const anchor = spec.grouped ? spec.span.start : spec.decl.start;
  if (!startsLine(text, anchor)) return undefined;
  const eol = eolOf(text);
  const start = lineStart(text, anchor);
  const above = start === 0 ? '' : text.slice(lineStart(text, start - 1), start - 1).trim();
  // gofmt wants a blank line above a declaration with a comment; and a comment that touched ours would join it.
  const separator = above !== '' && !(spec.grouped && above.endsWith('(')) && !spec.grouped ? eol : '';
  return [{ span: span(start, start), newText: `${separator}${indentAt(text, anchor)}// #include <${header}>${eol}` }];
}

function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}
