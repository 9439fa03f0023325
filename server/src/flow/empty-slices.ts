/** Addresses of a first element that no path shows to exist: `&b[0]` of a slice that may be empty. Source: Go spec, "Index expressions". */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isScalar } from '../semantics/c-view.ts';
import type { Type } from '../semantics/types.ts';
import { castFacts } from './casts.ts';
import { definitions } from './definitions.ts';
import { condOperands, isConstant } from './guards.ts';
import type { Addr, Cond, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, functionInfo, keyOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { testedByCallers } from './tested-lengths.ts';

export interface EmptySliceFact {
  /** `&b[0]` */
  readonly span: Span;
  /** `b`, `s.items`; absent where it has no name. */
  readonly buffer: string;
  /** How the slice came to be: why it may be empty. */
  readonly from: 'parameter' | 'field' | 'made';
  /** What the address is converted to. */
  readonly to: readonly Type[];
}

/** The addresses of a function. */
export function emptySliceFacts(fn: GoFunction, flow: PackageFlow): readonly EmptySliceFact[] {
  return flow.askOf('empty slices', fn, (current) => {
    const ir = flow.ir(current);
    const found = find(ir, flow);
    if (found.length === 0) return found;
    // A buffer that is cast without a look at its length is the greater hazard, and one is told.
    const cast = new Set(castFacts(current, flow).map(({ from }) => from));
    const isTested = ({ buffer, from }: EmptySliceFact): boolean => from === 'parameter' && testedByCallers(current, ir.body.params.findIndex(({ name }) => name === buffer), flow);
    return found.filter((fact) => !cast.has(fact.buffer) && !fact.to.some((type) => isUnread(type, flow)) && !isTested(fact));
  });
}

function find(ir: FuncIr, flow: PackageFlow): EmptySliceFact[] {
  const addresses: Addr[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) if (step.op === 'addr' && step.index?.k === 'const' && step.index.value === '0' && isSlice(step.container, flow)) addresses.push(step);
  }
  if (addresses.length === 0) return [];
  const converted = new Map<Var, Type[]>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      // An address that stays in Go is an ordinary index expression.
      const leaves = (step.op === 'copy' && step.conv !== undefined) || (step.op === 'call' && step.callee.k === 'c') || ((step.op === 'setField' || step.op === 'composite') && !isOwn(step));
      if (leaves) for (const operand of operandsOf(step)) if (operand.k === 'var') note(converted, operand.v, step);
    }
  }
  return addresses.flatMap((step): EmptySliceFact[] => {
    if (!converted.has(step.dst) || step.base.k !== 'var') return [];
    const buffer = nameOf(step);
    const from = buffer === undefined ? undefined : step.path === '' ? mayBeEmpty(ir, step.base.v) : fieldMayBeEmpty(ir, step);
    if (buffer === undefined || from === undefined || isGuarded(ir, step)) return [];
    return [{ span: step.span, buffer, from, to: castTo(step.dst, converted) }];
  });
}

function note(converted: Map<Var, Type[]>, v: Var, step: Step): void {
  const types = converted.get(v) ?? [];
  converted.set(v, types);
  if (step.op === 'copy' && step.conv) types.push(step.conv, ...(step.dst.type ? [step.dst.type] : []));
}

/** The types that an address is converted to on its way, which goes through unsafe.Pointer. */
function castTo(v: Var, converted: ReadonlyMap<Var, readonly Type[]>): readonly Type[] {
  return [v, ...[...converted.keys()].filter((other) => other.kind === 'temp' && other.span.start <= v.span.start && v.span.end <= other.span.end)].flatMap((at) => converted.get(at) ?? []);
}

/** A pointer to a type that nobody knows, or that may be declared where the C text could not be read: this may be the cast of a struct. */
function isUnread(type: Type, flow: PackageFlow): boolean {
  if (type.k === 'unknown') return true;
  if (type.k !== 'pointer') return false;
  const { elem } = type;
  if (elem.k === 'unknown') return true;
  if (elem.k !== 'named' || elem.pkg !== 'C') return false;
  const { c } = flow.model;
  return c.struct(elem.name) === undefined && c.typedef(elem.name) === undefined && !isScalar(elem.name) && c.isHidden(elem.name.replace(/^(?:struct|union)_/, ''));
}

