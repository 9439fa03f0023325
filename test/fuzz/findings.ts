/** Findings as plain values that tests can compare as a whole. */
import type { FileEdit } from '../../server/src/base/edit.ts';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { FileReport } from '../../server/src/project/project.ts';

/** Everything that a user can see of a finding, the lazily built fixes included; `named` turns file ids into comparable names. */
export function plain(finding: Finding, named: (file: string) => string): unknown {
  const { fixes, file, trace, ...rest } = finding;
  const edits = (all: readonly FileEdit[]): unknown => all.map((edit) => ({ ...edit, file: named(edit.file) }));
  return {
    ...rest,
    file: named(file),
    trace: trace.map((step) => ({ ...step, file: named(step.file) })),
    fixes: fixes().map((fix) => ({ ...fix, edits: edits(fix.edits) })),
  };
}

/** Reports by file name, empty ones left out. */
export function plainReports(reports: readonly FileReport[], directory: string): Record<string, unknown[]> {
  const named = (file: string): string => file.replace(`${directory}/`, '');
  const told = reports.filter(({ findings }) => findings.length > 0);
  return Object.fromEntries(
    told.map(({ file, findings }) => [named(file), findings.map((finding) => plain(finding, named))] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
