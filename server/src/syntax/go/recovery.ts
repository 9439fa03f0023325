/** Cuts a broken file at the lines that begin a declaration (gofmt puts the keyword in column 0), so that what is whole stays known. */
import type { Span } from '../../base/span.ts';

/** A declaration with the comments that touch it from above and whatever stands between it and the next one. */
export interface Part extends Span {
  /** Where the keyword stands, behind the comments. */
  readonly keyword: number;
  readonly text: string;
}

const keyword = /^(?:func|type|var|const|import|package)\b/gm;

/** More parts than this are not joined in search of the end of one literal. */
const longestJoin = 64;

/**
 * Reads each part with `read`, which answers undefined for a part with a syntax error. A part that ends inside a raw string or a block
 * comment may go on below a line that only looks like a declaration: it is joined with its followers where that makes it whole.
 */
export function splitDeclarations<T>(text: string, read: (part: Part) => T | undefined): readonly (Part & { readonly value: T | undefined })[] {
  const starts = beginnings(text);
  const out: (Part & { readonly value: T | undefined })[] = [];
  for (let i = 0; i < starts.length; ) {
    const { start, keyword: at } = starts[i]!;
    const made = (next: number): Part => {
      const end = starts[next]?.start ?? text.length;
      return { start, keyword: at, end, text: text.slice(start, end) };
    };
    let part = made(i + 1);
    let next = i + 1;
    let value = read(part);
    const closing = value === undefined ? closingOf(part.text) : undefined;
    const close = closing === undefined ? -1 : text.indexOf(closing, part.end);
    if (close >= 0) {
      let after = next;
      while (after < starts.length && starts[after]!.start <= close) after++;
      const joined = made(after);
      const whole = after - next <= longestJoin ? read(joined) : undefined;
      if (whole !== undefined) {
        part = joined;
        value = whole;
        next = after;
      }
    }
    out.push({ ...part, value });
    i = next;
  }
  return out;
}

/**
 * Where the declaration of a part ends as gofmt would end it: at a bracket in column 0, or with its only line. What stands behind it and
 * cannot be read (a comment that is being opened, a stray word) need not cost the declaration. Undefined when nothing stands behind it, or
 * what looks like the rest of its body.
 */
export function declarationEnd(part: Part): number | undefined {
  const from = part.keyword - part.start;
  const line = /.*/.exec(part.text.slice(from))![0].trimEnd();
  const closing = /[({]$/.test(line) ? /^[)}].*$/m.exec(part.text.slice(from)) : undefined;
  if (closing === null) return undefined;
  const end = from + (closing ? closing.index + closing[0].length : line.length);
  const behind = part.text.slice(end);
  return behind.trim() === '' || /^[ \t]*[})]|^[ \t]+\S/m.test(behind) ? undefined : part.start + end;
}

/**
 * Where the head of a function ends, behind the brace that opens its body. What it declares stays known while its body is being typed.
 * Undefined for other declarations and for heads that are not whole.
 */
export function headEnd(part: Part): number | undefined {
  const from = part.keyword - part.start;
  if (!part.text.startsWith('func', from)) return undefined;
  let depth = 0;
  for (let i = from; i < part.text.length; i++) {
    const c = part.text[i];
    if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === '"' || c === '`' || (c === '\n' && depth === 0)) return undefined;
    else if (c === '{') {
      // The braces of a type stand in the head.
      if (!/\b(?:interface|struct)\s*$/.test(part.text.slice(Math.max(from, i - 16), i))) return depth === 0 ? part.start + i + 1 : undefined;
      const close = part.text.indexOf('}', i);
      if (close < 0) return undefined;
      i = close;
    }
  }
  return undefined;
}

/** The comments between two offsets where nothing but comments and blanks stands. */
export function commentsBetween(text: string, from: number, to: number): Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf('/', from); at >= 0 && at < to; at = text.indexOf('/', found.at(-1)!.end)) {
    const block = text[at + 1] === '*';
    const closed = text.indexOf(block ? '*/' : '\n', at + 2);
    const end = closed < 0 ? to : closed + (block ? 2 : 0);
    found.push({ start: at, end: !block && text[end - 1] === '\r' ? end - 1 : end });
  }
  return found;
}

