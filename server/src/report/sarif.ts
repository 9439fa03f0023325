/** SARIF 2.1.0, the exchange format of code scanning: results, their paths and fixes. The rules' part is sarif-rules.ts. */
import type * as Sarif from 'sarif';
import type { Span } from '../base/span.ts';
import type { Fix, TraceStep } from '../lint/finding.ts';
import { placeOf, type Report, type ReportedFinding, type Tool } from './report.ts';
import { sarifLevel, sarifRule } from './sarif-rules.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const home = 'https://github.com/cgo-guard/cgo-guard';
const rootId = '%SRCROOT%';

/** Renders the report as a SARIF log; `rootUri` is the `file:` URI, with a slash at the end, that relative paths start from. */
export const renderSarif = (report: Report, tool: Tool, rootUri: string): string => `${JSON.stringify(toSarif(report, tool, rootUri), null, 2)}\n`;

/** The log as an object. */
export function toSarif(report: Report, tool: Tool, rootUri: string): Sarif.Log {
  const ruleIndex = new Map(tool.rules.map((rule, index) => [rule.id, index]));
  const context: Context = { report, rootUri, ruleIndex };
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'cgo-guard', version: tool.version, semanticVersion: tool.version, informationUri: home, rules: tool.rules.map(sarifRule) } },
        invocations: [
          {
            executionSuccessful: report.problems.length === 0,
            toolExecutionNotifications: report.problems.map((text) => ({ level: 'error', message: { text } })),
          },
        ],
        originalUriBaseIds: { [rootId]: { uri: rootUri } },
        columnKind: 'utf16CodeUnits',
        results: report.findings.map((finding) => result(finding, context)),
      },
    ],
  };
}

interface Context {
  readonly report: Report;
  readonly rootUri: string;
  readonly ruleIndex: ReadonlyMap<string, number>;
}

function result(finding: ReportedFinding, context: Context): Sarif.Result {
  const index = context.ruleIndex.get(finding.rule);
  const { suppression } = finding;
  // The schema has no fix that changes nothing.
  const fixes = finding.fixes.filter((fix) => fix.edits.some(({ edits }) => edits.length > 0));
  return {
    ruleId: finding.rule,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: sarifLevel(finding.severity),
    message: { text: finding.message },
    locations: [location(finding.file, finding.span, context)],
    ...(context.report.compared === true ? { baselineState: finding.known === true ? ('unchanged' as const) : ('new' as const) } : {}),
    partialFingerprints: { 'cgoGuard/v1': finding.fingerprint },
    ...(finding.trace.length === 0
      ? {}
      : {
          codeFlows: [{ threadFlows: [{ locations: finding.trace.map((step) => ({ location: stepLocation(step, context) })) }] }],
          relatedLocations: finding.trace.map((step, id) => ({ id, ...stepLocation(step, context) })),
        }),
    ...(fixes.length === 0 ? {} : { fixes: fixes.map((fix) => sarifFix(fix, context)) }),
    // An empty list says that the finding was looked at and is not suppressed; without it that is unknown.
    suppressions: suppression === undefined ? [] : [{ kind: 'inSource', justification: suppression.reason, location: location(finding.file, suppression.span, context) }],
    properties: { severity: finding.severity, confidence: finding.confidence },
  };
}

const stepLocation = (step: TraceStep, context: Context): Sarif.Location => ({ ...location(step.file, step.span, context), message: { text: step.text } });

function location(file: string, span: Span, context: Context): Sarif.Location {
  const snippet = context.report.sources.get(file)?.text.slice(span.start, span.end);
  const place = region(file, span, context);
  return {
    physicalLocation: {
      artifactLocation: artifact(file, context),
      ...(place === undefined ? {} : { region: { ...place, ...(snippet === undefined || snippet === '' ? {} : { snippet: { text: snippet } }) } }),
    },
  };
}

function region(file: string, span: Span, { report }: Context): Sarif.Region | undefined {
  const place = placeOf(report, file, span);
  return (
    place && {
      startLine: place.start.line + 1,
      startColumn: place.start.character + 1,
      endLine: place.end.line + 1,
      endColumn: place.end.character + 1,
    }
  );
}

function artifact(file: string, { report }: Context): Sarif.ArtifactLocation {
  const path = report.sources.get(file)?.path ?? file;
  // A path that leaves the root has no place below it; it is named in full.
  if (path.startsWith('../') || isAbsolute(path)) return { uri: fileUri(file) };
  return { uri: encodePath(path), uriBaseId: rootId };
}

const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:\//.test(path);

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** A file id that is a URI already, as on a browser host, stays as it is. */
const fileUri = (file: string): string => {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\//.test(file)) return file;
  return file.startsWith('/') ? `file://${encodePath(file)}` : `file:///${encodePath(file)}`;
};

function sarifFix(fix: Fix, context: Context): Sarif.Fix {
  return {
    description: { text: fix.because === undefined ? fix.title : `${fix.title} (${fix.because})` },
    artifactChanges: fix.edits.filter(({ edits }) => edits.length > 0).map(({ file, edits }) => ({
      artifactLocation: artifact(file, context),
      replacements: edits.map((edit) => ({
        deletedRegion: region(file, edit.span, context) ?? { startLine: 1 },
        insertedContent: { text: edit.newText },
      })),
    })),
    properties: { safety: fix.safety },
  };
}
