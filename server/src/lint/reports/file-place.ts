/** Reports about text outside of declarations: comments, preambles, directives. */
import { shift, type Span } from '../../base/span.ts';
import type { PackageFile } from '../../semantics/package-model.ts';
import type { Report } from '../rule.ts';

/** Where a report about a span of the file stands. Every file with an import has a declaration to count from. */
export function placeInFile(file: PackageFile, span: Span): Pick<Report, 'file' | 'top' | 'span'>[] {
  const { decls } = file.go;
  const top = decls.find((decl) => decl.start <= span.start && span.end <= decl.end) ?? decls.find((decl) => decl.syntax.kind === 'import') ?? decls[0];
  return top ? [{ file, top, span: shift(span, -top.start) }] : [];
}
