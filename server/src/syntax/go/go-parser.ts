/**
 * Keeps one Go file parsed: incremental while it is whole, declaration by declaration while it is not, because one
 * unclosed brace makes the parser swallow everything below it. Trees never leave this file and are deleted when dropped.
 */
import { Edit, type Parser, type Tree, type TreeCursor } from 'web-tree-sitter';
import type { TextEdit } from '../../base/edit.ts';
import { LineIndex } from '../../base/line-index.ts';
import type { Span } from '../../base/span.ts';
import { copyTree, type RawNode } from '../raw-tree.ts';
import type { Decl } from './ast.ts';
import { convertDecl } from './convert.ts';
import type { DeclKind, DeclSyntax, GoFile, TopDecl } from './go-file.ts';
import { splitDeclarations } from './recovery.ts';

const kinds: Readonly<Record<string, DeclKind>> = {
  function_declaration: 'func',
  method_declaration: 'func',
  type_declaration: 'type',
  var_declaration: 'var',
  const_declaration: 'const',
  import_declaration: 'import',
};

/** A body without any of these words cannot hold, take or release anything that the analyses track; it is read only when asked for. */
const mayMatter = /\b(?:C|unsafe|runtime|cgo|syscall|reflect)\s*\.|\b(?:panic|recover)\s*\(/;

interface Item {
  readonly kind: 'comment' | 'package' | DeclKind | 'broken';
  readonly start: number;
  readonly end: number;
  readonly syntax?: DeclSyntax;
}

export class GoParser {
  readonly #parser: Parser;
  #tree: Tree | undefined;
  #text = '';
  #lines: LineIndex | undefined;
  #syntax = new Map<string, DeclSyntax>();

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /** Tells the tree about edits, in order, each against the text after the one before; the next `read` then parses only what changed. */
  edit(edits: readonly TextEdit[]): string {
    for (const { span, newText } of edits) {
      const next = this.#text.slice(0, span.start) + newText + this.#text.slice(span.end);
      const before = (this.#lines ??= new LineIndex(this.#text));
      const after = new LineIndex(next);
      const point = (index: LineIndex, offset: number): { row: number; column: number } => {
        const { line, character } = index.positionAt(offset);
        return { row: line, column: character };
      };
      const newEnd = span.start + newText.length;
      this.#tree?.edit(
        new Edit({
          startIndex: span.start,
          oldEndIndex: span.end,
          newEndIndex: newEnd,
          startPosition: point(before, span.start),
          oldEndPosition: point(before, span.end),
          newEndPosition: point(after, newEnd),
        }),
      );
      this.#text = next;
      this.#lines = after;
    }
    return this.#text;
  }

  /** Parses `text`, which must be the edited text if `edit` was called since the last read. */
  read(text: string): GoFile {
    const reuse = this.#tree !== undefined && text === this.#text ? this.#tree : undefined;
    if (!reuse) this.#lines = undefined;
    this.#text = text;
    const tree = this.#parser.parse(text, reuse);
    this.#tree?.delete();
    this.#tree = tree ?? undefined;
    const known = this.#syntax;
    this.#syntax = new Map();
    const items = tree && !tree.rootNode.hasError ? this.#items(tree, 0, text, known) : this.#recover(text, known);
    return assemble(text, items, this.#addressed(text));
  }

  /** Frees the tree; the file stays usable and is parsed whole the next time. */
  dropTree(): void {
    this.#tree?.delete();
    this.#tree = undefined;
  }

  /** The identifier at an offset, with what qualifies it; undefined in strings and comments. Serves hovers. */
  nameAt(offset: number): { qualifier?: string; name: string; span: Span } | undefined {
    const node = this.#tree?.rootNode.descendantForIndex(offset);
    if (!node || !/identifier$/.test(node.type)) return undefined;
    const found = { name: node.text, span: { start: node.startIndex, end: node.endIndex } };
    const parent = node.parent;
    const left = parent?.childForFieldName('operand') ?? parent?.childForFieldName('package');
    if (parent && left && (parent.type === 'selector_expression' || parent.type === 'qualified_type') && left.startIndex !== node.startIndex) {
      return { ...found, qualifier: left.text };
    }
    return found;
  }

  /** Comments that address this product, wherever they stand. */
  #addressed(text: string): Span[] {
    const found: Span[] = [];
    for (let i = text.indexOf('cgoguard:'); i >= 0; i = text.indexOf('cgoguard:', i + 1)) {
      const node = this.#tree?.rootNode.descendantForIndex(i);
      if (node?.type === 'comment' && found.at(-1)?.start !== node.startIndex) found.push({ start: node.startIndex, end: node.endIndex });
    }
    return found;
  }

  #items(tree: Tree, base: number, text: string, known: Map<string, DeclSyntax>): Item[] {
    const items: Item[] = [];
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) {
      do {
        const type = cursor.nodeType;
        const start = cursor.startIndex + base;
        const end = cursor.endIndex + base;
        const kind = kinds[type];
        if (type === 'comment') items.push({ kind: 'comment', start, end });
        else if (type === 'package_clause') items.push({ kind: 'package', start, end });
        else if (kind) items.push({ kind, start, end, syntax: this.#syntaxOf(cursor, kind, text.slice(start, end), known) });
        else if (cursor.nodeIsNamed) items.push({ kind: 'broken', start, end });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    return items;
  }

  #syntaxOf(cursor: TreeCursor, kind: DeclKind, text: string, known: Map<string, DeclSyntax>): DeclSyntax {
    const old = this.#syntax.get(text) ?? known.get(text);
    if (old) {
      this.#syntax.set(text, old);
      return old;
    }
    const later = (kind === 'func' && !mayMatter.test(text)) || kind === 'const';
    const decl = convertDecl(later ? copyHead(cursor, cursor.startIndex) : copyTree(cursor, cursor.startIndex), text);
    const made = new LazyDecl(kind, text, decl, later ? this.#parser : undefined);
    this.#syntax.set(text, made);
    return made;
  }

  #recover(text: string, known: Map<string, DeclSyntax>): Item[] {
    return splitDeclarations(text, (part) => {
      const tree = this.#parser.parse(part.text);
      if (!tree) return undefined;
      const whole = !tree.rootNode.hasError;
      const items = whole ? this.#items(tree, part.start, text, known) : undefined;
      tree.delete();
      return items;
    }).flatMap((part): readonly Item[] => part.value ?? [{ kind: 'broken', start: part.start, end: part.end }]);
  }
}

class LazyDecl implements DeclSyntax {
  readonly kind: DeclKind;
  readonly text: string;
  readonly decl: Decl;
  #parser: Parser | undefined;
  #full: Decl | undefined;

  constructor(kind: DeclKind, text: string, decl: Decl, parser: Parser | undefined) {
    this.kind = kind;
    this.text = text;
    this.decl = decl;
    this.#parser = parser;
  }

  full(): Decl {
    if (this.#parser === undefined) return this.decl;
    if (this.#full) return this.#full;
    const tree = this.#parser.parse(this.text);
    const cursor = tree?.walk();
    this.#full = cursor?.gotoFirstChild() ? convertDecl(copyTree(cursor, 0), this.text) : this.decl;
    cursor?.delete();
    tree?.delete();
    return this.#full;
  }
}

/** Like copyTree, without the body. */
function copyHead(cursor: TreeCursor, base: number): RawNode {
  const node = { t: cursor.nodeType, f: undefined, s: cursor.startIndex - base, e: cursor.endIndex - base, c: [] as RawNode[] };
  if (cursor.gotoFirstChild()) {
    do {
      if (cursor.nodeIsNamed && cursor.currentFieldName !== 'body' && cursor.nodeType !== 'const_spec') node.c.push(copyTree(cursor, base));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}

function assemble(text: string, items: readonly Item[], addressed: readonly Span[]): GoFile {
  const decls: TopDecl[] = [];
  const broken: Span[] = [];
  const comments: Span[] = [];
  let clause: Item | undefined;
  let group: Span | undefined;
  for (const item of items) {
    const touches = group !== undefined && /^[ \t]*(?:\r\n|\n|\r)[ \t]*$/.test(text.slice(group.end, item.start));
    const sameLine = group !== undefined && /^[ \t]*$/.test(text.slice(group.end, item.start));
    if (item.kind === 'comment') {
      comments.push({ start: item.start, end: item.end });
      // A comment behind a declaration on the same line starts no group.
      group = touches && group ? { start: group.start, end: item.end } : { start: item.start, end: item.end };
      continue;
    }
    if (item.kind === 'package') clause ??= item;
    else if (item.syntax === undefined) broken.push({ start: item.start, end: item.end });
    else decls.push({ start: item.start, end: item.end, syntax: item.syntax, ...((touches || sameLine) && group ? { doc: group } : {}) });
    group = undefined;
  }
  const name = clause && /^package\s+(?:\/\*.*?\*\/\s*)*(\w+|[\p{L}_][\p{L}\p{N}_]*)/su.exec(text.slice(clause.start, clause.end))?.[1];
  const inside = addressed.filter((span) => !comments.some((other) => other.start === span.start));
  return {
    text,
    ...(name !== undefined ? { packageName: name } : {}),
    packageClause: clause ? { start: clause.start, end: clause.end } : { start: 0, end: 0 },
    decls,
    broken,
    comments: [...comments, ...inside].sort((a, b) => a.start - b.start),
  };
}
