/** What a run found, as the four formats need it: findings with paths and texts beside them. Knows no format and reads no file. */
import type { LineIndex, Position } from '../base/line-index.ts';
import type { Span } from '../base/span.ts';
import { severities, type Finding, type Fix, type Severity } from '../lint/finding.ts';
import type { RuleMeta } from '../lint/rule-meta.ts';

/** A file that a finding, a step of its path or one of its fixes lies in. */
export interface Source {
  /** How the file is called in the output: with forward slashes, relative where it can be. */
  readonly path: string;
  readonly text: string;
  readonly lines: LineIndex;
}

/** A finding whose fixes are built, so that it outlives the project that made it. */
export interface ReportedFinding extends Omit<Finding, 'fixes'> {
  readonly fixes: readonly Fix[];
  /** The code had it before: in the baseline, or before the change that is looked at. */
  readonly known?: true;
}

export interface Report {
  /** By path, then position. Suppressed ones are among them and carry `suppression`. */
  readonly findings: readonly ReportedFinding[];
  /** Whether the findings were compared with earlier ones. */
  readonly compared?: boolean;
  /** By the host's file id. */
  readonly sources: ReadonlyMap<string, Source>;
  /** How many files were looked at. */
  readonly checked: number;
  /** Present when fixes were to be applied. */
  readonly fixed?: { readonly findings: number; readonly files: number };
  /** What could not be looked at, one sentence each. */
  readonly problems: readonly string[];
}

/** The program that speaks, for the formats that name it. */
export interface Tool {
  readonly version: string;
  readonly rules: readonly RuleMeta[];
}

export interface Place {
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
}

/** Where a span lies; undefined when its file could not be read. */
export function placeOf(report: Report, file: string, span: Span): Place | undefined {
  const source = report.sources.get(file);
  if (source === undefined) return undefined;
  return { path: source.path, start: source.lines.positionAt(span.start), end: source.lines.positionAt(span.end) };
}

/** The findings that count: nobody suppressed them, and they are news. */
export const openFindings = (report: Report): readonly ReportedFinding[] => report.findings.filter((f) => f.suppression === undefined && f.known !== true);

/** How many findings an ignore comment covers. */
export const suppressedCount = (report: Report): number => report.findings.filter((f) => f.suppression !== undefined).length;

/** How many findings are no news. */
export const knownCount = (report: Report): number => report.findings.filter((f) => f.known === true).length;

/** Whether `severity` is `limit` or graver. */
export const atLeast = (severity: Severity, limit: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(limit);

export type Counts = Readonly<Record<Severity, number>>;

/** How many open findings there are of each severity. */
export function countBySeverity(report: Report): Counts {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const finding of openFindings(report)) counts[finding.severity]++;
  return counts;
}

/** `1 file`, `2 files`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
