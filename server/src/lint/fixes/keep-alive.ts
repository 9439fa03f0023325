/** Inserts runtime.KeepAlive after the last C call that uses memory of an object. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { Expr, Return } from '../../syntax/go/ast.ts';
import { hasEffects } from './effects.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { insertAfter, insertAround, insertBefore, insertFirst } from './insert.ts';
import { merge } from './merge.ts';
import { freshName } from './names.ts';
import { declaredIn, fileSpan, isNode, locate, namesIn, walk } from './place.ts';
import type { Place, SyntaxNode } from './place.ts';

/**
 * Keeps `objects` reachable until the C call at `call` has returned. Stands after the call's statement, with a returned value moved
 * into a variable first; where the call stands in the head of an if, for or switch, or its result is memory of an object (`toEnd`), the
 * function defers it instead.
 */
export function keepAlive(file: FixFile, fn: FixFunction, objects: readonly string[], call: Span, toEnd = false): TextEdit[] | undefined {
  const place = locate(fn, call);
  const runtime = ensureImport(file, 'runtime', declaredIn(fn));
  if (!place || !runtime || objects.length === 0) return undefined;
  const lines = objects.map((object) => `${runtime.name}.KeepAlive(${object})`);
  const edits = toEnd ? deferred(file.text, fn, place, objects, lines) : statementEdits(file.text, fn, place, objects, call, lines);
  return merge(file.text, edits, runtime.edits);
}

function statementEdits(text: string, fn: FixFunction, place: Place, objects: readonly string[], call: Span, lines: readonly string[]): TextEdit[] | undefined {
  const stmt = place.stmt.k === 'Labeled' && place.stmt.body ? place.stmt.body : place.stmt;
  switch (stmt.k) {
    case 'ExprStmt': case 'Assign': case 'VarDecl': case 'IncDec': case 'Send':
      return objects.some((object) => assigns(stmt, rootOf(object))) ? deferred(text, fn, place, objects, lines) : insertAfter(text, fn, call, lines);
    case 'Return':
      return hoistedReturn(text, fn, place, stmt, call, lines) ?? deferred(text, fn, place, objects, lines);
    case 'Defer':
      // Deferred calls run last in, first out: this one ends after the call below it.
      return insertBefore(text, fn, call, lines.map((line) => `defer ${line}`));
    case 'If': case 'For': case 'Range': case 'Switch': case 'TypeSwitch':
      return deferred(text, fn, place, objects, lines);
    default:
      return undefined;
  }
}

const rootOf = (object: string): string => /^\w+/.exec(object)?.[0] ?? object;

function hoistedReturn(text: string, fn: FixFunction, place: Place, stmt: Return, call: Span, lines: readonly string[]): TextEdit[] | undefined {
  const types = place.sig.results;
  if (stmt.results.length !== types.length) return undefined;
  const holder = stmt.results.findIndex((expr) => fn.at + expr.s <= call.start && call.end <= fn.at + expr.e);
  const moved = stmt.results.flatMap((expr, i) => (i <= holder && (i === holder || hasEffects(expr)) ? [{ expr, type: types[i]!.type }] : []));
  const used = namesIn(fn);
  const before: string[] = [];
  const edits: TextEdit[] = [];
  for (const [i, { expr, type }] of moved.entries()) {
    const name = freshName(moved.length === 1 ? 'ret' : `ret${i}`, used);
    used.add(name);
    const at = fileSpan(fn, expr);
    const typeAt = fileSpan(fn, type);
    const typeText = text.slice(typeAt.start, typeAt.end);
    const declared = isUntypedBool(expr) && typeText !== 'bool' ? `var ${name} ${typeText} =` : `${name} :=`;
    before.push(`${declared} ${text.slice(at.start, at.end)}`);
    edits.push({ span: at, newText: name });
  }
  const inserted = insertAround(text, fn, call, { before: [...before, ...lines] });
  return inserted && [...inserted, ...edits];
}

/** A comparison takes the type of its context, which a short variable declaration does not give. */
function isUntypedBool(expr: Expr): boolean {
  if (expr.k === 'Paren') return isUntypedBool(expr.x);
  if (expr.k === 'Unary') return expr.op === '!' && isUntypedBool(expr.x);
  return expr.k === 'Binary' && ['==', '!=', '<', '<=', '>', '>=', '&&', '||'].includes(expr.op);
}

/** `defer` evaluates the variables at once, so they must be set by then and must not change afterwards. */
function deferred(text: string, fn: FixFunction, place: Place, objects: readonly string[], lines: readonly string[]): TextEdit[] | undefined {
  const roots = objects.map(rootOf);
  if (roots.some((root) => reassigned(place.body, root))) return undefined;
  const late = lines.map((line) => `defer ${line}`);
  const declaring = roots.flatMap((root) => declarationsOf(place.body, root));
  if (declaring.length === 0) return insertFirst(text, fn, place.body, late);
  const found = place.lists.flatMap(({ list, item }) => list.body.slice(0, list.body.indexOf(item))).filter((stmt) => declaring.includes(stmt));
  if (place.inLoop || declaring.length !== 1 || found.length !== 1) return undefined;
  return insertAfter(text, fn, fileSpan(fn, found[0]!), late);
}

function declarationsOf(body: SyntaxNode, name: string): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  const named = (expr: Expr | undefined): boolean => expr?.k === 'Ident' && expr.name === name;
  walk(body, (node) => {
    if (isNode(node, 'Assign') && node.op === ':=' && node.lhs.some(named)) out.push(node);
    else if (isNode(node, 'Range') && node.define && node.lhs.some(named)) out.push(node);
    else if (isNode(node, 'VarDecl') && node.specs.some((spec) => spec.names.some(named))) out.push(node);
    else if (isNode(node, 'TypeSwitch') && named(node.bind)) out.push(node);
  });
  return out;
}

const assigns = (stmt: SyntaxNode, variable: string): boolean => reassigned(stmt, variable) || declarationsOf(stmt, variable).length > 0;

function reassigned(body: SyntaxNode, name: string): boolean {
  let found = false;
  walk(body, (node) => {
    if (isNode(node, 'Assign') && node.op !== ':=') found ||= node.lhs.some((expr) => expr.k === 'Ident' && expr.name === name);
  });
  return found;
}
