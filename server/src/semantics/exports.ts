/** Reads `//export Name` comments the way cgo does, and what goes wrong with them. Source: cmd/cgo, "C references to Go"; cmd/cgo/ast.go, out.go. */
import type { Span } from '../base/span.ts';
import type { Expr, FuncDecl } from '../syntax/go/ast.ts';
import type { TopDecl } from '../syntax/go/go-file.ts';
import type { PackageFile, PackageModel } from './package-model.ts';

/** The exported C name, or undefined. */
export function exportName(text: string, doc: Span): string | undefined {
  const comment = text.slice(doc.start, doc.end);
  if (!comment.includes('//export ')) return undefined;
  for (const line of comment.split(/\r\n|\n|\r/)) {
    if (line.startsWith('//export ')) return line.slice('//export '.length).trim().split(/\s/)[0];
  }
  return undefined;
}

/** An export comment that does not do what it looks like. Spans are of the file. */
export type ExportFlaw =
  /** `// export Name`, `//Export Name`: a comment without meaning. */
  | { readonly how: 'spelling'; readonly fn: FuncDecl; readonly top: TopDecl; readonly comment: Span }
  /** A blank line or another comment group stands between it and the function. */
  | { readonly how: 'detached'; readonly fn: FuncDecl; readonly top: TopDecl; readonly comment: Span }
  | { readonly how: 'name'; readonly fn: FuncDecl; readonly top: TopDecl; readonly comment: Span; readonly name: string }
  /** The file does not import "C". */
  | { readonly how: 'no-import'; readonly fn: FuncDecl; readonly top: TopDecl; readonly comment: Span }
  /** `type` cannot be written in C. */
  | { readonly how: 'type'; readonly fn: FuncDecl; readonly top: TopDecl; readonly comment: Span; readonly type: string };

export function exportFlaws(model: PackageModel, file: PackageFile): ExportFlaw[] {
  const { text, decls } = file.go;
  const comments = file.go.comments.filter(({ start, end }) => /^\/\/[ \t]*export[ \t]/i.test(text.slice(start, Math.min(end, start + 24))));
  if (comments.length === 0) return [];
  // The import may stand in what could not be read.
  if (!file.cImport && file.go.broken.length > 0) return [];
  const out: ExportFlaw[] = [];
  let at = 0;
  for (const [index, top] of decls.entries()) {
    const fn = top.syntax.decl;
    if (top.syntax.kind !== 'func' || fn.k !== 'Func') continue;
    const from = decls[index - 1]?.end ?? file.go.packageClause.end;
    while (at < comments.length && comments[at]!.start < from) at++;
    let to = at;
    while (to < comments.length && comments[to]!.end <= top.start) to++;
    if (to === at) continue;
    const above = comments.slice(at, to);
    out.push(...flawsOf(model, file, top, fn, above.map((comment) => ({ comment, line: text.slice(comment.start, comment.end).trimEnd() }))));
  }
  return out;
}

function flawsOf(model: PackageModel, file: PackageFile, top: TopDecl, fn: FuncDecl, above: readonly { readonly comment: Span; readonly line: string }[]): ExportFlaw[] {
  const isDoc = ({ comment }: { readonly comment: Span }): boolean => top.doc !== undefined && comment.start >= top.doc.start;
  const exact = above.find((one) => isDoc(one) && one.line.startsWith('//export '));
  if (exact) {
    const name = exact.line.slice('//export '.length).trim();
    if (!file.cImport) return name === fn.name ? [{ how: 'no-import', fn, top, comment: exact.comment }] : [];
    if (name !== fn.name) return [{ how: 'name', fn, top, comment: exact.comment, name }];
    const type = [...(fn.recv ? [fn.recv] : []), ...fn.sig.params, ...fn.sig.results].map((param) => (param.variadic ? { s: param.s, e: param.e } : unsupported(model, param.type, 0))).find((found) => found !== undefined);
    return type ? [{ how: 'type', fn, top, comment: exact.comment, type: top.syntax.text.slice(type.s, type.e) }] : [];
  }
  if (!file.cImport) return [];
  const spelt = above.find((one) => isDoc(one) && /^\/\/(?:[ \t]*export|Export)[ \t]+\w+$/.test(one.line) && wordAfter(one.line) === fn.name);
  if (spelt) return [{ how: 'spelling', fn, top, comment: spelt.comment }];
  const far = above.findLast((one) => !isDoc(one) && one.line.startsWith('//export ') && one.line.slice('//export '.length).trim() === fn.name);
  return far ? [{ how: 'detached', fn, top, comment: far.comment }] : [];
}

const wordAfter = (line: string): string | undefined => /(\w+)$/.exec(line)?.[1];

/** The part of a type that cgo cannot write in C, if there is one for certain. Types of files without cgo are not known to cgo either. */
function unsupported(model: PackageModel, type: Expr, level: number): { readonly s: number; readonly e: number } | undefined {
  switch (type.k) {
    case 'ArrayType':
    case 'StructType':
      return type;
    case 'Paren':
      return unsupported(model, type.x, level);
    case 'Unary':
      return type.op === '*' && unsupported(model, type.x, level) ? type : undefined;
    case 'Selector':
      return type.x.k === 'Ident' && (type.x.name === 'C' || (type.x.name === 'unsafe' && type.name === 'Pointer')) ? undefined : type;
    case 'Ident': {
      if (level > 8) return undefined;
      const declared = model.types.get(type.name);
      if (!declared || declared.length === 0) return undefined;
      const isBad = declared.every(({ file, top }) => {
        if (!file.cImport) return true;
        const spec = top.syntax.decl.k === 'TypeDecl' ? top.syntax.decl.specs.find(({ name }) => name === type.name) : undefined;
        return spec !== undefined && unsupported(model, spec.type, level + 1) !== undefined;
      });
      return isBad ? type : undefined;
    }
    default:
      return undefined;
  }
}
