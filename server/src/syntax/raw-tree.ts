/** One cursor walk that copies a subtree into plain objects: crossing into WebAssembly costs per node, so it happens once. */
import type { TreeCursor } from 'web-tree-sitter';

export interface RawNode {
  /** Node type; `ERROR` and `MISSING` for what the parser could not read. */
  readonly t: string;
  readonly f: string | undefined;
  readonly s: number;
  readonly e: number;
  /** Named children, anonymous ones that fill a field, and errors; comments are left out. */
  readonly c: readonly RawNode[];
}

/** Node types whose inside nobody reads. */
const closed = new Set(['interpreted_string_literal', 'raw_string_literal', 'interface_type']);

/** Copies the node at the cursor and what is below it; the cursor is back on the node afterwards. `base` is subtracted from every offset. */
export function copyTree(cursor: TreeCursor, base: number): RawNode {
  const type = cursor.nodeIsMissing ? 'MISSING' : cursor.nodeType;
  const node = {
    t: type,
    f: cursor.currentFieldName ?? undefined,
    s: cursor.startIndex - base,
    e: cursor.endIndex - base,
    c: [] as RawNode[],
  };
  if (!closed.has(type) && cursor.gotoFirstChild()) {
    do {
      if (cursor.nodeIsNamed ? cursor.nodeType !== 'comment' : cursor.nodeIsMissing || cursor.currentFieldId !== 0) node.c.push(copyTree(cursor, base));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}
