/** Applies the quick fixes that findings carry to packages held as text. */
import { applyEdits } from '../../server/src/base/edit.ts';
import type { Finding, Fix } from '../../server/src/lint/finding.ts';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import type { Project } from '../../server/src/project/project.ts';

/** The package after one fix. Throws when edits overlap or name a file outside `directory`. */
export function applyFix(directory: string, files: PackageText, fix: Fix): PackageText {
  const out: Record<string, string> = { ...files };
  for (const { file, edits } of fix.edits) {
    const name = file.slice(directory.length + 1);
    const before = file.startsWith(`${directory}/`) ? out[name] : undefined;
    if (before === undefined) throw new Error(`"${fix.title}" edits ${file}, which is not of the package`);
    const after = applyEdits(before, edits);
    if (after === undefined) throw new Error(`"${fix.title}" has edits that overlap`);
    out[name] = after;
  }
  return out;
}

/**
 * The package after the first fix of every finding that has one, each computed from the text after the one before.
 * The texts are given to the project as open documents and taken back at the end.
 */
export async function applyAllFixes(project: Project, directory: string, files: PackageText): Promise<PackageText> {
  const limit = 100;
  let now = files;
  try {
    for (let round = 0; round < limit; round++) {
      for (const [name, text] of Object.entries(now)) project.openDocument(`${directory}/${name}`, text);
      const reports = await project.checkDirectory(directory);
      const fix = firstFix(reports.flatMap((report) => report.findings));
      if (!fix) return now;
      now = applyFix(directory, now, fix);
      for (const name of Object.keys(now)) project.closeDocument(`${directory}/${name}`);
    }
    throw new Error(`fixes still offered after ${limit} rounds in ${directory}`);
  } finally {
    for (const name of Object.keys(now)) project.closeDocument(`${directory}/${name}`);
  }
}

function firstFix(findings: readonly Finding[]): Fix | undefined {
  for (const finding of findings) {
    const fix = finding.suppression ? undefined : finding.fixes()[0];
    if (fix) return fix;
  }
  return undefined;
}
