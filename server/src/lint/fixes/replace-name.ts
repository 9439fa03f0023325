/** Writes something else where a name stands; knows nothing of why. */
import type { TextEdit } from '../../base/edit.ts';
import { contains, type Span } from '../../base/span.ts';
import type { FixFunction } from './fix-file.ts';
import { fileSpan, isNode, walk } from './place.ts';

/** `within` is a span of the file; undefined unless the name stands in it exactly once. */
export function replaceName(fn: FixFunction, within: Span, name: string, newText: string): TextEdit[] | undefined {
  const found: Span[] = [];
  if (!fn.decl.body) return undefined;
  walk(fn.decl.body, (node) => {
    if (isNode(node, 'Ident') && node.name === name && contains(within, fileSpan(fn, node))) found.push(fileSpan(fn, node));
  });
  const [only] = found;
  return only && found.length === 1 ? [{ span: only, newText }] : undefined;
}
