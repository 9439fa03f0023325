/**
 * Arguments of C functions that point to Go memory which holds Go pointers: C may follow them, but nothing keeps what they name in place, and cgo's check panics.
 * Source: cmd/cgo, "Passing pointers".
 */
import type { Span } from '../base/span.ts';
import { type GoPointers, goPointersIn } from '../semantics/go-pointers.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isUnsafePointer, type Type } from '../semantics/types.ts';
import { definitions, onlyDefinition, origin } from './definitions.ts';
import { funcsForC } from './func-values.ts';
import { Contents, isPointerLike } from './go-contents.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import { loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { sliceHeaderFacts } from './slice-headers.ts';

export interface GoPointerArg {
  /** The argument. */
  readonly span: Span;
  /** What is passed: `names`, `args.buttons`; absent for a value without a name. */
  readonly object?: string;
  /** What the type of the object says. */
  readonly type?: GoPointers;
  /** Where Go pointers are put into it. */
  readonly stores: readonly Place[];
}

/** Special functions of cgo, which copy: nothing is checked. */
const copies = new Set(['CString', 'CBytes', 'GoString', 'GoStringN', 'GoBytes', 'malloc', 'free']);

/** The arguments of a function's C calls. */
export function goPointerArgs(fn: GoFunction, flow: PackageFlow): readonly GoPointerArg[] {
  return flow.askOf('go pointer arguments', fn, (current) => {
    const ir = flow.ir(current);
    return !ir.traits.has('c call') || isPinned(ir) ? [] : find(current, ir, flow);
  });
}

/** Whether the function pins anything. What is pinned may be passed; which of the pointers that is, nobody here follows. */
export function isPinned(ir: FuncIr): boolean {
  return ir.traits.has('method call') && bodiesOf(ir).some(({ calls }) => calls.some(({ callee }) => callee.k === 'method' && callee.name === 'Pin'));
}

function find(fn: GoFunction, ir: FuncIr, flow: PackageFlow): GoPointerArg[] {
  const out: GoPointerArg[] = [];
  // What is told by itself.
  const isTold = (arg: Operand, span: Span): boolean =>
    [...sliceHeaderFacts(fn, flow).filter(({ how }) => how === 'passed'), ...funcsForC(fn, flow)].some((told) => isConverted(ir, arg, told.span) || (told.span.start === span.start && told.span.end === span.end));
  const contents = new Contents(fn, flow);
  for (const body of bodiesOf(ir)) {
    for (const step of body.calls) {
      if (step.callee.k !== 'c' || copies.has(step.callee.name)) continue;
      step.args.forEach((arg, i) => {
        const span = step.argSpans[i] ?? step.span;
        const fact = ofArgument(ir, arg, contents, flow);
        if (fact && !isTold(arg, span) && !allLater(fn, ir, body, step, fact)) out.push({ span, ...fact });
      });
    }
  }
  return out;
}

/** Whether the pointers are all put into the object below the call, where no loop leads back to it and no literal with it is kept for later. */
function allLater(fn: GoFunction, ir: FuncIr, body: FuncBody, step: CallStep, { type, stores }: Found): boolean {
  if (type !== undefined || stores.length === 0 || !stores.every(({ unit, span }) => unit === fn.top.syntax && span.start > step.span.end)) return false;
  if (body === ir.body) return loopsAround(body, body.blocks.findIndex(({ steps }) => steps.includes(step))).length === 0;
  // A literal among the arguments of a call runs by then, if it is not kept.
  const given = ir.body.calls.find(({ mode, args }) => mode === 'call' && args.some((arg) => arg.k === 'closure' && arg.fn === body));
  return given !== undefined && stores.every(({ span }) => span.start > given.span.end) && loopsAround(ir.body, ir.body.blocks.findIndex(({ steps }) => steps.includes(given))).length === 0;
}

/** Whether the conversion at `span` is one that the argument went through. */
function isConverted(ir: FuncIr, arg: Operand, span: Span): boolean {
  for (let at = arg, i = 0; at.k === 'var' && i < 8; i++) {
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return false;
    if (step.span.start === span.start && step.span.end === span.end) return true;
    at = step.src;
  }
  return false;
}

type Found = Omit<GoPointerArg, 'span'>;

function ofArgument(ir: FuncIr, arg: Operand, contents: Contents, flow: PackageFlow): Found | undefined {
  if (arg.k !== 'var' || !isPointerLike(arg.v.type, flow)) return undefined;
  const at = origin(ir, arg);
  if (at.k !== 'var') return undefined;
  const step = onlyDefinition(ir, at.v);
  if (step?.op === 'deref') return ofWord(ir, step.base, flow);
  if (step?.op === 'call' && step.callee.k !== 'builtin' && step.callee.k !== 'pkg') return ofResult(ir, step, step.dsts.indexOf(at.v), contents, flow);
  // A struct that is passed by value is checked like arguments of their own.
  if (step?.op === 'composite' && !step.address) return undefined;
  const from = provenance(ir, arg);
  if (from.k === 'c') return undefined;
  // Written as a field of something, the check and C see that field alone.
  if (step?.op === 'addr' && step.path !== '') return ofObject(ir, step.base, pointee(at.v.type), step.path, contents, flow);
  const { type } = at.v;
  if (from.k === 'go') {
    const found = ofObject(ir, from.base, pointee(type), from.step.op === 'addr' ? from.step.path : '', contents, flow);
    const name = found?.object ?? namedBy(ir, arg);
    return found && { ...found, ...(name !== undefined ? { object: name } : {}) };
  }
  // A pointer to a struct of this package; that it lies in Go memory is what everybody expects.
  const held = type?.k === 'pointer' ? goPointersIn(type.elem, flow.model.shape) : undefined;
  return held?.certainty === 'always' && !isEmptied(ir, at.v, flow) ? { ...(at.v.name !== undefined ? { object: at.v.name } : {}), type: held, stores: [] } : undefined;
}

