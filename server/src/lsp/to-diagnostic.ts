/** One finding as the protocol's diagnostic. Knows no rule and decides nothing. */
import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { Finding, Severity } from '../lint/finding.ts';
import { pageUrl } from '../lint/rule-meta.ts';
import type { FileId } from '../project/host.ts';
import type { Context } from './context.ts';
import type { Documents } from './documents.ts';
import { rangeOf, type Lines } from './positions.ts';
import type { DiagnosticData } from './protocol.ts';
import { uriOf } from './uris.ts';

export const diagnosticSource = 'cgo-guard';

const severity: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** The files whose lines are needed to show the findings. */
export const filesOf = (findings: readonly Finding[]): FileId[] =>
  findings.flatMap((finding) => [finding.file, ...finding.trace.map((step) => step.file)]);

/** The diagnostic of a finding; `lines` holds the files of `filesOf`. Undefined when the finding's own file cannot be read. */
export function toDiagnostic(context: Context, finding: Finding, lines: ReadonlyMap<FileId, Lines>): Diagnostic | undefined {
  const own = lines.get(finding.file);
  if (!own) return undefined;
  const vet = context.rules.get(finding.rule)?.vet;
  const data: DiagnosticData = { fingerprint: finding.fingerprint, ...(vet === undefined ? {} : { vet }) };
  const path = context.client().relatedInformation ? related(finding, lines, context.documents) : [];
  return {
    range: rangeOf(own, finding.span),
    severity: severity[finding.severity],
    code: finding.rule,
    // What is wrong with a suppression is no rule and has no page.
    ...(context.rules.has(finding.rule) ? { codeDescription: { href: pageUrl(finding.rule) } } : {}),
    source: diagnosticSource,
    message: finding.message,
    ...(path.length > 0 ? { relatedInformation: path } : {}),
    data,
  };
}

function related(finding: Finding, lines: ReadonlyMap<FileId, Lines>, documents: Documents): DiagnosticRelatedInformation[] {
  return finding.trace.flatMap((step) => {
    const of = lines.get(step.file);
    if (!of) return [];
    return [{ location: { uri: documents.ofFile(step.file)?.uri ?? uriOf(step.file), range: rangeOf(of, step.span) }, message: step.text }];
  });
}
