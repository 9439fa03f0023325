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
import { assemble } from './assemble.ts';
import type { DeclKind, DeclSyntax, GoFile } from './go-file.ts';
import { isBroken, type Item, KnownItems, shifted } from './known-items.ts';
import { commentsBetween, declarationEnd, headEnd, isSurelyBroken, type Part, splitDeclarations } from './recovery.ts';

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

/**
 * How much time of the processor the parser may take for a text, in milliseconds, and in addition for each unit of it: many times what broken
 * Go takes. Not time of the clock alone, by which a busy machine would lose files that an idle one reads. Other threads of this process count as well.
 */
const patience = 4000;
const patiencePerUnit = 0.08;

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Asking for the processor's time costs more than parsing a small file: nothing is lost when the beginning of the parse is taken for so much earlier. */
const inaccuracy = 100;
let lately = { clock: -Infinity, processor: 0 };

/** Tells when so much time has passed, of the clock and of the processor. The parser asks again and again, and the clock answers for nearly nothing. */
function timeLimit(milliseconds: number): () => boolean {
  const now = performance.now();
  if (now - lately.clock > inaccuracy) lately = { clock: now, processor: processorTime() };
  const end = { clock: now + milliseconds, processor: lately.processor + milliseconds };
  return () => performance.now() > end.clock && processorTime() > end.processor;
}

/** The items of parts of a broken file by text, with offsets relative to the part; undefined for a part with a syntax error. */
type Parts = Map<string, readonly Item[] | undefined>;

/** A longer part is not parsed by itself: of a large table the parser reads less when it knows the file. */
const longestPart = 8192;

/** After more edits the tree is brought up to date: each would be parsed again with every later one that breaks the file. */
const mostEdits = 16;

/** Declarations that are gone are kept for a while: what was typed is often taken back. */
const kept = 500;

export class GoParser {
  readonly #parser: Parser;
  #tree: Tree | undefined;
  /** How many edits the tree has been told of since it was parsed. */
  #edits = 0;
  /** The tree of the text as it is, with an error. The other one is kept: from a tree without errors the parser finds back to one at once. */
  #broken: Tree | undefined;
  #text = '';
  #lines: LineIndex | undefined;
  #syntax = new Map<string, DeclSyntax>();
  /** The parts that had to be parsed by themselves when the file was read last. */
  #parts: Parts = new Map();
  /** What stood where when the file was read last. */
  #before = new KnownItems();

  constructor(parser: Parser) {
    this.#parser = parser;
  }

