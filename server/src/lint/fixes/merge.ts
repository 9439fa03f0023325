/** Joins edits of several builders into one set. */
import type { TextEdit } from '../../base/edit.ts';
import { tidy } from './tidy.ts';

/** All edits in one gofmt-clean set; undefined when one part could not be built or two of them overlap. */
export function merge(text: string, ...parts: readonly (readonly TextEdit[] | undefined)[]): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const part of parts) {
    if (!part) return undefined;
    edits.push(...part);
  }
  return tidy(text, edits);
}
