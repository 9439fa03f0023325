/** Pointer conversions that take numbers of one size for numbers of another: a Go int for a C int. Source: cmd/cgo, "Go references to C"; unsafe.Pointer, rule 1. */
import type { Span } from '../base/span.ts';
import { layoutOf, scalarKind } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer, type Type, typeText } from '../semantics/types.ts';
import { onlyDefinition, origin } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { dominates } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface ElementMismatch {
  readonly span: Span;
  /** Element types as written. */
  readonly from: string;
  readonly to: string;
  readonly fromSize: number;
  readonly toSize: number;
  /** The memory is Go's and C gets it, or the other way round. */
  readonly owner: 'go' | 'c';
  /** One variable, not an array or slice of them. */
  readonly single: boolean;
  /** Go itself reads the number through the new pointer at once: `*(*C.int)(unsafe.Pointer(&n))`. */
  readonly read: boolean;
}

/** The conversions of a function between pointers to numbers of different size. */
export function elementMismatches(fn: GoFunction, flow: PackageFlow): readonly ElementMismatch[] {
  if (!flow.ir(fn).traits.has('pointer conversion')) return [];
  return flow.askOf('element sizes', fn, (current) => find(flow.ir(current), flow));
}

function find(ir: FuncIr, flow: PackageFlow): ElementMismatch[] {
  const out: ElementMismatch[] = [];
  const read = ir.traits.has('deref') ? new Set(bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'deref' && step.base.k === 'var' && step.base.v.kind === 'temp' ? [step.base.v] : [])))) : new Set<Var>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      const fact = step.op === 'copy' && step.conv?.k === 'pointer' ? compare(ir, step, step.conv, flow.model) : undefined;
      if (fact && step.op === 'copy' && !isGuarded(ir, body, step, flow)) out.push({ ...fact, read: read.has(step.dst) });
    }
  }
  return out;
}

/** `if cIntSize == goIntSize`: what is done behind a test of sizes is meant for platforms where they agree. */
function isGuarded(ir: FuncIr, body: FuncBody, step: Step, flow: PackageFlow): boolean {
  const at = body.blocks.findIndex(({ steps }) => steps.includes(step));
  return body.blocks.some(({ term }, i) => term.k === 'branch' && i !== at && condOperands(term.cond).some((operand) => isSize(ir, operand, flow, 2)) && dominates(body, i, at));
}

/** `unsafe.Sizeof(x)`, `C.sizeof_int`, or a package variable that is set to such a size. */
function isSize(ir: FuncIr, operand: Operand, flow: PackageFlow, depth: number): boolean {
  const at = origin(ir, operand);
  if (at.k === 'c') return at.name.startsWith('sizeof_');
  if (at.k === 'global') {
    return depth > 0 && flow.gather(`sizes in ${at.name}`, (fn) => (fn.top.syntax.text.includes(at.name) && flow.ir(fn).traits.has('setGlobal') ? setsToSize(fn, at.name, flow, depth - 1) : [])).some(Boolean);
  }
  const step = at.k === 'var' ? onlyDefinition(ir, at.v) : undefined;
  if (step?.op === 'binary') return isSize(ir, step.l, flow, depth) || isSize(ir, step.r, flow, depth);
  return step?.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Sizeof';
}

const setsToSize = (fn: GoFunction, name: string, flow: PackageFlow, depth: number): readonly boolean[] =>
  flow.askOf(`sizes in ${name}@${depth}`, fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'setGlobal' && step.name === name && isSize(ir, step.src, flow, depth) ? [true] : [])));
  });

function compare(ir: FuncIr, step: Step & { op: 'copy' }, conv: Type & { k: 'pointer' }, model: PackageModel): Omit<ElementMismatch, 'read'> | undefined {
  const source = pointedTo(ir, step.src);
  if (source === undefined) return undefined;
  const from = source.elem;
  const to = element(conv.elem);
  const kind = scalarKind(from, model);
  const isOfC = madeByC(from, model);
  if (kind === undefined || kind === 'pointer' || kind !== scalarKind(to, model) || isOfC === madeByC(to, model)) return undefined;
  const fromSize = layoutOf(from, model)?.size;
  const toSize = layoutOf(to, model)?.size;
  if (fromSize === undefined || toSize === undefined || fromSize === toSize || toSize === 1) return undefined;
  // Bytes are how memory of any type is handed around; so are the words of what C made.
  if (fromSize === 1 && !source.single) return undefined;
  if (isOfC && toSize < fromSize) return undefined;
  return { span: step.span, from: typeText(from), to: typeText(to), fromSize, toSize, owner: isOfC ? 'c' : 'go', single: source.single };
}

const element = (type: Type): Type => (type.k === 'array' ? element(type.elem) : type);

/** Whether the type is C's own, or a Go name of one. */
function madeByC(type: Type, model: PackageModel, depth = 0): boolean {
  if (cTypeName(type) !== undefined) return true;
  const declared = type.k === 'named' && type.pkg === undefined && depth < 8 ? model.typesNamed(type.name)?.[0] : undefined;
  return declared !== undefined && madeByC(declared, model, depth + 1);
}

/** What the value pointed to before anything was converted. */
function pointedTo(ir: FuncIr, operand: Operand): { readonly elem: Type; readonly single: boolean } | undefined {
  const at = origin(ir, operand);
  if (at.k !== 'var' || at.v.type?.k !== 'pointer' || isUnsafePointer(at.v.type)) return undefined;
  const step = onlyDefinition(ir, at.v);
  // An allocation has the size that was asked for; its type says nothing.
  if (step?.op === 'call' && step.callee.k === 'c' && step.callee.name !== 'CString') return { elem: element(at.v.type.elem), single: false };
  const single = step?.op === 'addr' && !step.indexed && at.v.type.elem.k !== 'array';
  return { elem: element(at.v.type.elem), single };
}
