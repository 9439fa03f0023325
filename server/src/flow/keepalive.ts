/** C calls during which the Go object that owns the memory may already be finalized: its last use was loading the pointer. */
import type { Span } from '../base/span.ts';
import { buildOf, mayMeet } from '../semantics/build-constraints.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { isCPointer, ownTypeName } from '../semantics/types.ts';
import { keptByCallers } from './callers.ts';
import { onlyDefinition, originStep } from './definitions.ts';
import { type FinalizedField, finalizedFieldsOf, hasFinalizedFields } from './finalized-fields.ts';
import { noMoreFinalized, notYetFinalized } from './finalizer-set.ts';
import { isFinalizerEnder, isFinalizerFunction } from './finalizers.ts';
import type { CallStep, CompositeStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { isDeadAfter } from './liveness.ts';
import { excludes, heldLocks, type Locks } from './locks.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

export interface EarlyFinalizer {
  readonly call: Span;
  readonly stmt: Span;
  readonly callee: string;
  /** The variable that dies. */
  readonly object: string;
  /** The object with the finalizer, as an expression: the variable, or what it keeps alive. */
  readonly owner: string;
  /** Type of the object with the finalizer. */
  readonly type: string;
  /** The field that is passed, with the way to it from the variable. */
  readonly field: string;
  /** Where the pointer is loaded. */
  readonly load: Span;
  /** The object is a copy (a value receiver or parameter): nothing done to it keeps the original alive. */
  readonly copied: boolean;
  /** Everything that this call needs alive, `owner` included: what runtime.KeepAlive is to be called with. */
  readonly keep: readonly string[];
  /** What the call returned may be memory of the object, and is used after the statement. */
  readonly usedLater: boolean;
  /** The function gets the object from its caller, who may keep it. */
  readonly isGiven: boolean;
}

/** The calls in `fn` that need a runtime.KeepAlive. */
export function earlyFinalizers(fn: GoFunction, flow: PackageFlow): readonly EarlyFinalizer[] {
  if (!hasFinalizedFields(flow) || !readsFinalized(flow.ir(fn), flow)) return [];
  return flow.askOf('keepalive', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : new Search(current, ir, flow).run();
  });
}

/** Whether a function has a variable for an object with such fields, or may read one of an object further away: `s.db.ptr`. */
function readsFinalized({ vars, bodies }: FuncIr, flow: PackageFlow): boolean {
  const isOwner = ({ type }: Var): boolean => {
    const name = ownTypeName(type);
    return name !== undefined && finalizedFieldsOf(name, flow) !== undefined;
  };
  return vars.some(isOwner) || bodies.some(({ steps }) => steps.some((step) => step.op === 'field' && step.name.includes('.')));
}

interface Owned {
  readonly object: Var;
  readonly path: string;
  readonly load: Step;
  readonly fact: FinalizedField;
  readonly copied: boolean;
}

class Search {
  readonly #fn: GoFunction;
  readonly #ir: FuncIr;
  readonly #flow: PackageFlow;
  readonly #exempt = new Map<string, boolean>();
  #held: ReadonlyMap<Step, Locks> | undefined;

  constructor(fn: GoFunction, ir: FuncIr, flow: PackageFlow) {
    this.#fn = fn;
    this.#ir = ir;
    this.#flow = flow;
  }

