/** Rewrites reflect's slice headers to unsafe.Slice (Go 1.17) and unsafe.SliceData (Go 1.20), and drops the import of reflect when nothing else needs it. */
import type { TextEdit } from '../../base/edit.ts';
import type { Span } from '../../base/span.ts';
import type { Composite, Expr } from '../../syntax/go/ast.ts';
import { hasEffects } from './effects.ts';
import { since } from './fix-file.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { lineEnd, lineStart, scanGo } from './go-text.ts';
import { declaration, removeLine, uses } from './inline-variable.ts';
import { merge } from './merge.ts';
import { isNode, locate, walk } from './place.ts';

/** `*(*[]T)(unsafe.Pointer(&reflect.SliceHeader{Data: uintptr(p), Len: n, Cap: n}))`, or the same over a variable, becomes `unsafe.Slice((*T)(p), n)`. `at` is the literal. */
export function literalToSlice(file: FixFile, fn: FixFunction, at: Span): TextEdit[] | undefined {
  if (!since(file, 17)) return undefined;
  const inside = locate(fn, at)?.inside ?? [];
  const literal = inside.findLast((node) => isNode(node, 'Composite') && fn.at + node.e === at.end) as Composite | undefined;
  const parts = literal && partsOf(literal);
  if (!parts) return undefined;
  const stmt = locate(fn, at)!.stmt;
  const name = stmt.k === 'Assign' && stmt.op === ':=' && stmt.rhs[0] === literal && stmt.lhs[0]?.k === 'Ident' ? stmt.lhs[0].name : undefined;
  let view: { readonly node: Expr; readonly elem: Expr } | undefined;
  walk(fn.decl.body!, (node) => {
    const found = 'k' in node ? headerView(node as Expr) : undefined;
    if (found && (name === undefined ? found.of === literal : found.of.k === 'Ident' && found.of.name === name)) view = { node: node as Expr, elem: found.elem };
  });
  if (!view) return undefined;
  const text = (node: Expr): string => file.text.slice(fn.at + node.s, fn.at + node.e);
  const edits: TextEdit[] = [{ span: { start: fn.at + view.node.s, end: fn.at + view.node.e }, newText: `unsafe.Slice((*${text(view.elem)})(${text(parts.data)}), ${text(parts.length)})` }];
  if (name !== undefined) {
    const declared = declaration(fn, name);
    const removed = declared && removeLine(file, fn, declared);
    if (!removed || uses(fn, name) !== 2 || hasEffects(parts.data) || hasEffects(parts.length)) return undefined;
    edits.push(removed);
  }
  return merge(file.text, edits, dropReflect(file, edits));
}

/** `(*reflect.SliceHeader)(unsafe.Pointer(&b)).Data` becomes `uintptr(unsafe.Pointer(unsafe.SliceData(b)))`; through a variable, too. `at` is the conversion. */
export function headerToData(file: FixFile, fn: FixFunction, at: Span): TextEdit[] | undefined {
  const place = locate(fn, at);
  const node = place?.inside.at(-1);
  const header = node && isNode(node, 'Call') ? headerOf(node) : undefined;
  if (!since(file, 20) || !place || !node || !header) return undefined;
  const text = file.text.slice(fn.at + header.value.s, fn.at + header.value.e);
  const fields = { Data: `uintptr(unsafe.Pointer(unsafe.${header.kind === 'SliceHeader' ? 'SliceData' : 'StringData'}(${text})))`, Len: `len(${text})`, Cap: `cap(${text})` };
  const replaced = (selector: Expr): TextEdit | undefined =>
    selector.k === 'Selector' && selector.name in fields ? { span: { start: fn.at + selector.s, end: fn.at + selector.e }, newText: fields[selector.name as keyof typeof fields] } : undefined;
  const { stmt } = place;
  const name = stmt.k === 'Assign' && stmt.op === ':=' && stmt.rhs[0] === node && stmt.lhs[0]?.k === 'Ident' ? stmt.lhs[0].name : undefined;
  const selectors: Expr[] = [];
  const targets = new Set<Expr>();
  walk(fn.decl.body!, (inner) => {
    if (isNode(inner, 'Assign')) for (const lhs of inner.lhs) targets.add(lhs);
    if (isNode(inner, 'Selector') && (name === undefined ? inner.x === node : inner.x.k === 'Ident' && inner.x.name === name)) selectors.push(inner);
  });
  const edits = selectors.flatMap((selector) => (targets.has(selector) ? [] : (replaced(selector) ?? [])));
  if (edits.length === 0 || edits.length !== selectors.length) return undefined;
  if (name !== undefined) {
    const declared = declaration(fn, name);
    const removed = declared && removeLine(file, fn, declared);
    if (!removed || uses(fn, name) !== selectors.length + 1) return undefined;
    edits.push(removed);
  }
  return merge(file.text, edits, dropReflect(file, edits));
}

