/** Which struct fields a function gives C resources of their own, and what becomes of the objects around them. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isCPointer, ownTypeName } from '../semantics/types.ts';
import { mayConstruct } from './c-names.ts';
import { origin, originStep } from './definitions.ts';
import type { Addr, CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** A field gets a resource of its own. */
export interface Constructed {
  readonly type: string;
  readonly field: string;
  /** The C function (or Go helper) that makes it. */
  readonly maker: string;
  readonly deallocator?: string;
  /** Where it is allocated, when that is in a body in view. */
  readonly at?: Place;
  readonly span: Span;
  readonly unit: object;
  /** The object goes into a package variable and nowhere else. */
  readonly processWide: boolean;
  /** The object is made in the same function. */
  readonly fresh: boolean;
}

type Made = Pick<Constructed, 'maker' | 'deallocator' | 'at'>;

/** The fields that get a resource in a function. */
export function constructedFields(fn: GoFunction, flow: PackageFlow): readonly Constructed[] {
  const { traits } = flow.ir(fn);
  if (!traits.has('setField') && !traits.has('composite') && !(traits.has('c call') && traits.has('addr'))) return none;
  return flow.askOf('fields made', fn, (current) => new Search(current, flow).all());
}

const none: readonly Constructed[] = [];

class Search {
  readonly #fn: GoFunction;
  readonly #flow: PackageFlow;
  readonly #ir: FuncIr;
  readonly #found: Constructed[] = [];

  constructor(fn: GoFunction, flow: PackageFlow) {
    this.#fn = fn;
    this.#flow = flow;
    this.#ir = flow.ir(fn);
  }

