/** What can be folded in C text: bodies, lists of fields and values, conditional branches, long comments and macros. */
import type { Parser } from 'web-tree-sitter';
import type { Span } from '../../base/span.ts';
import type { CText } from './c-facts.ts';
import { JoinedText } from './c-text.ts';
import { withTree } from './c-tree.ts';
import { forParser } from './hidden-text.ts';
import { maxLength } from './read-c.ts';

const folded = new Set(['compound_statement', 'field_declaration_list', 'enumerator_list', 'initializer_list', 'preproc_if', 'preproc_ifdef', 'preproc_function_def', 'preproc_def', 'comment']);

const maxDepth = 600;

/** The parts of C text that go over several lines, outer ones first. */
export function cFolds(parser: Parser, input: CText): Span[] {
  const joined = new JoinedText(input);
  if (joined.text.length > maxLength) return [];
  const found: Span[] = [];
  withTree(parser, `${forParser(joined.text)}\n`, (tree) => {
    const cursor = tree.walk();
    const walk = (depth: number): void => {
      if (folded.has(cursor.nodeType)) {
        const end = cursor.startIndex + joined.text.slice(cursor.startIndex, cursor.endIndex).trimEnd().length;
        if (joined.text.slice(cursor.startIndex, end).includes('\n')) found.push(joined.span(cursor.startIndex, end));
      }
      if (depth > maxDepth || !cursor.gotoFirstChild()) return;
      do walk(depth + 1);
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    };
    try {
      walk(0);
    } finally {
      cursor.delete();
    }
  });
  return found;
}
