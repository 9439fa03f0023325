/** Splits a name into the words that it is made of, whatever the style of the library. */

/** `sqlite3_bind_text` → sqlite3, bind, text; `CFRelease` → cf, release; `XFree` → x, free; `g_strfreev` → g, strfreev. */
export function words(name: string): readonly string[] {
  let found = split.get(name);
  if (found === undefined) {
    if (split.size >= most) split.clear();
    split.set(name, (found = wordsOf(name)));
  }
  return found;
}

/** The same names are asked about again and again; beyond so many the memory begins anew. */
const most = 20_000;
const split = new Map<string, readonly string[]>();

/** A word ends before `_`, before a capital behind a small letter or digit, and before the last of several capitals when a small letter follows. */
function wordsOf(name: string): string[] {
  const found: string[] = [];
  let start = 0;
  const end = (at: number): void => {
    if (at > start) found.push(name.slice(start, at).toLowerCase());
  };
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code === underscore) {
      end(at);
      start = at + 1;
    } else if (at > start && isCapital(code)) {
      const before = name.charCodeAt(at - 1);
      if (!isSmall(before) && !isDigit(before) && !(isCapital(before) && isSmall(name.charCodeAt(at + 1)))) continue;
      end(at);
      start = at;
    }
  }
  end(name.length);
  return found;
}

const underscore = 95;
const isCapital = (code: number): boolean => code >= 65 && code <= 90;
const isSmall = (code: number): boolean => code >= 97 && code <= 122;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
