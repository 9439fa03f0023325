/**
 * Copies the part of a C syntax tree that a reader asks for into plain objects, so that trees can be deleted at once. Each question to the
 * cursor crosses into WebAssembly, which costs more than all else: what follows from the kind of a node, from a neighbour or from the text
 * is not asked. Knows nothing of meaning.
 */
import type { Language, Parser, Tree, TreeCursor } from 'web-tree-sitter';
import { wordEnd } from '../ascii-word.ts';

/**
 * A node as plain data. Comments have no field. Of anonymous nodes only operators, labels of cases and the dots of a macro are there, with their
 * text as type and without offsets. Offsets are those of the text that was read.
 */
export interface CNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly children: readonly CNode[];
}

/** Copies the node under the cursor with everything below it that matters, statements and initial values only if asked to. The cursor stays where it was. */
export type Copy = (bodies: boolean) => CNode;

/** Nodes of one word: where it ends the text tells. */
const words = ['identifier', 'type_identifier', 'field_identifier', 'statement_identifier', 'primitive_type', 'storage_class_specifier'];

/** Nodes whose inside no reader looks at. */
const leaves = [
  ...words, 'comment', 'string_literal', 'concatenated_string', 'char_literal', 'number_literal', 'system_lib_string', 'sized_type_specifier', 'attribute_specifier',
  'attribute_declaration', 'ms_declspec_modifier', 'type_qualifier', 'alignof_expression', 'offsetof_expression', 'preproc_arg', 'bitfield_clause', 'null', 'true', 'false',
];

/** Nodes that are in no field, wherever they stand. */
const outsideFields = [
  'comment', 'ERROR', 'storage_class_specifier', 'type_qualifier', 'attribute_specifier', 'attribute_declaration', 'bitfield_clause', 'ms_declspec_modifier', 'ms_based_modifier',
  'ms_pointer_modifier',
];

/** Nodes whose children are in no field. */
const withoutFields = [
  'argument_list', 'attributed_declarator', 'attributed_statement', 'compound_statement', 'declaration_list', 'else_clause', 'enumerator_list', 'expression_statement', 'extension_expression',
  'field_declaration_list', 'initializer_list', 'parameter_list', 'parenthesized_declarator', 'parenthesized_expression', 'preproc_else', 'preproc_params', 'return_statement',
];

/** The fields of the named children of nodes that always have the same ones, in their order. */
const orderedFields: Readonly<Record<string, readonly string[]>> = {
  abstract_pointer_declarator: ['declarator'],
  array_declarator: ['declarator', 'size'],
  assignment_expression: ['left', 'right'],
  binary_expression: ['left', 'right'],
  call_expression: ['function', 'arguments'],
  cast_expression: ['type', 'value'],
  comma_expression: ['left', 'right'],
  declaration: ['type', 'declarator'],
  do_statement: ['body', 'condition'],
  enumerator: ['name', 'value'],
  field_declaration: ['type', 'declarator'],
  field_expression: ['argument', 'field'],
  function_declarator: ['declarator', 'parameters'],
  goto_statement: ['label'],
  if_statement: ['condition', 'consequence', 'alternative'],
  init_declarator: ['declarator', 'value'],
  labeled_statement: ['label'],
  parameter_declaration: ['type', 'declarator'],
  pointer_declarator: ['declarator'],
  pointer_expression: ['argument'],
  preproc_def: ['name', 'value'],
  preproc_function_def: ['name', 'parameters', 'value'],
  preproc_include: ['path'],
  subscript_expression: ['argument', 'index'],
  switch_statement: ['condition', 'body'],
  type_definition: ['type', 'declarator'],
  type_descriptor: ['type', 'declarator'],
  unary_expression: ['argument'],
  update_expression: ['argument'],
  while_statement: ['condition', 'body'],
};

/** Nodes that have any number of children in the last of these fields. */
const withMore = ['declaration', 'field_declaration', 'type_definition'];

/** Nodes with an operator, which is their only token that counts. */
const withOperator = ['assignment_expression', 'binary_expression', 'field_expression', 'pointer_expression', 'unary_expression', 'update_expression'];
const withTokens = [...withOperator, 'case_statement', 'preproc_params'];

/** Lists without anything in them, as they are nearly always written. */
const emptyLists: Readonly<Record<string, readonly string[]>> = { argument_list: ['()'], parameter_list: ['()', '(void)'] };

/** A name and its value, which counts in bodies only. */
const withValue = ['enumerator', 'init_declarator'];

/** What there is to know about a node type. */
interface Kind {
  readonly name: string;
  readonly named: boolean;
  readonly word: boolean;
  readonly leaf: boolean;
  /** What is in it counts in bodies only. */
  readonly block: boolean;
  readonly value: boolean;
  /** How it is written when there is nothing in it. */
  readonly empty: readonly string[] | undefined;
  readonly outsideFields: boolean;
  readonly fields: boolean;
  readonly ordered: readonly string[] | undefined;
  /** The field of what comes behind those. */
  readonly more: string | undefined;
  readonly definition: boolean;
  readonly tokens: boolean;
  readonly operator: boolean;
}

/** Deeper nesting than any hand writes; what lies below is left out rather than overflowing the stack. */
const maxDepth = 600;

const none: readonly CNode[] = [];

/** The node types and the fields of the language, by their numbers. */
class Names {
  readonly #kinds: readonly Kind[];
  readonly #error: Kind;
  readonly #fields: readonly (string | undefined)[];

  private constructor(language: Language) {
    this.#kinds = Array.from({ length: language.nodeTypeCount }, (_, id) => kindOf(language.nodeTypeForId(id) ?? 'ERROR', language.nodeTypeIsNamed(id)));
    this.#error = kindOf('ERROR', true);
    this.#fields = Array.from({ length: language.fieldCount + 1 }, (_, id) => (id === 0 ? undefined : (language.fieldNameForId(id) ?? undefined)));
  }

