/** Turns the raw copy of a declaration into the plain Go syntax of ast.ts. Names of tree-sitter-go's nodes are known here and nowhere else. */
import type { RawNode } from '../raw-tree.ts';
import type * as ast from './ast.ts';
import { convertBlock } from './convert-statement.ts';
import { Converter } from './converter.ts';

/** Converts one top-level declaration; `text` is its text, offsets are relative to it. Never throws: what it does not know becomes Bad. */
export function convertDecl(raw: RawNode, text: string): ast.Decl {
  const c = new Converter(text);
  switch (raw.t) {
    case 'function_declaration':
    case 'method_declaration':
      return funcDecl(c, raw);
    case 'import_declaration':
      return importDecl(c, raw);
    case 'var_declaration':
    case 'const_declaration':
      return c.varDecl(raw);
    case 'type_declaration':
      return c.typeDecl(raw);
    default:
      return { k: 'Bad', s: raw.s, e: raw.e };
  }
}

function funcDecl(c: Converter, raw: RawNode): ast.Decl {
  const name = c.field(raw, 'name');
  if (name === undefined) return { k: 'Bad', s: raw.s, e: raw.e };
  const receiver = c.field(raw, 'receiver');
  const recv = receiver && c.params(receiver)[0];
  const body = c.field(raw, 'body');
  const typeParams = c.field(raw, 'type_parameters');
  return {
    k: 'Func',
    s: raw.s, e: raw.e,
    name: c.text(name),
    n: name.s,
    ...(recv ? { recv } : {}),
    typeParams: typeParams ? c.typeParams(typeParams) : [],
    sig: c.signature(raw),
    ...(body ? { body: convertBlock(c, body) } : {}),
  };
}

function importDecl(c: Converter, raw: RawNode): ast.Decl {
  const list = raw.c.find((child) => child.t === 'import_spec_list');
  const specs = (list ?? raw).c.filter((child) => child.t === 'import_spec').map((spec): ast.ImportSpec => {
    const name = c.field(spec, 'name');
    const path = c.field(spec, 'path');
    return { s: spec.s, e: spec.e, ...(name ? { name: c.text(name) } : {}), path: path ? c.text(path).slice(1, -1) : '' };
  });
  return { k: 'Import', s: raw.s, e: raw.e, specs, ...(list ? { rp: list.e - 1 } : {}) };
}
