/** Splits a gofmt'd Go file into its top-level declarations by what stands in column 0, so that tests need no parser of the engine. */

/** Zero-based lines, both ends included; the comment above a declaration belongs to it. */
export interface Declaration {
  /** Its first line without the comment: names it in tests. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const opening = /^(?:func|type|var|const|import|package)\b/;

/** The declarations in their order; lines between them belong to none. */
export function declarations(text: string): Declaration[] {
  const lines = text.split('\n');
  const out: Declaration[] = [];
  let from: number | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === '') {
      from = undefined;
      continue;
    }
    from ??= at;
    if (line.startsWith('/*')) {
      while (!lines[at]!.includes('*/')) at++;
    } else if (opening.test(line)) {
      if (/[({]$/.test(line)) while (!/^[)}]/.test(lines[at]!)) at++;
      out.push({ name: line, from, to: at });
      from = undefined;
    }
  }
  return out;
}

/** The name of the declaration that holds a line; empty between declarations. */
export const declarationAt = (all: readonly Declaration[], line: number): string =>
  all.find(({ from, to }) => from <= line && line <= to)?.name ?? '';

/** Whether a new line before `line` stands in a declaration or directly above or below it. */
export const touches = ({ from, to }: Declaration, line: number): boolean => from <= line && line <= to + 1;
