/** SARIF against the official schema, and what services read from it. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../server/src/report/report.ts';
import { renderSarif, toSarif } from '../../../server/src/report/sarif.ts';
import { empty, leak, openGo, report, source, suppressed, tool } from './sample.ts';

const root = 'file:///work/';

const validate = (() => {
  const schema = JSON.parse(readFileSync(new URL('sarif-2.1.0.schema.json', import.meta.url), 'utf8')) as Record<string, unknown>;
  // The schema is written in draft 4; nothing in it but these two words differs from draft 7.
  delete schema['$schema'];
  delete schema['id'];
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
})();

function problemsOf(of: Report): unknown {
  return validate(JSON.parse(renderSarif(of, tool, root))) ? [] : validate.errors;
}

const runOf = (of: Report): NonNullable<ReturnType<typeof toSarif>['runs'][number]> => toSarif(of, tool, root).runs[0]!;

describe('the schema', () => {
  test('accepts every kind of report', () => {
    expect(problemsOf(report)).toEqual([]);
    expect(problemsOf({ ...report, findings: [leak, suppressed] })).toEqual([]);
    expect(problemsOf({ ...empty, problems: ['cannot read x'] })).toEqual([]);
    expect(problemsOf({ ...report, sources: new Map() })).toEqual([]);
  });

  test('refuses what is no SARIF', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: {} } }] })).toBe(false);
  });
});

describe('rules', () => {
  test('are described in full, also by a run without results', () => {
    const { driver } = runOf(empty).tool;
    expect(driver).toMatchObject({ name: 'cgo-guard', version: '1.2.3', informationUri: 'https://github.com/cgo-guard/cgo-guard' });
    expect(driver.rules).toMatchObject([
      {
        id: 'cstring-leak',
        name: 'CstringLeak',
        shortDescription: { text: 'C.CString result that is never freed.' },
        fullDescription: { text: 'C.CString copies to the C heap; **T stays.' },
        helpUri: 'https://github.com/cgo-guard/cgo-guard/blob/main/server/docs/rules/cstring-leak.md',
        defaultConfiguration: { level: 'warning' },
        properties: { tags: ['memory'], precision: 'high', 'problem.severity': 'warning' },
      },
      { id: 'export-panic', defaultConfiguration: { level: 'note' }, properties: { tags: ['callback'], precision: 'very-high' } },
    ]);
  });

  test('carry their help as text and as Markdown', () => {
    const help = runOf(empty).tool.driver.rules?.[0]?.help;
    expect(help?.markdown).toContain('[cgo](https://pkg.go.dev/cmd/cgo)');
    expect(help?.text).toContain('See cgo: https://pkg.go.dev/cmd/cgo.');
    expect(help?.text).toContain('What to do. Free it with defer.');
  });
});

describe('results', () => {
  const [result] = runOf(report).results!;

  test('place, level and fingerprint', () => {
    expect(result).toMatchObject({
      ruleId: 'cstring-leak',
      ruleIndex: 0,
      level: 'warning',
      partialFingerprints: { 'cgoGuard/v1': 'f00d' },
      suppressions: [],
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'pkg/open.go', uriBaseId: '%SRCROOT%' },
            region: { startLine: 4, startColumn: 8, endLine: 4, endColumn: 23, snippet: { text: 'C.CString(name)' } },
          },
        },
      ],
    });
    expect(runOf(report)).toMatchObject({
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { '%SRCROOT%': { uri: root } },
      invocations: [{ executionSuccessful: true }],
    });
  });

  test('info and hint are notes', () => {
    const findings = (['error', 'warning', 'info', 'hint'] as const).map((severity) => ({ ...leak, severity }));
    expect(runOf({ ...report, findings }).results?.map(({ level }) => level)).toEqual(['error', 'warning', 'note', 'note']);
  });

  test('the path is a code flow and related', () => {
    const steps = result?.codeFlows?.[0]?.threadFlows[0]?.locations.map(({ location }) => location);
    expect(steps?.map((step) => [step?.physicalLocation?.region?.startLine, step?.message?.text])).toEqual([
      [4, 'allocated here'],
      [6, 'leaves here'],
    ]);
    expect(result?.relatedLocations?.map(({ id, message }) => [id, message?.text])).toEqual([
      [0, 'allocated here'],
      [1, 'leaves here'],
    ]);
  });

  test('fixes insert at an empty region', () => {
    expect(result?.fixes?.[0]).toMatchObject({
      description: { text: 'Free cs when open returns' },
      artifactChanges: [
        {
          artifactLocation: { uri: 'pkg/open.go' },
          replacements: [
            {
              deletedRegion: { startLine: 4, startColumn: 23, endLine: 4, endColumn: 23 },
              insertedContent: { text: '\n\tdefer C.free(unsafe.Pointer(cs))' },
            },
          ],
        },
      ],
      properties: { safety: 'safe' },
    });
  });

  test('a suppression carries the reason', () => {
    expect(runOf({ ...report, findings: [suppressed] }).results?.[0]?.suppressions).toMatchObject([
      { kind: 'inSource', justification: 'lives as long as the process', location: { physicalLocation: { region: { startLine: 3 } } } },
    ]);
  });

  test('paths are percent-encoded; a file outside the root is named in full', () => {
    const uriOf = (file: string, path: string): unknown => {
      const of = { ...report, findings: [{ ...leak, file, trace: [], fixes: [] }], sources: new Map([[file, source(path, openGo)]]) };
      expect(problemsOf(of)).toEqual([]);
      return runOf(of).results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation;
    };
    expect(uriOf('/work/a b/ä#?%.go', 'a b/ä#?%.go')).toEqual({ uri: 'a%20b/%C3%A4%23%3F%25.go', uriBaseId: '%SRCROOT%' });
    expect(uriOf('/else where/a.go', '../else where/a.go')).toEqual({ uri: 'file:///else%20where/a.go' });
  });
});

test('what could not be read makes the run unsuccessful', () => {
  expect(runOf({ ...empty, problems: ['cannot read x'] }).invocations).toMatchObject([
    { executionSuccessful: false, toolExecutionNotifications: [{ message: { text: 'cannot read x' } }] },
  ]);
});
