/** Lengths given to functions that count bytes: the length of a slice of wider elements, the size of a pointer. Source: ISO C11 7.24; cmd/cgo, C.GoBytes. */
import type { Span } from '../base/span.ts';
import { layoutOf } from '../semantics/layout.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { sameType, type Type, typeText } from '../semantics/types.ts';
import { origin } from './definitions.ts';
import type { CallStep, FuncIr, Operand } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { sizeValue } from './sizes.ts';

export interface CopySizeFact {
  /** The argument that is the length. */
  readonly span: Span;
  readonly how: 'elements' | 'pointer';
  readonly callee: string;
  /** The element type, or the pointer type that was measured. */
  readonly type: string;
}

/** Which arguments are memory, and which one counts its bytes. */
const counted: Readonly<Record<string, { readonly memory: readonly number[]; readonly length: number }>> = {
  memcpy: { memory: [0, 1], length: 2 }, memmove: { memory: [0, 1], length: 2 }, memcmp: { memory: [0, 1], length: 2 }, memset: { memory: [0], length: 2 },
  bzero: { memory: [0], length: 1 }, GoBytes: { memory: [0], length: 1 },
};

const countsBytes = Object.keys(counted);

/** Calls of a function that copy or fill a number of bytes that is no number of bytes. */
export function copySizeFacts(fn: GoFunction, flow: PackageFlow): readonly CopySizeFact[] {
  const { cFunctions } = flow.ir(fn);
  return countsBytes.some((name) => cFunctions.has(name)) ? flow.askOf('copy sizes', fn, (current) => find(flow.ir(current), flow)) : [];
}

function find(ir: FuncIr, flow: PackageFlow): CopySizeFact[] {
  const out: CopySizeFact[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      const row = step.op === 'call' && step.callee.k === 'c' && !flow.model.c.function(step.callee.name) ? counted[step.callee.name] : undefined;
      const fact = row && step.op === 'call' ? ofCall(ir, step, row, flow) : undefined;
      if (fact) out.push(fact);
    }
  }
  return out;
}

function ofCall(ir: FuncIr, step: CallStep, row: { readonly memory: readonly number[]; readonly length: number }, flow: PackageFlow): CopySizeFact | undefined {
  const span = step.argSpans[row.length];
  const size = sizeValue(ir, step.args[row.length], flow.model);
  if (span === undefined || size === undefined || step.callee.k !== 'c') return undefined;
  const callee = step.callee.name;
  for (const index of row.memory) {
    const memory = step.args[index];
    if (memory === undefined) continue;
    const elem = elementsOf(ir, memory, size.lengthOf);
    const width = layoutOf(elem, flow.model)?.size;
    if (elem && width !== undefined && width > 1 && size.times === 1) return { span, how: 'elements', callee, type: typeText(elem) };
    const at = origin(ir, memory);
    const type = at.k === 'var' ? at.v.type : undefined;
    const pointer = size.of === undefined && size.measured.length === 1 && type?.k === 'pointer' ? size.measured.find((one) => sameType(one, type)) : undefined;
    if (pointer && size.plus === 8) return { span, how: 'pointer', callee, type: typeText(pointer) };
  }
  return undefined;
}

/** The element type of the slice whose data a pointer is, when it is the slice `measured`. */
function elementsOf(ir: FuncIr, memory: Operand, measured: Operand | undefined): Type | undefined {
  if (measured?.k !== 'var') return undefined;
  const from = provenance(ir, memory);
  if (from.k !== 'go' || !from.indexed) return undefined;
  const base = origin(ir, from.base);
  return base.k === 'var' && base.v === measured.v && base.v.type?.k === 'slice' ? base.v.type.elem : undefined;
}
