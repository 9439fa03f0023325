/** Reads a function body when it is first asked for: most functions of a C file are never called from Go, and lowering costs as much as parsing. */
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { CBody } from './c-facts.ts';
import { withCursor } from './c-tree.ts';
import type { Lowering } from './expressions.ts';
import { lowerBody } from './statements.ts';

/** Lowers the body of a function given as text; `span` turns offsets in that text into spans of the source. */
export type ReadBody = (definition: string, span: Lowering['span']) => CBody;

/** What stands for a body that cannot be read. */
const unreadable: CBody = { steps: [], hasError: true };

/** Reads bodies with a parser. No tree outlives the call. */
export const bodyReader =
  (parser: Parser): ReadBody =>
  (definition, span) =>
    withCursor(parser, definition, (cursor, copy, clean) => {
      if (!cursor.gotoFirstChild() || cursor.nodeType !== 'function_definition' || !gotoBody(cursor)) return undefined;
      const body = lowerBody(copy(true), definition, span);
      // An error anywhere may have moved what is around it.
      return clean ? body : { ...body, hasError: true };
    }) ?? unreadable;

function gotoBody(cursor: TreeCursor): boolean {
  if (!cursor.gotoFirstChild()) return false;
  do if (cursor.currentFieldName === 'body') return true;
  while (cursor.gotoNextSibling());
  return false;
}

/** `read`, which is called once, when somebody asks. */
export function once<T>(read: () => T): () => T {
  let unread: (() => T) | undefined = read;
  let found: T | undefined;
  return () => {
    if (unread) found = unread();
    unread = undefined;
    return found as T;
  };
}
