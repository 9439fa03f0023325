/** Where words end, told from the text alone: asking a tree costs more. */

const dollar = 0x24;
const backslash = 0x5c;

/** The end of the word at `start`, in UTF-16 units; undefined when it may go on behind its ASCII letters, digits and underscores. */
export function wordEnd(text: string, start: number): number | undefined {
  for (let i = start; ; i++) {
    const c = text.charCodeAt(i);
    if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || (c >= 48 && c <= 57)) continue;
    // In C also `$`, as GCC allows, and the backslash of a name in code points or of a line that goes on.
    return c > 127 || c === dollar || c === backslash ? undefined : i;
  }
}
