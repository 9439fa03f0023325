/**
 * How many bytes an allocation asks for and how many its uses need: the type it is converted to, the elements that are written, the NUL of a string.
 * Sources: ISO C11 7.22.3 (malloc, calloc, realloc), 7.24.2 (strcpy); cmd/cgo, "Go references to C".
 */
import type { Span } from '../base/span.ts';
import { goType } from '../semantics/c-view.ts';
import { constantValue } from '../semantics/constants.ts';
import { layoutOf } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { sameType, type Type, typeText } from '../semantics/types.ts';
import { helperSize, helperWrites } from './c-allocation-sizes.ts';
import { originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { type SizeValue, sizeValue } from './sizes.ts';

export interface AllocationSizeFact {
  /** The allocating call. */
  readonly span: Span;
  readonly callee: string;
  /**
   * `type`: it is used as one `type`, which is larger. `elements`: it is used as an array of `type`, but each element was counted as `bytes`.
   * `pointer`: the size of the pointer was asked for. `end`: the element behind the last one is written. `nul`: no room for the NUL of a string.
   */
  readonly how: 'type' | 'elements' | 'pointer' | 'end' | 'nul';
  readonly type: string;
  readonly bytes: number;
  /** The use that needs more. */
  readonly use: Span;
}

/** Which arguments make up the size. */
const sized: ReadonlyMap<string, readonly number[]> = new Map(Object.entries({ malloc: [0], calloc: [0, 1], realloc: [1], aligned_alloc: [1], valloc: [0], reallocarray: [1, 2] }));

/** C functions that write the whole string and its NUL to their first argument. */
const writesString = new Set(['strcpy', 'stpcpy', 'strcat']);

/** The allocations of a function that are smaller than what is done with them. */
export function allocationSizeFacts(fn: GoFunction, flow: PackageFlow): readonly AllocationSizeFact[] {
  return mayAllocate(flow.ir(fn), flow) ? flow.askOf('allocation sizes', fn, (current) => find(flow.ir(current), flow)) : [];
}

/** Whether it calls a function that allocates by its arguments, of the C library or in view. */
function mayAllocate({ cFunctions }: FuncIr, { model: { c } }: PackageFlow): boolean {
  for (const name of cFunctions) {
    const own = c.function(name);
    if ((own?.body && own.result.pointer) || sized.has(name)) return true;
  }
  return false;
}

function find(ir: FuncIr, flow: PackageFlow): AllocationSizeFact[] {
  const { model } = flow;
  const sizes = new Map<Step, SizeValue>();
  for (const body of bodiesOf(ir)) {
    for (const step of body.calls) {
      if (step.callee.k !== 'c') continue;
      const own = model.c.function(step.callee.name);
      if (own?.body && own.result.pointer) {
        const by = helperSize(flow, step.callee.name);
        const count = by && sizeValue(ir, step.args[by.param], model);
        if (by && count) sizes.set(step, { ...count, times: count.times * by.times, plus: count.plus * by.times + by.plus });
      }
      if (own && step.callee.name !== 'malloc') continue;
      const args = sized.get(step.callee.name);
      const size = args && product(args.map((i) => sizeValue(ir, step.args[i], model)));
      if (size) sizes.set(step, size);
    }
  }
  if (sizes.size === 0) return [];
  const out = new Map<Step, AllocationSizeFact>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      for (const found of needs(ir, step, sizes, model)) if (!out.has(found.call)) out.set(found.call, found.fact);
    }
  }
  return [...out.values()];
}

function product(factors: readonly (SizeValue | undefined)[]): SizeValue | undefined {
  return factors.reduce((l, r) => {
    if (l === undefined || r === undefined || (l.of !== undefined && r.of !== undefined)) return undefined;
    const [factor, other] = l.of === undefined ? [l, r] : [r, l];
    return { ...other, times: other.times * factor.plus, plus: other.plus * factor.plus, measured: [...l.measured, ...r.measured] };
  });
}

interface Need {
  readonly call: CallStep;
  readonly fact: AllocationSizeFact;
}