const isOwn = (step: Step): boolean => step.op === 'composite' && !(step.type.k === 'named' && step.type.pkg === 'C');

const isSlice = (type: Type | undefined, flow: PackageFlow): boolean =>
  type?.k === 'slice' || (type?.k === 'named' && type.pkg === undefined && flow.model.shape.underlying(type.name)?.k === 'slice');

function nameOf({ base, path }: Addr): string | undefined {
  const at = base.k === 'var' ? base.v : undefined;
  if (at?.name === undefined) return undefined;
  return path === '' ? at.name : `${at.name}.${path}`;
}

/** A slice whose length the caller or a variable decides; undefined for what is known to have elements, and for what nobody knows. */
function mayBeEmpty(ir: FuncIr, v: Var): EmptySliceFact['from'] | undefined {
  const steps = definitions(ir).of.get(v) ?? [];
  if (definitions(ir).addressed.has(v)) return undefined;
  if (v.kind === 'param') return steps.length === 0 ? 'parameter' : undefined;
  if (v.kind !== 'local' || steps.length !== 1) return undefined;
  return origins(ir, steps[0]!);
}

/** A field that grows by what it is given, or whose length C is told beside its address. What the function sets otherwise, and what others do, nobody here knows. */
function fieldMayBeEmpty(ir: FuncIr, step: Addr): EmptySliceFact['from'] | undefined {
  const { pure } = functionInfo(ir);
  const key = bufferKey(step);
  let grows = false;
  let measured = false;
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      if (other.op === 'setField' && other.base.k === 'var' && `${keyOf(other.base, pure) ?? '?'}.${other.name}` === key) {
        const source = other.src.k === 'var' ? definitions(ir).of.get(other.src.v)?.[0] : undefined;
        if (source?.op !== 'call' || source.callee.k !== 'builtin' || source.callee.name !== 'append' || !source.spread) return undefined;
        grows = true;
      }
      if (other.op === 'call' && other.callee.k === 'c' && other.args.some((arg) => key !== undefined && lengthKeys(ir, arg, 0).includes(key))) measured = true;
    }
  }
  return grows || measured ? 'field' : undefined;
}

function origins(ir: FuncIr, step: Step): EmptySliceFact['from'] | undefined {
  if (step.op === 'copy' && step.src.k === 'var' && step.conv === undefined) {
    if (step.src.v.kind !== 'temp') return mayBeEmpty(ir, step.src.v);
    const inner = definitions(ir).of.get(step.src.v)?.[0];
    return inner && origins(ir, inner);
  }
  if (step.op !== 'call' || step.callee.k !== 'builtin' || step.callee.name !== 'make') return undefined;
  const size = step.args[0];
  return size && isPlainLength(ir, size, 0) ? 'made' : undefined;
}

/** A variable, or the length of something: a sum or a product has a part that nobody here can judge. */
function isPlainLength(ir: FuncIr, size: Operand, depth: number): boolean {
  if (size.k !== 'var' || depth > 6) return false;
  if (size.v.kind !== 'temp') {
    const steps = definitions(ir).of.get(size.v) ?? [];
    // A variable that a C function fills through its address is as good as a parameter.
    if (size.v.kind === 'param' || definitions(ir).addressed.has(size.v)) return true;
    return steps.length === 1 && steps[0]!.op === 'copy' && isPlainLength(ir, steps[0]!.src, depth + 1);
  }
  const step = definitions(ir).of.get(size.v)?.[0];
  if (step?.op === 'copy') return isPlainLength(ir, step.src, depth + 1);
  return step?.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'len';
}

/** Whether the length is tested anywhere: whether it is the right test in the right place, nobody can tell. */
function isGuarded(ir: FuncIr, step: Addr): boolean {
  const lengths = new Set<string>();
  collectRoots(ir, step, lengths);
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) if (showsElements(ir, other) && keyOf(other.base, functionInfo(ir).pure) === bufferKey(step)) return true;
    for (const { term } of body.blocks) {
      if (term.k === 'branch' && !isOtherTest(ir, term.cond) && condOperands(term.cond).some((operand) => lengthKeys(ir, operand, 0, isNilTest(term.cond)).some((key) => lengths.has(key)))) return true;
    }
  }
  return false;
}

