/** Where a C name stands in a package: in Go code behind `C.`, in C text, and at the Go function that is exported under it. */
import type { Span } from '../base/span.ts';
import type { CToken } from '../syntax/c/c-tokens.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { type UnitText, unitsInView } from './c-symbols.ts';
import type { GoFunction, PackageFile, PackageModel } from './package-model.ts';

export interface Reference {
  readonly file: string;
  readonly span: Span;
  /** The name is declared or defined here. */
  readonly declares: boolean;
}

/** The coloured words of C text. */
export type TokensOf = (unit: UnitText) => readonly CToken[];

const named = new Set<CToken['type']>(['function', 'type', 'macro', 'variable', 'enumMember']);

/** The C name that stands at an offset of a Go file's preamble, as Go spells it: `struct_point` for the tag of a struct. */
export function nameInPreamble(unit: UnitText, offset: number, tokensOf: TokensOf): { readonly name: string; readonly span: Span } | undefined {
  const tokens = tokensOf(unit);
  const index = tokens.findIndex(({ span, type }) => named.has(type) && span.start <= offset && offset <= span.end);
  const token = tokens[index];
  if (!token) return undefined;
  return { name: goSpelling(unit, tokens, index), span: token.span };
}

function goSpelling(unit: UnitText, tokens: readonly CToken[], index: number): string {
  const word = (token: CToken | undefined): string => (token ? unit.text.slice(token.span.start, token.span.end) : '');
  const before = word(tokens[index - 1]);
  return tokens[index]!.type === 'type' && /^(?:struct|union|enum)$/.test(before) ? `${before}_${word(tokens[index])}` : word(tokens[index]);
}

/** The name under which the Go function around an offset is exported, when the offset is on its name or in its export comment. */
export function exportAt(file: PackageFile, offset: number): { readonly name: string; readonly span: Span } | undefined {
  for (const fn of file.functions) {
    if (fn.exported === undefined) continue;
    const span = [nameOf(fn), exportComment(fn)].find((one) => one && one.start <= offset && offset <= one.end);
    if (span) return { name: fn.exported, span };
  }
  return undefined;
}

/** The name in the declaration of a Go function. */
export const nameOf = ({ top, decl }: GoFunction): Span => ({ start: top.start + decl.n, end: top.start + decl.n + decl.name.length });

/** The name in its `//export` line. */
function exportComment({ top, file, exported }: GoFunction): Span | undefined {
  if (!top.doc || exported === undefined) return undefined;
  const lines = file.go.text.slice(top.doc.start, top.doc.end);
  const at = new RegExp(`^//export[ \\t]+(?=${exported}\\b)`, 'm').exec(lines);
  if (!at) return undefined;
  const start = top.doc.start + at.index + at[0].length;
  return { start, end: start + exported.length };
}

/** Every place where `C.name`, or what it names, stands. */
export function cReferences(model: PackageModel, name: string, tokensOf: TokensOf): Reference[] {
  const out: Reference[] = [];
  for (const file of model.files) {
    for (const { syntax, start } of file.go.decls) {
      for (const at of namesAfterC(syntax)) if (at.name === name) out.push({ file: file.file, span: { start: start + at.span.start, end: start + at.span.end }, declares: false });
    }
    for (const fn of file.functions) {
      const comment = fn.exported === name ? exportComment(fn) : undefined;
      if (fn.exported === name) out.push({ file: file.file, span: nameOf(fn), declares: true });
      if (comment) out.push({ file: file.file, span: comment, declares: true });
    }
  }
  const plain = name.replace(/^(?:struct|union|enum)_(?=.)/, '');
  for (const unit of unitsInView(model)) {
    if (!unit.text.includes(plain)) continue;
    const tokens = tokensOf(unit);
    tokens.forEach((token, i) => {
      if (!named.has(token.type) || token.span.end - token.span.start !== plain.length || !unit.text.startsWith(plain, token.span.start) || goSpelling(unit, tokens, i) !== name) return;
      out.push({ file: unit.file, span: token.span, declares: token.modifiers.includes('declaration') || isDeclared(unit, token.span) });
    });
  }
  return out.sort((a, b) => (a.file === b.file ? a.span.start - b.span.start : a.file < b.file ? -1 : 1));
}

const isDeclared = ({ unit }: UnitText, { start }: Span): boolean => [unit.functions, unit.prototypes, unit.structs, unit.typedefs, unit.macros].some((list) => list.some((one) => one.span.start === start));

const names = new WeakMap<DeclSyntax, readonly { readonly name: string; readonly span: Span }[]>();

/** The names behind `C.` in a declaration, constants included; spans are of the name and relative to the declaration. */
function namesAfterC(syntax: DeclSyntax): readonly { readonly name: string; readonly span: Span }[] {
  let found = names.get(syntax);
  if (found) return found;
  const out: { name: string; span: Span }[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as { readonly k?: string; readonly name?: string; readonly n?: number; readonly x?: { readonly k?: string; readonly name?: string } };
    if (node.k === 'Selector' && node.x?.k === 'Ident' && node.x.name === 'C') out.push({ name: node.name!, span: { start: node.n!, end: node.n! + node.name!.length } });
    else for (const child of Object.values(node)) walk(child);
  };
  if (/\bC\s*\./.test(syntax.text)) walk(syntax.full());
  names.set(syntax, (found = out));
  return found;
}
