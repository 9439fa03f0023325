/** The report for programs. Its shape is a promise: json-schema.json describes it, and `version` grows when it breaks. */
import type { Position } from '../base/line-index.ts';
import type { Span } from '../base/span.ts';
import type { Confidence, Severity } from '../lint/finding.ts';
import { pageUrl } from '../lint/rule-meta.ts';
import { countBySeverity, knownCount, suppressedCount, type Counts, type Report, type ReportedFinding, type Tool } from './report.ts';

export interface JsonReport {
  readonly version: 1;
  readonly tool: { readonly name: 'cgo-guard'; readonly version: string };
  readonly summary: {
    readonly filesChecked: number;
    /** Suppressed findings are not counted here. */
    readonly findings: Counts;
    readonly suppressed: number;
    /** Findings of the baseline or from before the change; they are not counted above either. */
    readonly known: number;
    /** How many findings --fix removed. */
    readonly fixed: number;
  };
  readonly findings: readonly JsonFinding[];
  /** What could not be looked at, one sentence each. */
  readonly problems: readonly string[];
}

export interface JsonFinding {
  readonly file: string;
  readonly range: JsonRange;
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  /** The page of the rule. */
  readonly url: string | null;
  readonly trace: readonly { readonly file: string; readonly range: JsonRange; readonly message: string }[];
  readonly fixes: readonly JsonFix[];
  /** Stays the same while lines move. */
  readonly fingerprint: string;
  /** Present when an ignore comment covers the finding. */
  readonly suppressed: { readonly reason: string; readonly range: JsonRange } | null;
  /** The baseline holds it, or the code had it before the change. */
  readonly known: boolean;
}

export interface JsonFix {
  readonly title: string;
  readonly safety: 'safe' | 'unsafe';
  /** Why an unsafe fix has to be reviewed. */
  readonly because: string | null;
  readonly edits: readonly { readonly file: string; readonly range: JsonRange; readonly newText: string }[];
}

/** `end` is the first position after the range. */
export interface JsonRange {
  readonly start: JsonPosition;
  readonly end: JsonPosition;
}

/** `line` and `column` start at 1, `offset` at 0; `column` and `offset` count UTF-16 code units. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Renders the report as JSON, indented, with a newline at the end. */
export const renderJson = (report: Report, tool: Tool): string => `${JSON.stringify(toJson(report, tool), null, 2)}\n`;

/** The report as the documented object. */
export function toJson(report: Report, tool: Tool): JsonReport {
  const known = new Set(tool.rules.map((rule) => rule.id));
  return {
    version: 1,
    tool: { name: 'cgo-guard', version: tool.version },
    summary: {
      filesChecked: report.checked,
      findings: countBySeverity(report),
      suppressed: suppressedCount(report),
      known: knownCount(report),
      fixed: report.fixed?.findings ?? 0,
    },
    findings: report.findings.map((finding) => jsonFinding(report, finding, known)),
    problems: report.problems,
  };
}

function jsonFinding(report: Report, finding: ReportedFinding, known: ReadonlySet<string>): JsonFinding {
  return {
    ...at(report, finding.file, finding.span),
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    message: finding.message,
    url: known.has(finding.rule) ? pageUrl(finding.rule) : null,
    trace: finding.trace.map((step) => ({ ...at(report, step.file, step.span), message: step.text })),
    fixes: finding.fixes.map((fix) => ({
      title: fix.title,
      safety: fix.safety,
      because: fix.because ?? null,
      edits: fix.edits.flatMap(({ file, edits }) => edits.map((edit) => ({ ...at(report, file, edit.span), newText: edit.newText }))),
    })),
    fingerprint: finding.fingerprint,
    suppressed:
      finding.suppression === undefined
        ? null
        : { reason: finding.suppression.reason, range: at(report, finding.file, finding.suppression.span).range },
    known: finding.known === true,
  };
}

function at(report: Report, file: string, span: Span): { file: string; range: JsonRange } {
  const source = report.sources.get(file);
  const position = (offset: number): JsonPosition => {
    const { line, character }: Position = source?.lines.positionAt(offset) ?? { line: 0, character: 0 };
    return { line: line + 1, column: character + 1, offset };
  };
  return { file: source?.path ?? file, range: { start: position(span.start), end: position(span.end) } };
}
