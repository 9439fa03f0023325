/** Reads C text into facts, declaration by declaration: a syntax error costs the declaration that it stands in and no other. */
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { Span } from '../../base/span.ts';
import type { CInclude, CText, CUnit } from './c-facts.ts';
import { JoinedText } from './c-text.ts';
import { withCursor, type CNode, type Copy } from './c-tree.ts';
import { splitDeclarations } from './chunks.ts';
import { Facts, type Item } from './declarations.ts';
import { forParser } from './hidden-text.ts';
import { bodyReader, type ReadBody } from './lazy-body.ts';
import { macroFunctions } from './macro-functions.ts';

/** Larger texts are not parsed: an amalgamation would cost more than all else together and is no one's cgo wrapper. */
export const maxLength = 512 * 1024;

/** Declarations parsed a second time per text; beyond that the text is not C. */
const maxRepairs = 400;

/** Reads C. Never throws; for text that is too large (by default) or not C the facts are few and `hasError` or `skipped` is set. */
export function readC(parser: Parser, input: CText, longest = maxLength): CUnit {
  const joined = new JoinedText(input);
  const readBody = bodyReader(parser);
  if (joined.text.length > longest) return { ...unit(new Facts(readBody, joined, ''), []), hasError: true, skipped: true };
  const onlyIncludes = includesAlone(joined);
  if (onlyIncludes) return { ...unit(new Facts(readBody, joined, ''), []), includes: onlyIncludes, hasError: false };
  const text = forParser(joined.text).concat('\n');
  const facts = new Facts(readBody, joined, text);
  let hasError = true;
  withCursor(parser, text, (cursor, copy, clean) => {
    const found = items(cursor, copy, text, clean);
    if (clean) for (const item of found) facts.add(item);
    hasError = !clean && repair({ parser, readBody, joined }, text, [...found], facts);
  });
  return { ...unit(facts, macroFunctions(readBody, facts.macros)), hasError };
}

