/** Turns `defer f(x)` into `defer func() { f(x) }()`, which reads x when the function returns. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { isNode, locate } from './place.ts';

/** Undefined where the call takes more than one line, and in a loop, where every closure would read the last value. */
export function deferLate(file: FixFile, fn: FixFunction, call: Span): TextEdit[] | undefined {
  const place = locate(fn, call);
  const text = file.text.slice(call.start, call.end);
  if (!place || !isNode(place.stmt, 'Defer') || place.inLoop || text.includes('\n')) return undefined;
  return [{ span: call, newText: `func() { ${text} }()` }];
}
