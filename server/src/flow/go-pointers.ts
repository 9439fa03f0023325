/** Whose memory a pointer points to, seen across helpers of the package and with what types tell: provenance in the context of a package. */
import { equal } from '../base/equal.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { isCPointer, ownTypeName, type Type } from '../semantics/types.ts';
import { definitions } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import { memoryOfType } from './made-in-go.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface GoPointer {
  readonly k: 'go';
  /** `variable`: its own address, or that of a part. `elements`: data of a slice or string. `object`: a pointer to a Go object. */
  readonly how: 'variable' | 'elements' | 'object';
  /** The variable that was addressed, whose elements it points to, or that holds the pointer. */
  readonly root?: Var;
  /** Of `elements`: the field of the root that has them. */
  readonly path?: string;
  /** The type of what it points to. */
  readonly type?: Type;
  /** It is a package variable, or a part of one: the collector neither frees nor moves it. */
  readonly lasting?: true;
  /** The Go side is seen to make the memory, or only its type says so. */
  readonly certain: boolean;
}

export type PointerSource = GoPointer | { readonly k: 'c'; /** Made by a call in view, not only by type. */ readonly certain: boolean } | { readonly k: 'param'; readonly index: number; readonly how: 'same' | 'elements' } | { readonly k: 'unknown' };

const unknown = { k: 'unknown' } as const;
const deepest = 12;
/** Variables with several definitions on the way. */
const deepestJoin = 2;
/** Helpers inside helpers. */
const deepestHelper = 3;

/** How a function is looked at: `summary` keeps its parameters apart, so that a caller can put its arguments in. */
export interface Viewpoint {
  readonly flow: PackageFlow;
  readonly ir: FuncIr;
  readonly summary?: boolean;
  /** C calls it: what its parameters point to is C memory. */
  readonly exported?: boolean;
  readonly level?: number;
  /** Variables with several definitions that are being looked at. */
  readonly open?: readonly Var[];
}

/** The memory behind a pointer value. */
export function pointerSource(at: Viewpoint, operand: Operand, depth = 0): PointerSource {
  if (depth > deepest) return unknown;
  if (operand.k === 'c') return { k: 'c', certain: true };
  if (operand.k === 'global') return byType(at.flow.model.shape.global(operand.name), at, undefined);
  if (operand.k !== 'var') return unknown;
  const { v } = operand;
  const { of, addressed } = definitions(at.ir);
  if (v.kind !== 'temp' && addressed.has(v)) return byType(v.type, at, v);
  const steps = (of.get(v) ?? []).filter((step) => !isZero(step));
  if (v.kind === 'param' || v.kind === 'receiver') {
    if (steps.length > 0) return byType(v.type, at, v);
    const typed = byType(v.type, at, v);
    if (at.summary) return { k: 'param', index: at.ir.body.params.indexOf(v), how: 'same' };
    return typed.k === 'unknown' && at.exported && (isCPointer(v.type) || v.type?.k === 'pointer') ? { k: 'c', certain: true } : typed;
  }
  if (steps.length === 0) return byType(v.type, at, v);
  const [only] = steps;
  if (steps.length === 1 && only) {
    const source = sourceOfStep(at, only, v, depth + 1);
    return source.k === 'unknown' ? byType(v.type, at, v) : source;
  }
  // Set in several places: what all agree on; `x = append(x, …)` says nothing new.
  const open = at.open ?? [];
  if (open.length >= deepestJoin) return byType(v.type, at, v);
  const found = steps.filter((step) => !feeds(at.ir, step, v)).map((step) => sourceOfStep({ ...at, open: [...open, v] }, step, v, depth + 1));
  const [first] = found;
  if (first === undefined || first.k === 'unknown') return byType(v.type, at, v);
  return found.every((one) => one.k === first.k) && first.k !== 'param' ? first : unknown;
}

/** Whether a step makes the variable of itself. */
function feeds(ir: FuncIr, step: Step, v: Var): boolean {
  const reads = (operand: Operand): boolean => {
    if (operand.k !== 'var') return false;
    if (operand.v === v) return true;
    const [from, more] = operand.v.kind === 'temp' ? (definitions(ir).of.get(operand.v) ?? []) : [];
    return from !== undefined && more === undefined && from !== step && feeds(ir, from, v);
  };
  return (step.op === 'copy' && reads(step.src)) || (step.op === 'slice' && reads(step.base)) || (step.op === 'call' && step.callee.k === 'builtin' && step.args[0] !== undefined && reads(step.args[0])) || (step.op === 'binary' && reads(step.l));
}

