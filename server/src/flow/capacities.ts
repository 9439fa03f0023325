/**
 * Buffers whose size a C call is told, and is told too large: the count beside the pointer is more than what was allocated, or has nothing to do with a
 * buffer that is just as long as some text. Which argument counts which is known of the C library, and of prototypes in view that name a pointer and,
 * next to it, a size. Sources: ISO C11 7.21, 7.24; POSIX.1-2017 (read, recv, getcwd, gethostname, readlink).
 */
import type { Span } from '../base/span.ts';
import { words } from '../base/words.ts';
import { constantValue } from '../semantics/constants.ts';
import { layoutOf } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import type { Type } from '../semantics/types.ts';
import type { CFunction } from '../syntax/c/c-facts.ts';
import { definitions, onlyDefinition, origin } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { placeKey } from './place-key.ts';
import { bodiesOf, operandsOf } from './resource/function-info.ts';
import { type SizeValue, sizeValue } from './sizes.ts';

export interface CapacityFact {
  /** The argument that is the count. */
  readonly span: Span;
  readonly callee: string;
  readonly name?: string;
  /** `more`: it is told `count` bytes of a buffer that has `size`. `one`: more than the length that the count is made of. `text`: any number, of a buffer that is as long as a text. */
  readonly how: 'more' | 'one' | 'text';
  readonly size?: number;
  readonly count?: number;
  /** What makes the buffer. */
  readonly made: Span;
}

/** Argument of the memory, argument of its size in bytes, and whether the memory is there to be filled. */
type Row = readonly [memory: number, count: number, filled: boolean];

const libc: ReadonlyMap<string, readonly Row[]> = new Map(Object.entries<readonly Row[]>({
  snprintf: [[0, 1, true]], vsnprintf: [[0, 1, true]], fgets: [[0, 1, true]], strncpy: [[0, 2, true]], strlcpy: [[0, 2, true]], strftime: [[0, 1, true]], strerror_r: [[1, 2, true]],
  memcpy: [[0, 2, true], [1, 2, false]], memmove: [[0, 2, true], [1, 2, false]], memset: [[0, 2, true]], memcmp: [[0, 2, false], [1, 2, false]], bzero: [[0, 1, true]],
  read: [[1, 2, true]], pread: [[1, 2, true]], write: [[1, 2, false]], pwrite: [[1, 2, false]], recv: [[1, 2, true]], recvfrom: [[1, 2, true]], send: [[1, 2, false]], sendto: [[1, 2, false]],
  getcwd: [[0, 1, true]], gethostname: [[0, 1, true]], readlink: [[1, 2, true]], ttyname_r: [[1, 2, true]], confstr: [[1, 2, true]], getrandom: [[0, 1, true]], inet_ntop: [[2, 3, true]],
  GoBytes: [[0, 1, false]], GoStringN: [[0, 1, false]],
}));

/** The calls of a function that are told more room than there is. */
export function capacityFacts(fn: GoFunction, flow: PackageFlow): readonly CapacityFact[] {
  if (!makesBuffer(flow.ir(fn))) return [];
  return flow.askOf('capacities', fn, (current) => {
    const ir = flow.ir(current);
    const found: CapacityFact[] = [];
    if (ir.opaque) return found;
    for (const body of bodiesOf(ir)) for (const call of body.calls) if (call.callee.k === 'c' && call.args.length > 1) found.push(...ofCall(ir, call, call.callee.name, flow.model));
    return found;
  });
}

/** Whether anything here may be memory of a known size. */
const makesBuffer = ({ traits, cFunctions }: FuncIr): boolean => traits.has('addr') || traits.has('unsafe call') || makers.some((name) => cFunctions.has(name));

/** C functions whose results are as long as they were asked to be. */
const makers: readonly string[] = ['malloc', 'CString', 'CBytes'];

interface Counted {
  readonly memory: number;
  readonly count: number;
  /** The memory is there to be filled, up to the count. */
  readonly filled: boolean;
  /** Bytes in what is counted. */
  readonly unit: number;
}

function ofCall(ir: FuncIr, call: CallStep, callee: string, model: PackageModel): CapacityFact[] {
  if (!call.args.some((arg) => bufferOf(ir, arg, model))) return [];
  const prototype = model.c.function(callee);
  const rows: readonly Counted[] = prototype ? pairs(prototype, model) : (libc.get(callee) ?? []).map(([memory, count, filled]) => ({ memory, count, filled, unit: 1 }));
  return rows.flatMap((row): CapacityFact[] => {
    const memory = call.args[row.memory];
    const span = call.argSpans[row.count];
    const buffer = memory && bufferOf(ir, memory, model);
    if (buffer === undefined || span === undefined) return [];
    const count = sizeValue(ir, call.args[row.count], model);
    if (count === undefined) return [];
    const found = compare(ir, buffer, count, row);
    return found ? [{ span, callee, made: buffer.made, ...(buffer.name === undefined ? {} : { name: buffer.name }), ...found }] : [];
  });
}