  run(): EarlyFinalizer[] {
    const goroutines = goroutineBodies(this.#ir);
    const out = new Map<string, EarlyFinalizer>();
    for (const body of bodiesOf(this.#ir)) {
      for (const step of body.calls) {
        if (step.mode !== 'call' && step.callee.k !== 'c') continue;
        const found: Owned[] = [];
        step.args.forEach((arg, i) => {
          const one = this.#endangered(step, arg, i, body, goroutines);
          if (one) found.push(one);
        });
        if (found.length === 0) continue;
        // What the object itself frees says more than what it reaches.
        const first = found.find(({ fact }) => fact.via === '') ?? found[0]!;
        const call = outermost(this.#ir, step, body);
        const fact = describe(this.#ir, step, call, first, found, call.mode === 'call' && resultLives(this.#ir, call, body, this.#flow));
        if (!out.has(`${call.span.start}`)) out.set(`${call.span.start}`, fact);
      }
    }
    return [...out.values()];
  }

  #endangered(step: CallStep, arg: Operand, i: number, body: FuncBody, goroutines: ReadonlySet<FuncBody>): Owned | undefined {
    const ir = this.#ir;
    const found = this.#owned(arg);
    if (!found || !reachesC(step, i, this.#flow) || (step.callee.k === 'c' && isFinalizerEnder(`${step.callee.name}#${i}`, this.#flow))) return undefined;
    const { object, fact } = found;
    // What a literal captures is kept by whoever runs the literal, unless it runs on a goroutine of its own.
    if (object.scope !== body.id && !goroutines.has(body)) return undefined;
    if (!found.copied && !isDeadAfter(ir, step, object, this.#flow.knowledge, undefined, fact.byPointer ? fact.via : '')) return undefined;
    const build = buildOf(this.#fn.file);
    if (!fact.builds.some((other) => mayMeet(build, other))) return undefined;
    if (fact.locks.size > 0) {
      // The finalizer waits for a lock that is held from the last use of the object to the end of the call.
      const held = (this.#held ??= heldLocks(ir, this.#flow.model.shape));
      const at = (where: Step): boolean => excludes(held.get(where) ?? new Map<string, boolean>(), fact.locks);
      if (at(step) && at(found.load)) return undefined;
    }
    if (notYetFinalized(ir, step, object, body, this.#flow) || noMoreFinalized(ir, step, object, body, this.#flow)) return undefined;
    const key = `${object.id}${found.path}`;
    if (!this.#exempt.has(key)) this.#exempt.set(key, isReleaser(this.#fn, ir, object, found.path, this.#flow) || outOfInterface(ir, object) || keptByCallers(this.#fn, ir, object, this.#flow) || madeForCallbacks(found, this.#flow));
    return this.#exempt.get(key) ? undefined : found;
  }

  /** The finalized object whose field an argument was loaded from. */
  #owned(arg: Operand): Owned | undefined {
    const step = originStep(this.#ir, arg);
    if (step?.op === 'field' && step.base.k === 'var') {
      const { v } = step.base;
      const own = this.#owner(v, `.${step.name}`, step);
      const dot = step.name.lastIndexOf('.');
      if (own || dot < 0) return own;
      // `s.db.c`: the finalizer is that of *DB, and s is what keeps the DB alive.
      const between = fieldType(this.#flow.model.shape, v.type, step.name.slice(0, dot));
      const fact = finalizedFieldsOf(ownTypeName(between) ?? '', this.#flow)?.get(step.name.slice(dot));
      const holds = v.name !== undefined && (v.type?.k === 'pointer' || between.k === 'pointer');
      return fact && holds ? { object: v, path: `.${step.name}`, load: step, fact: { ...fact, via: `.${step.name.slice(0, dot)}${fact.via}`, byPointer: true }, copied: false } : undefined;
    }
    if (step?.op !== 'call' || (step.callee.k !== 'method' && step.callee.k !== 'go') || step.mode !== 'call') return undefined;
    // An accessor: `h.native()` returns h.ptr.
    const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
    const object = step.args[0];
    const type = object?.k === 'var' ? ownTypeName(object.v.type) : undefined;
    if (object?.k !== 'var' || type === undefined || (step.callee.k === 'method' && recv === undefined)) return undefined;
    const fields = finalizedFieldsOf(type, this.#flow);
    // `return &h.iter` points into the Go object: cgo keeps that alive itself.
    if (!fields || returnsAddress({ ...(recv !== undefined ? { recv } : {}), name: step.callee.name }, this.#flow)) return undefined;
    for (const path of fields.keys()) {
      const effect = this.#flow.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: step.callee.name }, 0, path);
      if (effect?.returned.includes(0)) return this.#owner(object.v, path, step);
    }
    return undefined;
  }

  #owner(object: Var, path: string, load: Step): Owned | undefined {
    const type = object.name === undefined ? undefined : ownTypeName(object.type);
    const fact = type === undefined ? undefined : finalizedFieldsOf(type, this.#flow)?.get(path);
    if (fact === undefined) return undefined;
    if (object.type?.k === 'pointer' || fact.byPointer) return { object, path, load, fact, copied: false };
    // A receiver that was passed as a value is a copy of an object with a finalizer.
    return object.kind === 'receiver' ? { object, path, load, fact, copied: true } : undefined;
  }
}

/** Whether an accessor returns the address of something in the object that it gets. */
function returnsAddress(callee: { readonly recv?: string; readonly name: string }, flow: PackageFlow): boolean {
  return flow.targets(callee).fns.some((fn) => {
    const ir = flow.ir(fn);
    return ir.body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => {
      const step = originStep(ir, value);
      return step?.op === 'addr' && step.base.k === 'var' && ir.body.params.includes(step.base.v);
    }));
  });
}

function describe(ir: FuncIr, step: CallStep, call: CallStep, first: Owned, all: readonly Owned[], usedLater: boolean): EarlyFinalizer {
  // A variable that is a value reaches its owner through a pointer inside: that is what must live.
  const ownerOf = ({ object, fact }: Owned): string => `${object.name ?? ''}${object.type?.k === 'pointer' ? '' : fact.byPointer ? fact.via : ''}`;
  const { callee } = step;
  return {
    call: call.span,
    stmt: call.stmt,
    callee: callee.k === 'c' ? `C.${callee.name}` : callee.k === 'value' ? '' : callee.name,
    object: first.object.name ?? '',
    owner: `${first.object.name ?? ''}${first.fact.byPointer ? first.fact.via : ''}`,
    type: first.fact.owner,
    field: first.path.slice(1),
    load: first.load.span,
    copied: first.copied,
    keep: [...new Set(all.filter(({ copied }) => !copied).map(ownerOf))],
    usedLater,
    isGiven: ir.body.params.includes(first.object),
  };
}

/** `C.outer(C.inner(x.ptr))`: what the inner call returns may be memory of the object, and the outer one uses it. */
function outermost(ir: FuncIr, step: CallStep, body: FuncBody): CallStep {
  let at = step;
  for (let depth = 0; depth < 4; depth++) {
    const outer: Step | undefined = stepsOf(body).find((other) => other.op === 'call' && other.callee.k === 'c' && other !== at && other.stmt.start === at.stmt.start && other.args.some((arg) => originStep(ir, arg) === at));
    if (outer?.op !== 'call') break;
    at = outer;
  }
  return at;
}

/** Whether something that C returned is read through, or passed to C, after the statement. */
function resultLives(ir: FuncIr, call: CallStep, body: FuncBody, flow: PackageFlow): boolean {
  const [dst] = call.dsts;
  if (dst === undefined || !(dst.type === undefined || dst.type.k === 'unknown' || isCPointer(dst.type))) return false;
  return stepsOf(body).some((step) => {
    if (step.stmt.start <= call.stmt.start) return false;
    const through = step.op === 'call' ? step.args.filter((_, i) => takesMemory(step, i, flow)) : step.op === 'field' || step.op === 'deref' || step.op === 'index' || step.op === 'slice' ? operandsOf(step) : [];
    return through.some((operand) => originStep(ir, operand) === call);
  });
}

/** Whether a callee gets C memory through an argument: C itself, package unsafe, or a function of the package with a C pointer as its parameter. */
function takesMemory({ callee }: CallStep, arg: number, flow: PackageFlow): boolean {
  if (callee.k === 'c' || (callee.k === 'pkg' && callee.pkg === 'unsafe')) return true;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k !== 'go' && recv === undefined) return false;
  const name = callee.k === 'go' || callee.k === 'method' ? callee.name : '';
  return flow.targets({ ...(recv !== undefined ? { recv } : {}), name }).fns.some((fn) => isCPointer(flow.ir(fn).body.params[arg]?.type));
}

function goroutineBodies(ir: FuncIr): ReadonlySet<FuncBody> {
  const found = new Set<FuncBody>();
  if (!ir.traits.has('go')) return found;
  for (const body of bodiesOf(ir)) for (const step of body.calls) if (step.mode === 'go' && step.callee.k === 'value' && step.callee.fn.k === 'closure') found.add(step.callee.fn.fn);
  return found;
}

/** The pointer gets to C while the object is not needed any more: a C call, or a helper that passes it on. */
function reachesC(step: CallStep, arg: number, flow: PackageFlow): boolean {
  switch (step.callee.k) {
    case 'c':
      return step.callee.name !== 'free' && !isCast(step.callee.name, flow);
    case 'go':
      return (flow.knowledge.goArg({ name: step.callee.name }, arg, '')?.assumed.length ?? 0) > 0;
    case 'method': {
      const recv = ownTypeName(step.callee.recvType);
      return recv !== undefined && arg > 0 && (flow.knowledge.goArg({ recv, name: step.callee.name }, arg, '')?.assumed.length ?? 0) > 0;
    }
    default:
      return false;
  }
}

/** The function that releases the memory is the end of the object anyway. Who runs a literal, and what they keep of its arguments, is not in view. */
function isReleaser(fn: GoFunction, ir: FuncIr, object: Var, path: string, flow: PackageFlow): boolean {
  if (ir.literals.some((body) => body.params.includes(object)) || isFinalizerFunction(functionKey(fn), flow)) return true;
  const index = ir.body.params.indexOf(object);
  return index >= 0 && flow.knowledge.goArg(fn, index, path)?.releases !== 'never';
}

/** A local object that was taken out of an interface value which the function got from elsewhere: nobody knows whether its maker set a finalizer, nor who else keeps it. */
function outOfInterface(ir: FuncIr, object: Var): boolean {
  let asserted = false;
  let at: Operand = { k: 'var', v: object };
  for (let i = 0; i < 8 && at.k === 'var'; i++) {
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'assert' && step?.op !== 'copy') break;
    // A type switch copies the value to a variable of the case's type.
    asserted ||= step.op === 'assert' || (step.conv === undefined && ownTypeName(step.dst.type) !== undefined && step.src.k === 'var' && ownTypeName(step.src.v.type) !== ownTypeName(step.dst.type));
    at = step.src;
  }
  return asserted && at.k === 'var' && !ir.body.params.includes(at.v);
}

/** A C function in view that only gives its argument another type, by a cast or a macro for it, works with no memory: whoever uses the result does. */
function isCast(name: string, flow: PackageFlow): boolean {
  const fn = flow.model.c.function(name);
  const effect = flow.knowledge.cArg(name, 0);
  if (fn?.params.length !== 1 || !fn.result.type.endsWith('*') || !effect || effect.releases !== 'never' || effect.escapes) return false;
  return effect.returned.includes(0) || (effect.assumed.length > 0 && effect.assumed.every((inner) => /^[A-Z\d_]+$/.test(inner.name)));
}

/** An object that only exported functions make for the callbacks they run: C is working with the owner at that time, so somebody further out keeps it. */
function madeForCallbacks({ object, fact }: Owned, flow: PackageFlow): boolean {
  const type = ownTypeName(object.type);
  return type !== undefined && fact.via !== '' && fact.byPointer && madeOfCallbacks(type, flow, 2);
}

/** Whether exported functions alone make values of the type, or others out of what such a value holds: `return scope{info.context}`. */
function madeOfCallbacks(type: string, flow: PackageFlow, depth: number): boolean {
  return flow.askAbout(`made for callbacks@${depth}`, type, () => {
    const makers = flow.everyFile().flatMap((file) => file.functions.filter((fn) => fn.top.syntax.text.includes(`${type}{`) && makes(fn, type, flow).length > 0));
    return makers.length > 0 && makers.every((fn) => fn.exported !== undefined || (depth > 0 && makes(fn, type, flow).every((step) => isMadeOfFields(fn, step, flow, depth - 1))));
  });
}

const makes = (fn: GoFunction, type: string, flow: PackageFlow): CompositeStep[] => bodiesOf(flow.ir(fn)).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'composite' && ownTypeName(step.type) === type ? [step] : [])));

function isMadeOfFields(fn: GoFunction, { fields }: CompositeStep, flow: PackageFlow, depth: number): boolean {
  return (
    fields.length > 0 &&
    fields.every(({ src }) => {
      const from = originStep(flow.ir(fn), src);
      const holder = from?.op === 'field' && from.base.k === 'var' ? ownTypeName(from.base.v.type) : undefined;
      return holder !== undefined && madeOfCallbacks(holder, flow, depth);
    })
  );
}
