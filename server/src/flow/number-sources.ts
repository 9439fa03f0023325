/** Where a number that is taken for an address comes from: a pointer of Go or C, an integer that was never an address, or nobody knows. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { Shape } from '../semantics/shape.ts';
import { cTypeName, isCPointer, isReflectHeader, isUnsafePointer, type Type } from '../semantics/types.ts';
import { definitions, origin } from './definitions.ts';
import type { FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, functionInfo, keyOf, stepsOf } from './resource/function-info.ts';

/** `go`: the address of Go memory; `pointer`: of memory nobody here knows; `foreign`: made by C or the system, no memory of Go's. */
export type NumberKind = 'go' | 'pointer' | 'foreign' | 'integer' | 'constant' | 'unknown';

export interface NumberSource {
  readonly kind: NumberKind;
  /** Where the pointer became a number. */
  readonly at?: Span;
  /** A variable or field held the number in between. */
  readonly kept: boolean;
}

/** Types that nobody keeps an address in. The 64-bit ones hold addresses of the system in some structs. */
const integers = new Set(['int', 'int8', 'int16', 'int32', 'uint', 'uint8', 'uint16', 'uint32', 'byte', 'rune']);

/** Whether vet would take the type for a uintptr: the type itself, or one of the package that is declared as one. */
export function isUintptr(type: Type | undefined, shape: Shape): boolean {
  if (type?.k !== 'named') return false;
  if (type.pkg !== undefined) return false;
  if (type.name === 'uintptr' && !shape.isType('uintptr')) return true;
  const under = shape.underlying(type.name);
  return under?.k === 'named' && ((under.pkg === undefined && under.name === 'uintptr' && type.name !== 'uintptr') || (under.pkg === 'runtime/cgo' && under.name === 'Handle'));
}

/** Follows a number back to what it was made of; every value a variable may have counts, the worst first. */
export function addressSource(fn: GoFunction, ir: FuncIr, operand: Operand, flow: PackageFlow): NumberSource {
  return new Sources(fn, ir, flow).of(operand);
}

const unknown: NumberSource = { kind: 'unknown', kept: false };
const order: readonly NumberKind[] = ['go', 'pointer', 'integer', 'unknown', 'foreign', 'constant'];

/** Whether a type that the package declares as a uintptr is one for what C gives out: `type object uintptr`, made of results of C and nowhere of Go's pointers. */
function isOfC(type: Type | undefined, flow: PackageFlow): boolean {
  if (type?.k !== 'named' || type.name === 'uintptr' || !isUintptr(type, flow.model.shape)) return false;
  const { name } = type;
  return flow.ask(`numbers of C:${name}`, () => {
    const kinds = flow.gather(`numbers of:${name}`, (fn) => (fn.decl.body && fn.top.syntax.text.includes(`${name}(`) ? madeInto(fn, name, flow) : []));
    return kinds.includes('foreign') && !kinds.includes('go') && !kinds.includes('pointer');
  });
}

/** What a function makes values of the type of. */
const madeInto = (fn: GoFunction, name: string, flow: PackageFlow): readonly NumberKind[] =>
  flow.askOf(`numbers into:${name}`, fn, (current) => {
    const ir = flow.ir(current);
    const into = ({ op, conv }: { readonly op: string; readonly conv?: Type }): boolean => op === 'copy' && conv?.k === 'named' && conv.pkg === undefined && conv.name === name;
    return bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'copy' && into(step) ? [new Sources(current, ir, flow, 0).of({ k: 'var', v: step.dst }).kind] : [])));
  });

class Sources {
  readonly #fn: GoFunction;
  readonly #ir: FuncIr;
  readonly #flow: PackageFlow;
  readonly #seen = new Set<Var>();
  readonly #depth: number;

  constructor(fn: GoFunction, ir: FuncIr, flow: PackageFlow, depth = 2) {
    this.#fn = fn;
    this.#ir = ir;
    this.#flow = flow;
    this.#depth = depth;
  }