  all(): readonly Constructed[] {
    for (const body of bodiesOf(this.#ir)) for (const step of stepsOf(body)) this.#step(step);
    return this.#found;
  }

  #step(step: Step): void {
    if (step.op === 'composite') {
      const type = step.type.k === 'named' ? ownTypeName(step.type) : undefined;
      for (const { name, src } of type === undefined ? [] : step.fields) if (name !== undefined) this.#assigned(type!, name, src, step.dst, step.span);
    } else if (step.op === 'setField') {
      const object = step.base.k === 'var' ? step.base.v : undefined;
      const type = ownTypeName(object?.type);
      if (type !== undefined) this.#assigned(type, step.name, step.src, object, step.span);
    } else if (step.op === 'call' && step.callee.k === 'c' && mayConstruct(step.callee.name)) {
      for (const arg of step.args) {
        const addr = originStep(this.#ir, arg);
        if (addr?.op === 'addr' && addr.base.k === 'var') this.#filled(step.callee.name, step.span, addr, addr.base.v);
      }
    }
  }

  #assigned(type: string, name: string, src: Operand, object: Var | undefined, span: Span): void {
    const made = name.includes('.') ? undefined : this.#maker(src);
    if (made) this.#construct(type, name, made, object, span);
  }

  /** `C.make(&x.field)` */
  #filled(maker: string, span: Span, { path }: Addr, object: Var): void {
    const type = ownTypeName(object.type);
    if (type === undefined || path === '' || path.includes('.')) return;
    if (isCPointer(this.#flow.model.shape.fields(type)?.find((field) => field.name === path)?.type)) this.#construct(type, path, { maker: `C.${maker}` }, object, span);
  }

  #construct(type: string, field: string, made: Made, object: Var | undefined, span: Span): void {
    const life = object ? this.#lifeOf(object) : 'kept';
    if (life === 'local') return;
    const processWide = life === 'process' || this.#fn.name === 'init';
    this.#found.push({ type, field, ...made, span, unit: this.#fn.top.syntax, processWide, fresh: object === undefined || object.kind === 'local' || object.kind === 'temp' });
  }

  /** What becomes of an object: it dies here, it goes into a package variable, or it leaves. */
  #lifeOf(object: Var): 'local' | 'process' | 'kept' {
    if (object.kind === 'receiver' || object.kind === 'param' || object.kind === 'result') return 'kept';
    const vars = new Set([object]);
    let stored = false;
    for (let round = 0; round < 3; round++) {
      for (const body of bodiesOf(this.#ir)) {
        for (const step of stepsOf(body)) {
          const has = (operand: Operand): boolean => operand.k === 'var' && vars.has(operand.v);
          if ((step.op === 'copy' && has(step.src)) || (step.op === 'addr' && step.path === '' && has(step.base)) || (step.op === 'deref' && has(step.base))) vars.add(step.dst);
          if (step.op === 'composite' && step.fields.some((field) => has(field.src))) return 'kept';
          if (step.op === 'setGlobal' && has(step.src)) stored = true;
          if ((step.op === 'setField' || step.op === 'setIndex' || step.op === 'setDeref' || step.op === 'send') && has(step.src)) return 'kept';
          if (step.op === 'call' && step.args.some(has) && !(step.callee.k === 'method' || step.callee.k === 'c' || (step.callee.k === 'pkg' && step.callee.pkg === 'runtime'))) return 'kept';
        }
        for (const { term } of body.blocks) if (term.k === 'return' && term.values.some((value) => value.k === 'var' && vars.has(value.v))) return 'kept';
      }
    }
    if ([...vars].some((v) => v.kind === 'result')) return 'kept';
    return stored ? 'process' : 'local';
  }

  /** The call that makes a resource for its caller, behind a value. */
  #maker(src: Operand): Made | undefined {
    const step = originStep(this.#ir, src);
    if (step?.op === 'call' && step.mode === 'call') return this.#makes(step);
    const at = origin(this.#ir, src);
    // `var p *C.T; C.make(&p)`
    const out = at.k === 'var' ? this.#filledBy(at.v) : undefined;
    return out ? { maker: out } : undefined;
  }

  #makes(step: CallStep): Made | undefined {
    const { knowledge } = this.#flow;
    switch (step.callee.k) {
      case 'c': {
        const owned = knowledge.cOwned(step.callee.name).find((result) => result.outArg === undefined && result.ifNull === undefined);
        if (owned) return { maker: `C.${step.callee.name}`, deallocator: owned.deallocator, ...(owned.at ? { at: owned.at } : {}) };
        const summary = this.#flow.model.c.summary(step.callee.name);
        if (summary && summary.result.owner !== 'unknown') return undefined;
        // A library that says what it returns knows better than the name: a new stream belongs to its context.
        const returns = summary ? undefined : this.#flow.model.contracts.lookup(step.callee.name)?.returns;
        if (returns !== undefined && returns !== 'owned') return undefined;
        return mayConstruct(step.callee.name) && this.#returnsPointer(step) ? { maker: `C.${step.callee.name}` } : undefined;
      }
      case 'go': {
        const owned = knowledge.goOwned({ name: step.callee.name }).find((one) => one.path === undefined);
        return owned && owned.protocol === undefined ? { maker: step.callee.name, deallocator: owned.deallocator, ...(owned.at ? { at: owned.at } : {}) } : undefined;
      }
      default:
        return undefined;
    }
  }

  #returnsPointer(step: CallStep): boolean {
    const type = step.dsts[0]?.type;
    return type === undefined || type.k === 'unknown' || isCPointer(type);
  }

  #filledBy(v: Var): string | undefined {
    for (const body of bodiesOf(this.#ir)) {
      for (const step of stepsOf(body)) {
        if (step.op !== 'call' || step.callee.k !== 'c' || !mayConstruct(step.callee.name)) continue;
        for (const arg of step.args) {
          const addr = originStep(this.#ir, arg);
          if (addr?.op === 'addr' && addr.path === '' && !addr.indexed && addr.base.k === 'var' && addr.base.v === v && isCPointer(v.type)) return `C.${step.callee.name}`;
        }
      }
    }
    return undefined;
  }
}
