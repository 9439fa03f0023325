/** Applies the safe fixes of one folder to the files on disk. Decides which fixes go together; how a file is written is rewrite.ts. */
import type { TextEdit } from '../base/edit.ts';
import { overlaps } from '../base/span.ts';
import type { Fix } from '../lint/finding.ts';
import type { FileId } from '../project/host.ts';
import type { FileReport } from '../project/project.ts';
import type { Checker } from './check-folder.ts';
import { openOriginal, rewrite, type Original } from './rewrite.ts';

/** A fix may bring the next one to light; more rounds than this mean that two fixes undo each other. */
const mostRounds = 50;

export interface FixResult {
  /** Every file of the folder as it is now. */
  readonly reports: readonly FileReport[];
  readonly findings: number;
  readonly files: ReadonlySet<FileId>;
  /** Files that could not be written, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Checks `directory`, applies the first safe fix of each finding that `select` keeps and repeats until nothing is left
 * to do. Only files that `select` keeps are written; no fix is tried twice, and a file that cannot be written is left
 * alone from then on.
 */
export async function applyFixes(
  checker: Checker,
  directory: FileId,
  select: (reports: readonly FileReport[]) => readonly FileReport[],
  show: (file: FileId) => string,
): Promise<FixResult> {
  const tried = new Set<string>();
  const written = new Set<FileId>();
  const refused = new Map<FileId, string>();
  let findings = 0;
  for (let round = 0; ; round++) {
    const reports = await checker.checkDirectory(directory);
    const selected = select(reports);
    const candidates = round === mostRounds ? [] : safeFixes(selected, tried, refused);
    const originals = openAll(candidates, selected, refused);
    const chosen = compatible(candidates.filter(({ fix }) => fix.edits.every(({ file }) => originals.has(file))));
    if (chosen.fixes.length === 0 && candidates.length === 0) {
      return { reports, findings, files: written, problems: [...refused].map(([file, reason]) => `cannot fix ${show(file)}: ${reason}`) };
    }
    for (const [file, edits] of chosen.edits) {
      const reason = rewrite(originals.get(file)!, edits);
      if (reason === undefined) written.add(file);
      else refused.set(file, reason);
      checker.fileChanged(file);
    }
    for (const { key, fix } of chosen.fixes) {
      tried.add(key);
      if (fix.edits.every(({ file }) => !refused.has(file))) findings++;
    }
  }
}

interface Candidate {
  /** Finding and fix, the same in every round. */
  readonly key: string;
  readonly fix: Fix;
}

/** The first safe fix of each open finding, unless it was tried or touches a file that is not to be written. */
function safeFixes(selected: readonly FileReport[], tried: ReadonlySet<string>, refused: ReadonlyMap<FileId, string>): Candidate[] {
  const writable = new Set(selected.map(({ file }) => file));
  const candidates: Candidate[] = [];
  for (const finding of selected.flatMap(({ findings }) => findings)) {
    if (finding.suppression !== undefined) continue;
    const fix = finding.fixes().find(({ safety }) => safety === 'safe');
    if (fix === undefined || !fix.edits.every(({ file }) => writable.has(file) && !refused.has(file))) continue;
    const key = JSON.stringify([finding.file, finding.fingerprint, fix.title]);
    if (!tried.has(key)) candidates.push({ key, fix });
  }
  return candidates;
}

/** Opens every file of the candidates before the first is written, so that a fix over several files is made whole or not at all. */
function openAll(candidates: readonly Candidate[], selected: readonly FileReport[], refused: Map<FileId, string>): Map<FileId, Original> {
  const texts = new Map(selected.map(({ file, text }) => [file, text]));
  const originals = new Map<FileId, Original>();
  for (const file of new Set(candidates.flatMap(({ fix }) => fix.edits.map((edit) => edit.file)))) {
    const original = openOriginal(file, texts.get(file)!);
    if (typeof original === 'string') refused.set(file, original);
    else originals.set(file, original);
  }
  return originals;
}

interface Chosen {
  readonly fixes: readonly Candidate[];
  readonly edits: ReadonlyMap<FileId, readonly TextEdit[]>;
}

/** As many fixes as go together, in order. What two fixes both need, such as an import, is done once; others wait for the next round. */
function compatible(candidates: readonly Candidate[]): Chosen {
  const fixes: Candidate[] = [];
  const edits = new Map<FileId, TextEdit[]>();
  for (const candidate of candidates) {
    const fresh = candidate.fix.edits.map(({ file, edits: wanted }) => ({
      file,
      edits: wanted.filter((edit) => !(edits.get(file) ?? []).some((taken) => isSame(edit, taken))),
    }));
    if (fresh.some(({ file, edits: wanted }) => wanted.some((edit) => (edits.get(file) ?? []).some((taken) => overlaps(edit.span, taken.span))))) continue;
    for (const { file, edits: wanted } of fresh) edits.set(file, [...(edits.get(file) ?? []), ...wanted]);
    fixes.push(candidate);
  }
  return { fixes, edits };
}

const isSame = (a: TextEdit, b: TextEdit): boolean => a.span.start === b.span.start && a.span.end === b.span.end && a.newText === b.newText;
