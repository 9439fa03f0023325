/**
 * Arrays of pointers that Go code fills, one for each element of something of its own, and gives to C in a call that tells nothing of how many there
 * are: C can only look for a NULL behind the last, and there is no room for one. Sources: execve(2) and other functions that take such arrays.
 */
import type { Span } from '../base/span.ts';
import { scalarKind } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { cTypeName, type Type } from '../semantics/types.ts';
import { definitions, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { type SizeValue, sizeValue } from './sizes.ts';

export interface UnendedArray {
  /** What makes the array. */
  readonly span: Span;
  readonly name?: string;
  readonly callee: string;
  /** The argument of the C call. */
  readonly use: Span;
}

/** The arrays without an end of a function. */
export function unendedArrays(fn: GoFunction, flow: PackageFlow): readonly UnendedArray[] {
  // It is made here, and filled element by element.
  const { traits } = flow.ir(fn);
  if (!traits.has('setIndex') || !traits.has('builtin call')) return [];
  return flow.askOf('unended arrays', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : bodiesOf(ir).flatMap((body) => body.calls.flatMap((call) => (call.callee.k === 'c' && call.mode === 'call' ? ofCall(ir, call, flow.model) : [])));
  });
}

function ofCall(ir: FuncIr, call: CallStep, model: PackageModel): UnendedArray[] {
  if (call.callee.k !== 'c') return [];
  const callee = call.callee.name;
  return call.args.flatMap((arg, index): UnendedArray[] => {
    const made = arrayOf(ir, arg, model);
    if (made === undefined || !isFilled(ir, made.v) || call.args.some((other) => isLength(ir, other, 0)) || tellsCount(ir, made)) return [];
    return [{ span: made.step.span, callee, use: call.argSpans[index] ?? call.span, ...(made.v.name === undefined ? {} : { name: made.v.name }) }];
  });
}

interface Made {
  readonly step: CallStep;
  readonly v: Var;
  readonly count: SizeValue;
}

/** `make([]*C.T, len(xs))` whose first element the argument is the address of. */
function arrayOf(ir: FuncIr, arg: Operand, model: PackageModel): Made | undefined {
  const address = originStep(ir, arg);
  const base = address?.op === 'addr' && address.indexed && address.path === '' && address.index?.k === 'const' && address.index.value === '0' ? address.base : sliceData(address);
  if (base?.k !== 'var' || base.v.type?.k !== 'slice' || !isCPointerType(base.v.type.elem, model)) return undefined;
  const step = originStep(ir, base);
  if (step?.op !== 'call' || step.callee.k !== 'builtin' || step.callee.name !== 'make' || step.args.length !== 1) return undefined;
  const count = sizeValue(ir, step.args[0], model);
  // What Go itself has so many of; a number that comes from elsewhere may be one that C knows.
  return count?.lengthOf !== undefined && count.times === 1 && count.plus === 0 ? { step, v: base.v, count } : undefined;
}

const sliceData = (step: Step | undefined): Operand | undefined => (step?.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'SliceData' ? step.args[0] : undefined);

/** A pointer that C may get as such, also one that a typedef hides. */
function isCPointerType(type: Type, model: PackageModel): boolean {
  const name = cTypeName(type);
  return scalarKind(type, model) === 'pointer' || (name !== undefined && model.contracts.isPointerType(name));
}

/** Whether Go code sets the elements. */
const isFilled = (ir: FuncIr, v: Var): boolean => bodiesOf(ir).some((body) => stepsOf(body).some((step) => step.op === 'setIndex' && step.base.k === 'var' && step.base.v === v && step.src.k !== 'const'));

/** Whether an argument is made of the length of something: of several arrays that are as long as each other, one is enough. */
function isLength(ir: FuncIr, operand: Operand, depth: number): boolean {
  if (operand.k !== 'var' || depth > 6) return false;
  return (definitions(ir).of.get(operand.v) ?? []).some((step) => {
    if (step.op === 'call') return step.callee.k === 'builtin' && /^(?:len|cap)$/.test(step.callee.name);
    return (step.op === 'copy' || step.op === 'binary') && operandsOf(step).some((inner) => isLength(ir, inner, depth + 1));
  });
}

/** Whether anything that depends on the count goes to C or is stored somewhere, or the array grows. */
function tellsCount(ir: FuncIr, { v, count, step: made }: Made): boolean {
  const counts = new Set<Var>();
  const of = count.lengthOf;
  const measured = new Set([v, ...(of?.k === 'var' ? [of.v] : [])]);
  for (let size = -1; size !== counts.size; ) {
    size = counts.size;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'call' && step.callee.k === 'builtin' && /^(?:len|cap)$/.test(step.callee.name) && (isIn(measured, step.args[0]) || isSameField(ir, step.args[0], of))) step.dsts.forEach((dst) => counts.add(dst));
        if ((step.op === 'copy' || step.op === 'binary') && operandsOf(step).some((operand) => isIn(counts, operand))) counts.add(step.dst);
        // A function of the package may make anything of it.
        if (step.op === 'call' && step.callee.k !== 'c' && step !== made && step.args.some((arg) => isIn(counts, arg))) step.dsts.forEach((dst) => counts.add(dst));
      }
    }
  }
  for (const step of bodiesOf(ir).flatMap(stepsOf)) {
    switch (step.op) {
      case 'call':
        if (step.callee.k === 'builtin' && step.callee.name === 'append' && isIn(new Set([v]), step.args[0])) return true;
        if (step.callee.k === 'c' && step.args.some((arg) => isIn(counts, arg))) return true;
        break;
      case 'setField':
      case 'setDeref':
      case 'setGlobal':
        if (isIn(counts, step.src)) return true;
        break;
      case 'composite':
        if (step.fields.some(({ src }) => isIn(counts, src))) return true;
        break;
    }
  }
  return false;
}

const isIn = (set: ReadonlySet<Var>, operand: Operand | undefined): boolean => operand?.k === 'var' && set.has(operand.v);

/** `len(x.items)` reads the field anew wherever it stands. */
function isSameField(ir: FuncIr, a: Operand | undefined, b: Operand | undefined): boolean {
  const [l, r] = [a && originStep(ir, a), b && originStep(ir, b)];
  return l?.op === 'field' && r?.op === 'field' && l.name === r.name;
}
