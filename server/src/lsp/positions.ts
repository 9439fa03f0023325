/** Offsets of the project to positions of the protocol. Both count UTF-16 units, so nothing but lines has to be known. */
import type { Position, Range } from 'vscode-languageserver';
import { LineIndex } from '../base/line-index.ts';
import { span, type Span } from '../base/span.ts';
import type { FileId } from '../project/host.ts';
import type { Documents } from './documents.ts';
import type { Engine } from './engine.ts';

/** What turns offsets of one text into positions: an open document or the line index of a file on disk. */
export interface Lines {
  positionAt(offset: number): Position;
  offsetAt(position: Position): number;
}

export const rangeOf = (lines: Lines, { start, end }: Span): Range => ({ start: lines.positionAt(start), end: lines.positionAt(end) });

/** The span of a range; a client may send its ends in either order. */
export function spanOf(lines: Lines, range: Range): Span {
  const a = lines.offsetAt(range.start);
  const b = lines.offsetAt(range.end);
  return span(Math.min(a, b), Math.max(a, b));
}

/** The lines of each file, open or not; a file that cannot be read is absent. */
export async function linesOfFiles(engine: Engine, documents: Documents, files: Iterable<FileId>): Promise<ReadonlyMap<FileId, Lines>> {
  const all = new Map<FileId, Lines>();
  for (const file of new Set(files)) {
    const open = documents.ofFile(file);
    const text = open ? undefined : await engine.text(file);
    if (open) all.set(file, open.content);
    else if (text !== undefined) all.set(file, new LineIndex(text));
  }
  return all;
}
