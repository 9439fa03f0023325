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

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '');
}