  of(operand: Operand): NumberSource {
    if (operand.k === 'const') return { kind: 'constant', kept: false };
    if (operand.k === 'c') return { kind: 'foreign', kept: false };
    if (operand.k !== 'var') return unknown;
    const { v } = operand;
    if (this.#seen.has(v)) return { kind: 'constant', kept: false };
    this.#seen.add(v);
    const steps = definitions(this.#ir).of.get(v) ?? [];
    const found = steps.map((step) => this.#step(step));
    if (v.kind === 'param' || v.kind === 'receiver') found.push(this.#parameter(v));
    // Whoever has its address may fill it: C does.
    if (v.kind !== 'temp' && definitions(this.#ir).addressed.has(v)) found.push({ kind: 'foreign', kept: false });
    if (found.length === 0) return unknown;
    const worst = found.reduce((a, b) => (order.indexOf(b.kind) < order.indexOf(a.kind) ? b : a));
    // C may have been asked for it on one way: then it is no sure integer.
    // A variable that is only ever zero is filled in a way that nobody sees.
    const kind = worst.kind === 'constant' && v.kind !== 'temp' ? 'unknown' : worst.kind === 'integer' && found.some((other) => other.kind === 'foreign' || other.kind === 'unknown') ? 'unknown' : worst.kind;
    return { ...worst, kind, kept: worst.kept || v.kind !== 'temp' };
  }

  /** Surely no address: by its type, or a constant. */
  #isInteger(operand: Operand): boolean {
    if (operand.k === 'const') return true;
    if (operand.k !== 'var') return false;
    const step = definitions(this.#ir).of.get(operand.v)?.[0];
    if (operand.v.kind === 'temp' && step?.op === 'copy' && step.src.k === 'var') return this.#isInteger(step.src);
    if (operand.v.kind === 'temp' && step?.op === 'binary') return this.#isInteger(step.l) && this.#isInteger(step.r);
    return this.#typed(operand.v.type) !== undefined;
  }

  #parameter(v: Var): NumberSource {
    // What C or the system calls gets C's numbers.
    if (this.#fn.exported !== undefined || cTypeName(v.type) !== undefined) return { kind: 'foreign', kept: false };
    return this.#typed(v.type) ?? (isOfC(v.type, this.#flow) ? { kind: 'foreign', kept: false } : unknown);
  }

  /** What the type of a value alone says. */
  #typed(type: Type | undefined): NumberSource | undefined {
    if (type?.k !== 'named' || type.pkg !== undefined) return undefined;
    const { shape } = this.#flow.model;
    const under = shape.isType(type.name) ? shape.underlying(type.name) : type;
    if (under?.k === 'named' && under.pkg === 'runtime/cgo' && under.name === 'Handle') return { kind: 'integer', kept: false };
    return under?.k === 'named' && under.pkg === undefined && integers.has(under.name) ? { kind: 'integer', kept: false } : undefined;
  }

  #step(step: Step): NumberSource {
    switch (step.op) {
      case 'copy':
        return this.#copy(step);
      case 'binary': {
        const l = this.of(step.l);
        const r = this.of(step.r);
        const worst = order.indexOf(r.kind) < order.indexOf(l.kind) ? r : l;
        // A sum with an offset is what its other part is; where that has no visible type, it may be a pointer.
        return worst.kind === 'integer' && [step.l, step.r].some((side) => !this.#isInteger(side)) ? { ...worst, kind: 'unknown' } : worst;
      }
      case 'field':
        return this.#field(step);
      case 'call':
        return this.#call(step);
      case 'index':
      case 'deref':
        return this.#typed(step.dst.type) ?? unknown;
      default:
        return unknown;
    }
  }

  #copy(step: Step & { op: 'copy' }): NumberSource {
    const { src, conv } = step;
    if (src.k !== 'var' || conv === undefined) return src.k === 'unknown' ? { kind: 'constant', kept: false } : this.of(src);
    const { type } = src.v;
    if (isUnsafePointer(type) || type?.k === 'pointer') return this.#pointer(step, src);
    const inner = this.of(src);
    if (inner.kind !== 'unknown') return inner;
    // Nobody converts a pointer to a number and back in one breath: what has no visible type is a number.
    return this.#typed(type) ?? (type === undefined || type.k === 'unknown' ? { kind: this.#isForeign(src) ? 'foreign' : this.#isDecoded(src) ? 'unknown' : 'integer', kept: inner.kept } : inner);
  }

  #pointer(step: Step, src: Operand & { k: 'var' }): NumberSource {
    const from = provenance(this.#ir, src);
    const base = origin(this.#ir, src);
    const isC = from.k === 'c' || (base.k === 'var' && ((isCPointer(base.v.type) && !isUnsafePointer(base.v.type)) || cTypeName(base.v.type) !== undefined)) || base.k === 'c';
    if (from.k !== 'go' && isC) return { kind: 'foreign', kept: false };
    if (from.k === 'go') return { kind: 'go', at: step.span, kept: false };
    const isGo = base.k === 'var' && base.v.type?.k === 'pointer' && (base.v.kind === 'param' || base.v.kind === 'receiver');
    return { kind: isGo ? 'go' : 'pointer', at: step.span, kept: false };
  }

  #field(step: Step & { op: 'field' }): NumberSource {
    const base = step.base.k === 'var' ? step.base.v : undefined;
    if (cTypeName(base?.type?.k === 'pointer' ? base.type.elem : base?.type) !== undefined) return { kind: 'foreign', kept: false };
    const header = base?.type?.k === 'pointer' ? base.type.elem : base?.type;
    if (step.name === 'Data' && isReflectHeader(header)) return base && provenance(this.#ir, { k: 'var', v: base }).k === 'go' ? { kind: 'go', at: step.span, kept: false } : unknown;
    const typed = this.#typed(step.dst.type);
    if (typed) return typed;
    const set = this.#stored(step);
    return set ? { ...set, kept: true } : isOfC(step.dst.type, this.#flow) ? { kind: 'foreign', kept: false } : unknown;
  }

  /** What this function itself puts into the field, as long as it does so once. */
  #stored(step: Step & { op: 'field' }): NumberSource | undefined {
    const { pure } = functionInfo(this.#ir);
    const key = keyOf(step.base, pure);
    const sources: NumberSource[] = [];
    for (const body of bodiesOf(this.#ir)) {
      for (const other of stepsOf(body)) {
        if (other.op === 'setField' && other.name === step.name && keyOf(other.base, pure) === key) sources.push(this.of(other.src));
      }
    }
    return key !== undefined && sources.length === 1 ? sources[0] : undefined;
  }

  #call(step: Step & { op: 'call' }): NumberSource {
    const { callee } = step;
    if (callee.k === 'c') return { kind: 'foreign', kept: false };
    if (callee.k === 'pkg') return { kind: (callee.pkg === 'sync/atomic' && callee.name.startsWith('Add')) || (callee.pkg === 'runtime/cgo' && callee.name === 'NewHandle') ? 'integer' : 'foreign', kept: false };
    if (callee.k === 'builtin') return { kind: 'integer', kept: false };
    const typed = this.#typed(step.dsts[0]?.type);
    if (typed) return typed;
    if (this.#depth === 0) return unknown;
    const recv = callee.k === 'method' ? (callee.recvType.k === 'pointer' ? callee.recvType.elem : callee.recvType) : undefined;
    const target = callee.k === 'go' ? { name: callee.name } : recv?.k === 'named' && recv.pkg === undefined && callee.k === 'method' ? { recv: recv.name, name: callee.name } : undefined;
    const [first, ...more] = (target ? this.#flow.targets(target).fns : []).map((fn) => this.#returned(fn));
    return first !== undefined && more.every(({ kind }) => kind === first.kind) ? first : unknown;
  }

  #returned(fn: GoFunction): NumberSource {
    const ir = this.#flow.ir(fn);
    const inner = new Sources(fn, ir, this.#flow, this.#depth - 1);
    const found = ir.body.blocks.flatMap(({ term }) => (term.k === 'return' && term.values[0] ? [inner.of(term.values[0])] : []));
    const first = found[0];
    // An address of another function has no place here.
    return first !== undefined && (first.kind === 'integer' || first.kind === 'foreign') && found.every(({ kind }) => kind === first.kind) ? { kind: first.kind, kept: false } : unknown;
  }

  /** `binary.NativeEndian.Uint64(b)` reads back whatever was written there, addresses too. Source: encoding/binary, ByteOrder. */
  #isDecoded(operand: Operand): boolean {
    const at = origin(this.#ir, operand);
    const steps = at.k === 'var' ? (definitions(this.#ir).of.get(at.v) ?? []) : [];
    // Variables of other packages have no operand of their own.
    const isDecoder = (step: Step): boolean => step.op === 'call' && step.callee.k === 'method' && /^Uint(?:32|64)$/.test(step.callee.name) && step.args[0]?.k === 'unknown';
    return steps.some(isDecoder) && [...this.#fn.file.imports.values()].includes('encoding/binary');
  }

  #isForeign(operand: Operand): boolean {
    const at = origin(this.#ir, operand);
    if (at.k !== 'var') return at.k === 'c';
    const steps = definitions(this.#ir).of.get(at.v) ?? [];
    return steps.some((step) => step.op === 'call' && (step.callee.k === 'c' || step.callee.k === 'pkg')) || cTypeName(at.v.type) !== undefined;
  }
}
