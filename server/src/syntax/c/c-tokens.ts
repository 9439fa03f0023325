/** Semantic tokens of C text: what each word is, as far as the tree and the declarations of the same text tell. Knows nothing of protocols. */
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { Span } from '../../base/span.ts';
import type { CText } from './c-facts.ts';
import { JoinedText } from './c-text.ts';
import { withTree } from './c-tree.ts';
import { forParser } from './hidden-text.ts';
import { maxLength } from './read-c.ts';

export type CTokenType = 'keyword' | 'type' | 'function' | 'variable' | 'parameter' | 'property' | 'macro' | 'string' | 'number' | 'comment' | 'operator' | 'enumMember';
export type CTokenModifier = 'declaration' | 'readonly' | 'static';

/** A token on one line. */
export interface CToken {
  readonly span: Span;
  readonly type: CTokenType;
  readonly modifiers: readonly CTokenModifier[];
}

/** The tokens of C text in order, none over a line end or the border of two ranges, none over another. */
export function cTokens(parser: Parser, input: CText): CToken[] {
  const joined = new JoinedText(input);
  if (joined.text.length > maxLength) return [];
  const hidden = forParser(joined.text);
  const tokens = withTree(parser, `${hidden}\n`, (tree) => {
    const cursor = tree.walk();
    try {
      return new Walk(cursor, joined, hidden).tokens();
    } finally {
      cursor.delete();
    }
  });
  return tokens ?? [];
}

/** What the declarator that the walk is inside of declares. */
interface Declaring {
  readonly type: 'variable' | 'parameter' | 'property' | 'type' | 'function';
  readonly modifiers: readonly CTokenModifier[];
}

const whole: ReadonlyMap<string, CTokenType> = new Map([
  ['comment', 'comment'],
  ['string_literal', 'string'],
  ['system_lib_string', 'string'],
  ['char_literal', 'string'],
  ['number_literal', 'number'],
  ['primitive_type', 'type'],
  ['type_identifier', 'type'],
  ['true', 'keyword'],
  ['false', 'keyword'],
  ['null', 'macro'],
  ['preproc_directive', 'keyword'],
]);

/** Inside a macro's body there is no tree: its words are told by their form. */
const macroWords = /\/\*[^]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\b\d[\w.]*|\b[A-Za-z_]\w*/g;

const keywords =
  /^(?:auto|break|case|const|continue|default|do|else|enum|extern|for|goto|if|inline|register|restrict|return|sizeof|static|struct|switch|typedef|union|volatile|while)$/;
const primitives = /^(?:void|char|short|int|long|float|double|signed|unsigned|bool|_Bool|size_t|ssize_t|u?int(?:ptr|8|16|32|64)_t)$/;

const maxDepth = 600;

class Walk {
  readonly #cursor: TreeCursor;
  readonly #joined: JoinedText;
  readonly #hidden: string;
  readonly #tokens: CToken[] = [];
  readonly #functions = new Set<string>();
  readonly #macros = new Set<string>();
  readonly #enumerators = new Set<string>();
  #params = new Set<string>();

  constructor(cursor: TreeCursor, joined: JoinedText, hidden: string) {
    this.#cursor = cursor;
    this.#joined = joined;
    this.#hidden = hidden;
  }

  tokens(): CToken[] {
    this.#node('', undefined, 0);
    this.#hiddenWords();
    return this.#tokens.sort((a, b) => a.span.start - b.span.start);
  }

  #node(parent: string, declaring: Declaring | undefined, depth: number): void {
    const type = this.#cursor.nodeType;
    const token = whole.get(type);
    if (token) this.#push(token);
    else if (type === 'identifier' || type === 'field_identifier') this.#identifier(type, parent, declaring);
    else if (type === 'preproc_arg') this.#macroBody(parent);
    else if (!this.#children(type, declaring, depth)) this.#anonymous(type, parent);
  }