/** A line that needs no grammar: an include, a comment, a flag for cgo, nothing. */
const plainLine = /[ \t]*(?:#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\\\n]+")[ \t]*|#cgo[ \t][^\n\\"']*|\/\/[^\n\\]*|\/\*[^*\n]*\*\/[ \t]*)?\r?(?:\n|$)/y;

/** The includes of a text that consists of nothing else, as most preambles do; undefined for any other text. */
function includesAlone(joined: JoinedText): CInclude[] | undefined {
  const { text } = joined;
  const includes: CInclude[] = [];
  for (let at = 0; at < text.length; at = plainLine.lastIndex) {
    plainLine.lastIndex = at;
    const match = plainLine.exec(text);
    if (!match) return undefined;
    const [line, name] = match;
    if (name === undefined) continue;
    const start = at + line.indexOf(name);
    includes.push({ path: name.slice(1, -1), system: name.startsWith('<'), span: joined.span(start, start + name.length) });
  }
  return includes;
}

const unit = (facts: Facts, macros: CUnit['macroFunctions']): Omit<CUnit, 'hasError'> => ({
  functions: facts.functions,
  prototypes: facts.prototypes,
  structs: facts.structs,
  typedefs: facts.typedefs,
  macros: facts.macros,
  includes: facts.includes,
  variables: facts.variables,
  macroFunctions: macros,
  skipped: false,
});

/** Nodes that only hold declarations. */
const containers: ReadonlySet<string> = new Set(['preproc_if', 'preproc_ifdef', 'preproc_else', 'preproc_elif', 'preproc_elifdef', 'linkage_specification', 'declaration_list']);

const declarations: ReadonlySet<string> = new Set([
  'function_definition', 'declaration', 'type_definition', 'struct_specifier', 'union_specifier', 'enum_specifier', 'preproc_include', 'preproc_def',
  'preproc_function_def', 'preproc_call',
]);

/** A function that is no longer than this costs less to copy with its body than the body to parse again, which is asked for as a rule. */
const short = 1000;

/** The top-level declarations below the cursor, those inside conditionals and `extern "C"` included. `clean`: there is no error in the tree. */
function* items(cursor: TreeCursor, copy: Copy, text: string, clean: boolean): Generator<Item> {
  if (!cursor.gotoFirstChild()) return;
  let comment: Span | undefined;
  do {
    const type = cursor.nodeType;
    if (type === 'comment') {
      const here = { start: cursor.startIndex, end: cursor.endIndex };
      comment = comment && isNextLine(text, comment.end, here.start) ? { start: comment.start, end: here.end } : here;
      continue;
    }
    if (containers.has(type)) {
      yield* items(cursor, copy, text, clean);
      comment = undefined;
      continue;
    }
    if (!declarations.has(type)) {
      if (comment && cursor.endIndex > cursor.startIndex) comment = undefined;
      continue;
    }
    // Of what is broken only a function is of use: its body alone may be.
    const broken = !clean && cursor.currentNode.hasError;
    if (broken && type !== 'function_definition') {
      comment = undefined;
      continue;
    }
    const hasBody = clean && type === 'function_definition' && cursor.endIndex - cursor.startIndex <= short;
    const node = copy(hasBody);
    const above = comment && isNextLine(text, comment.end, node.start) ? comment : undefined;
    comment = undefined;
    if (!headBroken(node)) yield { node, hasBody, comment: above, broken };
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
}

const isNextLine = (text: string, from: number, to: number): boolean => /^[ \t]*\r?\n?[ \t]*$/.test(text.slice(from, to));

/** What reading one text needs. */
interface Reading {
  readonly parser: Parser;
  readonly readBody: ReadBody;
  readonly joined: JoinedText;
}

/** Takes what the whole tree understood, parses every other declaration alone, and tells whether any is still broken. */
function repair(reading: Reading, text: string, understood: readonly Item[], facts: Facts): boolean {
  const byEnd = new Map(understood.map((item) => [item.node.end, item]));
  const words = new Set<string>();
  let repairs = 0;
  let broken = false;
  for (const chunk of splitDeclarations(text)) {
    const item = byEnd.get(chunk.end) ?? byEnd.get(chunk.end - 1);
    if (item && item.node.start >= chunk.start && isDecoration(text.slice(chunk.start, item.node.start))) {
      facts.add(item);
      broken ||= item.broken;
    } else if (repairs++ < maxRepairs) broken = !parseAlone(reading, text.slice(chunk.start, chunk.end), chunk.start, words, facts) || broken;
    else return true;
  }
  return broken;
}

/** Macros that may stand before a declaration without changing what it means here: `own`, `SQLITE_API`. */
const isDecoration = (before: string): boolean => /^\s*(?:[A-Za-z_]\w*\s+){0,3}$/.test(before) && !/\b(static|typedef|extern|const|struct|union|enum)\b/.test(before);

/** `SVCALL(NAME, …);` alone: what it declares only the preprocessor knows. */
const isMacroCall = (slice: string): boolean => /^\s*[A-Za-z_]\w*\s*\([^{}]*\)\s*;?\s*$/.test(slice);

/** Parses one declaration alone, without words that helped before, then without one, two, three leading words. Whether it could be read without error. */
function parseAlone({ parser, readBody, joined }: Reading, slice: string, start: number, words: Set<string>, facts: Facts): boolean {
  let best: { items: Item[]; text: string } | undefined;
  let clean = false;
  for (const { text, without } of variants(slice, words)) {
    withCursor(parser, `${text}\n`, (cursor, copy, isClean) => {
      clean = isClean;
      const found = [...items(cursor, copy, text, clean)];
      if (found.length > 0 && (clean || !best)) best = { items: found, text };
    });
    if (clean) without.forEach((word) => words.add(word));
    // A function whose body alone is broken has a name, parameters and a result: that is all there is to get.
    if (clean || best) break;
  }
  if (best) {
    const alone = new Facts(readBody, joined, best.text, start);
    for (const item of best.items) alone.add(item);
    facts.take(alone);
  }
  return clean || isMacroCall(slice);
}

const headBroken = (node: CNode): boolean => node.children.some((child) => child.type === 'ERROR');

/** The declaration without words that helped others, and then with leading words blanked one after the other. All have the same length. */
function* variants(slice: string, words: ReadonlySet<string>): Generator<{ text: string; without: readonly string[] }> {
  let text = words.size === 0 ? slice : slice.replace(/\b[A-Za-z_]\w*\b/g, (word) => (words.has(word) ? ' '.repeat(word.length) : word));
  const without: string[] = [];
  yield { text, without };
  if (isMacroCall(slice)) return;
  for (let i = 0; i < 3; i++) {
    const word = /^\s*(?:(?:static|extern|inline|const|unsigned|struct)\s+)*([A-Za-z_]\w*)(?=\s+[A-Za-z_])/d.exec(text);
    const at = word?.indices?.[1];
    if (!word?.[1] || !at || /^(typedef|void|int|char|long|short|double|float|enum|union|unsigned)$/.test(word[1])) return;
    text = text.slice(0, at[0]) + ' '.repeat(at[1] - at[0]) + text.slice(at[1]);
    without.push(word[1]);
    yield { text, without };
  }
}