/** Where the parts begin; a keyword inside the comment above a declaration (a C preamble has many) begins none. */
function beginnings(text: string): readonly { readonly start: number; readonly keyword: number }[] {
  const out: { start: number; keyword: number }[] = [];
  for (const { index } of text.matchAll(keyword)) {
    const start = commentStart(text, index);
    while (out.length > 0 && out.at(-1)!.keyword >= start) out.pop();
    out.push({ start, keyword: index });
  }
  if (out[0]?.start !== 0) out.unshift({ start: 0, keyword: 0 });
  return out;
}

/** The beginning of the comments in column 0 that end on the line above `at`, else `at`. */
export function commentStart(text: string, at: number): number {
  for (let start = at; ; ) {
    const line = start < 2 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    if (line >= start) return start;
    if (text.startsWith('//', line)) {
      start = line;
      continue;
    }
    const above = text.slice(line, start).trimEnd();
    if (!above.endsWith('*/')) return start;
    const close = line + above.length - 2;
    const open = text.lastIndexOf('\n/*', close - 1) + 1;
    if (!text.startsWith('/*', open) || text.indexOf('*/', open + 2) !== close) return start;
    start = open;
  }
}

/**
 * Whether a part that has a syntax error cannot be made whole by what stands behind it, be it other whole parts: no literal and no comment goes on
 * there, and what is open is never closed, or nothing is and the part ends as declarations do.
 */
export function isSurelyBroken(text: string): boolean {
  const open: string[] = [];
  let isWrong = false;
  let last = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"' || c === "'") {
      i = quoteEnd(text, i);
      // The parser takes the end of a line for a rune.
      if (text[i] !== c && c === "'") return false;
      isWrong ||= text[i] !== c;
    } else if (c === '`' || (c === '/' && (text[i + 1] === '*' || text[i + 1] === '/'))) {
      const closing = c === '`' ? c : text[i + 1] === '*' ? '*/' : '\n';
      const end = text.indexOf(closing, i + (c === '`' ? 1 : 2));
      if (end < 0) return false;
      i = end + closing.length - 1;
      if (c === '/') continue;
    } else if (c === '(' || c === '[' || c === '{') open.push(c);
    else if (c === ')' || c === ']' || c === '}') isWrong ||= open.pop() !== opening[c];
    if (!/\s/.test(c)) last = c;
  }
  return (isWrong || open.length > 0 || last === '}') && !reachesOut(text);
}

/** Whether the search for the end of a literal or a comment, from where a text is cut, leads out of the text. */
function reachesOut(text: string): boolean {
  const starts = beginnings(text);
  return starts.some(({ start }, i) => {
    const end = starts[i + 1]?.start ?? text.length;
    const closing = closingOf(text.slice(start, end));
    return closing !== undefined && text.indexOf(closing, end) < 0;
  });
}

/** Whether a line of a declaration or a comment, other than the first, begins like a declaration: a broken file is cut there, too. */
export const isCutWithin = (text: string): boolean => /[\n\r\u2028\u2029](?:func|type|var|const|import|package)\b/.test(text);

const opening = { ')': '(', ']': '[', '}': '{' } as const;

/** The closing quote of an interpreted string or a rune, or the end of the line. */
function quoteEnd(text: string, start: number): number {
  let i = start + 1;
  for (; i < text.length && text[i] !== text[start] && text[i] !== '\n'; i++) if (text[i] === '\\') i++;
  return i;
}

/** What ends the raw string or the block comment (in column 0, between declarations) that a text ends in. */
function closingOf(text: string): '`' | '*/' | undefined {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") i = quoteEnd(text, i);
    else if (c === '`') {
      const end = text.indexOf('`', i + 1);
      if (end < 0) return '`';
      i = end;
    } else if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      if (end < 0) return undefined;
      i = end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      if (end < 0) return i === 0 || text[i - 1] === '\n' ? '*/' : undefined;
      i = end + 1;
    }
  }
  return undefined;
}