/** Words of parameters that say how much room there is in what stands before them. */
const sizes = new Set(['size', 'sz', 'len', 'length', 'cap', 'capacity', 'maxlen', 'buflen', 'bufsize', 'bufsz', 'nbytes', 'bytes', 'buffersize', 'bufferlen']);

/** Words of parameters that count elements. */
const counts = new Set(['n', 'num', 'count', 'cnt', 'len', 'length']);

/** Words of parameters that are to be filled. */
const filled = new Set(['buf', 'buffer', 'dst', 'dest', 'out', 'output', 'result']);

/** Pointers to bytes or numbers, and the integer behind them that is called a size or count. */
function pairs({ params }: CFunction, model: PackageModel): Counted[] {
  return params.flatMap((param, memory): Counted[] => {
    const next = params[memory + 1];
    if (!param.pointer || param.functionPointer || next === undefined || next.pointer || next.name === undefined || !isInteger(model.c.plainType(next.type))) return [];
    const of = model.c.plainType(param.type.replace(/\bconst\b/g, '').replace('*', '').trim());
    const said = words(next.name).map((word) => word.toLowerCase());
    const named = words(param.name ?? '').map((word) => word.toLowerCase());
    const isOwn = named.some((word) => filled.has(word) || (word.length > 1 && said.includes(word)));
    const common = { memory, count: memory + 1, filled: !param.constPointee && isOwn && said.some((word) => sizes.has(word)) };
    if (/^(?:char|uchar|schar|u?int8_t|void)$/.test(of)) return said.some((word) => sizes.has(word)) || isOwn ? [{ ...common, unit: 1 }] : [];
    const width = layoutOf({ k: 'named', pkg: 'C', name: of }, model)?.size;
    return width !== undefined && width <= 8 && said.some((word) => counts.has(word)) ? [{ ...common, unit: width }] : [];
  });
}

const isInteger = (type: string): boolean => /^(?:int|uint|long|ulong|longlong|ulonglong|size_t|ssize_t|u?int(?:32|64)_t)$/.test(type);

export interface Buffer {
  readonly made: Span;
  readonly name?: string;
  /** Its size in bytes. */
  readonly size?: SizeValue;
  /** It is as long as this text, or a few bytes longer. */
  readonly text?: Operand;
  /** The variables that are the buffer. */
  readonly vars: ReadonlySet<Var>;
}

/** What was allocated for the memory that a pointer points to the beginning of. */
export function bufferOf(ir: FuncIr, pointer: Operand, model: PackageModel): Buffer | undefined {
  const at = origin(ir, pointer);
  const step = at.k === 'var' ? onlyDefinition(ir, at.v) : undefined;
  if (step?.op === 'call') {
    const { callee } = step;
    if (callee.k === 'pkg' && callee.pkg === 'unsafe' && callee.name === 'SliceData' && step.args[0]) return ofSlice(ir, step.args[0], model);
    if (callee.k !== 'c' || !makers.includes(callee.name)) return undefined;
    const name = nameOf(ir, pointer);
    const common = { made: step.span, vars: new Set(at.k === 'var' ? [at.v] : []), ...(name === undefined ? {} : { name }) };
    if (callee.name === 'malloc') return sized(common, sizeValue(ir, step.args[0], model));
    if (!step.args[0]) return undefined;
    const of = origin(ir, step.args[0]);
    const key = placeKey(ir, of);
    const length = key === undefined ? {} : { size: { times: 1, plus: callee.name === 'CString' ? 1 : 0, key: `len(${key})`, lengthOf: of, measured: [] } };
    return { ...common, ...length, ...(callee.name === 'CString' ? { text: of } : {}) };
  }
  if (step?.op !== 'addr' || step.path !== '') return undefined;
  if (!step.indexed) return step.base.k === 'var' && step.base.v.type?.k === 'array' ? ofArray(step.base.v, step.base.v.type, model) : undefined;
  if (step.index?.k !== 'const' || step.index.value !== '0' || step.base.k !== 'var') return undefined;
  return step.base.v.type?.k === 'array' ? ofArray(step.base.v, step.base.v.type, model) : ofSlice(ir, step.base, model);
}

const nameOf = (ir: FuncIr, operand: Operand): string | undefined => {
  for (let at = operand, i = 0; i < 8 && at.k === 'var'; i++) {
    if (at.v.name !== undefined) return at.v.name;
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return undefined;
    at = step.src;
  }
  return undefined;
};

const sized = (common: Omit<Buffer, 'size'>, size: SizeValue | undefined, width = 1): Buffer | undefined =>
  size && Number.isFinite(size.plus) ? { ...common, size: { ...size, times: size.times * width, plus: size.plus * width } } : undefined;

function ofArray(v: Var, type: Type & { k: 'array' }, model: PackageModel): Buffer | undefined {
  const width = layoutOf(type.elem, model)?.size;
  const length = constantValue(type.len, model);
  if (width === undefined || length === undefined) return undefined;
  return { made: v.span, vars: new Set([v]), size: { times: 0, plus: width * length, measured: [] }, ...(v.name === undefined ? {} : { name: v.name }) };
}

