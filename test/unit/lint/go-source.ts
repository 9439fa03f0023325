/** Go sources for the tests of fixes: parsed into what a builder is given, and judged by gofmt where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { applyEdits } from '../../../server/src/base/edit.ts';
import type { TextEdit } from '../../../server/src/base/edit.ts';
import type { Span } from '../../../server/src/base/span.ts';
import type { FixFile, FixFunction, FixImport } from '../../../server/src/lint/fixes/fix-file.ts';
import { loadGrammars } from '../../../server/src/syntax/grammars.ts';
import { GoParser } from '../../../server/src/syntax/go/go-parser.ts';

const wasm = (name: string): Uint8Array => readFileSync(createRequire(import.meta.url).resolve(name));
const grammars = await loadGrammars({
  runtime: wasm('web-tree-sitter/web-tree-sitter.wasm'),
  go: wasm('tree-sitter-go/tree-sitter-go.wasm'),
  c: wasm('tree-sitter-c/tree-sitter-c.wasm'),
});

export const hasGofmt = spawnSync('gofmt', ['-h'], { stdio: 'ignore' }).error === undefined;

export interface Source {
  readonly file: FixFile;
  readonly functions: readonly FixFunction[];
  /** The function that contains the first occurrence of `text`. */
  functionAt(text: string): FixFunction;
  /** Where `text` stands the `nth` time, counting from zero. */
  find(text: string, nth?: number): Span;
}

export function source(text: string, options: { readonly go?: number; readonly packageNames?: readonly string[] } = {}): Source {
  const parsed = new GoParser(grammars.go).read(text);
  const imports: FixImport[] = [];
  const functions: FixFunction[] = [];
  let preamble: FixFile['preamble'];
  for (const { start, end, doc, syntax } of parsed.decls) {
    const decl = syntax.full();
    if (decl.k === 'Func') functions.push({ decl, at: start });
    if (decl.k !== 'Import') continue;
    for (const spec of decl.specs) {
      const at = { start: start + spec.s, end: start + spec.e };
      const name = spec.name === undefined ? {} : { name: spec.name };
      imports.push({ path: spec.path, ...name, span: at, decl: { start, end }, grouped: decl.rp !== undefined });
      const comment = decl.specs.length > 1 ? commentInGroup(text, at.start) : doc;
      if (spec.path === 'C' && comment) {
        preamble = { comment, form: text.startsWith('/*', comment.start) ? 'block' : 'lines', importC: at };
      }
    }
  }
  const find = (wanted: string, nth = 0): Span => {
    let at = -1;
    for (let i = 0; i <= nth; i++) at = text.indexOf(wanted, at + 1);
    if (at < 0) throw new Error(`no ${wanted} in the source`);
    return { start: at, end: at + wanted.length };
  };
  return {
    file: {
      file: 'x.go',
      text,
      imports,
      packageClause: parsed.packageClause,
      ...(preamble ? { preamble } : {}),
      ...(options.go === undefined ? {} : { goVersion: { major: 1, minor: options.go } }),
      ...(options.packageNames ? { packageNames: new Set(options.packageNames) } : {}),
    },
    functions,
    find,
    functionAt: (wanted) => {
      const { start } = find(wanted);
      const found = functions.find((fn) => fn.at <= start && start < fn.at + fn.decl.e);
      if (!found) throw new Error(`${wanted} stands in no function`);
      return found;
    },
  };
}

/** The text after the edits. Both texts must be as gofmt writes them, unless `unformatted` says why the source is not. */
export function fixed(text: string, edits: readonly TextEdit[] | undefined, unformatted?: string): string {
  expect(edits).toBeDefined();
  const out = applyEdits(text, edits!);
  expect(out).toBeDefined();
  if (hasGofmt && unformatted === undefined) {
    expect(gofmt(text), 'the source of this test is not gofmt-clean').toBe(text);
    expect(gofmt(out!)).toBe(out);
  }
  return out!;
}

const gofmt = (text: string): string => execFileSync('gofmt', { input: text, encoding: 'utf8' });

function commentInGroup(text: string, at: number): Span | undefined {
  const before = text.slice(0, at);
  const found = /(\/\/[^\n]*\n[ \t]*)+$|\/\*[^]*?\*\/\s*$/.exec(before.slice(before.lastIndexOf('(')));
  return found ? { start: before.lastIndexOf('(') + found.index, end: before.trimEnd().length } : undefined;
}
