/** Rewrites the address of a first element, `&b[0]`, to unsafe.SliceData(b), which came with Go 1.20 and does not index. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import { since } from './fix-file.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { merge } from './merge.ts';
import { declaredIn, locate } from './place.ts';

/** `at` is the span of `&b[0]` in the file. */
export function sliceData(file: FixFile, fn: FixFunction, at: Span): TextEdit[] | undefined {
  const node = locate(fn, at)?.inside.at(-1);
  if (!node || !('k' in node) || node.k !== 'Unary' || node.op !== '&' || node.x.k !== 'Index' || !since(file, 20)) return undefined;
  const unsafe = ensureImport(file, 'unsafe', declaredIn(fn));
  if (!unsafe) return undefined;
  const { x } = node.x;
  const newText = `${unsafe.name}.SliceData(${file.text.slice(fn.at + x.s, fn.at + x.e)})`;
  return merge(file.text, [{ span: { start: fn.at + node.s, end: fn.at + node.e }, newText }], unsafe.edits);
}
