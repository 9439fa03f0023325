/** Pointer conversions that take numbers of one size for numbers of another: a Go int for a C int. Source: cmd/cgo, "Go references to C"; unsafe.Pointer, rule 1. */
import type { Span } from '../base/span.ts';
import { layoutOf, scalarKind } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer, type Type, typeText } from '../semantics/types.ts';
import { onlyDefinition, origin } from './definitions.ts';
import type { FuncIr, Operand, Step, Var } from './ir.ts';
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
  return flow.askOf('element sizes', fn, (current) => find(flow.ir(current), flow.model));
}

function find(ir: FuncIr, model: PackageModel): ElementMismatch[] {
  const out: ElementMismatch[] = [];
  const read = ir.traits.has('deref') ? new Set(bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'deref' && step.base.k === 'var' && step.base.v.kind === 'temp' ? [step.base.v] : [])))) : new Set<Var>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      const fact = step.op === 'copy' && step.conv?.k === 'pointer' ? compare(ir, step, step.conv, model) : undefined;
      if (fact && step.op === 'copy') out.push({ ...fact, read: read.has(step.dst) });
    }
  }
  return out;
}

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
