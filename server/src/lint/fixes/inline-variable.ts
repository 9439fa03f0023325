/** Puts the value of a variable where its one use stands, and takes the declaration away. Knows nothing of why. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { Assign, Expr } from '../../syntax/go/ast.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { lineEnd, lineStart } from './go-text.ts';
import { merge } from './merge.ts';
import { isNode, locate, walk } from './place.ts';

/** `use` is the span of the variable's name in the file; undefined unless it is `name := value` in a line of its own and used once, and nothing the value reads changes in between. */
export function inlineVariable(file: FixFile, fn: FixFunction, use: Span): TextEdit[] | undefined {
  const node = locate(fn, use)?.inside.at(-1);
  if (!node || !isNode(node, 'Ident') || fn.at + node.s !== use.start) return undefined;
  const found = declaration(fn, node.name);
  const removed = found && removeLine(file, fn, found);
  const value = found?.rhs[0];
  if (!found || !removed || !value || found.e > node.s || uses(fn, node.name) !== 2 || changes(fn, value, found.e, node.s)) return undefined;
  return merge(file.text, [removed, { span: use, newText: file.text.slice(fn.at + value.s, fn.at + value.e) }]);
}

/** The short declaration of the name, when it has one and only one. */
export function declaration(fn: FixFunction, name: string): Assign | undefined {
  const found: Assign[] = [];
  if (fn.decl.body) walk(fn.decl.body, (node) => void (isNode(node, 'Assign') && node.lhs.some((lhs) => lhs.k === 'Ident' && lhs.name === name) && found.push(node)));
  const [only] = found;
  return found.length === 1 && only?.op === ':=' && only.lhs.length === 1 && only.rhs.length === 1 ? only : undefined;
}

/** Takes away the line of a statement; undefined when it shares the line with something, a comment included. */
export function removeLine(file: FixFile, fn: FixFunction, { s, e }: { readonly s: number; readonly e: number }): TextEdit | undefined {
  const { text } = file;
  const start = lineStart(text, fn.at + s);
  const end = lineEnd(text, fn.at + e);
  if (text.slice(start, fn.at + s).trim() !== '' || text.slice(fn.at + e, end).trim() !== '') return undefined;
  const eol = text.startsWith('\r\n', end) ? 2 : 1;
  return { span: { start, end: Math.min(text.length, end + eol) }, newText: '' };
}

/** How often a name stands in the function, its declaration included. */
export function uses(fn: FixFunction, name: string): number {
  let count = 0;
  if (fn.decl.body) walk(fn.decl.body, (node) => void (isNode(node, 'Ident') && node.name === name && count++));
  return count;
}

/** Whether something between two offsets sets what the value reads. */
function changes(fn: FixFunction, value: Expr, from: number, to: number): boolean {
  const names = new Set<string>();
  walk(value, (node) => void (isNode(node, 'Ident') && names.add(node.name)));
  let found = false;
  walk(fn.decl.body!, (node) => {
    if (node.s < from || node.e > to || !('k' in node) || (node.k !== 'Assign' && node.k !== 'IncDec')) return;
    const targets = node.k === 'Assign' ? node.lhs : [node.x];
    for (const target of targets) walk(target, (inner) => void (isNode(inner, 'Ident') && names.has(inner.name) && (found = true)));
  });
  return found;
}
