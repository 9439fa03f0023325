/**
 * Buffers that a C function fills without putting a NUL behind what it writes, up to their last byte, and that C.GoString then reads. Sources:
 * ISO C11 7.24.2.4 (strncpy), POSIX.1-2017 read, recv, readlink; cmd/cgo, C.GoString.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { type Buffer, bufferOf } from './capacities.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { sizeValue } from './sizes.ts';

export interface UnterminatedBuffer {
  /** The call of C.GoString. */
  readonly span: Span;
  /** What fills the buffer. */
  readonly filler: string;
  readonly filled: Span;
  readonly name?: string;
}

/** Argument of the buffer and of its size. */
const fillers: Readonly<Record<string, readonly [memory: number, count: number]>> = { readlink: [1, 2], strncpy: [0, 2], read: [1, 2], pread: [1, 2], recv: [1, 2], recvfrom: [1, 2], getrandom: [0, 1] };

const filling = Object.keys(fillers);

/** The buffers of a function that may have no NUL when they are read as text. */
export function unterminatedBuffers(fn: GoFunction, flow: PackageFlow): readonly UnterminatedBuffer[] {
  const { cFunctions } = flow.ir(fn);
  if (!cFunctions.has('GoString') || !filling.some((name) => cFunctions.has(name))) return [];
  return flow.askOf('unterminated buffers', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : bodiesOf(ir).flatMap((body) => body.calls.flatMap((call) => (call.callee.k === 'c' && call.callee.name === 'GoString' ? ofRead(ir, call, flow.model) : [])));
  });
}

function ofRead(ir: FuncIr, read: CallStep, model: PackageModel): UnterminatedBuffer[] {
  const buffer = read.args[0] && bufferOf(ir, read.args[0], model);
  if (buffer?.size === undefined || buffer.size.of !== undefined || buffer.size.key !== undefined) return [];
  const calls = usersOf(ir, buffer.vars)?.filter((call) => call !== read && !(call.callee.k === 'c' && call.callee.name === 'free'));
  const [fill, ...others] = calls ?? [];
  // Whatever else gets the buffer may end it.
  if (fill?.callee.k !== 'c' || fill.mode !== 'call' || others.length > 0 || fill.span.start > read.span.start) return [];
  const { name: filler } = fill.callee;
  const row = model.c.function(filler) ? undefined : fillers[filler];
  const memory = row && fill.args[row[0]];
  const count = row && sizeValue(ir, fill.args[row[1]], model);
  const isFull = count !== undefined && (count.of === undefined ? count.plus >= buffer.size.plus : count.lengthOf?.k === 'var' && count.times === 1 && count.plus === 0 && buffer.vars.has(count.lengthOf.v));
  if (!isFull || !isSame(memory && bufferOf(ir, memory, model), buffer)) return [];
  return [{ span: read.span, filler, filled: fill.span, ...(buffer.name === undefined ? {} : { name: buffer.name }) }];
}

const isSame = (a: Buffer | undefined, b: Buffer): boolean => a !== undefined && [...a.vars].some((v) => b.vars.has(v));

/** The calls that get the buffer; undefined where something else is done with it than to hand on where it begins, or to measure it. */
function usersOf(ir: FuncIr, vars: ReadonlySet<Var>): readonly CallStep[] | undefined {
  const all = new Set(vars);
  const isIn = (operand: Operand | undefined): boolean => operand?.k === 'var' && all.has(operand.v);
  for (let size = -1; size !== all.size; ) {
    size = all.size;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) if ((step.op === 'copy' && isIn(step.src)) || (step.op === 'addr' && isBeginning(step) && isIn(step.base))) all.add(step.dst);
    }
  }
  const out: CallStep[] = [];
  for (const body of bodiesOf(ir)) {
    if ([...body.captures].some((v) => all.has(v))) return undefined;
    if (body.blocks.some(({ term }) => term.k === 'return' && term.values.some(isIn))) return undefined;
    for (const step of stepsOf(body)) {
      if (step.op === 'copy' || (step.op === 'addr' && isBeginning(step)) || !operandsOf(step).some(isIn)) continue;
      if (step.op !== 'call') return undefined;
      if (step.callee.k !== 'builtin' || !/^(?:len|cap)$/.test(step.callee.name)) out.push(step);
    }
  }
  return out;
}

/** `&x`, `&x[0]` */
const isBeginning = (step: Step & { op: 'addr' }): boolean => step.path === '' && (!step.indexed || (step.index?.k === 'const' && step.index.value === '0'));
