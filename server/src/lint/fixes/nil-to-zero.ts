/** Writes 0 where nil stands; knows nothing of why. */
import type { TextEdit } from '../../base/edit.ts';
import { contains, type Span } from '../../base/span.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { fileSpan, isNode, walk } from './place.ts';

/** `within` is a span of the file; undefined unless exactly one nil stands in it. */
export function nilToZero(_file: FixFile, fn: FixFunction, within: Span): TextEdit[] | undefined {
  const found: Span[] = [];
  if (!fn.decl.body) return undefined;
  walk(fn.decl.body, (node) => {
    if (isNode(node, 'Ident') && node.name === 'nil' && contains(within, fileSpan(fn, node))) found.push(fileSpan(fn, node));
  });
  const [only] = found;
  return only && found.length === 1 ? [{ span: only, newText: '0' }] : undefined;
}
