/** Compares what the engine said with what the markers expect, as lines a person can act on. */
import { LineIndex } from '../../server/src/base/line-index.ts';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import type { FileReport } from '../../server/src/project/project.ts';
import { readMarkers } from './markers.ts';
import type { Markers, Want } from './markers.ts';

/**
 * Every difference between the findings in `directory` and the markers of its files; empty when all is as written.
 * A file without a report counts as one without findings; suppressed findings do not count.
 */
export function differences(directory: string, files: PackageText, reports: readonly FileReport[]): string[] {
  const left = new Map(reports.map((report) => [report.file, report.findings]));
  const out = Object.entries(files).flatMap(([name, text]) => {
    const findings = left.get(`${directory}/${name}`) ?? [];
    left.delete(`${directory}/${name}`);
    return fileDifferences(name, text, findings);
  });
  return [...out, ...[...left.keys()].map((file) => `report for a file that is not of the case: ${file}`)];
}

/** `line: rule:severity "message"` of every open finding of a report: the form in which tests show findings. */
export function describeFindings(report: FileReport): string[] {
  const lines = new LineIndex(report.text);
  return report.findings
    .filter((finding) => !finding.suppression)
    .map((finding) => `${lines.positionAt(finding.span.start).line + 1}: ${describeFinding(finding)}`);
}

const describeFinding = (finding: Finding): string => `${finding.rule}:${finding.severity} ${JSON.stringify(finding.message)}`;

function fileDifferences(name: string, text: string, findings: readonly Finding[]): string[] {
  const { wants, misses } = markersOf(name, text);
  const lines = new LineIndex(text);
  const open = findings.filter((finding) => !finding.suppression);
  const lineOf = (finding: Finding): number => lines.positionAt(finding.span.start).line;
  const out: string[] = [];
  const say = (line: number, what: string): void => {
    out.push(`${name}:${line + 1}: ${what}\n      ${lines.lineText(line).trim()}`);
  };

  // A want that names text or a severity chooses first, so that a plain one on the same line cannot take its finding.
  const detail = (want: Want): number => Number(want.text !== undefined) + Number(want.severity !== undefined);
  for (const want of [...wants].sort((a, b) => detail(b) - detail(a))) {
    const same = open.filter((finding) => finding.rule === want.rule && lineOf(finding) === want.line);
    const match = same.find(
      (finding) =>
        (want.severity === undefined || finding.severity === want.severity) &&
        (want.text === undefined || finding.message.includes(want.text)),
    );
    const taken = match ?? same[0];
    if (taken) open.splice(open.indexOf(taken), 1);
    if (match) continue;
    const severity = want.severity ? `:${want.severity}` : '';
    const message = want.text === undefined ? '' : ` ${JSON.stringify(want.text)}`;
    say(want.line, `missing   ${want.rule}${severity}${message}${taken ? `, got ${describeFinding(taken)}` : ''}`);
  }
  for (const miss of misses) {
    const at = open.findIndex((finding) => finding.rule === miss.rule && lineOf(finding) === miss.line);
    if (at < 0) continue;
    open.splice(at, 1);
    say(miss.line, `now found ${miss.rule}: turn its "misses" into a "want"`);
  }
  for (const finding of open) say(lineOf(finding), `unwanted  ${describeFinding(finding)}`);
  return out;
}

function markersOf(name: string, text: string): Markers {
  try {
    return readMarkers(text);
  } catch (error) {
    throw new Error(`${name}, ${String(error)}`, { cause: error });
  }
}
