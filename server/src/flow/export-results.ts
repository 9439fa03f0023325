/** Go pointers that leave an exported function for C: as results, or written into C memory. Source: cmd/cgo, "Passing pointers" and cgoCheckResult of package runtime. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer, type Type } from '../semantics/types.ts';
import { origin } from './definitions.ts';
import { type GoPointer, pointerSource, type Viewpoint } from './go-pointers.ts';
import type { Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { pinOf } from './pins.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { describe, isHandle, targetOf } from './retained-pointers.ts';

export interface ExportedPointer {
  /** The returned or stored expression. */
  readonly span: Span;
  /** `kind`: a result of a type that holds Go pointers. */
  readonly how: 'kind' | 'pointer' | 'stored';
  readonly what: string;
}

/** What an exported function gives to its caller in C. */
export function exportedPointers(fn: GoFunction, flow: PackageFlow): readonly ExportedPointer[] {
  if (fn.exported === undefined || !fn.decl.body) return [];
  return flow.askOf('exported pointers', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque) return [];
    const at: Viewpoint = { flow, ir, exported: true };
    const out: ExportedPointer[] = [];
    for (const { term, steps } of ir.body.blocks) {
      if (term.k === 'return') term.values.forEach((value, i) => out.push(...returned(at, value, ir.resultTypes[i], term.spans[i] ?? term.span)));
      for (const step of steps) if (step.op === 'setField' || step.op === 'setDeref' || step.op === 'setIndex') out.push(...stored(at, step));
    }
    return out;
  });
}

function returned(at: Viewpoint, value: Operand, type: Type | undefined, span: Span): ExportedPointer[] {
  const kind = kindOf(type, at.flow);
  if (kind !== undefined) return isFree(at, value) ? [] : [{ span, how: 'kind', what: kind }];
  if (type?.k !== 'pointer' && !isUnsafePointer(type) && cTypeName(type) === undefined) return [];
  if (cTypeName(type) !== undefined && at.flow.model.c.isNumber(cTypeName(type)!)) return [];
  const pointer = pointerSource(at, value);
  // The elements of a slice in a field may be a view of C memory.
  if (pointer.k !== 'go' || (pointer.how === 'elements' && !pointer.certain) || pinOf(at, value, pointer)) return [];
  return [{ span, how: 'pointer', what: describe(pointer) }];
}

/** Results that consist of Go pointers. */
function kindOf(type: Type | undefined, flow: PackageFlow): string | undefined {
  const of = type?.k === 'named' && type.pkg === undefined ? (flow.model.shape.underlying(type.name) ?? type) : type;
  switch (of?.k) {
    case 'slice':
    case 'map':
    case 'func':
      return `a ${of.k === 'func' ? 'function' : of.k}`;
    case 'chan':
      return 'a channel';
    case 'interface':
      return 'an interface';
    case 'named':
      if (of.pkg !== undefined) return undefined;
      return of.name === 'string' ? 'a string' : of.name === 'error' || of.name === 'any' ? 'an interface' : undefined;
    default:
      return undefined;
  }
}

/** A value in which there is no pointer to Go memory, or nobody knows: constants, nil, what C itself gave, views of C memory. */
function isFree(at: Viewpoint, value: Operand): boolean {
  const found = origin(at.ir, value);
  if (found.k !== 'var' || found.v.kind === 'param') return true;
  if (pointerSource(at, value).k === 'c') return true;
  const { v } = found;
  // Variables that are set on several paths may hold a constant on each.
  return v.kind !== 'temp' && bodiesOf(at.ir).every((body) => [...stepsOf(body)].every((step) => step.op !== 'copy' || step.dst !== v || step.src.k === 'const' || step.src.k === 'unknown'));
}

/** `*out = p` and `out.field = p` where C made `out`. */
function stored(at: Viewpoint, step: Step & { op: 'setField' | 'setDeref' | 'setIndex' }): ExportedPointer[] {
  const { src } = step;
  if (src.k !== 'var' || !ofParam(at, step.base)) return [];
  const pointer = pointerSource(at, src);
  if (pointer.k !== 'go' || (pointer.how === 'elements' && !pointer.certain) || isHandle(pointer.type, at.flow) || targetOf(at, step).k !== 'c' || pinOf(at, src, pointer)) return [];
  return [{ span: src.v.kind === 'temp' ? src.v.span : step.span, how: 'stored', what: describe(pointer as GoPointer) }];
}

/** Whether a value is, or is made from, a parameter that C fills. */
export function ofParam(at: Viewpoint, operand: Operand): boolean {
  const found = origin(at.ir, operand);
  return found.k === 'var' && at.ir.body.params.includes(found.v);
}