/** What a step needs of the allocations that it touches. */
function* needs(ir: FuncIr, step: Step, sizes: ReadonlyMap<Step, SizeValue>, model: PackageModel): Generator<Need> {
  const allocation = (operand: Operand | undefined): { readonly call: CallStep; readonly size: SizeValue } | undefined => {
    const call = operand && originStep(ir, operand);
    const size = call && sizes.get(call);
    return call?.op === 'call' && size ? { call, size } : undefined;
  };
  const fact = (call: CallStep, how: AllocationSizeFact['how'], type: Type, bytes: number): Need => ({
    call,
    fact: { span: call.span, callee: call.callee.k === 'c' ? call.callee.name : '', how, type: typeText(type), bytes, use: step.span },
  });
  if (step.op === 'copy' && step.conv?.k === 'pointer') {
    const from = allocation(step.src);
    const how = from && tooSmall(from.size, step.conv, model);
    if (from && how) yield fact(from.call, how.how, how.type, how.bytes);
  }
  if (step.op === 'setIndex' && step.key && step.base.k === 'var') {
    const from = allocation(step.base);
    const type = step.base.v.type;
    const elem = type?.k === 'pointer' && type.elem.k === 'array' ? type.elem.elem : undefined;
    const width = layoutOf(elem, model)?.size;
    const index = sizeValue(ir, step.key, model);
    if (from && elem && width !== undefined && index && reachesEnd(from.size, index, width)) yield fact(from.call, 'end', elem, width);
  }
  if (step.op === 'call' && step.callee.k === 'c' && step.args.some((arg) => allocation(arg))) {
    for (const write of helperWrites(model, step.callee.name)) {
      const from = allocation(step.args[write.pointer]);
      const type = goType(write.type);
      const width = layoutOf(type, model)?.size;
      const index = sizeValue(ir, step.args[write.index], model);
      if (from && width !== undefined && index && reachesEnd(from.size, { ...index, plus: index.plus + write.plus }, width)) yield fact(from.call, 'end', type, width);
    }
  }
  if (step.op === 'call' && step.callee.k === 'c' && writesString.has(step.callee.name)) {
    const from = allocation(step.args[0]);
    if (from && isExactLength(ir, from.size)) yield fact(from.call, 'nul', { k: 'named', name: 'string' }, 1);
  }
  if (step.op === 'call' && step.callee.k === 'c' && step.callee.name === 'GoString') {
    const from = allocation(step.args[0]);
    if (from && isExactLength(ir, from.size)) yield fact(from.call, 'nul', { k: 'named', name: 'string' }, 1);
  }
}

/** `len(s)` bytes, or `strlen(s)`, and not one more. */
function isExactLength(ir: FuncIr, size: SizeValue): boolean {
  if (size.times !== 1 || size.plus !== 0 || size.of === undefined) return false;
  if (size.lengthOf?.k === 'var') return size.lengthOf.v.type?.k === 'named' && size.lengthOf.v.type.name === 'string';
  const step = originStep(ir, size.of);
  return step?.op === 'call' && step.callee.k === 'c' && step.callee.name === 'strlen';
}

/** `p[n] = …` where room for n elements was made. */
function reachesEnd(size: SizeValue, index: SizeValue, width: number): boolean {
  if (size.of === undefined || size.times !== width) return size.of === undefined && index.of === undefined && size.plus > 0 && (index.plus + 1) * width > size.plus;
  return index.times === 1 && size.key !== undefined && index.key === size.key && (index.plus + 1) * width > size.plus && index.plus >= 0;
}

/** An array type with at least this many elements stands for "as long as it happens to be". */
const huge = 1 << 12;

function tooSmall(size: SizeValue, to: Type & { k: 'pointer' }, model: PackageModel): { readonly how: 'type' | 'elements' | 'pointer'; readonly type: Type; readonly bytes: number } | undefined {
  const isHuge = to.elem.k === 'array' && (constantValue(to.elem.len, model) ?? huge) >= huge;
  const type = isHuge && to.elem.k === 'array' ? to.elem.elem : to.elem;
  // The size of a pointer to just what the memory is used as.
  if (!isHuge && size.of === undefined && size.plus === 8 && size.measured.length === 1 && sameType(size.measured[0], to)) {
    const needed = layoutOf(type, model)?.size;
    return needed === undefined || needed > 8 ? { how: 'pointer', type, bytes: 8 } : undefined;
  }
  const needed = layoutOf(type, model)?.size;
  if (needed === undefined || needed <= 1) return undefined;
  if (size.of === undefined) return size.plus > 1 && size.plus < needed ? { how: 'type', type, bytes: size.plus } : undefined;
  // Where one byte is counted for each, the count is one of bytes already.
  return size.times > 1 && size.times < needed && size.plus < needed ? { how: 'elements', type, bytes: size.times } : undefined;
}

