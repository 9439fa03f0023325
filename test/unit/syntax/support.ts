/** What the tests of Go syntax share: a parser from the installed grammar, and syntax printed in a short form without offsets. */
import type { Decl, Expr, Stmt } from '../../../server/src/syntax/go/ast.ts';
import type { GoFile, TopDecl } from '../../../server/src/syntax/go/go-file.ts';
import { GoParser } from '../../../server/src/syntax/go/go-parser.ts';
import { loadGrammars } from '../../../server/src/syntax/grammars.ts';
import { readWasm } from '../../../server/src/project/node-wasm.ts';

const { go } = await loadGrammars(readWasm());

export const newParser = (): GoParser => new GoParser(go);

/** Reads a file that nobody has seen before. */
export function read(text: string): GoFile {
  const parser = newParser();
  const file = parser.read(text);
  parser.dropTree();
  return file;
}

/** The only declaration below a package clause. */
export function declaration(text: string): Decl {
  const { decls, broken } = read(`package p\n\n${text}\n`);
  if (decls.length !== 1 || broken.length > 0) throw new Error(`not one declaration: ${text}`);
  return decls[0]!.syntax.full();
}

/** The statements of a function body. */
export function statements(text: string): readonly Stmt[] {
  const made = declaration(`func f() {\n${text}\n}`);
  if (made.k !== 'Func' || !made.body) throw new Error(`no body: ${text}`);
  return made.body.body;
}

/** An expression, read as the value of a variable. */
export function expression(text: string): Expr {
  const made = declaration(`var v = ${text}`);
  const value = made.k === 'VarDecl' ? made.specs[0]?.values[0] : undefined;
  if (!value) throw new Error(`no expression: ${text}`);
  return value;
}

const offsets = new Set(['k', 's', 'e', 'n', 'lp', 'rp']);

/** `Kind(key=value …)`; identifiers, literals and selectors as they are written. */
export function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const node = value as Expr | Stmt | Decl;
  if (node.k === 'Ident') return node.name;
  if (node.k === 'Literal') return node.text;
  if (node.k === 'Selector') return `${print(node.x)}.${node.name}`;
  const parts = Object.entries(node).filter(([key, part]) => !offsets.has(key) && part !== false && !(Array.isArray(part) && part.length === 0));
  return `${node.k ?? ''}(${parts.map(([key, part]) => `${key}=${print(part)}`).join(' ')})`;
}

/** Everything a file says, without the identity of its objects. */
export const plain = ({ decls, ...rest }: GoFile): unknown => ({
  ...rest,
  decls: decls.map(({ syntax, ...place }) => ({ ...place, kind: syntax.kind, text: syntax.text, head: print(syntax.decl), full: print(syntax.full()) })),
});

/** The first line of each declaration that is known. */
export const known = (file: GoFile): string[] => file.decls.map(({ start, syntax }: TopDecl) => checked(file, start, syntax.text).split('\n')[0]!);

/** The text of each region that could not be read. */
export const unread = (file: GoFile): string[] => file.broken.map(({ start, end }) => file.text.slice(start, end));

function checked(file: GoFile, start: number, text: string): string {
  if (!file.text.startsWith(text, start)) throw new Error(`not at ${start}: ${text}`);
  return text;
}