/** The first variable with a name that the value went through. */
function namedBy(ir: FuncIr, arg: Operand): string | undefined {
  for (let at = arg, i = 0; at.k === 'var' && i < 12; i++) {
    if (at.v.name !== undefined) return at.v.name;
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return undefined;
    at = step.src;
  }
  return undefined;
}

const pointee = (type: Type | undefined): Type | undefined => (type?.k === 'pointer' ? type.elem : undefined);

function ofObject(ir: FuncIr, base: Operand, type: Type | undefined, path: string, contents: Contents, flow: PackageFlow): Found | undefined {
  const v = base.k === 'var' ? base.v : undefined;
  const name = v?.name === undefined ? undefined : path === '' ? v.name : `${v.name}.${path}`;
  const object = name === undefined ? {} : { object: name };
  const held = goPointersIn(type, flow.model.shape);
  if (held?.certainty === 'always') return v && path === '' && (isConstant(ir, v) || isEmptied(ir, v, flow)) ? undefined : { ...object, type: held, stores: [] };
  const stores = v && path === '' ? contents.storesIn(v) : [];
  if (stores.length > 0) return { ...object, ...(held ? { type: held } : {}), stores };
  // A slice of pointers is made to hold some.
  return held && held.path === '' && v?.type?.k === 'slice' ? { ...object, type: held, stores } : undefined;
}

/** A struct literal of this function whose fields with Go pointers are all left nil. */
function isEmptied(ir: FuncIr, object: Var, flow: PackageFlow): boolean {
  let step = onlyDefinition(ir, object);
  for (let i = 0; i < 4 && step?.op === 'copy' && step.src.k === 'var'; i++) step = onlyDefinition(ir, step.src.v);
  const type = step?.op === 'composite' && step.type.k === 'named' && step.type.pkg === undefined ? step.type.name : undefined;
  const fields = type === undefined ? undefined : flow.model.shape.fields(type);
  if (step?.op !== 'composite' || !fields) return false;
  const isNil = (name: string | undefined): boolean => {
    const field = fields.find((one) => one.name === name);
    return field !== undefined && goPointersIn(field.type, flow.model.shape) === undefined;
  };
  const set = bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((other) => (other.op === 'setField' && other.base.k === 'var' && (other.base.v === object || other.base.v.type === undefined || sameType(other.base.v.type, type!)) ? [other.name] : [])));
  return step.fields.every(({ name }) => isNil(name)) && set.every(isNil);
}

const sameType = (type: Type, name: string): boolean => {
  const of = type.k === 'pointer' ? type.elem : type;
  return of.k === 'named' && of.pkg === undefined && of.name === name;
};

/** The bytes of a literal lie in the program, not in Go's memory. */
function isConstant(ir: FuncIr, v: Var): boolean {
  const steps = v.kind === 'local' ? (definitions(ir).of.get(v) ?? []) : [];
  return steps.length > 0 && steps.every((step) => step.op === 'copy' && step.src.k === 'const' && /^["`]/.test(step.src.value));
}

/** `*(*unsafe.Pointer)(unsafe.Pointer(&m))` passes the word that m is. */
function ofWord(ir: FuncIr, base: Operand, flow: PackageFlow): Found | undefined {
  const at = origin(ir, base);
  const step = at.k === 'var' ? onlyDefinition(ir, at.v) : undefined;
  const isWord = base.k === 'var' && base.v.type?.k === 'pointer' && isUnsafePointer(base.v.type.elem);
  if (!isWord || step?.op !== 'addr' || step.base.k !== 'var') return undefined;
  const held = goPointersIn(pointee(step.dst.type), flow.model.shape);
  const { name } = step.base.v;
  return held?.certainty === 'always' ? { ...(name !== undefined ? { object: name } : {}), type: held, stores: [] } : undefined;
}

/** What a helper of the package returns: the object that it filled, or its argument in another type. */
function ofResult(ir: FuncIr, step: CallStep, result: number, contents: Contents, flow: PackageFlow): Found | undefined {
  if (step.callee.k === 'c') return undefined;
  const { pointer, stores, param } = contents.ofCall(step, result);
  if (pointer && stores.length > 0) return { stores };
  const arg = param === undefined ? undefined : step.args[param];
  if (arg?.k !== 'var') {
    const held = goPointersIn(pointee(step.dsts[result]?.type), flow.model.shape);
    return held?.certainty === 'always' ? { type: held, stores: [] } : undefined;
  }
  // A method with a pointer receiver takes the address of a variable.
  if (arg.v.type?.k !== 'pointer') return ofObject(ir, arg, arg.v.type, '', contents, flow);
  return ofArgument(ir, arg, contents, flow);
}
