/**
 * Copies a Go syntax tree into plain objects in one walk. Each question to the cursor crosses into WebAssembly, which costs more than
 * all else, so what follows from the kind of a node, from a neighbour or from the text is not asked. Knows nothing of meaning.
 */
import type { Language, TreeCursor } from 'web-tree-sitter';
import { wordEnd } from './ascii-word.ts';

export interface RawNode {
  /** Node type; `ERROR` for what is nested too deep to be read. Of an operator, its text. */
  readonly t: string;
  readonly f: string | undefined;
  readonly s: number;
  readonly e: number;
  /** Named children and operators; comments are left out. Operators have no offsets. */
  readonly c: readonly RawNode[];
}

/** Deeper nesting than any hand writes. What lies below is not read: every later walk recurses and the stack is finite. */
const maxDepth = 500;

const words = [
  'identifier', 'type_identifier', 'field_identifier', 'package_identifier', 'blank_identifier', 'label_name', 'nil', 'true', 'false', 'iota',
];

/** Node types without anything below them that somebody reads. */
const leaves = [
  ...words, 'int_literal', 'float_literal', 'imaginary_literal', 'rune_literal', 'interpreted_string_literal', 'raw_string_literal', 'dot',
  'empty_statement', 'fallthrough_statement',
];

/** Node types whose children are in no field. */
const withoutFields = [
  'argument_list', 'block', 'break_statement', 'const_declaration', 'continue_statement', 'dec_statement', 'default_case', 'defer_statement',
  'expression_list', 'expression_statement', 'field_declaration_list', 'go_statement', 'goto_statement', 'import_declaration', 'import_spec_list',
  'inc_statement', 'interface_type', 'literal_element', 'literal_value', 'negated_type', 'parameter_list', 'parenthesized_expression', 'parenthesized_type', 'pointer_type',
  'return_statement', 'select_statement', 'statement_list', 'struct_type', 'type_arguments', 'type_constraint', 'type_declaration', 'type_elem',
  'type_parameter_list', 'var_declaration', 'var_spec_list', 'variadic_argument',
];

/** The bracket that nodes end with: right behind a child it is theirs, and nothing follows. */
const closingBrackets: Readonly<Record<string, string>> = {
  argument_list: ')', parameter_list: ')', parenthesized_expression: ')', parenthesized_type: ')', index_expression: ']', literal_value: '}',
};

const withOperator = ['binary_expression', 'unary_expression', 'assignment_statement'];

/** The fields of the named children of nodes that always have the same ones, in their order. */
const orderedFields: Readonly<Record<string, readonly string[]>> = {
  array_type: ['length', 'element'],
  assignment_statement: ['left', 'right'],
  binary_expression: ['left', 'right'],
  channel_type: ['value'],
  composite_literal: ['type', 'body'],
  implicit_length_array_type: ['element'],
  index_expression: ['operand', 'index'],
  keyed_element: ['key', 'value'],
  map_type: ['key', 'value'],
  qualified_type: ['package', 'name'],
  selector_expression: ['operand', 'field'],
  send_statement: ['channel', 'value'],
  short_var_declaration: ['left', 'right'],
  slice_type: ['element'],
  type_assertion_expression: ['operand', 'type'],
  type_conversion_expression: ['type', 'operand'],
  unary_expression: ['operand'],
};

/** The field that the last child is in, if one is; where it ends, its parent does, and nothing is behind it. */
const lastFields: Readonly<Record<string, string>> = {
  array_type: 'element', assignment_statement: 'right', binary_expression: 'right', call_expression: 'arguments', channel_type: 'value', composite_literal: 'body',
  for_statement: 'body', func_literal: 'body', function_declaration: 'body', if_statement: 'alternative', implicit_length_array_type: 'element',
  keyed_element: 'value', map_type: 'value', method_declaration: 'body', parameter_declaration: 'type', qualified_type: 'name', range_clause: 'right',
  selector_expression: 'field', send_statement: 'value', short_var_declaration: 'right', slice_type: 'element', unary_expression: 'operand', var_spec: 'value',
};

/** Nodes `left.name`, with the type of the name. */
const dotted: Readonly<Record<string, string>> = { selector_expression: 'field_identifier', qualified_type: 'type_identifier' };

const lists = ['argument_list', 'parameter_list'];

/** What there is to know about a node type. */
interface Kind {
  readonly name: string;
  readonly copied: boolean;
  readonly leaf: boolean;
  readonly word: boolean;
  readonly fields: boolean;
  readonly ordered: readonly string[] | undefined;
  readonly last: string | undefined;
  readonly dotted: string | undefined;
  /** Code of the bracket at the end. */
  readonly closing: number | undefined;
  /** In parentheses. */
  readonly list: boolean;
  readonly operator: boolean;
}

/** What may be left out: a child in `field`, or of `type`, of the declaration or of its specs. */
export interface Without {
  readonly field?: string;
  readonly type?: string;
}

const none: readonly RawNode[] = [];
const unknownKind: Kind = {
  name: 'ERROR', copied: true, leaf: true, word: false, fields: false, ordered: undefined, last: undefined, dotted: undefined, closing: undefined, list: false, operator: false,
};

