/** Splits C text into its top-level declarations by brackets alone, for text that the parser cannot follow as a whole. */

export interface Chunk {
  readonly start: number;
  readonly end: number;
}

/** Words that begin a declaration; at column 0 inside braces they tell that a brace was not closed. */
const opener = /(?:static|extern|typedef|inline|void|int|char|const|unsigned|struct|enum|union|long|double|float|bool|size_t)\b/y;

/**
 * The top-level declarations and the `#define` and `#include` lines between them, in order. Other directives are skipped, so both branches of
 * a conditional are seen. An unclosed brace ends before the next line that clearly begins a declaration.
 */
export function splitDeclarations(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let start = -1;
  let braces = 0;
  let round = 0;
  let bodyOpen = false;
  const close = (end: number): void => {
    if (start >= 0) chunks.push({ start, end });
    start = -1;
    braces = 0;
    round = 0;
    bodyOpen = false;
  };
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === 0x23 && lineStartBefore(text, i)) {
      const end = directiveEnd(text, i);
      if (start < 0 && /^#[ \t]*(define|include|import)\b/.test(text.slice(i, i + 40))) chunks.push({ start: i, end });
      i = end;
      continue;
    }
    if (c === 0x40 && braces === 0 && lineStartBefore(text, i) && /^@(interface|implementation|protocol)\b/.test(text.slice(i, i + 16))) {
      close(i);
      const end = text.indexOf('@end', i);
      i = end < 0 ? text.length : end + 4;
      continue;
    }
    const skipped = skipToken(text, i);
    if (skipped > i) {
      const isLiteral = c === 0x22 || c === 0x27;
      if (start < 0 && isLiteral) start = i;
      // A literal that is still being typed swallowed the end of its declaration.
      if (isLiteral && braces === 0 && text.charCodeAt(skipped) === 10 && text.charCodeAt(skipped - 1) !== c) close(skipped);
      i = skipped;
      continue;
    }
    const atColumn0 = i === 0 || text.charCodeAt(i - 1) === 10;
    if (braces > 0 && atColumn0 && c === 0x7d) {
      // Code is indented, so a brace at column 0 closes everything that is open.
      braces = 1;
      round = 0;
    } else if (braces > 0 && atColumn0) {
      opener.lastIndex = i;
      if (opener.test(text)) close(i);
    }
    if (start < 0 && c > 32 && c !== 0x3b && c !== 0x7d) start = i;
    if (c === 0x28) round++;
    else if (c === 0x29) round = Math.max(0, round - 1);
    else if (c === 0x7b) {
      if (braces === 0 && round === 0) bodyOpen = isFunctionBody(text, start, i);
      // `extern "C" {` holds declarations: it is no declaration itself.
      if (braces === 0 && /^extern\s*"C(\+\+)?"\s*$/.test(text.slice(start, i))) start = -1;
      else braces++;
    } else if (c === 0x7d) {
      if (braces > 0) braces--;
      if (braces === 0 && round === 0 && bodyOpen) close(i + 1);
    } else if (c === 0x3b && braces === 0 && round === 0) close(i + 1);
    i++;
  }
  close(text.length);
  return chunks;
}

/** Whether the brace at `brace` opens a function: a parameter list stands before it and neither `=` nor a type's keyword leads. */
function isFunctionBody(text: string, start: number, brace: number): boolean {
  const head = text.slice(start, brace);
  if (/^\s*(typedef|enum)\b/.test(head) || /=\s*$/.test(head)) return false;
  return /\)[\s\w]*$/.test(head.replace(/\/\*[^]*?\*\//g, '').trimEnd()) && !/^\s*(struct|union)\s+(__attribute__\s*\(\(.*\)\)\s*)?\w*\s*$/.test(head);
}

function lineStartBefore(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9)) i--;
  return i < 0 || text.charCodeAt(i) === 10 || text.charCodeAt(i) === 13;
}

/** The end of a directive with its continued lines, its line end included. */
function directiveEnd(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end > 0 && (text[end - 1] === '\\' || (text[end - 1] === '\r' && text[end - 2] === '\\'))) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end + 1;
}

/** The end of the comment or literal that begins at `at`, or `at`. A literal never crosses its line. */
function skipToken(text: string, at: number): number {
  const c = text[at];
  if (c === '/' && text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (c === '/' && text[at + 1] === '/') {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  if (c !== '"' && c !== "'") return at;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === c) return i + 1;
    else if (text[i] === '\n') return i;
  }
  return text.length;
}
