/** Inserts the release of C memory: deferred, in place of scattered frees, or for a value that has no variable yet. */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { Span } from '../../base/span.ts';
import type { Assign, Call, Expr, Stmt, VarDecl } from '../../syntax/go/ast.ts';
import { mayHoist } from './effects.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { endsLine, indentAt, lineEnd, lineStart, startsLine } from './go-text.ts';
import { insertAround, insertBefore } from './insert.ts';
import type { NewLines } from './insert.ts';
import { merge } from './merge.ts';
import { freshName, nameForResult } from './names.ts';
import { declaredIn, fileSpan, isNode, locate, namesIn, walk } from './place.ts';
import { releaseCall } from './release.ts';
import type { Release } from './release.ts';

/** `defer C.free(unsafe.Pointer(x))` after the statement that gives `variable` its value, with the import and the #include it needs. */
export function deferFree(file: FixFile, fn: FixFunction, variable: string, allocation: Span, options: Release): TextEdit[] | undefined {
  const free = releaseCall(file, variable, options, declaredIn(fn));
  return free && merge(file.text, afterAllocation(file, fn, allocation, `defer ${free.text}`), free.edits);
}

/** Like `deferFree`, and removes the frees on single paths that the deferred one replaces. */
export function deferInsteadOf(
  file: FixFile,
  fn: FixFunction,
  variable: string,
  allocation: Span,
  frees: readonly Span[],
  options: Release,
): TextEdit[] | undefined {
  const free = releaseCall(file, variable, options, declaredIn(fn));
  const removed = frees.map((at) => removeStatement(file.text, fn, at));
  return free && merge(file.text, afterAllocation(file, fn, allocation, `defer ${free.text}`), free.edits, ...removed);
}

/** `C.free(unsafe.Pointer(x))` right before the statement at `exit`, which leaves the function without it. */
export function freeBefore(file: FixFile, fn: FixFunction, variable: string, exit: Span, options: Release): TextEdit[] | undefined {
  const free = releaseCall(file, variable, options, declaredIn(fn));
  return free && merge(file.text, insertBefore(file.text, fn, exit, [free.text]), free.edits);
}

/**
 * Frees what the call at `call` returns although no variable holds it: `C.f(C.CString(s))` gets a variable before the statement.
 * Undefined where the call is not evaluated exactly once before the statement runs on.
 */
export function freeInline(file: FixFile, fn: FixFunction, call: Span, options: Release & { readonly name?: string }): TextEdit[] | undefined {
  const place = locate(fn, call);
  const target = place?.inside.at(-1);
  if (!place || !target || !isNode(target, 'Call')) return undefined;
  const variable = variableOf(place.inside.at(-2), target);
  if (variable) return deferFree(file, fn, variable, call, options);

  const name = freshName(options.name ?? nameForResult(target), namesIn(fn));
  const free = releaseCall(file, name, options, declaredIn(fn));
  // A call whose result is dropped, or which runs its statement again and again, is freed at once: nothing else refers to the memory.
  const isAtOnce = place.inLoop && place.stmt.k === 'ExprStmt';
  const lines: NewLines = isAtOnce ? { after: [free?.text ?? ''] } : { before: [`defer ${free?.text}`] };
  return free && merge(file.text, hoist(file, fn, call, name, lines), free.edits);
}

/**
 * Moves the call at `call` into a variable `name` before its statement and adds `lines`; those before the statement stand
 * below the new variable. The caller chooses a name that the function does not use.
 */
export function hoist(file: FixFile, fn: FixFunction, call: Span, name: string, lines: NewLines = {}): TextEdit[] | undefined {
  const { text } = file;
  const place = locate(fn, call);
  if (!place || place.inside.at(-2)?.s === undefined || !mayHoist(place)) return undefined;
  if (place.stmt.k === 'ExprStmt' && place.stmt.x === place.inside.at(-1)) return undefined;
  const value = flushLeft(text, call, indentAt(text, fileSpan(fn, place.stmt).start));
  const target = place.inside.at(-1)!;
  if (value === undefined || !isNode(target, 'Call')) return undefined;
  const inserted = insertAround(text, fn, call, { ...lines, before: [`${name} := ${spaced(value, target)}`, ...(lines.before ?? [])] });
  return inserted && [...inserted, { span: call, newText: name }];
}

/** Removes the statement at `at` with its line; undefined when it shares the line. */
export function removeStatement(text: string, fn: FixFunction, at: Span): TextEdit[] | undefined {
  const place = locate(fn, at);
  if (!place || place.stmt.k === 'Labeled') return undefined;
  const { start, end } = fileSpan(fn, place.stmt);
  if (!startsLine(text, start) || !endsLine(text, end) || text.slice(end, lineEnd(text, end)).trim() !== '') return undefined;
  const from = lineStart(text, start);
  const newline = text.indexOf('\n', end);
  // A blank line above the closing brace, or below the opening one, would not survive gofmt.
  const isLast = /^[ \t]*\}/.test(text.slice(newline + 1));
  const gap = isLast ? (/\n[ \t]*\r?\n$/.exec(text.slice(0, from))?.[0].length ?? 1) - 1 : 0;
  const isFirst = /\{[ \t]*\r?\n$/.test(text.slice(0, from));
  const below = isFirst ? (/^([ \t]*\r?\n)*/.exec(text.slice(newline + 1))?.[0].length ?? 0) : 0;
  return [{ span: span(from - gap, newline + 1 + below), newText: '' }];
}

