/** Lines, indentation and comments of Go source, found lexically. Knows neither syntax trees nor what is being fixed. */
import type { Span } from '../../base/span.ts';

/** The offset where the line of `at` begins. */
export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** The offset where the line of `at` ends, its line terminator excluded. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return end > at && text[end - 1] === '\r' ? end - 1 : end;
}

/** The line terminator that the text uses, judged by its first line. */
export function eolOf(text: string): string {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

/** Blanks and tabs at the beginning of the line of `at`. */
export function indentAt(text: string, at: number): string {
  const start = lineStart(text, at);
  let end = start;
  while (text[end] === '\t' || text[end] === ' ') end++;
  return text.slice(start, end);
}

/** Whether only blanks stand before `at` on its line. */
export const startsLine = (text: string, at: number): boolean => text.slice(lineStart(text, at), at).trim() === '';

export interface GoScan {
  /** The text with comments blanked and the insides of strings replaced by `x`; offsets and line ends are kept. */
  readonly masked: string;
  readonly comments: readonly Span[];
  /** String literals between backticks. */
  readonly rawStrings: readonly Span[];
}

const token = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|`[^`]*(?:`|$)|"(?:\\.|[^"\\\n])*(?:"|(?=\n|$))|'(?:\\.|[^'\\\n])*(?:'|(?=\n|$))/g;

let known: readonly { readonly text: string; readonly scan: GoScan }[] = [];

/** Finds comments and strings. The last two texts are remembered, because one fix asks several times about before and after. */
export function scanGo(text: string): GoScan {
  const [last, other] = known;
  if (last?.text === text) return last.scan;
  if (other?.text === text) {
    known = [other, last!];
    return other.scan;
  }
  const comments: Span[] = [];
  const rawStrings: Span[] = [];
  const masked = text.replace(token, (found: string, at: number) => {
    const end = found.endsWith('\r') ? found.length - 1 : found.length;
    const isComment = found[0] === '/';
    if (isComment) comments.push({ start: at, end: at + end });
    else if (found[0] === '`') rawStrings.push({ start: at, end: at + end });
    const blank = isComment ? ' ' : 'x';
    return /[\r\n]/.test(found) ? found.replace(/[^\r\n]/g, blank) : blank.repeat(found.length);
  });
  const scan = { masked, comments, rawStrings };
  known = [{ text, scan }, ...known.slice(0, 1)];
  return scan;
}

/** Whether nothing but blanks, comments that end there and an optional semicolon follow `at` on its line. */
export function endsLine(text: string, at: number): boolean {
  const { masked, comments } = scanGo(text);
  const end = lineEnd(text, at);
  if (!/^[ \t]*;?[ \t]*$/.test(masked.slice(at, end))) return false;
  return !comments.some((c) => c.start < end && end < c.end);
}
