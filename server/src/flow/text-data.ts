/**
 * The bytes of Go strings and slices that C gets by their address: what they are, whether a NUL was put behind them, and whether the call says how
 * many there are. Sources: unsafe.StringData, cmd/cgo "Go references to C" (GoString), ISO C11 7.24 and 7.21 (functions that read to the NUL).
 */
import type { Span } from '../base/span.ts';
import { scalarKind } from '../semantics/layout.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, type Type } from '../semantics/types.ts';
import { words } from './c-names.ts';
import { definitions, onlyDefinition, origin, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

/** `string`: the memory of a string itself. `copy`: a slice made of a string. `bytes`: any other byte slice. */
export type TextKind = 'string' | 'copy' | 'bytes';

export interface TextArgument {
  readonly callee: string;
  readonly span: Span;
  readonly kind: TextKind;
  /** The function reads up to a NUL, or gets no number that could be a length. */
  readonly reads: 'to-nul' | 'no-length' | 'counted';
  /** A NUL may have been put behind the text. */
  readonly terminated: boolean;
  /** What a body or a prototype in view says: it is only read, it is written, it may be (no `const`), or nothing is in view. */
  readonly access: 'reads' | 'writes' | 'may-write' | 'unseen';
  /** The text is a parameter of the Go function: nothing has happened to it before. */
  readonly isParam: boolean;
  readonly name?: string;
}

/** `C.GoString(p)` next to a length that the same call has delivered and nobody reads, or of what by its contract is no text. */
export interface IgnoredLength {
  readonly span: Span;
  readonly callee: string;
  /** The variable that nobody reads, or the function that tells. */
  readonly length: string;
  readonly from: 'variable' | 'function' | 'argument';
}

export interface TextFacts {
  readonly args: readonly TextArgument[];
  /** Assignments to bytes of a string, through a slice laid over it. */
  readonly writes: readonly Span[];
  readonly ignored: readonly IgnoredLength[];
}

/** Parameters of the C library that must point to text with a NUL. */
const toNul: Readonly<Record<string, readonly number[]>> = {
  strlen: [0], puts: [0], fputs: [0], strcmp: [0, 1], strcasecmp: [0, 1], strcpy: [1], strcat: [1], strdup: [0], strchr: [0], strrchr: [0], strstr: [0, 1], atoi: [0], atol: [0], atof: [0],
  fopen: [0, 1], open: [0], access: [0], unlink: [0], remove: [0], mkdir: [0], chdir: [0], rename: [0, 1], system: [0], getenv: [0], setenv: [0, 1], unsetenv: [0], printf: [0], perror: [0],
  opendir: [0], stat: [0], lstat: [0], chmod: [0], realpath: [0], dlopen: [0], dlsym: [1], popen: [0, 1], GoString: [0],
};

/** What a function gives to C of its strings and byte slices. */
export function textFacts(fn: GoFunction, flow: PackageFlow): TextFacts {
  if (!takesAddress(flow.ir(fn), flow) && !flow.ir(fn).cFunctions.has('GoString')) return noText;
  return flow.askOf('text', fn, (current) => {
    const ir = flow.ir(current);
    const isAddressed = takesAddress(ir, flow);
    const args: TextArgument[] = [];
    const ignored: IgnoredLength[] = [];
    for (const body of bodiesOf(ir)) {
      for (const call of body.calls) {
        if (call.callee.k !== 'c') continue;
        if (call.callee.name === 'GoString') ignored.push(...ignoredLength(ir, call, flow));
        if (!isAddressed) continue;
        const { name } = call.callee;
        call.args.forEach((arg, index) => {
          const data = textData(ir, arg, flow);
          if (data) args.push(argument(ir, call, name, index, data, flow));
        });
      }
    }
    return { args, ignored, writes: ir.traits.has('setIndex') ? writes(ir, flow) : [] };
  });
}

const noText: TextFacts = { args: [], writes: [], ignored: [] };

/** Whether anything in the function may be the address of a string's or slice's bytes, a helper's result included. */
function takesAddress({ traits, bodies }: FuncIr, flow: PackageFlow): boolean {
  if (traits.has('unsafe call') || traits.has('address of element') || (traits.has('addr') && traits.has('field'))) return true;
  return traits.has('go call') && hasHelpers(flow) && bodies.some(({ calls }) => calls.some(({ callee }) => callee.k === 'go' && isHelper(callee.name, flow)));
}

/** Functions of the package that may return such an address, by their texts. */
const helpers = (flow: PackageFlow): readonly string[] => flow.gather('text helpers', ({ name, recv, top }) => (recv === undefined && /StringData|SliceData|\bData\b|\[\s*0\s*\]/.test(top.syntax.text) ? [name] : []));

const hasHelpers = (flow: PackageFlow): boolean => flow.ask('has text helpers', () => helpers(flow).length > 0);

const isHelper = (name: string, flow: PackageFlow): boolean => flow.askAbout('is text helper', name, () => helpers(flow).includes(name));

function argument(ir: FuncIr, call: CallStep, callee: string, index: number, data: TextData, flow: PackageFlow): TextArgument {
  const { c } = flow.model;
  const arg = call.args[index]!;
  const prototype = c.function(callee);
  const param = prototype?.params[index];
  const reads = prototype === undefined && toNul[callee]?.includes(index) ? 'to-nul' : call.args.every((other) => other === arg || isNoNumber(other, flow)) && isCharPointer(arg) ? 'no-length' : 'counted';
  const body = c.summary(callee)?.params[index];
  const known = prototype === undefined && (toNul[callee]?.includes(index) ?? false);
  // A body that hands the pointer on writes nothing itself, and the prototype may only have forgotten its const.
  const access = known || param?.constPointee ? 'reads' : body?.written ? 'writes' : body?.effect === 'borrows' ? 'reads' : param?.pointer && !body ? 'may-write' : 'unseen';
  const source = origin(ir, data.of);
  const name = source.k === 'var' ? source.v.name : undefined;
  return { callee, span: call.argSpans[index] ?? call.span, kind: data.kind, reads, terminated: isTerminated(ir, data.of), access, isParam: source.k === 'var' && source.v.kind === 'param', ...(name === undefined ? {} : { name }) };
}

/** `unsafe.Slice(unsafe.StringData(s), len(s))[0] = 'x'` */
function writes(ir: FuncIr, flow: PackageFlow): Span[] {
  return bodiesOf(ir).flatMap((body) =>
    stepsOf(body).flatMap((step) => {
      const view = step.op === 'setIndex' ? originStep(ir, step.base) : undefined;
      const pointer = view?.op === 'call' && view.callee.k === 'pkg' && view.callee.pkg === 'unsafe' && view.callee.name === 'Slice' ? view.args[0] : undefined;
      return pointer && textData(ir, pointer, flow)?.kind === 'string' ? [step.span] : [];
    }),
  );
}

const isCharPointer = (operand: Operand): boolean => operand.k === 'var' && operand.v.type?.k === 'pointer' && cTypeName(operand.v.type.elem) === 'char';

/** An argument that is certainly no length: a pointer or a function. */
function isNoNumber(operand: Operand, flow: PackageFlow): boolean {
  if (operand.k === 'const') return operand.value === 'nil';
  if (operand.k === 'var') return scalarKind(operand.v.type, flow.model) === 'pointer';
  return false;
}

export interface TextData {
  readonly kind: TextKind;
  /** The string or slice. */
  readonly of: Operand;
}

/** Whose bytes a pointer points to. */
export function textData(ir: FuncIr, operand: Operand, flow: PackageFlow, depth = 0): TextData | undefined {
  const step = originStep(ir, operand);
  const from = step?.op === 'copy' ? undefined : step;
  if (from?.op === 'call') {
    const { callee } = from;
    const arg = from.args[0];
    if (callee.k === 'pkg' && callee.pkg === 'unsafe' && arg) {
      if (callee.name === 'StringData') return { kind: 'string', of: arg };
      if (callee.name === 'SliceData') return ofSlice(ir, arg);
      return undefined;
    }
    if (callee.k === 'go' && depth === 0) return throughHelper(from, flow);
    return undefined;
  }
  if (from?.op === 'addr' && from.indexed && from.path === '') return isZero(from.index) ? ofSlice(ir, from.base) : undefined;
  // `(*reflect.StringHeader)(unsafe.Pointer(&s)).Data`
  if (from?.op === 'field' && from.name === 'Data' && from.base.k === 'var' && from.base.v.type?.k === 'pointer') {
    const header = from.base.v.type.elem;
    const address = originStep(ir, from.base);
    if (header.k !== 'named' || header.pkg !== 'reflect' || address?.op !== 'addr' || address.path !== '' || address.indexed) return undefined;
    return header.name === 'StringHeader' ? { kind: 'string', of: address.base } : ofSlice(ir, address.base);
  }
  return undefined;
}

const isZero = (index: Operand | undefined): boolean => index?.k === 'const' && index.value === '0';

function ofSlice(ir: FuncIr, slice: Operand): TextData | undefined {
  const type = slice.k === 'var' ? slice.v.type : undefined;
  if (type?.k !== 'slice' || type.elem.k !== 'named' || (type.elem.pkg === undefined ? !/^(?:byte|uint8)$/.test(type.elem.name) : cTypeName(type.elem) !== 'char')) return undefined;
  const source = slice.k === 'var' ? onlyDefinition(ir, slice.v) : undefined;
  const made = source?.op === 'copy' && source.conv === undefined && source.src.k === 'var' ? onlyDefinition(ir, source.src.v) : source;
  const text = made?.op === 'copy' && made.conv?.k === 'slice' ? made.src : undefined;
  return text && isString(text) ? { kind: 'copy', of: text } : { kind: 'bytes', of: slice };
}

const isString = (operand: Operand): boolean => (operand.k === 'var' ? isStringType(operand.v.type) : operand.k === 'const' && /^["\`]/.test(operand.value));

const isStringType = (type: Type | undefined): boolean => type?.k === 'named' && type.pkg === undefined && type.name === 'string';

/** A helper of the package that returns the address of its argument's bytes, in every variant. */
function throughHelper(call: CallStep, flow: PackageFlow): TextData | undefined {
  if (call.callee.k !== 'go') return undefined;
  const { fns } = flow.targets({ name: call.callee.name });
  let found: TextData | undefined;
  for (const fn of fns) {
    const ir = flow.ir(fn);
    const body = ir.body;
    const returned = body.blocks.flatMap(({ term }) => (term.k === 'return' && !term.implicit ? [term.values] : []));
    const data = returned.map((values) => (values.length === 1 && values[0] ? textData(ir, values[0], flow, 1) : undefined));
    const [first] = data;
    const param = first?.of.k === 'var' ? body.params.indexOf(first.of.v) : -1;
    const arg = param >= 0 ? call.args[param] : undefined;
    // A helper that looks for a NUL or adds one does not return what it got.
    if (!first || data.length !== 1 || !arg || isTerminated(ir, first.of)) return undefined;
    found = { kind: first.kind, of: arg };
  }
  return found;
}

/** Whether a NUL was put behind a text, or is looked for: any sign in the function counts. */
function isTerminated(ir: FuncIr, text: Operand): boolean {
  if (text.k === 'const') return hasNul(text.value);
  if (text.k !== 'var') return true;
  const steps = bodiesOf(ir).flatMap((body) => [...stepsOf(body)]);
  if (steps.some((step) => operandsOf(step).some((operand) => operand.k === 'const' && hasNul(operand.value)))) return true;
  if (bodiesOf(ir).some(comparesNul)) return true;
  return steps.some((step) => addsZero(step) || (step.op === 'call' && step.callee.k === 'pkg' && /^(?:BytePtrFromString|ByteSliceFromString)$/.test(step.callee.name))) || (text.v.kind === 'local' && comesFromElsewhere(ir, text.v));
}

const hasNul = (literal: string): boolean => /\\x00|\\000|\\u0000/.test(literal);

const comparesNul = (body: FuncBody): boolean =>
  body.blocks.some(({ term }) => term.k === 'branch' && (term.cond.k === 'eq' || term.cond.k === 'cmp') && [term.cond.l, term.cond.r].some((operand) => operand.k === 'const' && hasNul(operand.value)));

/** `append(b, 0)`, `b[n] = 0`. */
function addsZero(step: Step): boolean {
  const zero = (operand: Operand): boolean => operand.k === 'const' && operand.value === '0';
  if (step.op === 'setIndex') return zero(step.src);
  return step.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'append' && step.args.slice(1).some(zero);
}

/** A variable that other code of the package fills may hold text with a NUL. */
function comesFromElsewhere(ir: FuncIr, v: Var): boolean {
  return (definitions(ir).of.get(v) ?? []).some((step) => {
    const made = step.op === 'copy' && step.src.k === 'var' ? originStep(ir, step.src) : step;
    return made?.op === 'call' && (made.callee.k === 'go' || made.callee.k === 'method' || made.callee.k === 'value');
  });
}

function ignoredLength(ir: FuncIr, call: CallStep, flow: PackageFlow): IgnoredLength[] {
  if (!call.args[0]) return [];
  const source = originStep(ir, call.args[0]);
  if (source?.op !== 'call' || source.callee.k !== 'c' || flow.model.c.summary(source.callee.name)) return [];
  const counted = flow.model.contracts.lookup(source.callee.name)?.length;
  if (counted !== undefined) return [{ span: call.span, callee: source.callee.name, length: counted, from: counted === 'argument' ? 'argument' : 'function' }];
  // What is called a string most likely ends with a NUL, and the length is a courtesy.
  if (words(source.callee.name).some((word) => /^(?:str|string|cstr|cstring|text)$/.test(word))) return [];
  for (const arg of source.args) {
    const address = originStep(ir, arg);
    if (address?.op !== 'addr' || address.path !== '' || address.indexed || address.base.k !== 'var') continue;
    const { v } = address.base;
    const type = cTypeName(v.type);
    if (type === undefined || !/^(?:size_t|int|uint|long|ulong|u?int(?:32|64)_t)$/.test(type) || v.name === undefined) continue;
    if (!isRead(ir, v, address)) return [{ span: call.span, callee: source.callee.name, length: v.name, from: 'variable' }];
  }
  return [];
}

/** Whether anything but one address expression mentions a variable. */
function isRead(ir: FuncIr, v: Var, except: Step): boolean {
  const is = (operand: Operand): boolean => operand.k === 'var' && operand.v === v;
  return bodiesOf(ir).some(
    (body) =>
      body.captures.has(v) ||
      body.blocks.some(({ steps, term }) => {
        if (steps.some((step) => step !== except && operandsOf(step).some(is))) return true;
        if (term.k === 'return') return term.values.some(is);
        return term.k === 'branch' && term.cond.k !== 'unknown' && (term.cond.k === 'truth' ? is(term.cond.x) : is(term.cond.l) || is(term.cond.r));
      }),
  );
}