/** `var p T`, `p = nil` */
const isZero = (step: Step): boolean => step.op === 'copy' && ((step.src.k === 'const' && step.src.value === 'nil') || step.src.k === 'unknown');

function byType(type: Type | undefined, at: Viewpoint, root: Var | undefined): PointerSource {
  const memory = memoryOfType(type, at.flow);
  if (memory === 'c') return { k: 'c', certain: false };
  if (memory === 'go' && type?.k === 'pointer') return { k: 'go', how: 'object', type: type.elem, certain: false, ...(root?.name !== undefined ? { root } : {}) };
  return unknown;
}

function sourceOfStep(at: Viewpoint, step: Step, v: Var, depth: number): PointerSource {
  switch (step.op) {
    case 'copy': {
      const typed = step.conv ? byType(step.conv, at, v) : unknown;
      // `(*T)(p)` of a type that only Go can hold.
      if (typed.k === 'go') return typed;
      const inner = pointerSource(at, step.src, depth);
      return inner.k === 'go' && inner.how === 'object' && inner.root === undefined && v.name !== undefined ? { ...inner, root: v } : inner;
    }
    case 'assert':
      return byType(step.type, at, v);
    case 'addr':
      return addressSource(at, step, depth);
    case 'composite':
      if (step.address) return { k: 'go', how: 'object', type: step.type, certain: true, ...(v.name !== undefined ? { root: v } : {}) };
      return step.type.k === 'slice' ? { k: 'go', how: 'elements', type: step.type.elem, certain: true } : unknown;
    case 'call':
      return callSource(at, step, v, depth);
    case 'slice':
      return pointerSource(at, step.base, depth);
    case 'field':
      return loadSource(at, step, depth);
    case 'binary': {
      if (!/^[+|]$/.test(step.operator)) return unknown;
      const left = pointerSource(at, step.l, depth);
      return left.k === 'unknown' ? pointerSource(at, step.r, depth) : left;
    }
    case 'index':
    case 'deref':
    case 'range':
      return byType(v.type, at, undefined);
    default:
      return unknown;
  }
}

/** The type behind names of this package: `type names []*C.char`. */
function resolved(type: Type | undefined, flow: PackageFlow): Type | undefined {
  return type?.k === 'named' && type.pkg === undefined ? (flow.model.shape.underlying(type.name) ?? type) : type;
}

function addressSource(at: Viewpoint, step: Step & { op: 'addr' }, depth: number): PointerSource {
  const { base, path } = step;
  const { flow } = at;
  if (base.k === 'c') return { k: 'c', certain: true };
  const baseType = base.k === 'global' ? flow.model.shape.global(base.name) : base.k === 'var' ? base.v.type : undefined;
  if (base.k !== 'var' && base.k !== 'global') return unknown;
  const root = base.k === 'var' && base.v.name !== undefined ? { root: base.v } : {};
  const pointee = step.dst.type?.k === 'pointer' ? { type: step.dst.type.elem } : {};
  const names = path === '' ? [] : path.split('.');
  // What the path goes through: behind a pointer it is that pointer's memory.
  const through = names.map((_, i) => (i === 0 ? baseType : fieldType(flow.model.shape, baseType, names.slice(0, i).join('.'))));
  const last = through.findLastIndex((type) => resolved(type, flow)?.k === 'pointer');
  const container = path === '' ? baseType : fieldType(flow.model.shape, baseType, path);
  if (step.indexed) {
    const kind = resolved(container, flow);
    if (kind?.k === 'slice') {
      // Whoever has the address of the slice may make it a view of something else.
      if (base.k === 'var' && base.v.kind !== 'temp' && definitions(at.ir).addressed.has(base.v)) return unknown;
      const inner = path === '' ? pointerSource(at, base, depth) : unknown;
      if (inner.k === 'c') return inner;
      if (inner.k === 'param') return { ...inner, how: 'elements' };
      return { k: 'go', how: 'elements', ...root, ...(path === '' ? {} : { path }), ...pointee, certain: inner.k === 'go' || (path === '' && isGoSlice(at, base)) };
    }
    if (kind?.k === 'pointer') return path === '' ? pointerSource(at, base, depth) : unknown;
    if (kind?.k !== 'array') return unknown;
  }
  if (last === 0) return pointerSource(at, base, depth);
  if (last > 0) return byType(through[last], at, undefined);
  // The type of the container must be in view to know that no pointer lies on the way.
  if (path !== '' && through.some((type) => type === undefined || type.k === 'unknown')) return unknown;
  if (base.k === 'var' && base.v.kind === 'temp') return unknown;
  return { k: 'go', how: 'variable', ...root, ...pointee, ...(base.k === 'global' ? { lasting: true as const } : {}), certain: true };
}

