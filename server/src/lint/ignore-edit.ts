/**
 * Writes the comment of the quick fix "Ignore here" where Go, cgo and the C compiler leave it alone: at the end of the line, above it,
 * for `import "C"` only behind it, for an export between //export and func, in C as a C comment.
 */
import type { TextEdit } from '../base/edit.ts';
import { LineIndex } from '../base/line-index.ts';
import { contains, span } from '../base/span.ts';
import type { Span } from '../base/span.ts';
import { eolOf, scanGo } from './fixes/go-text.ts';
import { tidy } from './fixes/tidy.ts';
import { reasonPlaceholder } from './suppression.ts';

export interface IgnoreSite {
  readonly text: string;
  readonly language: 'go' | 'c';
  readonly preamble?: { readonly comment: Span; readonly form: 'block' | 'lines' };
  /** The specs that import "C". */
  readonly importsOfC: readonly Span[];
}

export interface IgnoreEdit {
  readonly edits: readonly TextEdit[];
  /** Where the reason stands in the text after the edits, for an editor that can select it. */
  readonly placeholder: Span;
}

type Insertion = { readonly at: number; readonly before: string; readonly after: string };

/** The edit that suppresses `rule` at `at`; undefined where no comment can stand without changing the program. */
export function ignoreEdit(site: IgnoreSite, rule: string, at: Span): IgnoreEdit | undefined {
  const isC = site.language === 'c' || (site.preamble !== undefined && contains(site.preamble.comment, at));
  const insertion = isC ? cInsertion(site, at.start) : goInsertion(site, at.start);
  if (!insertion) return undefined;
  const words = `cgoguard:ignore ${rule} ${reasonPlaceholder}`;
  const edit = { span: span(insertion.at, insertion.at), newText: insertion.before + words + insertion.after };
  const edits = isC ? [edit] : tidy(site.text, [edit]);
  if (!edits) return undefined;
  const moved = edits.filter((one) => one.span.end < insertion.at).reduce((sum, one) => sum + one.newText.length - (one.span.end - one.span.start), 0);
  const written = edits.find((one) => one.newText.includes(words))!;
  const start = written.span.start + moved + written.newText.indexOf(words) + words.length - reasonPlaceholder.length;
  return { edits, placeholder: span(start, start + reasonPlaceholder.length) };
}

function goInsertion({ text, importsOfC }: IgnoreSite, at: number): Insertion | undefined {
  const lines = new LineIndex(text);
  const { line } = lines.positionAt(at);
  const start = lines.lineStart(line);
  const end = lines.lineEnd(line);
  const { masked, comments, rawStrings } = scanGo(text);
  const isInside = (offset: number): boolean => [...comments, ...rawStrings].some((one) => one.start < offset && offset < one.end);
  const trailing = comments.find((c) => c.start >= start && c.start < end && masked.slice(c.start, end).trim() === '');
  const code = masked.slice(start, end).trim();

  if (importsOfC.some((spec) => lines.positionAt(spec.start).line === line)) {
    // A line comment swallows whatever follows it, and above the line every comment is C text.
    return trailing ? { at: trailing.start, before: '/* ', after: ' */ ' } : behind(text, end);
  }
  const eol = eolOf(text);
  const above = line > 0 ? lines.lineText(line - 1) : '';
  const indent = /^[ \t]*/.exec(lines.lineText(line))![0];
  const isTop = indent === '' && code.startsWith('func ');
  if (isTop && /^\/\/export\b/.test(above)) return { at: start, before: '//', after: eol };
  if (!trailing && !isInside(end)) return behind(text, end);
  // gofmt decides by what follows whether a comment above these belongs to them or to the block before.
  if (isInside(start) || /^([})\]]|case\b|default\b)/.test(code)) return undefined;
  const separator = isTop && /^\/\/(\s|$)/.test(above) ? `//${eol}` : '';
  return { at: start, before: `${separator}${indent}//`, after: eol };
}

function behind(text: string, end: number): Insertion {
  return { at: end, before: /[ \t]/.test(text[end - 1] ?? '') ? '//' : ' //', after: '' };
}

function cInsertion({ text, preamble, language }: IgnoreSite, at: number): Insertion | undefined {
  const lines = new LineIndex(text);
  let { line } = lines.positionAt(at);
  const form = language === 'c' ? 'block' : (preamble?.form ?? 'block');
  const lineText = lines.lineText(line);
  const go = form === 'lines' ? (/^[ \t]*\/\//.exec(lineText)?.[0] ?? '') : '';
  const c = lineText.slice(go.length);
  const comment = language === 'go' ? preamble?.comment : undefined;
  const isFirst = comment !== undefined && lines.lineStart(line) <= comment.start;
  const isLast = comment !== undefined && lines.lineEnd(line) >= comment.end;
  const continues = (one: number): boolean => lines.lineText(one).trimEnd().endsWith('\\');
  const hasRoom = !/\/\/|\/\*/.test(c) && !/^[ \t]*#[ \t]*cgo\b/.test(c) && !continues(line) && !(line > 0 && continues(line - 1));
  if (form === 'lines') {
    if (hasRoom) return { at: lines.lineEnd(line), before: ' /* ', after: ' */' };
  } else if (hasRoom && !isLast && !(isFirst && c.includes('/*'))) {
    return { at: lines.lineEnd(line), before: ' //', after: '' };
  }
  while (line > 0 && continues(line - 1)) line--;
  const start = lines.lineStart(line);
  if (comment && form === 'block' && start <= comment.start) return undefined;
  const from = comment ? comment.start + (form === 'block' ? 2 : 0) : 0;
  if (endsInsideComment(text.slice(from, start), form)) return undefined;
  const indent = /^[ \t]*(\/\/[ \t]*)?/.exec(lines.lineText(line))![0];
  const eol = eolOf(text);
  if (form === 'lines') return { at: start, before: `${indent.trimEnd()} /* `, after: ` */${eol}` };
  return { at: start, before: `${/^[ \t]*/.exec(indent)![0]}//`, after: eol };
}

function endsInsideComment(text: string, form: 'block' | 'lines'): boolean {
  const c = form === 'lines' ? text.replace(/^[ \t]*\/\//gm, '') : text;
  return c.replace(/\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, '').includes('/*');
}
