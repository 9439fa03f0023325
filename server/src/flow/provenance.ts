/** Whose memory a pointer points to: the Go side's, the C side's, or nobody can tell. Flow-insensitive, through values that are set once. */
import { isScalar } from '../semantics/c-view.ts';
import { cTypeName, isCPointer, type Type } from '../semantics/types.ts';
import { definitions, onlyDefinition, origin } from './definitions.ts';
import type { FuncIr, Operand, Step, Var } from './ir.ts';

export type Provenance =
  /** Go memory: the address of a variable or element, data of a slice or string. `base` is what was addressed. */
  | { readonly k: 'go'; readonly base: Operand; readonly indexed: boolean; readonly step: Step }
  /** The result of a C function, or a field of a C struct that C made. */
  | { readonly k: 'c'; readonly step: Step }
  | { readonly k: 'unknown' };

const unknown: Provenance = { k: 'unknown' };

/** Follows a pointer back through conversions and arithmetic. */
export function provenance(ir: FuncIr, operand: Operand, depth = 0): Provenance {
  const at = origin(ir, operand);
  if (at.k !== 'var' || depth > 12) return unknown;
  const step = onlyDefinition(ir, at.v) ?? onlyValue(ir, at.v);
  switch (step?.op) {
    case 'copy':
      return provenance(ir, step.src, depth + 1);
    case 'addr':
      return addressed(ir, step, depth);
    case 'composite':
      return { k: 'go', base: at, indexed: false, step };
    case 'call':
      return called(ir, step, at, depth);
    case 'field':
      return loaded(ir, step, depth);
    case 'binary':
      return first(provenance(ir, step.l, depth + 1), () => provenance(ir, step.r, depth + 1));
    case 'slice':
      return provenance(ir, step.base, depth + 1);
    default:
      return unknown;
  }
}

/** `var p *T` that is nil until one statement sets it. */
function onlyValue(ir: FuncIr, v: Var): Step | undefined {
  if (v.kind !== 'local' || definitions(ir).addressed.has(v)) return undefined;
  const steps = (definitions(ir).of.get(v) ?? []).filter((step) => step.op !== 'copy' || step.src.k !== 'const' || step.src.value !== 'nil');
  return steps.length === 1 ? steps[0] : undefined;
}

const isUnknown = (type: Type): boolean => type.k === 'unknown';

const first = (a: Provenance, b: () => Provenance): Provenance => (a.k === 'unknown' ? b() : a);

function addressed(ir: FuncIr, step: Step & { op: 'addr' }, depth: number): Provenance {
  const { base } = step;
  // The address of a field behind a pointer is where the pointer points; the address of an element is where the slice points.
  const type = base.k === 'var' ? base.v.type : undefined;
  if (base.k === 'var' && step.path !== '' && type?.k === 'pointer') {
    const inner = provenance(ir, base, depth + 1);
    if (inner.k !== 'unknown' || isCPointer(type) || isUnknown(type.elem)) return inner;
    // A struct that is written in Go lies in Go memory, as far as anybody can expect.
    return { k: 'go', base, indexed: step.indexed, step };
  }
  if (base.k === 'var' && step.indexed && type?.k === 'slice') {
    const inner = provenance(ir, base, depth + 1);
    return inner.k === 'c' ? inner : { k: 'go', base, indexed: true, step };
  }
  if (base.k === 'c') return { k: 'c', step };
  return { k: 'go', base, indexed: step.indexed, step };
}

function called(ir: FuncIr, step: Step & { op: 'call' }, at: Operand, depth: number): Provenance {
  const { callee } = step;
  if (callee.k === 'c') return { k: 'c', step };
  if (callee.k === 'builtin') return callee.name === 'new' || callee.name === 'make' ? { k: 'go', base: at, indexed: false, step } : unknown;
  if (callee.k !== 'pkg' || callee.pkg !== 'unsafe') return unknown;
  const arg = step.args[0];
  if (arg === undefined) return unknown;
  if (callee.name === 'SliceData' || callee.name === 'StringData') {
    const inner = provenance(ir, arg, depth + 1);
    return inner.k === 'c' ? inner : { k: 'go', base: origin(ir, arg), indexed: true, step };
  }
  return provenance(ir, arg, depth + 1);
}

/** A pointer field of a C struct; when the struct itself is C memory, so is what C put there. */
function loaded(ir: FuncIr, step: Step & { op: 'field' }, depth: number): Provenance {
  const type = step.base.k === 'var' ? step.base.v.type : undefined;
  if (!pointsToC(type)) return unknown;
  const inner = provenance(ir, step.base, depth + 1);
  return inner.k === 'c' ? { k: 'c', step } : unknown;
}

const pointsToC = (type: Type | undefined): boolean => type?.k === 'pointer' && cTypeName(type.elem) !== undefined && !isScalar(cTypeName(type.elem)!);
