/** Workflow commands of GitHub Actions: each finding becomes an annotation on the changed lines. */
import type { Severity } from '../lint/finding.ts';
import { openFindings, placeOf, type Report, type ReportedFinding } from './report.ts';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' };

/** Renders one command a line; nothing at all when there is nothing to say. */
export function renderGithub(report: Report): string {
  return openFindings(report)
    .map((finding) => `${command(report, finding)}\n`)
    .join('');
}

function command(report: Report, finding: ReportedFinding): string {
  const place = placeOf(report, finding.file, finding.span);
  const properties: [string, string | number][] = [['file', place?.path ?? finding.file]];
  if (place !== undefined) {
    properties.push(['line', place.start.line + 1], ['endLine', place.end.line + 1]);
    // The service refuses columns of an annotation that covers several lines.
    if (place.start.line === place.end.line) properties.push(['col', place.start.character + 1], ['endColumn', place.end.character + 1]);
  }
  properties.push(['title', finding.rule]);
  const steps = finding.trace.map((step) => {
    const at = placeOf(report, step.file, step.span);
    return `→ ${at === undefined ? step.file : `${at.path}:${at.start.line + 1}`} ${step.text}`;
  });
  const list = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${commands[finding.severity]} ${list}::${escapeData([finding.message, ...steps].join('\n'))}`;
}

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
