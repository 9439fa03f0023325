/** Gathers the findings of many folders into one report: which count, what files they touch, in which order. Prints nothing. */
import { LineIndex } from '../base/line-index.ts';
import type { Finding, Severity } from '../lint/finding.ts';
import type { FileId } from '../project/host.ts';
import type { FileReport, Project } from '../project/project.ts';
import { atLeast, type Report, type ReportedFinding, type Source } from '../report/report.ts';
import type { Comparison } from './known-findings.ts';
import { byCodeUnits } from './paths.ts';
import type { Target } from './walk.ts';

/** What the command line needs of a project. */
export type Checker = Pick<Project, 'settings' | 'onError' | 'checkDirectory' | 'fileChanged' | 'text' | 'dispose'>;

/** Decides what of a folder is reported. */
export interface Selection {
  readonly minSeverity: Severity;
  /** Whether a project file excludes the file. */
  readonly excludes: (target: Target, file: FileId) => boolean;
}

/** The files of a target that were asked for, with the findings that are grave enough. */
export function select(target: Target, reports: readonly FileReport[], selection: Selection): readonly FileReport[] {
  return reports
    .filter(({ file }) => (target.only === undefined ? !selection.excludes(target, file) : target.only.has(file)))
    .map((report) => ({ ...report, findings: report.findings.filter((finding) => atLeast(finding.severity, selection.minSeverity)) }));
}

/** Collects reports; the texts it needs are taken while the project still holds them. */
export class Collector {
  readonly #checker: Checker;
  readonly #show: (file: FileId) => string;
  readonly #findings: ReportedFinding[] = [];
  readonly #sources = new Map<FileId, Source>();
  readonly #compared: Comparison | undefined;
  #checked = 0;

  constructor(checker: Checker, show: (file: FileId) => string, compared: Comparison | undefined) {
    this.#compared = compared;
    this.#checker = checker;
    this.#show = show;
  }

  /** Adds what `select` left of a folder; `all` are its files, also those that only a trace or a fix leads to. */
  async add(selected: readonly FileReport[], all: readonly FileReport[]): Promise<void> {
    this.#checked += selected.length;
    const texts = new Map(all.map(({ file, text }) => [file, text]));
    for (const finding of selected.flatMap(({ findings }) => findings)) {
      const known = finding.suppression === undefined && this.#compared?.known.take(finding) === true;
      const reported: ReportedFinding = { ...finding, fixes: finding.fixes(), ...(known ? { known } : {}) };
      this.#findings.push(reported);
      for (const file of filesOf(reported)) {
        if (this.#sources.has(file)) continue;
        const text = texts.get(file) ?? (await this.#checker.text(file));
        if (text !== undefined) this.#sources.set(file, { path: this.#show(file), text, lines: new LineIndex(text) });
      }
    }
  }

  /** The report of everything added. */
  finish(problems: readonly string[], fixed: Report['fixed']): Report {
    const path = (finding: Pick<Finding, 'file'>): string => this.#sources.get(finding.file)?.path ?? finding.file;
    return {
      findings: this.#findings.sort(
        (a, b) => byCodeUnits(path(a), path(b)) || a.span.start - b.span.start || a.span.end - b.span.end || byCodeUnits(a.rule, b.rule),
      ),
      sources: this.#sources,
      checked: this.#checked,
      problems,
      compared: this.#compared !== undefined,
      ...(fixed === undefined ? {} : { fixed }),
    };
  }
}

function filesOf(finding: ReportedFinding): Set<FileId> {
  return new Set([finding.file, ...finding.trace.map((step) => step.file), ...finding.fixes.flatMap((fix) => fix.edits.map((edit) => edit.file))]);
}
