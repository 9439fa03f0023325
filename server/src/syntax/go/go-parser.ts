/**
 * Keeps one Go file parsed: incremental while it is whole, declaration by declaration while it is not, because one
 * unclosed brace makes the parser swallow everything below it. Trees never leave this file and are deleted when dropped.
 */
import { Edit, type Parser, type Tree, type TreeCursor } from 'web-tree-sitter';
import type { TextEdit } from '../../base/edit.ts';
import { LineIndex } from '../../base/line-index.ts';
import type { Span } from '../../base/span.ts';
import { TreeCopier, type Without } from '../raw-tree.ts';
import type { Decl } from './ast.ts';
import { convertDecl } from './convert.ts';
import type { DeclKind, DeclSyntax, GoFile, TopDecl } from './go-file.ts';
import { commentsBetween, declarationEnd, headEnd, type Part, splitDeclarations } from './recovery.ts';

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

/** What is not looked at until somebody asks: bodies, and values of package variables and constants. */
const later: Readonly<Record<DeclKind, Without | undefined>> = {
  func: { field: 'body' },
  var: { field: 'value' },
  const: { type: 'const_spec' },
  type: undefined,
  import: undefined,
};

/** How long the parser may take for a text, in milliseconds, and in addition for each unit of it: many times what broken Go takes on a busy machine. */
const patience = 2000;
const patiencePerUnit = 0.04;

interface Item {
  readonly kind: 'comment' | 'package' | DeclKind | 'broken';
  readonly start: number;
  readonly end: number;
  readonly syntax?: DeclSyntax;
}

/** The items of the parts of a broken file by text, with offsets relative to the part; undefined for a part with a syntax error. */
type Parts = Map<string, readonly Item[] | undefined>;

export class GoParser {
  readonly #parser: Parser;
  #tree: Tree | undefined;
  #text = '';
  #lines: LineIndex | undefined;
  #syntax = new Map<string, DeclSyntax>();
  #parts: Parts = new Map();
  /** The last state without syntax errors: when the next keystroke breaks the file, its parts are known from here. */
  #whole: { readonly text: string; readonly items: readonly Item[] } | undefined;

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /** Tells the tree about edits, in order, each against the text after the one before; the next `read` then parses only what changed. */
  edit(edits: readonly TextEdit[]): string {
    for (const { span, newText } of edits) {
      const next = this.#text.slice(0, span.start) + newText + this.#text.slice(span.end);
      const before = (this.#lines ??= LineIndex.of(this.#text));
      const after = LineIndex.of(next);
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
    // The grammar takes some declarations for broken when no line ends behind them.
    const tree = this.#parse(text, reuse);
    this.#tree?.delete();
    this.#tree = tree ?? undefined;
    const known = this.#syntax;
    this.#syntax = new Map();
    let items: readonly Item[];
    if (tree && !tree.rootNode.hasError) {
      items = this.#items(tree, text, known);
      this.#whole = { text, items };
      this.#parts.clear();
    } else {
      items = tree ? this.#recover(text, known) : [{ kind: 'broken', start: 0, end: text.length }];
      this.#whole = undefined;
    }
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

  /** Undefined for what is no Go at all: bytes of something else, or a text that the parser is lost in. */
  #parse(text: string, old?: Tree): Tree | undefined {
    if (text.includes('\0')) return undefined;
    const end = performance.now() + patience + text.length * patiencePerUnit;
    const tree = this.#parser.parse(`${text}\n`, old, { progressCallback: () => performance.now() > end });
    if (!tree) this.#parser.reset();
    return tree ?? undefined;
  }

  /** Comments that address this product, wherever they stand. */
  #addressed(text: string): Span[] {
    const found: Span[] = [];
    for (let i = text.indexOf('cgoguard:'); i >= 0; i = text.indexOf('cgoguard:', i + 1)) {
      const node = this.#tree?.rootNode.descendantForIndex(i);
      if (node?.type === 'comment' && found.at(-1)?.start !== node.startIndex) found.push({ start: node.startIndex, end: commentEnd(text, node.endIndex) });
    }
    return found;
  }

  #items(tree: Tree, text: string, known: Map<string, DeclSyntax>): Item[] {
    const items: Item[] = [];
    const copier = TreeCopier.of(tree.language);
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) {
      do {
        const type = cursor.nodeType;
        const start = cursor.startIndex;
        const end = Math.min(cursor.endIndex, text.length);
        const kind = kinds[type];
        if (type === 'comment') items.push({ kind: 'comment', start, end: commentEnd(text, end) });
        else if (type === 'package_clause') items.push({ kind: 'package', start, end });
        else if (kind) {
          const syntax = this.#syntaxOf(copier, cursor, kind, text.slice(start, end), known);
          items.push(syntax ? { kind, start, end, syntax } : { kind: 'broken', start, end });
        } else if (cursor.nodeIsNamed) items.push({ kind: 'broken', start, end });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    return items;
  }

  #syntaxOf(copier: TreeCopier, cursor: TreeCursor, kind: DeclKind, text: string, known: Map<string, DeclSyntax>): DeclSyntax | undefined {
    const old = this.#syntax.get(text) ?? known.get(text);
    if (old) {
      this.#syntax.set(text, old);
      return old;
    }
    const without = kind === 'const' || !mayMatter.test(text) ? later[kind] : undefined;
    const raw = copier.copy(cursor, text, without);
    if (!raw) return undefined;
    const made = new LazyDecl(kind, text, convertDecl(raw, text), without && this.#parser);
    this.#syntax.set(text, made);
    return made;
  }

  /** Reads a broken file part by part; only parts whose text is new are parsed. */
  #recover(text: string, known: Map<string, DeclSyntax>): Item[] {
    const before = this.#whole ? partsOf(this.#whole.text, this.#whole.items) : this.#parts;
    const parts: Parts = new Map();
    const read = (part: string): readonly Item[] | undefined => {
      if (parts.has(part)) return parts.get(part);
      const items = before.has(part) ? before.get(part) : this.#readPart(part, known);
      for (const { syntax } of items ?? []) if (syntax) this.#syntax.set(syntax.text, syntax);
      parts.set(part, items);
      return items;
    };
    this.#parts = parts;
    return splitDeclarations(text, (part) => read(part.text)).flatMap((part) => {
      const end = part.value ? part.end : declarationEnd(part);
      const own = part.value ?? (end === undefined ? undefined : read(text.slice(part.start, end)));
      if (own && end !== undefined) {
        const rest: Item[] = end < part.end ? [{ kind: 'broken', start: end, end: part.end }] : [];
        return [...own.map((item) => shifted(item, part.start)), ...rest];
      }
      const comments = commentsBetween(text, part.start, part.keyword).map((span): Item => ({ kind: 'comment', ...span }));
      const head = this.#head(part, known);
      return [...comments, ...(head ? [head] : []), { kind: 'broken' as const, start: head?.end ?? part.keyword, end: part.end }];
    });
  }

