/** Marks an object as released behind the call that released it: clears the field and takes its finalizer back. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { insertAfter } from './insert.ts';
import { merge } from './merge.ts';
import { declaredIn, locate } from './place.ts';

/** `x.ptr = nil` and `runtime.SetFinalizer(x, nil)` behind the statement of `call`. */
export function clearField(file: FixFile, fn: FixFunction, object: string, field: string, call: Span): TextEdit[] | undefined {
  const stmt = locate(fn, call)?.stmt;
  if (stmt?.k !== 'ExprStmt' && stmt?.k !== 'Assign') return undefined;
  const runtime = ensureImport(file, 'runtime', declaredIn(fn));
  if (!runtime) return undefined;
  return merge(file.text, insertAfter(file.text, fn, call, [`${object}.${field} = nil`, `${runtime.name}.SetFinalizer(${object}, nil)`]), runtime.edits);
}
