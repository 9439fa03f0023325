/** Rewrites Go views of C memory: to a copy, to a bounded capacity, to unsafe.Slice. Reads the view from its syntax. */
import type { TextEdit } from '../../base/edit.ts';
import { span } from '../../base/span.ts';
import type { Span } from '../../base/span.ts';
import type { Expr, SliceExpr } from '../../syntax/go/ast.ts';
import { hasEffects } from './effects.ts';
import { since } from './fix-file.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { merge } from './merge.ts';
import { declaredIn, fileSpan, locate } from './place.ts';

/** The parts of `unsafe.Slice((*T)(p), n)`, `(*[1 << 28]T)(p)[:n:n]` or `unsafe.String((*byte)(p), n)`. */
interface View {
  readonly kind: 'slice' | 'array' | 'string';
  /** What is converted to a pointer to the elements; absent when the pointer is no visible conversion. */
  readonly pointer?: Expr;
  readonly length: Expr;
  readonly elem?: Expr;
}

/**
 * A copy in place of the view: C.GoBytes or C.GoStringN where they give the same type, else slices.Clone (Go 1.21) or append.
 * `isUnsafePointer`: what the view converts is an unsafe.Pointer already.
 */
export function copyView(file: FixFile, fn: FixFunction, view: Span, isUnsafePointer = false): TextEdit[] | undefined {
  const text = (node: Expr): string => file.text.slice(fn.at + node.s, fn.at + node.e);
  const found = viewAt(fn, view);
  if (!found) return undefined;
  const { kind, pointer, length, elem } = found;
  const hasC = file.imports.some((spec) => spec.path === 'C') && !declaredIn(fn).has('C');
  const isBytes = elem?.k === 'Ident' && (elem.name === 'byte' || elem.name === 'uint8');
  if (hasC && pointer && isBytes) {
    const unsafe = ensureImport(file, 'unsafe', declaredIn(fn));
    if (!unsafe) return undefined;
    const address = isUnsafePointer || isPointerConversion(pointer) ? text(pointer) : `${unsafe.name}.Pointer(${text(pointer)})`;
    const size = asCInt(length, text);
    const copy = kind === 'string' ? `C.GoStringN((*C.char)(${address}), ${size})` : `C.GoBytes(${address}, ${size})`;
    return merge(file.text, [{ span: view, newText: copy }], unsafe.edits);
  }
  if (kind === 'string') return wrap(file, fn, view, 'strings', 'Clone');
  if (since(file, 21)) return wrap(file, fn, view, 'slices', 'Clone');
  return elem && [
    { span: span(view.start, view.start), newText: `append([]${text(elem)}(nil), ` },
    { span: span(view.end, view.end), newText: '...)' },
  ];
}

/** `p[:n]` becomes `p[:n:n]`, so that an append cannot write behind the view. */
export function capLimit(file: FixFile, fn: FixFunction, slice: Span): TextEdit[] | undefined {
  const node = nodeAt(fn, slice);
  if (node?.k !== 'Slice' || !node.hi || node.max || hasEffects(node.hi)) return undefined;
  const hi = fileSpan(fn, node.hi);
  const high = file.text.slice(hi.start, hi.end);
  if (node.hi.k !== 'Binary' && node.lo?.k !== 'Binary') return [{ span: span(hi.end, hi.end), newText: `:${high}` }];
  // gofmt sets blanks around the colons when an index is a sum.
  const low = node.lo ? `${file.text.slice(fn.at + node.lo.s, fn.at + node.lo.e)} ` : '';
  return [{ span: span(fn.at + node.x.e, slice.end), newText: `[${low}: ${high} : ${high}]` }];
}

/** `(*[1 << 28]T)(p)[:n:n]` becomes `unsafe.Slice((*T)(p), n)`, which came with Go 1.17. */
export function toUnsafeSlice(file: FixFile, fn: FixFunction, slice: Span): TextEdit[] | undefined {
  const view = viewAt(fn, slice);
  const unsafe = ensureImport(file, 'unsafe', declaredIn(fn));
  if (view?.kind !== 'array' || !view.pointer || !view.elem || !unsafe || !since(file, 17)) return undefined;
  const text = (node: Expr): string => file.text.slice(fn.at + node.s, fn.at + node.e);
  const newText = `${unsafe.name}.Slice((*${text(view.elem)})(${text(view.pointer)}), ${text(view.length)})`;
  return merge(file.text, [{ span: slice, newText }], unsafe.edits);
}

function nodeAt(fn: FixFunction, at: Span): Expr | undefined {
  const node = locate(fn, at)?.inside.at(-1);
  return node && 'k' in node && fn.at + node.s === at.start && fn.at + node.e === at.end ? (node as Expr) : undefined;
}

function viewAt(fn: FixFunction, at: Span): View | undefined {
  const node = nodeAt(fn, at);
  if (node?.k === 'Slice') return arrayView(node);
  if (node?.k !== 'Call' || node.fn.k !== 'Selector' || node.fn.x.k !== 'Ident' || node.fn.x.name !== 'unsafe') return undefined;
  const [pointer, length] = node.args;
  if (!pointer || !length || (node.fn.name !== 'Slice' && node.fn.name !== 'String')) return undefined;
  const kind = node.fn.name === 'Slice' ? 'slice' : 'string';
  const converted = pointerConversion(pointer);
  return { kind, length, ...(converted ? { pointer: converted.value, elem: converted.pointee } : {}) };
}

function arrayView(node: SliceExpr): View | undefined {
  const converted = pointerConversion(node.x.k === 'Paren' ? node.x.x : node.x);
  if (!converted || converted.pointee.k !== 'ArrayType' || !node.hi) return undefined;
  if (node.lo && !(node.lo.k === 'Literal' && node.lo.text === '0')) return undefined;
  return { kind: 'array', pointer: converted.value, length: node.hi, elem: converted.pointee.elem };
}

/** The parts of `(*T)(x)`. */
function pointerConversion(expr: Expr): { pointee: Expr; value: Expr } | undefined {
  if (expr.k !== 'Call' || expr.fn.k !== 'Paren' || expr.fn.x.k !== 'Unary' || expr.fn.x.op !== '*') return undefined;
  const value = expr.args[0];
  return value && { pointee: expr.fn.x.x, value };
}

const isPointerConversion = (expr: Expr): boolean => expr.k === 'Call' && expr.fn.k === 'Selector' && expr.fn.name === 'Pointer';

/** The length as a C.int, in place of another integer conversion. */
function asCInt(length: Expr, text: (node: Expr) => string): string {
  const [argument, ...more] = length.k === 'Call' ? length.args : [];
  if (length.k !== 'Call' || !argument || more.length > 0) return `C.int(${text(length)})`;
  if (length.fn.k === 'Selector' && text(length.fn) === 'C.int') return text(length);
  return length.fn.k === 'Ident' && length.fn.name === 'int' ? `C.int(${text(argument)})` : `C.int(${text(length)})`;
}

function wrap(file: FixFile, fn: FixFunction, at: Span, path: string, name: string): TextEdit[] | undefined {
  const imported = ensureImport(file, path, declaredIn(fn));
  if (!imported) return undefined;
  const edits = [
    { span: span(at.start, at.start), newText: `${imported.name}.${name}(` },
    { span: span(at.end, at.end), newText: ')' },
  ];
  return merge(file.text, edits, imported.edits);
}