/** The pointer and the length of a header literal whose length is its capacity. */
function partsOf(literal: Composite): { readonly data: Expr; readonly length: Expr } | undefined {
  const field = (name: string): Expr | undefined => literal.elts.find(({ key }) => key?.k === 'Ident' && key.name === name)?.value;
  const [data, length, cap] = [field('Data'), field('Len'), field('Cap')];
  const pointer = data?.k === 'Call' && data.fn.k === 'Ident' && data.fn.name === 'uintptr' ? data.args[0] : undefined;
  return pointer && length && cap && JSON.stringify(withoutPlace(length)) === JSON.stringify(withoutPlace(cap)) ? { data: pointer, length } : undefined;
}

function withoutPlace(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlace);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (['s', 'e', 'n', 'lp'].includes(key) ? [] : [[key, withoutPlace(inner)]])));
}

/** `*(*[]T)(unsafe.Pointer(&x))` */
function headerView(node: Expr): { readonly of: Expr; readonly elem: Expr } | undefined {
  if (node.k !== 'Unary' || node.op !== '*' || node.x.k !== 'Call') return undefined;
  const pointee = pointeeOf(node.x);
  const of = addressed(node.x.args[0]);
  return pointee?.k === 'SliceType' && of ? { of, elem: pointee.elem } : undefined;
}

/** `(*reflect.SliceHeader)(unsafe.Pointer(&b))` */
function headerOf(node: Expr): { readonly value: Expr; readonly kind: 'SliceHeader' | 'StringHeader' } | undefined {
  const pointee = pointeeOf(node);
  const value = node.k === 'Call' ? addressed(node.args[0]) : undefined;
  const kind = pointee?.k === 'Selector' && (pointee.name === 'SliceHeader' || pointee.name === 'StringHeader') ? pointee.name : undefined;
  return value && kind && !hasEffects(value) ? { value, kind } : undefined;
}

const pointeeOf = (node: Expr): Expr | undefined => (node.k === 'Call' && node.fn.k === 'Paren' && node.fn.x.k === 'Unary' && node.fn.x.op === '*' ? node.fn.x.x : undefined);

/** `x` of `unsafe.Pointer(&x)` */
function addressed(node: Expr | undefined): Expr | undefined {
  const inner = node?.k === 'Call' && node.fn.k === 'Selector' && node.fn.name === 'Pointer' ? node.args[0] : undefined;
  return inner?.k === 'Unary' && inner.op === '&' ? inner.x : undefined;
}

/** Takes the import away when the edits leave no other use of it. */
function dropReflect(file: FixFile, edits: readonly TextEdit[]): TextEdit[] {
  const spec = file.imports.find(({ path, name }) => path === 'reflect' && name === undefined);
  if (!spec) return [];
  const { masked } = scanGo(file.text);
  const left = [...masked.matchAll(/\breflect\s*\./g)].some((match) => !edits.some(({ span }) => span.start <= match.index && match.index < span.end));
  const siblings = file.imports.filter(({ decl }) => decl.start === spec.decl.start).length;
  if (left) return [];
  const whole = spec.grouped && siblings === 1 ? spec.decl : spec.grouped ? spec.span : spec.decl;
  const start = lineStart(file.text, whole.start);
  let end = lineEnd(file.text, whole.end) + 1;
  if (file.text.slice(whole.end, end).trim() !== '') return [];
  // Two blank lines would be left where a declaration stood alone.
  if (whole === spec.decl && file.text[end] === '\n') end++;
  return [{ span: { start, end }, newText: '' }];
}