function callSource(at: Viewpoint, step: CallStep, v: Var, depth: number): PointerSource {
  const { callee } = step;
  const arg = step.args[0];
  switch (callee.k) {
    case 'c': {
      // Source: cmd/cgo, "Go references to C": these copy into Go memory.
      if (/^Go(?:String|StringN|Bytes)$/.test(callee.name)) return { k: 'go', how: 'elements', certain: true, ...(v.name !== undefined ? { root: v } : {}) };
      const back = step.args.find((_, i) => at.flow.model.c.summary(callee.name)?.params[i]?.returned);
      return back ? pointerSource(at, back, depth) : { k: 'c', certain: true };
    }
    case 'builtin': {
      if (callee.name === 'new' || callee.name === 'make') {
        const type = step.types[0];
        const root = v.name !== undefined ? { root: v } : {};
        if (callee.name === 'new') return { k: 'go', how: 'object', ...(type ? { type } : {}), ...root, certain: true };
        return type?.k === 'slice' ? { k: 'go', how: 'elements', type: type.elem, ...root, certain: true } : unknown;
      }
      if (callee.name !== 'append' || !arg) return unknown;
      return pointerSource(at, arg, depth);
    }
    case 'pkg': {
      if (callee.pkg !== 'unsafe' || !arg) return unknown;
      const inner = pointerSource(at, arg, depth);
      if (callee.name !== 'SliceData' && callee.name !== 'StringData') return inner;
      if (inner.k === 'c') return inner;
      if (inner.k === 'param') return { ...inner, how: 'elements' };
      return { k: 'go', how: 'elements', certain: inner.k === 'go' || isGoSlice(at, arg), ...(arg.k === 'var' && arg.v.name !== undefined ? { root: arg.v } : {}) };
    }
    case 'go':
      return helperSource(at, { name: callee.name }, step, v, depth);
    case 'method': {
      const recv = ownTypeName(callee.recvType);
      return recv === undefined ? byType(v.type, at, v) : helperSource(at, { recv, name: callee.name }, step, v, depth);
    }
    default:
      return byType(v.type, at, v);
  }
}

/** What a helper of the package returns. */
function helperSource(at: Viewpoint, callee: { readonly recv?: string; readonly name: string }, step: CallStep, v: Var, depth: number): PointerSource {
  const index = Math.max(0, step.dsts.indexOf(v));
  const result = returnedPointer(at.flow, callee, index, at.level ?? 0);
  if (result.k === 'go') return { k: 'go', how: result.how, certain: result.certain };
  if (result.k !== 'param') return result.k === 'unknown' ? byType(v.type, at, v) : result;
  const arg = step.args[result.index];
  const inner = arg && pointerSource(at, arg, depth);
  if (!inner) return unknown;
  if (result.how === 'same' || inner.k === 'c') return inner;
  if (inner.k === 'param') return { ...inner, how: 'elements' };
  return { k: 'go', how: 'elements', certain: inner.k === 'go' || isGoSlice(at, arg), ...(arg?.k === 'var' && arg.v.name !== undefined ? { root: arg.v } : {}) };
}

/** A slice or string that a caller, a conversion or another package made: what is a view of C memory is made here, in view, or kept in a field. */
function isGoSlice(at: Viewpoint, operand: Operand | undefined, seen: ReadonlySet<Var> = new Set()): boolean {
  if (operand?.k === 'const') return true;
  if (operand?.k !== 'var') return false;
  // `s = s[1:]` says nothing new.
  if (operand.v.kind === 'param' || seen.has(operand.v)) return true;
  const inner = new Set(seen).add(operand.v);
  const steps = (definitions(at.ir).of.get(operand.v) ?? []).filter((step) => !isZero(step));
  return steps.length > 0 && steps.every((step) => (step.op === 'call' ? step.callee.k !== 'pkg' || step.callee.pkg !== 'unsafe' : step.op === 'copy' ? isText(step.conv) || isGoSlice(at, step.src, inner) : step.op === 'slice' ? isGoSlice(at, step.base, inner) : step.op === 'binary' || step.op === 'composite'));
}

