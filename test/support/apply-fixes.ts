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
 * The texts are given to the project as open documents and taken back at the end. Throws when a fix leaves its own finding.
 */
export async function applyAllFixes(project: Project, directory: string, files: PackageText): Promise<PackageText> {
  let now = files;
  try {
    for (let left = Infinity; ; ) {
      for (const [name, text] of Object.entries(now)) project.openDocument(`${directory}/${name}`, text);
      const fixable = (await project.checkDirectory(directory)).flatMap((report) => report.findings).filter(isFixable);
      const first = fixable[0];
      if (!first) return now;
      const fix = first.fixes()[0]!;
      if (fixable.length >= left) throw new Error(`${fixable.length} findings before and after a fix; now "${fix.title}" for ${first.rule}`);
      left = fixable.length;
      now = applyFix(directory, now, fix);
    }
  } finally {
    for (const name of Object.keys(now)) project.closeDocument(`${directory}/${name}`);
  }
}

const isFixable = (finding: Finding): boolean => !finding.suppression && finding.fixes().length > 0;