export class TreeCopier {
  readonly #kinds: readonly Kind[];
  readonly #fields: readonly (string | undefined)[];
  #cursor!: TreeCursor;
  #base = 0;
  #text = '';
  #tooDeep = false;

  private constructor(language: Language) {
    this.#kinds = Array.from({ length: language.nodeTypeCount }, (_, id) => kindOf(language, id));
    this.#fields = Array.from({ length: language.fieldCount + 1 }, (_, id) => (id === 0 ? undefined : (language.fieldNameForId(id) ?? undefined)));
  }

  static readonly #known = new WeakMap<Language, TreeCopier>();

  /** The copier for a language; its tables are made once. */
  static of(language: Language): TreeCopier {
    let copier = TreeCopier.#known.get(language);
    if (!copier) TreeCopier.#known.set(language, (copier = new TreeCopier(language)));
    return copier;
  }

  /**
   * Copies the declaration at the cursor, which must be free of syntax errors; the cursor is back on it afterwards. `text` is its text:
   * offsets are relative to it. Undefined when something in it is nested too deep to be read and is more than a sum of literals.
   */
  copy(cursor: TreeCursor, text: string, without: Without = {}): RawNode | undefined {
    this.#cursor = cursor;
    this.#base = cursor.startIndex;
    this.#text = text;
    this.#tooDeep = false;
    const node = this.#node(this.#kinds[cursor.nodeTypeId] ?? unknownKind, undefined, 0, 0, without);
    return this.#tooDeep ? undefined : node;
  }

  #node(kind: Kind, field: string | undefined, start: number, depth: number, without: Without | undefined): RawNode {
    const cursor = this.#cursor;
    if (kind.word) return { t: kind.name, f: field, s: start, e: wordEnd(this.#text, start) ?? cursor.endIndex - this.#base, c: none };
    if (kind.list && this.#text.charCodeAt(start + 1) === closingParenthesis) return { t: kind.name, f: field, s: start, e: start + 2, c: none };
    if (kind.leaf) return { t: kind.name, f: field, s: start, e: cursor.endIndex - this.#base, c: none };
    if (depth > maxDepth) return this.#hidden(field, start);
    let end = kind.last === undefined && kind.closing === undefined ? cursor.endIndex - this.#base : -1;
    if (!cursor.gotoFirstChild()) return { t: kind.name, f: field, s: start, e: end < 0 ? cursor.endIndex - this.#base : end, c: none };
    const children: RawNode[] = [];
    let first = true;
    let named = 0;
    do {
      const childKind = this.#kinds[cursor.nodeTypeId] ?? unknownKind;
      if (childKind.copied) {
        const name = kind.ordered ? kind.ordered[named++] : kind.fields ? this.#fields[cursor.currentFieldId] : undefined;
        if (without === undefined || !((name !== undefined && name === without.field) || childKind.name === without.type)) {
          const passed = without !== undefined && /spec/.test(childKind.name) ? without : undefined;
          const child = this.#node(childKind, name, first ? start : cursor.startIndex - this.#base, depth + 1, passed);
          children.push(child);
          const behind = first && kind.dotted !== undefined ? this.#nameBehind(kind.dotted, kind.last, child.e) : undefined;
          if (behind) children.push(behind);
          if (behind || (name !== undefined && name === kind.last)) {
            end = (behind ?? child).e;
            break;
          }
          if (kind.closing !== undefined && this.#text.charCodeAt(child.e) === kind.closing) {
            end = child.e + 1;
            break;
          }
        }
      } else if (kind.operator && childKind.name !== 'comment') {
        children.push({ t: childKind.name, f: 'operator', s: 0, e: 0, c: none });
      }
      first = false;
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return { t: kind.name, f: field, s: start, e: end < 0 ? cursor.endIndex - this.#base : end, c: children };
  }

  /** The name in `left.name` when it follows as it nearly always does: at once, in ASCII. */
  #nameBehind(type: string, field: string | undefined, at: number): RawNode | undefined {
    if (this.#text.charCodeAt(at) !== dot) return undefined;
    const end = wordEnd(this.#text, at + 1);
    return end === undefined || end === at + 1 ? undefined : { t: type, f: field, s: at + 1, e: end, c: none };
  }

  /** A sum of thousands of string literals is data; anything else may hold what an analysis must not miss. */
  #hidden(field: string | undefined, start: number): RawNode {
    const end = this.#cursor.endIndex - this.#base;
    const code = this.#text.slice(start, end).replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, '');
    this.#tooDeep ||= /[\p{L}_{]/u.test(code);
    return { t: 'ERROR', f: field, s: start, e: end, c: none };
  }
}

const dot = 0x2e;
const closingParenthesis = 0x29;

function kindOf(language: Language, id: number): Kind {
  const name = language.nodeTypeForId(id) ?? 'ERROR';
  return {
    name,
    copied: language.nodeTypeIsNamed(id) && name !== 'comment',
    leaf: leaves.includes(name),
    word: words.includes(name),
    fields: !withoutFields.includes(name),
    ordered: orderedFields[name],
    last: lastFields[name],
    dotted: dotted[name],
    closing: closingBrackets[name]?.charCodeAt(0),
    list: lists.includes(name),
    operator: withOperator.includes(name),
  };
}