  static readonly #known = new WeakMap<Language, Names>();

  /** The tables are made once. */
  static of(language: Language): Names {
    let names = Names.#known.get(language);
    if (!names) Names.#known.set(language, (names = new Names(language)));
    return names;
  }

  kind(cursor: TreeCursor): Kind {
    return this.#kinds[cursor.nodeTypeId] ?? this.#error;
  }

  field(cursor: TreeCursor): string | undefined {
    return this.#fields[cursor.currentFieldId];
  }
}

/** Copies nodes of one tree. `clean`: there is no syntax error in it, so that nodes are as the grammar has them. */
class Copier {
  readonly #names: Names;
  readonly #cursor: TreeCursor;
  readonly #text: string;
  readonly #clean: boolean;
  #bodies = false;

  constructor(names: Names, cursor: TreeCursor, text: string, clean: boolean) {
    this.#names = names;
    this.#cursor = cursor;
    this.#text = text;
    this.#clean = clean;
  }

  copy(bodies: boolean): CNode {
    this.#bodies = bodies;
    return this.#node(this.#names.kind(this.#cursor), this.#names.field(this.#cursor), this.#cursor.startIndex, 0);
  }

  #node(kind: Kind, field: string | undefined, start: number, depth: number): CNode {
    const cursor = this.#cursor;
    const clean = this.#clean;
    const end = (clean && kind.word ? wordEnd(this.#text, start) : undefined) ?? cursor.endIndex;
    const type = kind.name;
    const written = clean && kind.definition ? this.#definition(start, end) : undefined;
    if (written) return { type, field, start, end, children: written };
    if (this.#isClosed(kind, start, end) || depth >= maxDepth || !cursor.gotoFirstChild()) return { type, field, start, end, children: none };
    const children: CNode[] = [];
    let named = 0;
    let first = true;
    do {
      const child = this.#names.kind(cursor);
      if (child.named) {
        const inField = child.outsideFields || !kind.fields ? undefined : clean && kind.ordered ? (kind.ordered[named++] ?? kind.more) : this.#names.field(cursor);
        const copied = this.#node(child, inField, first ? start : cursor.startIndex, depth + 1);
        children.push(copied);
        if ((kind.value && !this.#bodies) || (clean && endsWith(this.#text, copied.end, end))) break;
      } else if (kind.tokens) {
        children.push({ type: child.name, field: kind.operator ? 'operator' : undefined, start, end: start, children: none });
      }
      first = false;
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return { type, field, start, end, children };
  }

  /** The name and the value of a macro, when it is written as nearly all are. */
  #definition(start: number, end: number): readonly CNode[] | undefined {
    definition.lastIndex = start;
    const [line, before = '', name = '', between = '', value] = definition.exec(this.#text) ?? [];
    if (line?.length !== end - start) return undefined;
    const at = start + before.length;
    const node: CNode = { type: 'identifier', field: 'name', start: at, end: at + name.length, children: none };
    const behind = node.end + between.length;
    return value === undefined ? [node] : [node, { type: 'preproc_arg', field: 'value', start: behind, end: behind + value.length, children: none }];
  }

  /** Whether nothing that is in a node counts. */
  #isClosed({ leaf, block, empty }: Kind, start: number, end: number): boolean {
    if (leaf || block) return leaf || !this.#bodies;
    return this.#clean && empty !== undefined && empty.some((written) => written.length === end - start && this.#text.startsWith(written, start));
  }
}

/** A definition on one line, without comments. */
const definition = /(#[ \t]*define[ \t]+)([A-Za-z_]\w*)(?:([ \t]+)([^\s/\\][^\n/\\]*))?\r?\n/y;

/** Whether nothing follows a child but the token that its parent ends with. */
function endsWith(text: string, from: number, end: number): boolean {
  let at = from;
  while (at < end && text.charCodeAt(at) <= 32) at++;
  return at === end || (at === end - 1 && closing.includes(text[at]!));
}

const closing = ';)}]';

function kindOf(name: string, named: boolean): Kind {
  return {
    name,
    named,
    word: words.includes(name),
    leaf: leaves.includes(name),
    block: name === 'compound_statement',
    value: withValue.includes(name),
    empty: emptyLists[name],
    outsideFields: outsideFields.includes(name),
    fields: !withoutFields.includes(name),
    ordered: orderedFields[name],
    more: withMore.includes(name) ? orderedFields[name]?.at(-1) : undefined,
    definition: name === 'preproc_def',
    tokens: withTokens.includes(name),
    operator: withOperator.includes(name),
  };
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

/** Parses `text` and gives a cursor on the root to `use`, with what copies the node under it, and whether there is no error in the tree. */
export const withCursor = <T>(parser: Parser, text: string, use: (cursor: TreeCursor, copy: Copy, clean: boolean) => T): T | undefined =>
  withTree(parser, text, (tree) => {
    const clean = !tree.rootNode.hasError;
    const cursor = tree.walk();
    const copier = new Copier(Names.of(tree.language), cursor, text, clean);
    try {
      return use(cursor, (bodies) => copier.copy(bodies), clean);
    } finally {
      cursor.delete();
    }
  });

/** The first child in `field`. */
export function childIn(node: CNode, field: string): CNode | undefined {
  for (const child of node.children) if (child.field === field) return child;
  return undefined;
}

/** The first child of a type. */
export function childOf(node: CNode, type: string): CNode | undefined {
  for (const child of node.children) if (child.type === type) return child;
  return undefined;
}
