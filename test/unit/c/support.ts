/** What the C tests share: a parser from the installed grammar, and C text read and summarised in one go. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Parser } from 'web-tree-sitter';
import type { Span } from '../../../server/src/base/span.ts';
import type { CSummary } from '../../../server/src/semantics/c/c-summary.ts';
import { summarise } from '../../../server/src/semantics/c/summary.ts';
import type { CText, CUnit } from '../../../server/src/syntax/c/c-facts.ts';
import { readC } from '../../../server/src/syntax/c/read-c.ts';
import { loadGrammars } from '../../../server/src/syntax/grammars.ts';

const bytes = (path: string): Uint8Array => readFileSync(createRequire(import.meta.url).resolve(path));

const grammars = await loadGrammars({
  runtime: bytes('web-tree-sitter/web-tree-sitter.wasm'),
  go: bytes('tree-sitter-go/tree-sitter-go.wasm'),
  c: bytes('tree-sitter-c/tree-sitter-c.wasm'),
});

export const parser: Parser = grammars.c;

/** Facts of C text. */
export const read = (text: string): CUnit => readC(parser, { text });

/** Summaries of C text; several texts are several units. */
export const summaries = (texts: string | readonly string[]): ReadonlyMap<string, CSummary> => summarise([texts].flat().map(read));

/** The effects of a function's parameters. */
export const effects = (text: string, name = 'f'): readonly string[] => summaries(text).get(name)?.params.map((param) => param.effect) ?? [];

/** A Go file with a `//` preamble, and the ranges of its lines without their marks. */
export function lineComments(c: string): CText {
  const lines = c.split('\n').map((line) => `//${line}`);
  const text = `package p\n\n${lines.join('\n')}\nimport "C"\n`;
  const ranges: Span[] = [];
  for (let at = text.indexOf('//'), i = 0; i < lines.length; i++) {
    ranges.push({ start: at + 2, end: at + lines[i]!.length });
    at += lines[i]!.length + 1;
  }
  return { text, ranges };
}

/** A Go file with a preamble in one block comment, and the range of its inside. */
export function blockComment(c: string): CText {
  const text = `package p\n\n/*${c}*/\nimport "C"\n`;
  const start = text.indexOf('/*') + 2;
  return { text, ranges: [{ start, end: start + c.length }] };
}
