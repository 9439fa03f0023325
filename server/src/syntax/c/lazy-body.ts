/** Reads a function body when it is first asked for: most functions of a C file are never called from Go, and lowering costs as much as parsing. */
import type { Parser } from 'web-tree-sitter';
import type { CBody, CFunction } from './c-facts.ts';
import { childIn, copyNode, withTree } from './c-tree.ts';
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
    withTree(parser, definition, (tree) => {
      const cursor = tree.walk();
      try {
        const node = cursor.gotoFirstChild() && cursor.nodeType === 'function_definition' ? childIn(copyNode(cursor, true), 'body') : undefined;
        if (!node) return undefined;
        const body = lowerBody(node, definition, span);
        // An error anywhere may have moved what is around it.
        return tree.rootNode.hasError ? { ...body, hasError: true } : body;
      } finally {
        cursor.delete();
      }
    }) ?? unreadable;

/** The function with a body that is read once, on demand. */
export function withBody(fn: Omit<CFunction, 'body'>, read: () => CBody | undefined): CFunction {
  let body: CBody | undefined;
  let unread: typeof read | undefined = read;
  return {
    ...fn,
    body: () => {
      if (unread) body = unread();
      unread = undefined;
      return body;
    },
  };
}