  /** A function whose body cannot be read: it ends behind the opening brace, and what it does is unknown. */
  #head(part: Part, known: Map<string, DeclSyntax>): Item | undefined {
    const end = headEnd(part);
    if (end === undefined) return undefined;
    const text = part.text.slice(part.keyword - part.start, end - part.start);
    let syntax = this.#syntax.get(text) ?? known.get(text);
    if (!syntax) {
      const items = this.#readPart(`${text}}`, new Map());
      const decl = items?.length === 1 ? items[0]!.syntax?.decl : undefined;
      if (decl?.k !== 'Func') return undefined;
      const body = { s: text.length - 1, e: text.length };
      syntax = new LazyDecl('func', text, { ...decl, e: text.length, body: { k: 'Block', ...body, body: [{ k: 'Bad', ...body }] } }, undefined);
    }
    this.#syntax.set(text, syntax);
    return { kind: 'func', start: part.keyword, end, syntax };
  }

  #readPart(text: string, known: Map<string, DeclSyntax>): Item[] | undefined {
    const tree = this.#parse(text);
    const items = tree && !tree.rootNode.hasError ? this.#items(tree, text, known) : undefined;
    tree?.delete();
    return items;
  }
}

/** The parser counts the carriage return of a line's end to the comment before it. */
const commentEnd = (text: string, end: number): number => (text[end - 1] === '\r' ? end - 1 : end);

const shifted = (item: Item, by: number): Item => ({ ...item, start: item.start + by, end: item.end + by });

/** What reading each part of a file without errors would give. */
function partsOf(text: string, items: readonly Item[]): Parts {
  const parts: Parts = new Map();
  let from = 0;
  splitDeclarations(text, (part) => {
    while (from < items.length && items[from]!.end <= part.start) from++;
    let to = from;
    while (to < items.length && items[to]!.end <= part.end) to++;
    const straddles = [items[from], items[to]].some((item) => item && item.start < part.end && (item.start < part.start || item.end > part.end));
    if (straddles) return undefined;
    const own = items.slice(from, to).map((item) => shifted(item, -part.start));
    parts.set(part.text, own);
    return own;
  });
  return parts;
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
    const tree = this.#parser.parse(`${this.text}\n`);
    const cursor = tree?.walk();
    const raw = tree && cursor?.gotoFirstChild() ? TreeCopier.of(tree.language).copy(cursor, this.text) : undefined;
    this.#full = raw ? convertDecl(raw, this.text) : this.decl;
    cursor?.delete();
    tree?.delete();
    return this.#full;
  }
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
      group = (touches || sameLine) && group ? { start: group.start, end: item.end } : { start: item.start, end: item.end };
      continue;
    }
    if (item.kind === 'package') clause ??= item;
    else if (item.syntax === undefined) broken.push({ start: item.start, end: item.end });
    else decls.push({ start: item.start, end: item.end, syntax: item.syntax, ...((touches || sameLine) && group ? { doc: group } : {}) });
    group = undefined;
  }
  const name = clause && /^package\s+(?:\/\*.*?\*\/\s*)*([\p{L}_][\p{L}\p{N}_]*)/su.exec(text.slice(clause.start, clause.end))?.[1];
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