  /** Walks the children; false for a leaf. */
  #children(type: string, declaring: Declaring | undefined, depth: number): boolean {
    if (depth > maxDepth || !this.#cursor.gotoFirstChild()) return false;
    const outer = this.#params;
    if (type === 'function_definition') this.#params = new Set();
    const modifiers: CTokenModifier[] = ['declaration'];
    do {
      const word = this.#cursor.nodeType;
      if (word === 'storage_class_specifier' && this.#text() === 'static') modifiers.push('static');
      if (word === 'type_qualifier' && this.#text() === 'const') modifiers.push('readonly');
      const inside = this.#cursor.currentFieldName === 'declarator' || /^(?:parenthesized|attributed)_declarator$/.test(type);
      this.#node(type, inside ? inDeclarator(type, declaring, modifiers) : undefined, depth + 1);
    } while (this.#cursor.gotoNextSibling());
    this.#cursor.gotoParent();
    if (type === 'function_definition') this.#params = outer;
    return true;
  }

  #identifier(type: string, parent: string, declaring: Declaring | undefined): void {
    const name = this.#text();
    const field = this.#cursor.currentFieldName;
    const declared = declaring ?? declaredBy(parent, field, type);
    if (declared) {
      if (declared.type === 'parameter') this.#params.add(name);
      else if (declared.type === 'function') this.#functions.add(name);
      else if (declared.type === 'macro') this.#macros.add(name);
      else if (declared.type === 'enumMember') this.#enumerators.add(name);
      this.#push(declared.type, declared.modifiers);
    } else if (type === 'field_identifier') this.#push('property');
    else if (this.#macros.has(name) || parent.startsWith('preproc_')) this.#push('macro');
    else if (parent === 'call_expression' && field === 'function') this.#push('function');
    else this.#push(this.#use(name));
  }

  #use(name: string): CTokenType {
    if (this.#params.has(name)) return 'parameter';
    if (this.#enumerators.has(name)) return 'enumMember';
    if (this.#functions.has(name)) return 'function';
    // Constants of headers that are not in view are written in capitals, whatever they are.
    return /^[A-Z][A-Z0-9_]+$/.test(name) ? 'macro' : 'variable';
  }

  #anonymous(type: string, parent: string): void {
    if (parent === 'sized_type_specifier' && /^[a-z]/.test(type)) this.#push('type');
    else if (/^(?:[a-z_]+|#[a-z]+)$/i.test(type) && type !== 'ERROR') this.#push(/^(?:statement_identifier|string_content|escape_sequence|character)$/.test(type) ? undefined : 'keyword');
    else if (/^[-+*/%=<>!&|^~?:.]+$/.test(type)) this.#push(type === '...' || type === '.' || type === ':' ? undefined : 'operator');
  }

  #macroBody(parent: string): void {
    // The flags of a `#cgo` line and the words of `#error` are no C.
    if (parent === 'preproc_call') return;
    const start = this.#cursor.startIndex;
    for (const match of this.#text().matchAll(macroWords)) {
      const [word] = match;
      const type = this.#macroWord(word);
      if (type) this.#pushAt(start + match.index, start + match.index + word.length, type);
    }
  }

  #macroWord(word: string): CTokenType | undefined {
    if (/^\//.test(word)) return 'comment';
    if (/^["']/.test(word)) return 'string';
    if (/^\d/.test(word)) return 'number';
    if (keywords.test(word)) return 'keyword';
    if (primitives.test(word)) return 'type';
    return this.#macros.has(word) ? 'macro' : undefined;
  }

  /** Words that the parser was not shown: export macros and calling conventions. */
  #hiddenWords(): void {
    if (this.#hidden === this.#joined.text) return;
    for (const match of this.#joined.text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
      const end = match.index + match[0].length;
      if (this.#hidden.charCodeAt(match.index) !== 32 || !this.#isLineShown(match.index)) continue;
      this.#pushAt(match.index, end, keywords.test(match[0]) ? 'keyword' : primitives.test(match[0]) ? 'type' : 'macro');
    }
  }

  /** False on lines that were hidden as a whole: what is switched off has no colour. */
  #isLineShown(at: number): boolean {
    const end = this.#hidden.indexOf('\n', at);
    return this.#hidden.slice(this.#hidden.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end).trim() !== '';
  }

  #text(): string {
    return this.#joined.text.slice(this.#cursor.startIndex, this.#cursor.endIndex);
  }

  #push(type: CTokenType | undefined, modifiers: readonly CTokenModifier[] = []): void {
    if (type) this.#pushAt(this.#cursor.startIndex, this.#cursor.endIndex, type, modifiers);
  }

  /** One token for each line and each range that `[start, end)` touches. */
  #pushAt(start: number, end: number, type: CTokenType, modifiers: readonly CTokenModifier[] = []): void {
    const { text } = this.#joined;
    for (let from = start; from < end; ) {
      const newline = text.indexOf('\n', from);
      const to = newline < 0 || newline > end ? end : newline;
      const line = text.slice(from, to);
      const first = from + line.length - line.trimStart().length;
      for (const span of this.#joined.pieces(first, from + line.trimEnd().length)) this.#tokens.push({ span, type, modifiers });
      from = to + 1;
    }
  }
}

/** What a name means that stands right below `parent`, apart from declarators. */
function declaredBy(parent: string, field: string | null, type: string): { type: CTokenType; modifiers: readonly CTokenModifier[] } | undefined {
  const modifiers: readonly CTokenModifier[] = ['declaration'];
  if ((parent === 'preproc_def' || parent === 'preproc_function_def') && field === 'name') return { type: 'macro', modifiers };
  if (parent === 'preproc_params') return { type: 'parameter', modifiers };
  if (parent === 'enumerator' && field === 'name') return { type: 'enumMember', modifiers };
  return parent === 'parameter_list' && type === 'identifier' ? { type: 'parameter', modifiers } : undefined;
}

/** What a declarator below `parent` declares; `outer` is what its parent was declaring. */
function inDeclarator(parent: string, outer: Declaring | undefined, modifiers: readonly CTokenModifier[]): Declaring | undefined {
  switch (parent) {
    case 'declaration':
    case 'function_definition':
      return { type: 'variable', modifiers };
    case 'parameter_declaration':
      return { type: 'parameter', modifiers };
    case 'field_declaration':
      return { type: 'property', modifiers };
    case 'type_definition':
      return { type: 'type', modifiers };
    case 'function_declarator':
      return outer?.type === 'variable' ? { ...outer, type: 'function' } : outer;
    // What is pointed to may be const, the pointer is not; and `(*f)(int)` declares a variable after all.
    case 'pointer_declarator':
      return outer && { type: outer.type === 'function' ? 'variable' : outer.type, modifiers: outer.modifiers.filter((modifier) => modifier !== 'readonly') };
    default:
      return outer;
  }
}
