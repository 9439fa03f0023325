/** Cuts a broken file at the lines that begin a declaration (gofmt puts the keyword in column 0), so that what is whole stays known. */

export interface Part {
  readonly start: number;
  readonly end: number;
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
  const starts = [...text.matchAll(keyword)].map((match) => match.index);
  if (starts[0] !== 0) starts.unshift(0);
  const out: (Part & { readonly value: T | undefined })[] = [];
  for (let i = 0; i < starts.length; ) {
    const start = starts[i]!;
    const made = (next: number): Part => {
      const end = starts[next] ?? text.length;
      return { start, end, text: text.slice(start, end) };
    };
    let part = made(i + 1);
    let next = i + 1;
    const open = openLiteral(part.text);
    let value = open?.kind === 'comment' && open.joinable ? undefined : read(part);
    if (value === undefined && open?.joinable) {
      const closing = open.kind === 'raw' ? '`' : '*/';
      for (let j = i + 1; j < starts.length && j <= i + longestJoin; j++) {
        if (!made(j + 1).text.slice(part.text.length).includes(closing)) continue;
        const joined = made(j + 1);
        const whole = read(joined);
        if (whole !== undefined) {
          part = joined;
          value = whole;
          next = j + 1;
        }
        break;
      }
      if (value === undefined) value = read(part);
    }
    out.push({ ...part, value });
    i = next;
  }
  return out;
}

/** Whether a text ends inside a raw string or a block comment; a comment may be joined only when it opened in column 0, between declarations. */
function openLiteral(text: string): { kind: 'raw' | 'comment'; joinable: boolean } | undefined {
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c && text[i] !== '\n'; i++) if (text[i] === '\\') i++;
    } else if (c === '`') {
      const end = text.indexOf('`', i + 1);
      if (end < 0) return { kind: 'raw', joinable: true };
      i = end;
    } else if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      if (end < 0) return undefined;
      i = end;
    } else if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      if (end < 0) return { kind: 'comment', joinable: i === 0 || text[i - 1] === '\n' };
      i = end + 1;
    }
  }
  return undefined;
}