/** Ranges over it, or panics itself where the slice is too short: then the author knows of the length. */
function showsElements(ir: FuncIr, step: Step): step is Step & { readonly base: Operand } {
  if (step.op === 'range') return true;
  const bound = step.op === 'index' ? step.index : step.op === 'slice' ? step.hi : undefined;
  return bound !== undefined && isConstant(ir, bound, 0) && !(bound.k === 'const' && bound.value === '0');
}

const bufferKey = (step: Addr): string | undefined => (step.base.k === 'var' ? `v${step.base.v.id}${step.path === '' ? '' : `.${step.path}`}` : undefined);

/** The buffer, and what its length was made of. */
function collectRoots(ir: FuncIr, step: Addr, out: Set<string>): void {
  const key = bufferKey(step);
  if (key === undefined || step.base.k !== 'var') return;
  out.add(key);
  if (step.path !== '') return;
  const made = (v: Var, depth: number): void => {
    out.add(`v${v.id}`);
    for (const def of definitions(ir).of.get(v) ?? []) {
      if (def.op === 'copy' && def.src.k === 'var' && depth < 6) made(def.src.v, depth + 1);
      if (def.op === 'call' && def.callee.k === 'builtin' && def.callee.name === 'make') for (const arg of def.args) for (const length of lengthKeys(ir, arg, 0)) out.add(length);
    }
  };
  made(step.base.v, 0);
}

/** `i < len(b)` as the test of a loop says nothing after it: the counter is set more than once. Nor does `n != len(b)` keep out an empty one. */
function isOtherTest(ir: FuncIr, cond: Cond): boolean {
  if (cond.k === 'eq') return cond.l.k === 'var' && cond.r.k === 'var';
  if (cond.k !== 'cmp') return false;
  return [cond.l, cond.r].some((operand) => operand.k === 'var' && operand.v.kind === 'local' && (definitions(ir).of.get(operand.v) ?? []).length > 1);
}

const isNilTest = (cond: Cond): boolean => cond.k === 'eq' && [cond.l, cond.r].some((operand) => operand.k === 'const' && operand.value === 'nil');

/** The buffers and variables that a length is computed from. What is compared with nil is no length itself. */
function lengthKeys(ir: FuncIr, operand: Operand, depth: number, isNilable = false): string[] {
  const { pure } = functionInfo(ir);
  if (operand.k !== 'var' || depth > 8) return [];
  const own = keyOf(operand, pure);
  const isBuffer = operand.v.type?.k === 'slice';
  const keys = own === undefined || isBuffer ? [] : [own];
  for (const step of definitions(ir).of.get(operand.v) ?? []) {
    if (step.op === 'copy') keys.push(...lengthKeys(ir, step.src, depth + 1, isNilable));
    else if (step.op === 'binary') keys.push(...lengthKeys(ir, step.l, depth + 1), ...lengthKeys(ir, step.r, depth + 1));
    else if (step.op === 'call' && step.callee.k === 'builtin') {
      for (const arg of step.args) {
        const key = keyOf(arg, pure);
        if ((step.callee.name === 'len' || step.callee.name === 'cap') && key !== undefined) keys.push(key);
        else keys.push(...lengthKeys(ir, arg, depth + 1));
      }
    } else if (step.op === 'call' && step.callee.k !== 'c') {
      // `if !usable(b)`, `if err := check(b)`: the helper may have looked.
      // What it makes of a length may be another one (`least(len(x), len(y))`); an error is none, and a system call that gets one says nothing of it.
      const isHelper = step.callee.k === 'go' || step.callee.k === 'method';
      for (const arg of step.args) keys.push(...[keyOf(arg, pure) ?? []].flat(), ...(isHelper && !isNilable ? lengthKeys(ir, arg, depth + 1) : []));
    }
  }
  return keys;
}
