/** Adds an import to a Go file where gofmt leaves it. Never touches the declaration that carries the preamble. */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { FixFile, FixImport } from './fix-file.ts';
import { endsLine, eolOf, indentAt, lineEnd, lineStart, scanGo, startsLine } from './go-text.ts';
import { tidy } from './tidy.ts';

export interface Imported {
  /** The name under which the package is known in the file: `unsafe`, or what an existing import calls it. */
  readonly name: string;
  /** Empty when the file imports it already. */
  readonly edits: readonly TextEdit[];
}

/**
 * Makes the standard package `path` available. `declared` are names that the place of use declares; undefined when one of them, or a
 * package-level name, or another import takes the package's name.
 */
export function ensureImport(file: FixFile, path: string, declared: ReadonlySet<string> = new Set()): Imported | undefined {
  const same = file.imports.filter((spec) => spec.path === path);
  const usable = same.find((spec) => spec.name !== '_' && spec.name !== '.');
  if (usable) {
    const name = usable.name ?? nameOf(path);
    return declared.has(name) ? undefined : { name, edits: [] };
  }
  const name = nameOf(path);
  if (declared.has(name) || file.packageNames?.has(name)) return undefined;
  if (file.imports.some((spec) => spec.path !== path && (spec.name ?? nameOf(spec.path)) === name)) return undefined;
  const blank = same.find((spec) => spec.name === '_');
  const edits = blank ? unblank(file.text, blank) : addition(file, path);
  const tidied = edits && tidy(file.text, edits);
  return tidied && { name, edits: tidied };
}

/** `_ "unsafe"`, as go:linkname needs it, is served by the plain import as well. */
function unblank(text: string, spec: FixImport): TextEdit[] {
  const quote = /["`]/.exec(text.slice(spec.span.start))!.index;
  return [{ span: span(spec.span.start, spec.span.start + quote), newText: '' }];
}

function addition(file: FixFile, path: string): TextEdit[] | undefined {
  const { text, imports } = file;
  const eol = eolOf(text);
  const decls = [...new Set(imports.map((spec) => spec.decl.start))].map((start) => imports.filter((spec) => spec.decl.start === start));
  const hasC = (specs: readonly FixImport[]): boolean => specs.some((spec) => spec.path === 'C');
  const groups = decls.filter((specs) => specs[0]!.grouped && !hasC(specs));
  const group = groups.find((specs) => specs.some(isStandard)) ?? groups[0];
  if (group) return intoGroup(text, group, path);

  const singles = decls.filter((specs) => !specs[0]!.grouped && !hasC(specs)).map((specs) => specs[0]!);
  if (singles.length === 1) return makeGroup(text, singles[0]!, path);
  if (singles.length > 1) {
    const standard = singles.filter(isStandard);
    const list = standard.length > 0 ? standard : singles;
    return lineAfter(text, (list.findLast((spec) => spec.path < path) ?? list.at(-1)!).decl.end, `${eol}import "${path}"`);
  }

  // A group of "C" alone takes its preamble from the declaration's comment, which a second spec would detach.
  const mixed = decls.find((specs) => specs.length > 1);
  if (mixed) return intoGroup(text, mixed, path);
  if (decls[0]) return lineAfter(text, decls[0][0]!.decl.end, `${eol}${eol}import "${path}"`);
  const end = lineEnd(text, file.packageClause.end);
  const isTight = /^\r?\n[ \t]*[^\s]/.test(text.slice(end));
  return lineAfter(text, file.packageClause.end, `${eol}${eol}import "${path}"${isTight ? eol : ''}`);
}

/** gofmt sorts the specs of consecutive lines; a comment line or a blank line begins a new block. */
function intoGroup(text: string, specs: readonly FixImport[], path: string): TextEdit[] | undefined {
  if (!specs.every((spec) => startsLine(text, spec.span.start) && endsLine(text, spec.span.end))) return undefined;
  const eol = eolOf(text);
  const blocks: FixImport[][] = [];
  for (const spec of specs) {
    const before = blocks.at(-1)?.at(-1);
    const follows = before && lineStart(text, spec.span.start) === nextLine(text, before.span.end);
    if (follows) blocks.at(-1)!.push(spec);
    else blocks.push([spec]);
  }
  const block = blocks.find((b) => b.every(isStandard)) ?? blocks.find((b) => b.some(isStandard)) ?? blocks.find((b) => b.some((s) => s.path === 'C'));
  const first = specs[0]!;
  if (!block) return lineAfter(text, first.decl.start + text.slice(first.decl.start).indexOf('('), `${eol}${indentAt(text, first.span.start)}"${path}"${eol}`);
  const before = block.findLast((spec) => spec.path < path);
  if (before) return lineAfter(text, before.span.end, `${eol}${indentAt(text, before.span.start)}"${path}"`);
  const at = commentAbove(text, block[0]!.span.start);
  return [{ span: span(at, at), newText: `${indentAt(text, block[0]!.span.start)}"${path}"${eol}` }];
}

/** `import "fmt"` becomes a group of two. */
function makeGroup(text: string, spec: FixImport, path: string): TextEdit[] | undefined {
  if (!startsLine(text, spec.decl.start) || !endsLine(text, spec.decl.end)) return undefined;
  const eol = eolOf(text);
  const end = lineEnd(text, spec.decl.end);
  const goesFirst = !isStandard(spec) || path < spec.path;
  const separator = isStandard(spec) ? '' : eol;
  return [
    { span: span(spec.span.start, spec.span.start), newText: `(${eol}\t${goesFirst ? `"${path}"${eol}${separator}\t` : ''}` },
    { span: span(end, end), newText: `${goesFirst ? '' : `${eol}\t"${path}"`}${eol})` },
  ];
}

function lineAfter(text: string, at: number, newText: string): TextEdit[] | undefined {
  const from = text[at] === '(' ? at + 1 : at;
  if (!endsLine(text, from)) return undefined;
  const end = lineEnd(text, from);
  return [{ span: span(end, end), newText }];
}

/** Where the comment lines directly above the line of `at` begin; the line itself when there are none. */
function commentAbove(text: string, at: number): number {
  const { comments } = scanGo(text);
  let top = lineStart(text, at);
  for (;;) {
    const above = comments.find((c) => nextLine(text, c.end) === top && startsLine(text, c.start));
    if (!above) return top;
    top = lineStart(text, above.start);
  }
}

const nextLine = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
};

/** Standard packages have no dot in their first segment. */
const isStandard = (spec: FixImport): boolean => spec.path !== 'C' && !/^[^/]*\./.test(spec.path);

/** The name a package most likely has: the last segment of its path, version suffixes aside. */
function nameOf(path: string): string {
  const segments = path.split('/');
  if (segments.length > 1 && /^v\d+$/.test(segments.at(-1)!)) segments.pop();
  return segments.at(-1)!.replace(/\.v\d+$/, '');
}
