/** Which Go pointers the code in view puts into an object of a function: elements, fields, literals, and what helpers put into what they return. */
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isCPointer, isUnsafePointer, type Type } from '../semantics/types.ts';
import { onlyDefinition, origin } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import { isUintptr } from './number-sources.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** A value that a function of the package returns. */
export interface Returned {
  /** A pointer to Go memory. */
  readonly pointer: boolean;
  /** A pointer that is parameter n (the receiver is 0), converted. */
  readonly param?: number;
  /** Where Go pointers are put into the object that is returned, or that the result points to. */
  readonly stores: readonly Place[];
}

const nothing: Returned = { pointer: false, stores: [] };
const depth = 2;

/** What one function knows of objects and pointers. */
export class Contents {
  readonly #ir: FuncIr;
  readonly #fn: GoFunction;
  readonly #flow: PackageFlow;
  readonly #level: number;
  /** Objects may point to each other in a circle. */
  readonly #busy = new Set<Var>();

  constructor(fn: GoFunction, flow: PackageFlow, level = depth) {
    this.#fn = fn;
    this.#flow = flow;
    this.#level = level;
    this.#ir = flow.ir(fn);
  }

  /** Where Go pointers are stored into the object that `root` holds or points to. */
  storesIn(root: Var): Place[] {
    if (this.#busy.has(root)) return [];
    this.#busy.add(root);
    const out = this.#storesIn(root);
    this.#busy.delete(root);
    return out;
  }

  #storesIn(root: Var): Place[] {
    const same = this.#aliases(root);
    const is = (operand: Operand): boolean => operand.k === 'var' && (same.has(operand.v) || this.#isInside(operand.v, same));
    const out: Place[] = [];
    for (const body of bodiesOf(this.#ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'setField' || step.op === 'setIndex' || step.op === 'setDeref') {
          if (is(step.base)) out.push(...this.#stored(step.src, step));
        } else if (step.op === 'composite' && same.has(step.dst)) for (const field of step.fields) out.push(...this.#stored(field.src, step));
        else if (step.op === 'call') out.push(...this.#called(step, same));
      }
    }
    return out;
  }

  /** What the function returns as result n. */
  returned(n: number): Returned {
    const values = this.#ir.body.blocks.flatMap(({ term }) => (term.k === 'return' && term.values[n] ? [term.values[n]] : []));
    const found = values.filter((value) => !(value.k === 'const' && value.value === 'nil')).map((value) => this.#value(value));
    const stores = found.flatMap((value) => value.stores);
    const param = found[0]?.param;
    return { pointer: found.some((value) => value.pointer), stores, ...(param !== undefined && found.every((value) => value.param === param) ? { param } : {}) };
  }

  /** What a call of this function's package returns as result n; every variant counts. */
  ofCall(step: CallStep, n: number): Returned {
    const target = targetOf(step);
    if (target === undefined || this.#level === 0) return nothing;
    const flow = this.#flow;
    const level = this.#level - 1;
    return flow.askAbout(`returned contents@${level}`, `${target.recv ?? ''}.${target.name}#${n}`, () => {
      const { fns, strip } = flow.targets(target);
      if (fns.length === 0 || strip !== '') return nothing;
      const all = fns.map((fn) => new Contents(fn, flow, level).returned(n));
      const param = all[0]!.param;
      return { pointer: all.every((one) => one.pointer), stores: all.flatMap((one) => one.stores), ...(param !== undefined && all.every((one) => one.param === param) ? { param } : {}) };
    });
  }

  /** Variables that hold the same object: copies of pointers and slices, what append makes of them. */
  #aliases(root: Var): Set<Var> {
    const same = new Set([root]);
    const add = (v: Operand | undefined, to: Var): boolean => (v?.k === 'var' && same.has(v.v) !== same.has(to) ? !!same.add(v.v).add(to) : false);
    for (let grown = true, round = 0; grown && round < 6; round++) {
      grown = false;
      for (const body of bodiesOf(this.#ir)) {
        for (const step of stepsOf(body)) {
          if (step.op === 'copy' || step.op === 'slice') grown = add(step.op === 'copy' ? step.src : step.base, step.dst) || grown;
          else if (step.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'append' && step.dsts[0]) grown = add(step.args[0], step.dsts[0]) || grown;
          else if (step.op === 'addr' && step.path === '' && step.base.k === 'var' && !step.indexed) grown = add(step.base, step.dst) || grown;
        }
      }
    }
    return same;
  }

  /** `a[i]` of an object is inside of it, and a field of such an element. */
  #isInside(v: Var, same: ReadonlySet<Var>): boolean {
    if (v.kind !== 'temp' && v.kind !== 'local') return false;
    const step = onlyDefinition(this.#ir, v);
    if (step?.op === 'addr') return step.indexed && step.base.k === 'var' && same.has(step.base.v);
    if (v.kind !== 'temp' || (step?.op !== 'index' && step?.op !== 'deref')) return step?.op === 'copy' && step.src.k === 'var' && this.#isInside(step.src.v, same);
    return step.base.k === 'var' && same.has(step.base.v);
  }

  /** Go pointers in a value that is stored. */
  #stored(operand: Operand, step: Step): Place[] {
    const value = this.#value(operand);
    return value.pointer ? [this.#place(step)] : value.byValue ? [...value.stores] : [];
  }

  #value(operand: Operand): Returned & { readonly byValue?: boolean } {
    if (operand.k !== 'var') return nothing;
    const { v } = operand;
    const at = origin(this.#ir, operand);
    const param = at.k === 'var' ? this.#ir.body.params.indexOf(at.v) : -1;
    const passed = param >= 0 ? { param } : {};
    const made = at.k === 'var' ? onlyDefinition(this.#ir, at.v) : undefined;
    if (at.k === 'var' && made?.op === 'composite' && !made.address) return { pointer: false, stores: this.storesIn(at.v), byValue: true };
    if (!isPointerLike(v.type, this.#flow)) {
      const call = at.k === 'var' ? onlyDefinition(this.#ir, at.v) : undefined;
      if (call?.op === 'call') return { ...this.ofCall(call, call.dsts.indexOf((at as Operand & { k: 'var' }).v)), pointer: false, byValue: true };
      const isStruct = v.type?.k === 'struct' || v.type?.k === 'named';
      return { pointer: false, stores: isStruct && at.k === 'var' ? this.storesIn(at.v) : [], byValue: true, ...passed };
    }
    const from = provenance(this.#ir, operand);
    if (from.k === 'go') return { pointer: true, stores: from.base.k === 'var' ? this.storesIn(from.base.v) : [] };
    const call = at.k === 'var' ? onlyDefinition(this.#ir, at.v) : undefined;
    if (call?.op === 'call' && at.k === 'var') {
      const result = this.ofCall(call, call.dsts.indexOf(at.v));
      const arg = result.param === undefined ? undefined : call.args[result.param];
      return arg ? this.#value(arg) : result;
    }
    // A C type without its definition in view may be a struct.
    const isValue = v.type?.k === 'named' && at.k === 'var';
    return { pointer: false, stores: isValue ? this.storesIn(at.v) : [], byValue: isValue, ...passed };
  }

  #called(step: CallStep, same: ReadonlySet<Var>): Place[] {
    const result = step.dsts.findIndex((dst) => same.has(dst));
    if (result < 0) return [];
    if (step.callee.k === 'builtin') {
      if (step.callee.name !== 'append' || step.spread) return [];
      return step.args.slice(1).flatMap((arg) => this.#stored(arg, step));
    }
    return [...this.ofCall(step, result).stores];
  }

  #place(step: Step): Place {
    return { unit: this.#fn.top.syntax, span: step.span };
  }
}

function targetOf({ callee }: CallStep): { readonly name: string; readonly recv?: string } | undefined {
  if (callee.k === 'go') return { name: callee.name };
  if (callee.k !== 'method') return undefined;
  const recv = callee.recvType.k === 'pointer' ? callee.recvType.elem : callee.recvType;
  return recv.k === 'named' && recv.pkg === undefined ? { recv: recv.name, name: callee.name } : undefined;
}

/** A pointer that the check of cgo sees: numbers that hold addresses are none to it. */
export function isPointerLike(type: Type | undefined, flow: PackageFlow): boolean {
  if (type?.k === 'pointer') return true;
  if (type === undefined || isUintptr(type, flow.model.shape)) return false;
  const name = cTypeName(type);
  if (name !== undefined) return !flow.model.c.isNumber(name) && flow.model.c.struct(name) === undefined && !/^(?:struct|union|enum)_/.test(name);
  return isUnsafePointer(type) || isCPointer(type);
}
