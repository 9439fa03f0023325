/** The report for people: code frames, the path of each finding and its fix, and a line that sums up. */
import { createColors } from 'picocolors';
import type { Span } from '../base/span.ts';
import { severities, type Fix, type Severity } from '../lint/finding.ts';
import { pageUrl } from '../lint/rule-meta.ts';
import { codeFrame, printable } from './code-frame.ts';
import { countBySeverity, knownCount, openFindings, placeOf, plural, suppressedCount, type Report, type ReportedFinding, type Tool } from './report.ts';

type Colors = ReturnType<typeof createColors>;

/** Renders the report, with escape sequences for colour when `color` is set. Ends with a newline. */
export function renderText(report: Report, tool: Tool, color: boolean): string {
  const colors = createColors(color);
  const known = new Set(tool.rules.map((rule) => rule.id));
  const blocks = openFindings(report).map((finding) => findingBlock(report, finding, known, colors));
  return [...blocks, summary(report, colors)].join('\n\n') + '\n';
}

function findingBlock(report: Report, finding: ReportedFinding, known: ReadonlySet<string>, colors: Colors): string {
  const paint = painter(finding.severity, colors);
  const lines = [
    `${colors.bold(where(report, finding.file, finding.span))}: ${paint(`${finding.severity}[${finding.rule}]`)}: ${colors.bold(printable(finding.message))}`,
    ...frame(report, finding.file, finding.span, paint, colors),
  ];
  for (const step of finding.trace) {
    lines.push(`  ${colors.cyan('→')} ${where(report, step.file, step.span)} ${printable(step.text)}`);
    lines.push(...frame(report, step.file, step.span, colors.cyan, colors));
  }
  const fix = finding.fixes[0];
  if (fix !== undefined) lines.push(`  ${colors.green('help:')} ${fixLine(fix)}`);
  if (known.has(finding.rule)) lines.push(`  ${colors.green('page:')} ${pageUrl(finding.rule)}`);
  return lines.join('\n');
}

function fixLine(fix: Fix): string {
  const note = fix.safety === 'safe' ? 'safe, applied by --fix' : `to be reviewed${fix.because === undefined ? '' : `: ${fix.because}`}`;
  return printable(`${fix.title} (${note})`);
}

function where(report: Report, file: string, span: Span): string {
  const place = placeOf(report, file, span);
  return place === undefined ? printable(file) : `${printable(place.path)}:${place.start.line + 1}:${place.start.character + 1}`;
}

function frame(report: Report, file: string, span: Span, paint: (text: string) => string, colors: Colors): string[] {
  const source = report.sources.get(file);
  if (source === undefined) return [];
  const { line, code, marks } = codeFrame(source, span);
  const number = String(line).padStart(5);
  return [`${colors.dim(`${number} |`)} ${code}`, `${colors.dim(`${' '.repeat(number.length)} |`)} ${paint(marks)}`];
}

function painter(severity: Severity, colors: Colors): (text: string) => string {
  switch (severity) {
    case 'error':
      return (text) => colors.bold(colors.red(text));
    case 'warning':
      return (text) => colors.bold(colors.yellow(text));
    case 'info':
      return colors.blue;
    case 'hint':
      return colors.dim;
  }
}

function summary(report: Report, colors: Colors): string {
  const open = openFindings(report);
  const suppressed = suppressedCount(report);
  const known = knownCount(report);
  const aside = [`${report.checked} checked`, ...(suppressed > 0 ? [`${suppressed} suppressed`] : []), ...(known > 0 ? [`${known} known`] : [])].join(', ');
  const lines: string[] = [];
  if (report.fixed !== undefined && report.fixed.findings > 0) {
    lines.push(colors.green(`Fixed ${plural(report.fixed.findings, 'finding')} in ${plural(report.fixed.files, 'file')}`));
  }
  if (open.length > 0) {
    const counts = countBySeverity(report);
    const parts = severities.filter((s) => counts[s] > 0).map((s) => (s === 'info' ? `${counts.info} info` : plural(counts[s], s)));
    const files = new Set(open.map((finding) => finding.file)).size;
    lines.push(colors.bold(`${parts.join(', ')} in ${plural(files, 'file')} (${aside})`));
  } else if (report.checked === 0 && report.compared === true) {
    lines.push('No findings (nothing that matters here was changed)');
  } else if (report.checked === 0) {
    lines.push('Nothing to check: no Go file here imports "C" or unsafe');
  } else {
    lines.push(`No ${known > 0 ? 'new ' : ''}findings (${aside})`);
  }
  return lines.join('\n');
}
