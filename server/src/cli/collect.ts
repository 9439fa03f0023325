/** Gathers the findings of many folders into one report: which count, what files they touch, in which order. Prints nothing. */
import { LineIndex } from '../base/line-index.ts';
import type { Finding } from '../lint/finding.ts';
import type { FileId } from '../project/host.ts';
import type { Report, ReportedFinding, Source } from '../report/report.ts';
import { type CheckedFolder, filesOf } from './check-folder.ts';
import type { Comparison } from './known-findings.ts';
import { byCodeUnits } from './paths.ts';

/** Collects what was found, folder by folder. */
export class Collector {
  readonly #show: (file: FileId) => string;
  readonly #findings: ReportedFinding[] = [];
  readonly #sources = new Map<FileId, Source>();
  readonly #compared: Comparison | undefined;
  #checked = 0;

  constructor(show: (file: FileId) => string, compared: Comparison | undefined) {
    this.#compared = compared;
    this.#show = show;
  }

  /** Adds the files of a folder that were asked for. */
  add({ files, texts }: Pick<CheckedFolder, 'files' | 'texts'>, isAsked: (file: FileId) => boolean): void {
    const asked = files.filter(({ file }) => isAsked(file));
    this.#checked += asked.length;
    for (const finding of asked.flatMap(({ findings }) => findings)) {
      const known = finding.suppression === undefined && this.#compared?.known.take(finding) === true;
      this.#findings.push(known ? { ...finding, known } : finding);
      for (const file of filesOf(finding)) {
        const text = this.#sources.has(file) ? undefined : texts.get(file);
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