const isText = (type: Type | undefined): boolean => type?.k === 'slice' || (type?.k === 'named' && type.pkg === undefined && type.name === 'string');

/** What a helper returns, as plain data. */
type Returned = Exclude<PointerSource, GoPointer> | { readonly k: 'go'; readonly how: GoPointer['how']; readonly certain: boolean };

function returnedPointer(flow: PackageFlow, callee: { readonly recv?: string; readonly name: string }, index: number, level: number): Returned {
  if (level >= deepestHelper) return unknown;
  return flow.ask<Returned>(`pointer@${level}:${functionKey(callee)}#${index}`, () => {
    const { fns, strip } = flow.targets(callee);
    if (fns.length !== 1 || strip !== '') return unknown;
    return returnedBy(fns[0]!, flow, index, level + 1);
  });
}

function returnedBy(fn: GoFunction, flow: PackageFlow, index: number, level: number): Returned {
  const ir = flow.ir(fn);
  if (ir.opaque || ir.body.results.some((result) => result.name !== undefined)) return unknown;
  const at: Viewpoint = { flow, ir, summary: true, level };
  let found: Returned | undefined;
  for (const { term } of ir.body.blocks) {
    const value = term.k === 'return' ? term.values[index] : undefined;
    if (value === undefined || (value.k === 'const' && value.value === 'nil')) continue;
    const source = pointerSource(at, value);
    const one: Returned = source.k === 'go' ? { k: 'go', how: source.how, certain: source.certain } : source;
    if (found && !equal(found, one)) return unknown;
    found = one;
  }
  return found ?? unknown;
}

/** A pointer loaded from a field. */
function loadSource(at: Viewpoint, step: Step & { op: 'field' }, depth: number): PointerSource {
  return loadedFrom(at, step.base, step.name, step.dst.type, depth);
}

/** The memory behind the pointer in a field of a value. */
export function loadedFrom(at: Viewpoint, base: Operand, name: string, type: Type | undefined, depth = 0): PointerSource {
  if (base.k === 'var') {
    if (headerOf(base.v.type) !== undefined && name === 'Data') {
      const data = addressedVar(at, base);
      if (data) return data;
    }
    const made = fieldOfLiteral(at.ir, base.v, name);
    if (made) return pointerSource(at, made, depth + 1);
    // A pointer that C put into its own struct.
    if (isCPointer(type) && isCPointer(base.v.type)) {
      const inner = pointerSource(at, base, depth + 1);
      if (inner.k === 'c') return inner;
    }
  }
  return byType(type, at, undefined);
}

const headerOf = (type: Type | undefined): string | undefined => (type?.k === 'pointer' && type.elem.k === 'named' && type.elem.pkg === 'reflect' && /^(?:Slice|String)Header$/.test(type.elem.name) ? type.elem.name : undefined);

/** `(*reflect.StringHeader)(unsafe.Pointer(&s)).Data` is where the string's bytes are. */
function addressedVar(at: Viewpoint, operand: Operand): PointerSource | undefined {
  for (let now = operand, i = 0; now.k === 'var' && i < 8; i++) {
    const [step, more] = definitions(at.ir).of.get(now.v) ?? [];
    if (more !== undefined || step === undefined) return undefined;
    if (step.op === 'addr' && step.path === '' && !step.indexed && step.base.k === 'var') {
      const { v } = step.base;
      if (v.kind === 'param' && at.summary) return { k: 'param', index: at.ir.body.params.indexOf(v), how: 'elements' };
      return { k: 'go', how: 'elements', root: v, certain: true };
    }
    if (step.op !== 'copy') return undefined;
    now = step.src;
  }
  return undefined;
}

/** The value that a struct literal gave to a field which nothing sets again. */
function fieldOfLiteral(ir: FuncIr, object: Var, name: string): Operand | undefined {
  const steps = definitions(ir).of.get(object) ?? [];
  let literal = steps.length === 1 ? steps[0] : undefined;
  for (let i = 0; i < 4 && literal?.op === 'copy' && literal.src.k === 'var'; i++) {
    const more = definitions(ir).of.get(literal.src.v) ?? [];
    literal = more.length === 1 ? more[0] : undefined;
  }
  if (literal?.op !== 'composite') return undefined;
  const set = bodiesOf(ir).some((body) => [...stepsOf(body)].some((step) => step.op === 'setField' && step.name === name && step.base.k === 'var' && step.base.v === object));
  return set ? undefined : literal.fields.find((field) => field.name === name)?.src;
}
