/** Reports about text outside of declarations: comments, preambles, directives, C files. */
import { shift, type Span } from '../../base/span.ts';
import type { PackageFile, PackageModel } from '../../semantics/package-model.ts';
import type { CUnit } from '../../syntax/c/c-facts.ts';
import type { Report } from '../rule.ts';

/** Where a report about a span of the file stands. Every file with an import has a declaration to count from. */
export function placeInFile(file: PackageFile, span: Span): Pick<Report, 'file' | 'top' | 'span'>[] {
  const { decls } = file.go;
  const top = decls.find((decl) => decl.start <= span.start && span.end <= decl.end) ?? decls.find((decl) => decl.syntax.kind === 'import') ?? decls[0];
  return top ? [{ file, top, span: shift(span, -top.start) }] : [];
}

/** Where a report about a span of C stands: in the preamble, or in a C file of the package's folder. What lies elsewhere is another's to mend. */
export function placeInC(model: PackageModel, unit: CUnit, span: Span): Pick<Report, 'file' | 'top' | 'span' | 'inC'>[] {
  const preamble = model.files.find((file) => file.preambleUnit === unit);
  if (preamble) return placeInFile(preamble, span);
  const first = model.files.find((file) => file.cImport);
  const source = model.cSources.find((one) => one.unit === unit);
  if (!first || !source || directory(source.file) !== directory(first.file)) return [];
  return placeInFile(first, first.cImport!.span).map((place) => ({ ...place, span, inC: unit }));
}

const directory = (file: string): string => file.slice(0, file.lastIndexOf('/'));
