/** The promised shape of the JSON output, against its own schema. */
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import schema from '../../../server/src/report/json-schema.json';
import { renderJson, toJson } from '../../../server/src/report/json.ts';
import { empty, leak, report, suppressed, tool } from './sample.ts';

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

function problemsOf(text: string): unknown {
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

describe('renderJson', () => {
  test('keeps to its schema', () => {
    expect(problemsOf(renderJson(report, tool))).toEqual([]);
    expect(problemsOf(renderJson({ ...empty, problems: ['cannot read x'], fixed: { findings: 1, files: 1 } }, tool))).toEqual([]);
    expect(problemsOf(renderJson({ ...report, findings: [leak, suppressed] }, tool))).toEqual([]);
  });

  test('the schema refuses another shape', () => {
    expect(problemsOf(JSON.stringify({ ...toJson(report, tool), more: 1 }))).not.toEqual([]);
    expect(problemsOf(JSON.stringify({ ...toJson(report, tool), findings: [{}] }))).not.toEqual([]);
  });

  test('positions count from 1, offsets from 0', () => {
    const [finding] = toJson(report, tool).findings;
    expect(finding?.range).toEqual({
      start: { line: 4, column: 8, offset: leak.span.start },
      end: { line: 4, column: 23, offset: leak.span.end },
    });
    expect(finding?.trace.map(({ file, range, message }) => [file, range.start.line, message])).toEqual([
      ['pkg/open.go', 4, 'allocated here'],
      ['pkg/open.go', 6, 'leaves here'],
    ]);
    expect(finding?.fixes[0]?.edits).toEqual([
      {
        file: 'pkg/open.go',
        range: { start: { line: 4, column: 23, offset: leak.span.end }, end: { line: 4, column: 23, offset: leak.span.end } },
        newText: '\n\tdefer C.free(unsafe.Pointer(cs))',
      },
    ]);
  });

  test('suppressed findings are marked and not counted', () => {
    const { summary, findings } = toJson({ ...report, findings: [leak, suppressed] }, tool);
    expect(summary).toEqual({ filesChecked: 7, findings: { error: 0, warning: 1, info: 0, hint: 0 }, suppressed: 1, known: 0, fixed: 0 });
    expect(findings.map((finding) => finding.suppressed?.reason ?? null)).toEqual([null, 'lives as long as the process']);
  });
});
