/** Rewrites `C.malloc(size)` to `C.calloc(1, size)`, which clears the memory. */
import type { TextEdit } from '../../base/edit.ts';
import { span, type Span } from '../../base/span.ts';
import type { FixFile } from './fix-file.ts';

/** `call` and `paren`, the opening parenthesis, are places of the file. */
export function toCalloc(file: FixFile, call: Span, paren: number): TextEdit[] | undefined {
  if (file.text.slice(call.start, paren) !== 'C.malloc') return undefined;
  return [
    { span: span(call.start, paren), newText: 'C.calloc' },
    { span: span(paren + 1, paren + 1), newText: '1, ' },
  ];
}
