/** Closes what is still open at the end of Go text that breaks off, so that the part before the cursor can be read. */

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '\n}' };

/** The closing brackets that are missing at the end of `text`; undefined when it ends inside a string or a comment. */
export function missingBrackets(text: string): string | undefined {
  const open: string[] = [];
  const passedOver = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|\/\/[^\n]*\n|\/\*[^]*?\*\/|(["'`]|\/\/|\/\*)|[()[\]{}]/g;
  for (const { 0: piece, 1: unclosed } of text.matchAll(passedOver)) {
    if (unclosed !== undefined) return undefined;
    if (closing[piece] !== undefined) open.push(piece);
    else if (piece.length === 1) open.pop();
  }
  return open.reverse().map((bracket) => closing[bracket]).join('');
}