  /** Tells the tree about edits, in order, each against the text after the one before; the next `read` then parses only what changed. */
  edit(edits: readonly TextEdit[]): string {
    for (const edit of edits) {
      const { span, newText } = edit;
      const next = this.#text.slice(0, span.start) + newText + this.#text.slice(span.end);
      const before = (this.#lines ??= LineIndex.of(this.#text));
      const after = before.edited(edit, next);
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
      this.#before.edited(edit);
      this.#dropBroken();
      this.#edits++;
      this.#text = next;
      this.#lines = after;
    }
    return this.#text;
  }

  /** Parses `text`, which must be the edited text if `edit` was called since the last read. */
  read(text: string): GoFile {
    if (text !== this.#text) {
      this.dropTree();
      this.#lines = undefined;
      this.#before = new KnownItems();
      this.#text = text;
    }
    const items = this.#readEdited() ?? this.#readAll();
    this.#before = new KnownItems(items, text.length);
    if (this.#syntax.size > 2 * items.length + kept) this.#forget(items);
    return assemble(text, items, this.#addressed());
  }

  /** Reads nothing but the part that was edited, if all around it is whole, and if it is whole itself or cannot become so by what is around it. */
  #readEdited(): readonly Item[] | undefined {
    const part = this.#tree && this.#before.changed(this.#text);
    if (!part || part.end - part.start > longestPart) return undefined;
    const text = this.#text.slice(part.start, part.end);
    const whole = this.#readPart(text);
    if (whole?.some(isBroken) || (!whole && (text.includes('\0') || !isSurelyBroken(text) || !part.isCutOff()))) return undefined;
    if (whole) this.#parts.clear();
    if (whole && this.#edits > mostEdits) this.#current();
    const items = whole?.map((item) => shifted(item, part.start)) ?? this.#recover(text, part.start);
    return [...part.before, ...items, ...part.after];
  }

  #readAll(): readonly Item[] {
    const tree = this.#current();
    if (!tree) return [{ kind: 'broken', start: 0, end: this.#text.length }];
    if (tree.rootNode.hasError) return this.#recover(this.#text, 0);
    this.#parts.clear();
    return this.#items(tree, this.#text, this.#before);
  }

  /** The tree of the text as it is; undefined for what cannot be parsed. */
  #current(): Tree | undefined {
    if (this.#broken) return this.#broken;
    if (this.#tree && this.#edits === 0) return this.#tree;
    const tree = this.#parse(this.#text, this.#tree);
    if (tree?.rootNode.hasError && this.#tree && !this.#tree.rootNode.hasError) return (this.#broken = tree);
    this.#tree?.delete();
    this.#tree = tree;
    this.#edits = 0;
    return tree;
  }

  /** Frees the trees; the file stays usable and is parsed whole the next time. */
  dropTree(): void {
    this.#tree?.delete();
    this.#tree = undefined;
    this.#dropBroken();
  }

  #dropBroken(): void {
    this.#broken?.delete();
    this.#broken = undefined;
  }

  /** The identifier at an offset, with what qualifies it; undefined in strings and comments. Serves hovers. */
  nameAt(offset: number): { qualifier?: string; name: string; span: Span } | undefined {
    const node = this.#tree && this.#current()?.rootNode.descendantForIndex(offset);
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
    const tree = this.#parser.parse(old ? inPieces(text) : `${text}\n`, old, { progressCallback: timeLimit(patience + text.length * patiencePerUnit) });
    if (!tree) this.#parser.reset();
    return tree ?? undefined;
  }

  /** Comments that address this product, as far as the tree knows of them; undefined where nothing does. */
  #addressed(): Span[] | undefined {
    const text = this.#text;
    let at = text.indexOf('cgoguard:');
    if (at < 0) return undefined;
    const found: Span[] = [];
    const tree = this.#current();
    for (; at >= 0; at = text.indexOf('cgoguard:', at + 1)) {
      const node = tree?.rootNode.descendantForIndex(at);
      if (node?.type === 'comment' && found.at(-1)?.start !== node.startIndex) found.push({ start: node.startIndex, end: commentEnd(text, node.endIndex) });
    }
    return found;
  }

  /** `known` is what stood in the same text before. */
  #items(tree: Tree, text: string, known = new KnownItems()): Item[] {
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
          const same = known.declaration(kind, start, end);
          const syntax = same ? undefined : this.#syntaxOf(copier, cursor, kind, text.slice(start, end));
          items.push(same ?? (syntax ? { kind, start, end, syntax } : { kind: 'broken', start, end }));
        } else if (cursor.nodeIsNamed) items.push({ kind: 'broken', start, end });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    return items;
  }

  #syntaxOf(copier: TreeCopier, cursor: TreeCursor, kind: DeclKind, text: string): DeclSyntax | undefined {
    const old = this.#syntax.get(text);
    if (old) return old;
    const without = kind === 'const' || !mayMatter.test(text) ? later[kind] : undefined;
    const raw = copier.copy(cursor, text, without);
    if (!raw) return undefined;
    const made = new LazyDecl(kind, text, convertDecl(raw, text), without && this.#parser);
    this.#syntax.set(text, made);
    return made;
  }

  /** Declarations that are gone, and parts of declarations, are read again when they come back. */
  #forget(items: readonly Item[]): void {
    this.#syntax = new Map(items.flatMap(({ syntax }) => (syntax ? [[syntax.text, syntax]] : [])));
  }

  /** Reads a broken text, which begins at `offset` of the file, part by part; only parts whose text is new are parsed. */
  #recover(text: string, offset: number): readonly Item[] {
    const before = this.#parts;
    const parts: Parts = new Map();
    const read = (part: string): readonly Item[] | undefined => {
      if (parts.has(part)) return parts.get(part);
      const items = before.has(part) ? before.get(part) : this.#readPart(part);
      parts.set(part, items);
      return items;
    };
    this.#parts = parts;
    const known = (part: Part): readonly Item[] | undefined => this.#before.within({ start: part.start + offset, end: part.end + offset })?.map((item) => shifted(item, -offset));
    const items = splitDeclarations(text, (part) => known(part) ?? read(part.text)?.map((item) => shifted(item, part.start))).flatMap((part) => {
      if (part.value) return part.value;
      const end = declarationEnd(part);
      const own = end === undefined ? undefined : read(text.slice(part.start, end));
      if (own && end !== undefined) return [...own.map((item) => shifted(item, part.start)), { kind: 'broken' as const, start: end, end: part.end }];
      const comments = commentsBetween(text, part.start, part.keyword).map((span): Item => ({ kind: 'comment', ...span }));
      const head = this.#head(part);
      return [...comments, ...(head ? [head] : []), { kind: 'broken' as const, start: head?.end ?? part.keyword, end: part.end }];
    });
    return offset === 0 ? items : items.map((item) => shifted(item, offset));
  }

  /** A function whose body cannot be read: it ends behind the opening brace, and what it does is unknown. */
  #head(part: Part): Item | undefined {
    const end = headEnd(part);
    if (end === undefined) return undefined;
    const text = part.text.slice(part.keyword - part.start, end - part.start);
    let syntax = this.#syntax.get(text);
    if (!syntax) {
      const items = this.#readPart(`${text}}`);
      const decl = items?.length === 1 ? items[0]!.syntax?.decl : undefined;
      if (decl?.k !== 'Func') return undefined;
      const body = { s: text.length - 1, e: text.length };
      syntax = new LazyDecl('func', text, { ...decl, e: text.length, body: { k: 'Block', ...body, body: [{ k: 'Bad', ...body }] } }, undefined);
    }
    this.#syntax.set(text, syntax);
    return { kind: 'func', start: part.keyword, end, syntax };
  }

  #readPart(text: string): Item[] | undefined {
    const tree = this.#parse(text);
    const items = tree && !tree.rootNode.hasError ? this.#items(tree, text) : undefined;
    tree?.delete();
    return items;
  }
}

/** Where most of a tree is used again the parser reads a few tokens here and there: it gets as much of the text with its last line end as one takes, and not kilobytes of it. */
const inPieces = (text: string) => (index: number): string => (index < text.length ? text.slice(index, index + piece) : index === text.length ? '\n' : '');
const piece = 256;

/** The parser counts the carriage return of a line's end to the comment before it. */
const commentEnd = (text: string, end: number): number => (text[end - 1] === '\r' ? end - 1 : end);

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
