/** What is left of a package when cgo is off. Source: cmd/cgo ("implies the cgo build constraint"), go/build. */
import type { Param } from '../syntax/go/ast.ts';
import { mayBuildWithoutCgo, mayMiss } from './build-constraints.ts';
import type { GoFunction, PackageFile, PackageModel } from './package-model.ts';

/** Methods in files that are built without cgo, of types that then are not there. One per file. */
export function orphanedMethods(model: PackageModel): { readonly fn: GoFunction; readonly recv: Param }[] {
  if (!model.complete || !model.files.some((file) => file.cImport)) return [];
  return model.files.flatMap((file) => {
    if (file.cImport) return [];
    for (const fn of file.functions) {
      const declared = fn.recv === undefined ? [] : (model.types.get(fn.recv) ?? []);
      if (!fn.decl.recv || declared.length === 0 || !declared.every((type) => type.file.cImport)) continue;
      if (mayMiss(file, declared.map((type) => type.file)) === true) return [{ fn, recv: fn.decl.recv }];
    }
    return [];
  });
}

/** The first cgo file with exported names of a package that others may import and in which nothing is built instead of it. */
export function hasNoFallback(model: PackageModel): PackageFile | undefined {
  const first = model.files.find((file) => file.cImport && file.functions.some((fn) => /^\p{Lu}/u.test(fn.name)));
  if (!first || !model.complete || first.go.packageName === 'main' || /\/internal\//.test(first.file)) return undefined;
  // A package of nothing but cgo is one that everybody knows to need it.
  const rest = model.files.filter((file) => !file.cImport);
  return rest.length > 0 && rest.every(isForBoth) ? first : undefined;
}

/** Built with cgo and without: no file that replaces another. */
const isForBoth = (file: PackageFile): boolean => mayBuildWithoutCgo(file) !== undefined && !/(?:no|!)_?cgo/.test(file.file + file.go.text.slice(0, file.go.packageClause.start));
