/**
 * Numbers that become pointers, and addresses that are kept as numbers: a uintptr holds no reference, so what it names may move or go.
 * Source: unsafe.Pointer, rules 2 to 6.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isReflectHeader, isUnsafePointer, type Type } from '../semantics/types.ts';
import { definitions } from './definitions.ts';
import { handleBehind } from './handles.ts';
import type { FuncIr, Operand, Step } from './ir.ts';
import { addressSource, isUintptr, type NumberKind } from './number-sources.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface UintptrFact {
  readonly span: Span;
  /**
   * `stale`: the address of Go memory, kept as a number. `argument`: such a number given to a system call. `integer`: no address at all.
   * `order`: arithmetic that the compiler does not promise to understand. `unseen`: nobody knows where the number comes from.
   */
  readonly how: 'stale' | 'argument' | 'integer' | 'order' | 'unseen';
  /** Whose memory the number names; `possible` where only the type says that it is Go's. */
  readonly likely: boolean;
  /** Where the pointer became a number. */
  readonly made?: Span;
  /** The variable that keeps it. */
  readonly name?: string;
}

/** The conversions of a function. */
export function uintptrFacts(fn: GoFunction, flow: PackageFlow): readonly UintptrFact[] {
  const { traits, bodies } = flow.ir(fn);
  if (!traits.has('number as pointer') && !bodies.some(({ calls }) => calls.some(takesAddresses))) return [];
  return flow.askOf('uintptrs', fn, (current) => find(current, flow));
}

function find(fn: GoFunction, flow: PackageFlow): UintptrFact[] {
  const ir = flow.ir(fn);
  const out: UintptrFact[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op === 'copy' && isUnsafePointer(step.conv)) {
        const fact = toPointer(fn, ir, step, flow);
        if (fact) out.push(fact);
      } else if (step.op === 'call' && takesAddresses(step)) {
        step.args.forEach((arg, i) => {
          const fact = argument(fn, ir, arg, step.argSpans[i] ?? step.span, flow);
          if (fact) out.push(fact);
        });
      }
    }
  }
  return out;
}

function toPointer(fn: GoFunction, ir: FuncIr, step: Step & { op: 'copy' }, flow: PackageFlow): UintptrFact | undefined {
  const { src } = step;
  if (src.k !== 'var' || !isUintptr(src.v.type, flow.model.shape) || isSafe(ir, src)) return undefined;
  // A handle that is taken for a pointer is told by itself.
  if (handleBehind({ flow, ir }, src) !== undefined) return undefined;
  // A C integer that is an address came from C; that is not Go's memory.
  if (cTypeName(src.v.type) !== undefined) return undefined;
  const source = addressSource(fn, ir, src, flow);
  const name = src.v.name;
  const fact = (how: UintptrFact['how'], likely: boolean): UintptrFact => ({ span: step.span, how, likely, ...(source.at ? { made: source.at } : {}), ...(name !== undefined ? { name } : {}) });
  switch (source.kind) {
    case 'go':
      return source.kept ? fact('stale', true) : fact('order', false);
    case 'pointer':
      return source.kept ? fact('stale', false) : fact('order', false);
    case 'integer':
      return fact('integer', true);
    case 'unknown':
      return fact('unseen', false);
    default:
      return undefined;
  }
}

/** The patterns of vet's unsafeptr: `uintptr(p) + n` in one expression, a real header's Data, reflect.Value's own addresses. */
function isSafe(ir: FuncIr, operand: Operand): boolean {
  const step = temporary(ir, operand);
  if (step?.op === 'field') return step.name === 'Data' && step.base.k === 'var' && step.base.v.type?.k === 'pointer' && isReflectHeader(step.base.v.type.elem);
  if (step?.op === 'call') return step.callee.k === 'method' && isReflectValue(step.callee.recvType) && (step.callee.name === 'Pointer' || step.callee.name === 'UnsafeAddr');
  return isSafeArithmetic(ir, operand);
}

function isSafeArithmetic(ir: FuncIr, operand: Operand): boolean {
  const step = temporary(ir, operand);
  if (step?.op === 'copy') return step.src.k === 'var' && isUnsafePointer(step.src.v.type) && step.conv?.k === 'named' && step.conv.name === 'uintptr';
  if (step?.op !== 'binary' || !['+', '-', '&^'].includes(step.operator)) return false;
  return isSafeArithmetic(ir, step.l) && !isSafeArithmetic(ir, step.r);
}

/** The step of a temporary: what stands in the same expression. */
function temporary(ir: FuncIr, operand: Operand): Step | undefined {
  if (operand.k !== 'var' || operand.v.kind !== 'temp') return undefined;
  const steps = definitions(ir).of.get(operand.v) ?? [];
  return steps.length === 1 ? steps[0] : undefined;
}

const isReflectValue = (type: Type): boolean => type.k === 'named' && type.pkg === 'reflect' && type.name === 'Value';

/** Functions that keep a pointer alive only while it is converted in their argument list. Source: unsafe.Pointer, rule 4; purego. */
function takesAddresses(step: Step & { op: 'call' }): boolean {
  const { callee } = step;
  if (callee.k === 'method') return callee.name === 'Call' && callee.recvType.k !== 'named';
  return callee.k === 'pkg' && (callee.pkg === 'syscall' || callee.pkg.startsWith('golang.org/x/sys/') || callee.pkg === 'github.com/ebitengine/purego') && /^(?:Raw)?Syscall(?:\d+|N)?$/.test(callee.name);
}

/** `addr := uintptr(unsafe.Pointer(&b[0]))` and later `Syscall(…, addr, …)`. */
function argument(fn: GoFunction, ir: FuncIr, arg: Operand, span: Span, flow: PackageFlow): UintptrFact | undefined {
  if (arg.k !== 'var' || arg.v.kind === 'temp' || arg.v.name === undefined) return undefined;
  const source = addressSource(fn, ir, arg, flow);
  const kinds: readonly NumberKind[] = ['go', 'pointer'];
  return kinds.includes(source.kind) ? { span, how: 'argument', likely: source.kind === 'go', name: arg.v.name, ...(source.at ? { made: source.at } : {}) } : undefined;
}
