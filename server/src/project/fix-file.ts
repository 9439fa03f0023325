/** What the fix builders need to know of a file, from its model. */
import type { FixFile } from '../lint/fixes/fix-file.ts';
import type { PackageFile } from '../semantics/package-model.ts';
import { constraintVersion } from './text.ts';

const known = new WeakMap<PackageFile, { readonly goVersion: number | undefined; readonly made: FixFile }>();

/** `goVersion` is the minor version of the nearest go.mod; a build constraint of the file may raise it. */
export function fixFile(file: PackageFile, goVersion: number | undefined): FixFile {
  const old = known.get(file);
  if (old && old.goVersion === goVersion) return old.made;
  const made = make(file, goVersion);
  known.set(file, { goVersion, made });
  return made;
}

function make(file: PackageFile, goVersion: number | undefined): FixFile {
  const { go, cImport } = file;
  const constraint = constraintVersion(go.text.slice(0, go.packageClause.start));
  const minor = Math.max(goVersion ?? 0, constraint ?? 0);
  return {
    file: file.file,
    text: go.text,
    imports: go.decls.flatMap((top) => {
      const decl = top.syntax.decl;
      if (decl.k !== 'Import') return [];
      return decl.specs.map((spec) => ({
        path: spec.path,
        ...(spec.name !== undefined ? { name: spec.name } : {}),
        span: { start: top.start + spec.s, end: top.start + spec.e },
        decl: { start: top.start, end: top.end },
        grouped: decl.rp !== undefined,
      }));
    }),
    ...(cImport?.preamble ? { preamble: cImport.preamble } : {}),
    packageClause: go.packageClause,
    ...(minor > 0 ? { goVersion: { major: 1, minor } } : {}),
  };
}
