/** Reads `//export Name` in the comment above a function. Source: cmd/cgo, "C references to Go". */
import type { Span } from '../base/span.ts';

/** The exported C name, or undefined. */
export function exportName(text: string, doc: Span): string | undefined {
  for (const line of text.slice(doc.start, doc.end).split(/\r\n|\n|\r/)) {
    if (line.startsWith('//export ')) return line.slice('//export '.length).trim().split(/\s/)[0];
  }
  return undefined;
}
