/** Copies the part of a C syntax tree that a reader asks for into plain objects, so that trees can be deleted at once. Knows nothing of meaning. */
import type { Parser, Tree, TreeCursor } from 'web-tree-sitter';

/** A node as plain data. Anonymous nodes (operators, keywords) have their text as type. Offsets are those of the parsed string. */
export interface CNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly children: readonly CNode[];
}

/** Nodes whose inside no reader looks at. */
const leaves = new Set([
  'comment', 'string_literal', 'concatenated_string', 'char_literal', 'number_literal', 'system_lib_string', 'primitive_type', 'sized_type_specifier',
  'attribute_specifier', 'attribute_declaration', 'ms_declspec_modifier', 'type_qualifier', 'storage_class_specifier',
  'alignof_expression', 'offsetof_expression', 'preproc_arg', 'bitfield_clause',
]);

/** Deeper nesting than any hand writes; what lies below is left out rather than overflowing the stack. */
const maxDepth = 600;

/** The node under the cursor with everything below it that matters, bodies of functions left out unless asked for. The cursor stays where it was. */
export function copyNode(cursor: TreeCursor, bodies: boolean, depth = 0): CNode {
  const type = cursor.nodeType;
  const children: CNode[] = [];
  const node: CNode = { type, field: cursor.currentFieldName ?? undefined, start: cursor.startIndex, end: cursor.endIndex, children };
  if (depth < maxDepth && !leaves.has(type) && (bodies || type !== 'compound_statement') && cursor.gotoFirstChild()) {
    do children.push(copyNode(cursor, bodies, depth + 1));
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}

/** Parses `text` and gives the tree to `use`; the tree is deleted afterwards whatever happens. Undefined when the parser gives up. */
export function withTree<T>(parser: Parser, text: string, use: (tree: Tree) => T): T | undefined {
  const tree = parser.parse(text);
  if (!tree) return undefined;
  try {
    return use(tree);
  } finally {
    tree.delete();
  }
}

/** The first child in `field`. */
export const childIn = (node: CNode, field: string): CNode | undefined => node.children.find((child) => child.field === field);

/** The first child of one of the types. */
export const childOf = (node: CNode, ...types: readonly string[]): CNode | undefined => node.children.find((child) => types.includes(child.type));