function afterAllocation(file: FixFile, fn: FixFunction, allocation: Span, line: string): TextEdit[] | undefined {
  const place = locate(fn, allocation);
  if (!place) return undefined;
  const simple = place.stmt.k === 'Labeled' ? place.stmt.body : place.stmt;
  if (simple?.k === 'Assign' || simple?.k === 'VarDecl') return insertAround(file.text, fn, allocation, { after: [line] });
  return simple?.k === 'If' && place.stmt === simple && place.inside[1] === simple.init ? liftInit(file.text, fn, simple, line) : undefined;
}

/** `if x := f(); x != nil {` becomes two statements, where nothing else in the function is called x. */
function liftInit(text: string, fn: FixFunction, stmt: Extract<Stmt, { k: 'If' }>, line: string): TextEdit[] | undefined {
  const { init } = stmt;
  if (init?.k !== 'Assign') return undefined;
  const names = new Set(init.lhs.flatMap((expr) => (expr.k === 'Ident' && expr.name !== '_' ? [expr.name] : [])));
  if (init.op === ':=' && isUsedOutside(fn, stmt, names)) return undefined;
  const at = fileSpan(fn, init);
  const value = text.slice(at.start, at.end);
  if (value.includes('\n')) return undefined;
  const inserted = insertAround(text, fn, at, { before: [value, line] });
  return inserted && [...inserted, { span: span(at.start, fn.at + stmt.cond.s), newText: '' }];
}

function isUsedOutside(fn: FixFunction, stmt: Stmt, names: ReadonlySet<string>): boolean {
  if ([fn.decl.recv, ...fn.decl.sig.params, ...fn.decl.sig.results].some((param) => param?.name !== undefined && names.has(param.name))) return true;
  let found = false;
  if (fn.decl.body) {
    walk(fn.decl.body, (node) => {
      if (isNode(node, 'Ident') && names.has(node.name) && (node.e <= stmt.s || stmt.e <= node.s)) found = true;
    });
  }
  return found;
}

/** The variable that `call` is assigned to as a whole. */
function variableOf(parent: object | undefined, call: Call): string | undefined {
  const owner = parent as Assign | VarDecl['specs'][number] | undefined;
  if (!owner) return undefined;
  const [names, values] = 'lhs' in owner && 'rhs' in owner ? [owner.lhs, owner.rhs] : 'names' in owner ? [owner.names, owner.values] : [[], []];
  const name = names[values.indexOf(call)];
  return name?.k === 'Ident' && name.name !== '_' ? name.name : undefined;
}

/** The text at `at` with the lines below the first indented as if it began a statement at `indent`; undefined when that may change it. */
function flushLeft(text: string, at: Span, indent: string): string | undefined {
  const value = text.slice(at.start, at.end);
  if (!value.includes('\n')) return value;
  if (value.includes('`') || value.includes('/*')) return undefined;
  const own = indentAt(text, at.start);
  const surplus = own.slice(indent.length);
  const [first = '', ...rest] = value.split('\n');
  if (!own.startsWith(indent) || !rest.every((line) => line.startsWith(own))) return undefined;
  return [first, ...rest.map((line) => line.slice(surplus.length))].join('\n');
}

/** gofmt sets no blanks around the operator of a sum among several arguments, but does so where the call stands alone. */
function spaced(value: string, call: Call): string {
  const [argument, ...more] = call.args;
  if (!argument || more.length > 0 || value.includes('\n')) return value;
  if (argument.k === 'Call') return spaced(value, { ...argument, s: call.s });
  if (argument.k !== 'Binary') return value;
  const gaps: { readonly s: number; readonly e: number; readonly op: string }[] = [];
  for (let node: Expr = argument; node.k === 'Binary'; node = node.l) {
    if (node.op !== argument.op || !isPlain(node.r) || (node.l.k !== 'Binary' && !isPlain(node.l))) return value;
    gaps.push({ s: node.l.e - call.s, e: node.r.s - call.s, op: node.op });
  }
  return gaps.reduce((text, { s, e, op }) => (text.slice(s, e).trim() === op ? `${text.slice(0, s)} ${op} ${text.slice(e)}` : text), value);
}

/** Whether nothing in an operand moves when the blanks around its operator do. */
const isPlain = (expr: Expr): boolean => expr.k !== 'Binary' && expr.k !== 'Unary' && expr.k !== 'Paren';
