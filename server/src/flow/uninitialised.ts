/**
 * Pointers that Go stores into C memory of C.malloc before anything has cleared it: the write barrier looks at what was there. Source: cmd/cgo,
 * "Passing pointers", the note on uninitialized C memory.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isUnsafePointer, type Type } from '../semantics/types.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface UninitialisedStore {
  /** The allocating call, and its opening parenthesis. */
  readonly span: Span;
  readonly lp: number;
  /** The first store of a pointer. */
  readonly store: Span;
  /** The field, or nothing for an element. */
  readonly field?: string;
}

/** The allocations of a function that get pointers before they are cleared. */
export function uninitialisedStores(fn: GoFunction, flow: PackageFlow): readonly UninitialisedStore[] {
  return flow.askOf('uninitialised stores', fn, (current) => {
    const ir = flow.ir(current);
    const cleared = new Set<Step>();
    const found = new Map<CallStep, UninitialisedStore>();
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        // Whatever else gets the memory may have filled it.
        if (step.op === 'call' && !isConversionHelper(step)) for (const arg of step.args) for (const call of allocation(ir, arg)) if (!found.has(call)) cleared.add(call);
        if (step.op === 'setDeref') for (const call of allocation(ir, step.base)) cleared.add(call);
        if (step.op !== 'setField' && step.op !== 'setIndex') continue;
        if (!storesPointer(ir, step.src)) continue;
        for (const call of allocation(ir, step.base)) {
          if (cleared.has(call) || found.has(call)) continue;
          found.set(call, { span: call.span, lp: call.lp, store: step.span, ...(step.op === 'setField' ? { field: step.name } : {}) });
        }
      }
    }
    return [...found.values()];
  });
}

const isConversionHelper = (step: CallStep): boolean => step.callee.k === 'builtin' || (step.callee.k === 'c' && step.callee.name === 'free') || (step.callee.k === 'pkg' && step.callee.pkg === 'unsafe');

/** The C.malloc call that a pointer, or a slice over its memory, comes from. */
function allocation(ir: FuncIr, operand: Operand): CallStep[] {
  const step = originStep(ir, operand);
  if (step?.op === 'slice') return allocation(ir, step.base);
  if (step?.op !== 'call') return [];
  if (step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Slice' && step.args[0]) return allocation(ir, step.args[0]);
  return step.callee.k === 'c' && step.callee.name === 'malloc' ? [step] : [];
}

/** Whether a value is visibly a pointer: only then does the store have a write barrier. */
function storesPointer(ir: FuncIr, src: Operand): boolean {
  if (src.k !== 'var') return false;
  if (isPointer(src.v.type)) return true;
  const at = origin(ir, src);
  return at.k === 'var' && isPointer(at.v.type) && src.v.type === undefined;
}

const isPointer = (type: Type | undefined): boolean => type?.k === 'pointer' || isUnsafePointer(type);
