/** Bytes to text, and cheap looks at text that decide whether a file is worth parsing. */

const decoder = new TextDecoder('utf-8');

/** More than this is no source that a person edits; it is left alone. UTF-16 units. */
const largest = 8 << 20;

/** The text of a file: a BOM is dropped, invalid UTF-8 becomes U+FFFD. Undefined for binary data and for what is too large to read. */
export function decode(bytes: Uint8Array): string | undefined {
  if (bytes.length > largest || bytes.subarray(0, 8192).includes(0)) return undefined;
  return decoder.decode(bytes);
}

/** Whether a Go file may import "C" or unsafe; a mention in a string costs a parse and nothing else. */
export const touchesBorder = (text: string): boolean => text.includes('"C"') || text.includes('"unsafe"');

/** The minor version N of the `go 1.N` line of a go.mod. */
export function goModVersion(text: string): number | undefined {
  const found = /^go\s+1\.(\d+)/m.exec(text);
  return found ? Number(found[1]) : undefined;
}

/** The minor version N that a `//go:build` line of a file demands with `go1.N`. Source: go/build/constraint. */
export function constraintVersion(head: string): number | undefined {
  const line = /^\/\/go:build\s+(.*)$/m.exec(head)?.[1];
  if (line === undefined || /\|\|/.test(line)) return undefined;
  const found = /(?<![!\w.])go1\.(\d+)\b/.exec(line);
  return found ? Number(found[1]) : undefined;
}
