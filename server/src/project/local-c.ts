/** Reads the C that belongs to a package: the .c and .h files of its folder, and the headers that these and the preambles include from the project. */
import { readC } from '../syntax/c/read-c.ts';
import type { CInclude, CUnit } from '../syntax/c/c-facts.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { directoryOf, type FileId, type Host, join } from './host.ts';
import { candidates } from './include-paths.ts';
import { decode } from './text.ts';

/** Headers beyond those of the folder itself. */
const mostHeaders = 64;

export interface CEntry {
  readonly text: string;
  readonly unit: CUnit;
}

export type LocalC = ReadonlyMap<FileId, CEntry>;

/** `folders`: where else headers of the project may lie. What is in `known` with the same text is not parsed again. */
export async function readLocalC(host: Host, grammars: Grammars, directory: FileId, preambles: readonly CUnit[], folders: readonly FileId[], known: LocalC): Promise<LocalC> {
  const own = ((await host.readDirectory(directory)) ?? []).filter((entry) => entry.kind === 'file' && /\.[ch]$/.test(entry.name));
  const next = new Map<FileId, CEntry>();
  const asked = new Set<FileId>();
  let left = mostHeaders;

  const read = async (file: FileId): Promise<CEntry | undefined> => {
    asked.add(file);
    const bytes = await host.readFile(file);
    const text = bytes && decode(bytes);
    if (text === undefined) return undefined;
    const old = known.get(file);
    const entry = old?.text === text ? old : { text, unit: readC(grammars.c, { text }) };
    next.set(file, entry);
    return entry;
  };
  const queue: { readonly from: FileId; readonly include: CInclude }[] = [];
  const enqueue = (from: FileId, unit: CUnit): void => {
    // Without folders of its own, the project has no header that is written in angle brackets.
    for (const include of unit.includes) if (!include.system || folders.length > 0) queue.push({ from, include });
  };

  for (const file of own.map((entry) => join(directory, entry.name)).sort()) {
    const entry = await read(file);
    if (entry) enqueue(directory, entry.unit);
  }
  for (const unit of preambles) enqueue(directory, unit);
  // The queue grows while it is walked.
  for (const { from, include } of queue) {
    for (const file of candidates(include, from, folders)) {
      if (next.has(file)) break;
      if (asked.has(file)) continue;
      if (left === 0) return next;
      const entry = await read(file);
      if (entry === undefined) continue;
      left--;
      enqueue(directoryOf(file), entry.unit);
      break;
    }
  }
  return next;
}