function ofSlice(ir: FuncIr, slice: Operand, model: PackageModel): Buffer | undefined {
  if (slice.k !== 'var' || slice.v.type?.k !== 'slice') return undefined;
  const width = layoutOf(slice.v.type.elem, model)?.size;
  if (width === undefined) return undefined;
  const name = nameOf(ir, slice);
  const text = width === 1 ? textBehind(ir, slice.v) : undefined;
  const source = origin(ir, slice);
  const common = { vars: new Set([slice.v, ...(source.k === 'var' ? [source.v] : [])]), ...(name === undefined ? {} : { name }) };
  if (text) return { ...common, made: text.made, text: text.of };
  const step = source.k === 'var' ? onlyDefinition(ir, source.v) : undefined;
  if (step?.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'make' && step.args.length === 1) return sized({ ...common, made: step.span }, sizeValue(ir, step.args[0], model), width);
  return undefined;
}

/** A slice that is made of a string wherever it is set, and grows by constants only. */
function textBehind(ir: FuncIr, v: Var): { readonly of: Operand; readonly made: Span } | undefined {
  if (v.kind !== 'local' && v.kind !== 'temp') return undefined;
  let found: { readonly of: Operand; readonly made: Span } | undefined;
  for (const step of definitions(ir).of.get(v) ?? []) {
    const made = behind(ir, step);
    if (made === undefined) return undefined;
    if (made.op === 'composite') continue;
    if (made.op === 'copy' && made.conv?.k === 'slice' && isText(made.src)) found ??= { of: made.src, made: made.span };
    else if (made.op === 'call' && made.callee.k === 'builtin' && made.callee.name === 'append' && !made.spread) {
      const [to, ...rest] = made.args;
      if (to?.k !== 'var' || !rest.every((one) => origin(ir, one).k === 'const')) return undefined;
      if (to.v === v) continue;
      const inner = textBehind(ir, to.v);
      if (inner === undefined) return undefined;
      found ??= inner;
    } else return undefined;
  }
  return found;
}

/** The step that makes the value which `step` assigns. */
function behind(ir: FuncIr, step: Step): Step | undefined {
  if (step.op !== 'copy' || step.conv !== undefined || step.src.k !== 'var') return step;
  const inner = onlyDefinition(ir, step.src.v);
  return inner && behind(ir, inner);
}

const isText = (operand: Operand): boolean => operand.k === 'var' && operand.v.type?.k === 'named' && operand.v.type.pkg === undefined && operand.v.type.name === 'string';

function compare(ir: FuncIr, buffer: Buffer, count: SizeValue, { unit, filled }: Counted): Pick<CapacityFact, 'how' | 'size' | 'count'> | undefined {
  const { size, text } = buffer;
  const times = count.times * unit;
  const plus = count.plus * unit;
  if (size !== undefined) {
    if (size.key === undefined && size.of === undefined) return count.of === undefined && plus > size.plus && size.plus > 0 ? { how: 'more', size: size.plus, count: plus } : undefined;
    // The same count: as many bytes, or so many more.
    const isSame = size.key !== undefined && size.key === count.key;
    if (isSame) return isSteady(ir, size) && times === size.times && plus > size.plus ? { how: 'one' } : undefined;
  }
  if (text === undefined || !filled || count.of === undefined || count.lengthOf !== undefined) return undefined;
  return isFree(ir, count.of, buffer, text) ? { how: 'text' } : undefined;
}

/** A count that has one value in the whole function. */
function isSteady(ir: FuncIr, { of, lengthOf }: SizeValue): boolean {
  const v = lengthOf ?? of;
  if (v?.k !== 'var') return false;
  const steps = definitions(ir).of.get(v.v) ?? [];
  return !definitions(ir).addressed.has(v.v) && (v.v.kind === 'param' ? steps.length === 0 : steps.length === 1);
}

/** Whether a count is a parameter of the function that is neither made of the text's length nor compared with it. */
function isFree(ir: FuncIr, count: Operand, { vars }: Buffer, text: Operand): boolean {
  const at = origin(ir, count);
  if (at.k !== 'var' || at.v.kind !== 'param' || (definitions(ir).of.get(at.v) ?? []).length > 0) return false;
  return !bodiesOf(ir).some((body) => body.blocks.some(({ term }) => term.k === 'branch' && condOperands(term.cond).some((operand) => dependsOn(ir, operand, at.v, 0)) && condOperands(term.cond).some((operand) => [...vars].some((v) => dependsOn(ir, operand, v, 0)) || (text.k === 'var' && dependsOn(ir, operand, text.v, 0)))));
}

function dependsOn(ir: FuncIr, operand: Operand, v: Var, depth: number): boolean {
  if (operand.k !== 'var' || depth > 6) return false;
  if (operand.v === v) return true;
  return (definitions(ir).of.get(operand.v) ?? []).some((step) => operandsOf(step).some((inner) => dependsOn(ir, inner, v, depth + 1)));
}
