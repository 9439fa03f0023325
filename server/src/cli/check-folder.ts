/** Checks one folder and keeps what a report needs of the outcome: plain data, which may cross from one thread to another. */
import type { Severity } from '../lint/finding.ts';
import type { FileId } from '../project/host.ts';
import type { FileReport, Project, Settings } from '../project/project.ts';
import { atLeast, type ReportedFinding } from '../report/report.ts';

/** What the command line needs of a project. */
export type Checker = Pick<Project, 'settings' | 'onError' | 'checkDirectory' | 'fileChanged' | 'text' | 'dispose'>;

export interface FolderJob {
  readonly directory: FileId;
  readonly rules: Settings['rules'];
  /** Less grave findings are left out. */
  readonly minSeverity: Severity;
  /** How long it takes, about, in comparison with others. */
  readonly size: number;
}

export interface CheckedFolder {
  /** Every file that was looked at. */
  readonly files: readonly { readonly file: FileId; readonly findings: readonly ReportedFinding[] }[];
  /** Of each file that a finding, a step of its trace or a fix lies in. */
  readonly texts: ReadonlyMap<FileId, string>;
  /** What went wrong in the engine, one sentence each. */
  readonly faults: readonly string[];
}

/** Checks the folder of a job. Never throws: a fault of the engine in one folder must not hide what it finds in others. */
export async function checkFolder(checker: Checker, { directory, rules, minSeverity }: FolderJob): Promise<CheckedFolder> {
  const faults: string[] = [];
  try {
    checker.onError = (rule, error) => faults.push(`rule ${rule}: ${messageOf(error)}`);
    checker.settings = { rules };
    return { ...(await outcomeOf(checker, await checker.checkDirectory(directory), minSeverity)), faults };
  } catch (error) {
    return { files: [], texts: new Map(), faults: [...faults, messageOf(error)] };
  }
}

/** The findings with their fixes, and the texts around them, which are taken while the project still holds them. */
export async function outcomeOf(checker: Checker, reports: readonly FileReport[], minSeverity: Severity): Promise<Omit<CheckedFolder, 'faults'>> {
  const known = new Map(reports.map(({ file, text }) => [file, text]));
  const texts = new Map<FileId, string>();
  const files = reports.map(({ file, findings }) => ({
    file,
    findings: findings.filter(({ severity }) => atLeast(severity, minSeverity)).map((finding): ReportedFinding => ({ ...finding, fixes: finding.fixes() })),
  }));
  for (const file of new Set(files.flatMap(({ findings }) => findings.flatMap(filesOf)))) {
    const text = known.get(file) ?? (await checker.text(file));
    if (text !== undefined) texts.set(file, text);
  }
  return { files, texts };
}

/** The files that a finding leads to. */
export function filesOf({ file, trace, fixes }: ReportedFinding): readonly FileId[] {
  return [file, ...trace.map((step) => step.file), ...fixes.flatMap((fix) => fix.edits.map((edit) => edit.file))];
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
