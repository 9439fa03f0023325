/** What a person reads in the terminal, letter by letter. */
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../server/src/report/report.ts';
import { renderText } from '../../../server/src/report/text.ts';
import { empty, leak, report, suppressed, tool } from './sample.ts';

const lastLine = (of: Report): string | undefined => renderText(of, tool, false).trimEnd().split('\n').at(-1);

describe('renderText', () => {
  test('frame, path, fix and page', () => {
    expect(renderText(report, tool, false)).toBe(`pkg/open.go:4:8: warning[cstring-leak]: cs is not freed when open returns here
    4 |     cs := C.CString(name)
      |           ^^^^^^^^^^^^^^^
  → pkg/open.go:4:8 allocated here
    4 |     cs := C.CString(name)
      |           ^^^^^^^^^^^^^^^
  → pkg/open.go:6:3 leaves here
    6 |         return errCheck
      |         ^^^^^^^^^^^^^^^
  help: Free cs when open returns (safe, applied by --fix)
  page: https://github.com/cgo-guard/cgo-guard/blob/main/server/docs/rules/cstring-leak.md

1 warning in 1 file (7 checked)
`);
  });

  test('an unsafe fix says why', () => {
    const findings = [{ ...leak, fixes: leak.fixes.slice(1) }];
    expect(renderText({ ...report, findings }, tool, false)).toContain('\n  help: Free cs here (to be reviewed: check may keep it)\n');
  });

  test('colour only on demand', () => {
    expect(renderText(report, tool, true)).toContain('\u001b[');
    expect(renderText(report, tool, false)).not.toContain('\u001b');
  });

  test('a suppressed finding is only counted', () => {
    const text = renderText({ ...report, findings: [suppressed] }, tool, false);
    expect(text).toBe('No findings (7 checked, 1 suppressed)\n');
  });

  test('a finding of no known rule in an unread file is still told', () => {
    const findings = [{ ...leak, rule: 'other', file: '/gone.go', trace: [], fixes: [] }];
    expect(renderText({ ...report, findings }, tool, false)).toBe(
      '/gone.go: warning[other]: cs is not freed when open returns here\n\n1 warning in 1 file (7 checked)\n',
    );
  });

  test('the sum', () => {
    const of = (severity: 'error' | 'info' | 'hint', file = leak.file): typeof leak => ({ ...leak, severity, file });
    expect(lastLine({ ...report, findings: [leak, leak, of('error'), of('info'), of('info'), of('hint', '/other.go')] })).toBe(
      '1 error, 2 warnings, 2 info, 1 hint in 2 files (7 checked)',
    );
    expect(lastLine(empty)).toBe('No findings (7 checked)');
    expect(lastLine({ ...empty, checked: 0 })).toBe('Nothing to check: no Go file here imports "C" or unsafe');
  });

  test('what --fix did', () => {
    expect(renderText({ ...empty, fixed: { findings: 2, files: 1 } }, tool, false)).toBe('Fixed 2 findings in 1 file\nNo findings (7 checked)\n');
    expect(renderText({ ...empty, fixed: { findings: 0, files: 0 } }, tool, false)).toBe('No findings (7 checked)\n');
  });
});
