/** Reads C text into facts, declaration by declaration: a syntax error costs the declaration that it stands in and no other. */
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { CFunction, CText, CUnit } from './c-facts.ts';
import { hideForeignBranches, JoinedText } from './c-text.ts';
import { copyNode, withTree } from './c-tree.ts';
import { splitDeclarations, type Chunk } from './chunks.ts';
import { Facts, type Item } from './declarations.ts';
import { expandMacros } from './macro-functions.ts';

/** Larger texts are not parsed: an amalgamation would cost more than all else together and is no one's cgo wrapper. */
export const maxLength = 512 * 1024;

/** Declarations parsed a second time per text; beyond that the text is not C. */
const maxRepairs = 400;

/** Reads C. Never throws; for text that is too large or not C the facts are few and `hasError` or `skipped` is set. */
export function readC(parser: Parser, input: CText): CUnit {
  const joined = new JoinedText(input);
  if (joined.text.length > maxLength) return { ...unit(new Facts(joined, '')), hasError: true, skipped: true };
  const text = hideForeignBranches(joined.text).concat('\n');
  const facts = new Facts(joined, text);
  let hasError = true;
  withTree(parser, text, (tree) => {
    hasError = tree.rootNode.hasError;
    const cursor = tree.walk();
    try {
      if (hasError) hasError = repair(parser, joined, text, sound(cursor, text), facts);
      else for (const item of items(cursor, text)) facts.add(item);
    } finally {
      cursor.delete();
    }
  });
  return { ...unit(facts, expandMacros(parser, facts)), hasError };
}

const unit = (facts: Facts, macroFunctions: readonly CFunction[] = []): Omit<CUnit, 'hasError'> => ({
  functions: facts.functions,
  prototypes: facts.prototypes,
  structs: facts.structs,
  typedefs: facts.typedefs,
  macros: facts.macros,
  includes: facts.includes,
  variables: facts.variables,
  macroFunctions,
  skipped: false,
});

/** Nodes that only hold declarations. */
const containers = /^(preproc_(if|ifdef|else|elif|elifdef)|linkage_specification|declaration_list)$/;

const declarations: ReadonlySet<string> = new Set([
  'function_definition', 'declaration', 'type_definition', 'struct_specifier', 'union_specifier', 'enum_specifier', 'preproc_include', 'preproc_def',
  'preproc_function_def',
]);

/** The top-level declarations below the cursor, those inside conditionals and `extern "C"` included. */
function* items(cursor: TreeCursor, text: string): Generator<Item & { readonly broken: boolean }> {
  if (!cursor.gotoFirstChild()) return;
  let comment: { start: number; end: number } | undefined;
  do {
    const type = cursor.nodeType;
    if (type === 'comment') {
      const here = { start: cursor.startIndex, end: cursor.endIndex };
      comment = comment && isNextLine(text, comment.end, here.start) ? { start: comment.start, end: here.end } : here;
      continue;
    }
    if (containers.test(type)) {
      yield* items(cursor, text);
      comment = undefined;
      continue;
    }
    if (!declarations.has(type)) {
      if (cursor.endIndex > cursor.startIndex) comment = undefined;
      continue;
    }
    const broken = cursor.currentNode.hasError;
    const node = copyNode(cursor);
    const doc = comment && isNextLine(text, comment.end, node.start) ? withoutMarks(text.slice(comment.start, comment.end)) : undefined;
    comment = undefined;
    yield { node, broken, ...(doc === undefined ? {} : { doc }) };
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
}

const isNextLine = (text: string, from: number, to: number): boolean => /^[ \t]*\r?\n?[ \t]*$/.test(text.slice(from, to));

const withoutMarks = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*(\/\*+|\/\/+|\*(?!\/))? ?/, '').replace(/\s*\*+\/\s*$/, ''))
    .join('\n')
    .trim();

const sound = (cursor: TreeCursor, text: string): Item[] => [...items(cursor, text)].filter((item) => !item.broken);

/** Takes what the whole tree understood, parses every other declaration alone, and tells whether any is still broken. */
function repair(parser: Parser, joined: JoinedText, text: string, understood: readonly Item[], facts: Facts): boolean {
  const byEnd = new Map(understood.map((item) => [item.node.end, item]));
  let repairs = 0;
  let broken = false;
  for (const chunk of splitDeclarations(text)) {
    const item = byEnd.get(chunk.end) ?? byEnd.get(chunk.end - 1);
    if (item && item.node.start >= chunk.start && isDecoration(text.slice(chunk.start, item.node.start))) facts.add(item);
    else if (repairs++ < maxRepairs) broken = !parseAlone(parser, joined, text, chunk, facts) || broken;
    else return true;
  }
  return broken;
}

/** Macros that may stand before a declaration without changing what it means here: `own`, `SQLITE_API`. */
const isDecoration = (before: string): boolean => /^\s*(?:[A-Za-z_]\w*\s+){0,3}$/.test(before) && !/\b(static|typedef|extern|const|struct|union|enum)\b/.test(before);

/** Parses one declaration alone, then without one, two, three leading words that are unknown to C. Whether it could be read without error. */
function parseAlone(parser: Parser, joined: JoinedText, text: string, chunk: Chunk, facts: Facts): boolean {
  let best: { items: Item[]; slice: string } | undefined;
  let clean = false;
  for (const slice of variants(text.slice(chunk.start, chunk.end))) {
    withTree(parser, `${slice}\n`, (tree) => {
      const cursor = tree.walk();
      const found = [...items(cursor, slice)];
      cursor.delete();
      clean = !tree.rootNode.hasError;
      // A function whose body alone is broken still has a name, parameters and a result.
      const usable = clean ? found : found.filter((item) => item.node.type === 'function_definition' && !headBroken(item));
      if (usable.length > 0 && (clean || !best)) best = { items: usable, slice };
    });
    if (clean) break;
  }
  if (best) {
    const alone = new Facts(joined, best.slice, chunk.start);
    for (const item of best.items) alone.add(item);
    facts.take(alone);
  }
  return clean;
}

const headBroken = ({ node }: Item): boolean => node.children.some((child) => child.type === 'ERROR');

/** The text itself, with annotations blanked, and with leading words blanked one after the other. All have the same length. */
function* variants(slice: string): Generator<string> {
  yield slice;
  const bare = slice.replace(/\b(?:_Nullable|_Nonnull|_Null_unspecified|__nullable|__nonnull|__unused|__restrict|__extension__|[A-Z][A-Z0-9]*_(?:API|EXTERN|EXPORT|CALL|DECL|PUBLIC))\b(?!\s*\()/g, (word) => ' '.repeat(word.length));
  if (bare !== slice) yield bare;
  let rest = bare;
  for (let i = 0; i < 3; i++) {
    const word = /^\s*(?:(?:static|extern|inline|const)\s+)*([A-Za-z_]\w*)(?=\s+[A-Za-z_])/d.exec(rest);
    const at = word?.indices?.[1];
    if (!at) return;
    rest = rest.slice(0, at[0]) + ' '.repeat(at[1] - at[0]) + rest.slice(at[1]);
    yield rest;
  }
}
