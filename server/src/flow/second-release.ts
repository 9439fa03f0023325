/** Objects that a method releases and that a finalizer or cleanup, still set, releases again. Sources: runtime.SetFinalizer, Cleanup.Stop. */
import type { Span } from '../base/span.ts';
import { buildOf, mayMeet } from '../semantics/build-constraints.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { isCPointer, ownTypeName } from '../semantics/types.ts';
import { cCallsOfStep, cCallsOn } from './c-calls-on.ts';
import { mayCount, mayRelease, words } from './c-names.ts';
import { onlyDefinition, origin, originStep } from './definitions.ts';
import { notYetFinalized } from './finalizer-set.ts';
import { allFinalizers, type FinalizerFact, finalizersOf, handlesFinalized, hasFinalizers } from './finalizers.ts';
import type { CallStep, FuncBody, FuncIr, Operand, SetDeref, Step, Var } from './ir.ts';
import { keepers, mayBeHeld } from './liveness.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { passesWithout } from './passes.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface SecondRelease {
  /** The call that releases, and leaves everything as it is for the finalizer. */
  readonly call: Span;
  /** Empty where it is an assignment that hands the memory to C. */
  readonly callee: string;
  readonly object: string;
  readonly type: string;
  readonly field: string;
  readonly kind: FinalizerFact['kind'];
  /** `taken`: the call makes C the owner of the memory. */
  readonly how: 'released' | 'taken';
  /** The C function with which the finalizer ends the memory. */
  readonly release: string;
  readonly setAt: Place;
  /** The field is a pointer, and released where the call stands: it can be cleared right behind. */
  readonly clearable: boolean;
}

/** The functions that may release such an object: those that touch the border, and those that call a finalizer by its name. */
export function closingFunctions(flow: PackageFlow): readonly GoFunction[] {
  const names = [...new Set(allFinalizers(flow).flatMap((fact) => fact.callbacks.map((key) => key.slice(key.lastIndexOf('.') + 1))))];
  if (allFinalizers(flow).length === 0) return [];
  const mayClose = (fn: GoFunction): boolean => fn.decl.body !== undefined || names.some((name) => fn.top.syntax.text.includes(`${name}(`));
  return flow.functionsWhere(`second releases by ${names.join()}`, (fn) => mayClose(fn) && secondReleases(fn, flow).length > 0).flatMap((fn) => {
    const full = fn.decl.body ? fn.decl : fn.top.syntax.full();
    return full.k === 'Func' && full.body ? [{ ...fn, decl: full }] : [];
  });
}

/** The calls in `fn` after which a finalizer of the object would release the same memory once more. */
export function secondReleases(fn: GoFunction, flow: PackageFlow): readonly SecondRelease[] {
  if (!hasFinalizers(flow) || !(handlesFinalized(flow.ir(fn), flow) || keepsFinalized(fn, flow))) return [];
  return flow.askOf('second releases', fn, (current) => {
    const ir = flow.ir(current);
    const found: SecondRelease[] = [];
    if (ir.opaque) return found;
    // Only what C calls can hand memory out by an assignment.
    for (const step of current.exported === undefined ? ir.body.calls : stepsOf(ir.body)) {
      const one = step.op === 'setDeref' ? handedOut(current, ir, step, flow) : step.op === 'call' ? atCall(current, ir, step, flow) : undefined;
      if (one) found.push(one);
    }
    return found;
  });
}

function atCall(fn: GoFunction, ir: FuncIr, step: CallStep, flow: PackageFlow): SecondRelease | undefined {
  if (step.mode === 'go' || (step.callee.k !== 'c' && step.callee.k !== 'go' && step.callee.k !== 'method')) return undefined;
  for (const v of objectsOf(ir, step)) {
    const type = v.type?.k === 'pointer' ? ownTypeName(v.type) : undefined;
    const facts = type === undefined ? [] : finalizersOf(type, flow);
    // Of a helper that nobody outside can call, the callers are looked at instead.
    if (facts.length === 0 || (!/^\p{Lu}/u.test(fn.name) && ir.body.params.includes(v))) continue;
    const found = secondReleaseOf(fn, ir, step, v, facts, flow);
    if (found) return found;
  }
  return innerRelease(fn, ir, step, flow);
}

/** Whether the receiver has a field with an object that is finalized: os.File is made in this way. */
function keepsFinalized(fn: GoFunction, flow: PackageFlow): boolean {
  return fn.recv !== undefined && /^\p{Lu}/u.test(fn.name) && flow.askAbout('keeps finalized', fn.recv, () => (flow.model.shape.fields(fn.recv!) ?? []).some(({ type }) => type.k === 'pointer' && finalizersOf(ownTypeName(type) ?? '', flow).length > 0));
}

/** `func (f *File) Close() { f.file.close() }`, or `f.close()` where file is embedded: the finalizer is that of the object inside. */
function innerRelease(fn: GoFunction, ir: FuncIr, step: CallStep, flow: PackageFlow): SecondRelease | undefined {
  const [outer] = ir.body.params;
  if (outer?.kind !== 'receiver' || outer.name === undefined || !keepsFinalized(fn, flow)) return undefined;
  const field = innerField(ir, step, outer, flow);
  const type = field === undefined ? undefined : fieldType(flow.model.shape, outer.type, field);
  const inner = type?.k === 'pointer' ? ownTypeName(type) : undefined;
  if (field === undefined || inner === undefined) return undefined;
  // Whoever marks the outer object, or the inner one through any load of the field, has settled it.
  const objects = [outer, ...stepsOf(ir.body).flatMap((other) => (other.op === 'field' && other.name === field && other.base.k === 'var' && other.base.v === outer ? [other.dst] : []))];
  for (const fact of finalizersOf(inner, flow)) {
    if (!mayMeet(buildOf(fn.file), fact.build)) continue;
    for (const path of fact.paths) {
      const now = objects.flatMap((v) => cCallsOfStep(ir, step, v, v === outer ? `.${field}${path}` : path, flow, 3));
      const release = sharedRelease(now, fact, path, flow);
      if (release === undefined || objects.some((v) => isSettled(ir, v, path, fact, flow))) continue;
      return { call: step.span, callee: step.callee.k === 'c' ? `C.${step.callee.name}` : 'name' in step.callee ? step.callee.name : '', object: `${outer.name}.${field}`, type: fact.type, field: path.slice(1), kind: fact.kind, how: 'released', release: `C.${release}`, setAt: fact.at, clearable: false };
    }
  }
  return undefined;
}

/** The field of the receiver whose object a call gets: as an argument, by a promoted method, or by a pointer that lies in it. */
function innerField(ir: FuncIr, { callee, args }: CallStep, outer: Var, flow: PackageFlow): string | undefined {
  const fieldOf = (operand: Operand | undefined): string | undefined => {
    const load = operand && originStep(ir, operand);
    if (load?.op !== 'field' || load.base.k !== 'var') return undefined;
    return load.base.v === outer ? load.name.split('.')[0] : callee.k === 'c' ? fieldOf(load.base) : undefined;
  };
  if (callee.k === 'c') return args.map(fieldOf).find((field) => field !== undefined);
  if (callee.k !== 'method') return undefined;
  const recv = ownTypeName(callee.recvType);
  const at = args[0] && origin(ir, args[0]);
  if (recv === undefined || at?.k !== 'var' || at.v !== outer) return fieldOf(args[0]);
  const { strip } = flow.targets({ recv, name: callee.name });
  return strip === '' || strip.includes('.', 1) ? undefined : strip.slice(1);
}

function secondReleaseOf(fn: GoFunction, ir: FuncIr, step: CallStep, v: Var, facts: readonly FinalizerFact[], flow: PackageFlow): SecondRelease | undefined {
  const build = buildOf(fn.file);
  for (const fact of facts) {
    if (!mayMeet(build, fact.build)) continue;
    for (const path of fact.paths) {
      const now = cCallsOfStep(ir, step, v, path, flow, 3);
      if (now.length === 0) continue;
      const shared = sharedRelease(now, fact, path, flow);
      const release = shared ?? takenRelease(ir, v, now, fact, path, flow);
      if (release === undefined || isSettled(ir, v, path, fact, flow, shared !== undefined && releasesForCertain(now, shared, flow) ? step : undefined) || notYetFinalized(ir, step, v, ir.body, flow)) continue;
      return {
        call: step.span,
        callee: step.callee.k === 'c' ? `C.${step.callee.name}` : 'name' in step.callee ? step.callee.name : '',
        object: v.name ?? '',
        type: fact.type,
        field: path.slice(1),
        kind: fact.kind,
        how: shared === undefined ? 'taken' : 'released',
        release: `C.${release}`,
        setAt: fact.at,
        clearable: shared !== undefined && fact.kind === 'finalizer' && step.mode === 'call' && isCPointer(fieldType(flow.model.shape, v.type, path.slice(1))),
      };
    }
  }
  return undefined;
}

/**
 * `*out = x.ptr` in an exported function: C has the memory from now on, and nobody in Go keeps x, which a callback made for this, so that its
 * finalizer comes next.
 */
function handedOut(fn: GoFunction, ir: FuncIr, step: SetDeref, flow: PackageFlow): SecondRelease | undefined {
  const base = origin(ir, step.base);
  if (fn.exported === undefined || base.k !== 'var' || base.v.kind !== 'param') return undefined;
  const load = originStep(ir, step.src);
  const v = load?.op === 'field' && load.base.k === 'var' ? load.base.v : undefined;
  const type = v?.type?.k === 'pointer' ? ownTypeName(v.type) : undefined;
  if (load?.op !== 'field' || v === undefined || type === undefined || !comesFromOutside(ir, v, flow) || mayBeHeld(ir, keepers(ir, v), flow.knowledge, ir.body)) return undefined;
  const path = `.${load.name}`;
  const build = buildOf(fn.file);
  const fact = finalizersOf(type, flow).find((one) => one.paths.includes(path) && mayMeet(build, one.build));
  const last = fact && lastRelease(fact, path, flow);
  if (fact === undefined || last === undefined || isSettled(ir, v, path, fact, flow)) return undefined;
  return { call: step.span, callee: '', object: v.name ?? '', type: fact.type, field: load.name, kind: fact.kind, how: 'taken', release: `C.${last.split('#')[0]!}`, setAt: fact.at, clearable: false };
}

/** The object is the result of a function value: a callback of the package's user. */
function comesFromOutside(ir: FuncIr, v: Var, flow: PackageFlow): boolean {
  const made = originStep(ir, { k: 'var', v });
  if (made?.op !== 'call') return false;
  const { callee } = made;
  if (callee.k === 'value') return true;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  return callee.k === 'method' && flow.targets({ recv: recv ?? '?', name: callee.name }).fns.length === 0;
}

/** The named variables whose objects a call gets, whole or by a field. */
function objectsOf(ir: FuncIr, step: CallStep): readonly Var[] {
  const found: Var[] = [];
  for (const arg of step.args) {
    const at = origin(ir, arg);
    if (at.k !== 'var') continue;
    const load = at.v.name === undefined ? onlyDefinition(ir, at.v) : undefined;
    const v = load?.op === 'field' && load.base.k === 'var' ? load.base.v : at.v;
    if (v.name !== undefined && !found.includes(v)) found.push(v);
  }
  return found;
}

/** The C function that releases the memory both now and in the finalizer. */
function sharedRelease(now: readonly string[], fact: FinalizerFact, path: string, flow: PackageFlow): string | undefined {
  const last = lastRelease(fact, path, flow);
  return last !== undefined && now.includes(last) ? last.split('#')[0] : undefined;
}

/** The C call, `name#argument`, with which the finalizer ends the memory; what comes before prepares it. Releasing a counted object once more may be meant. */
function lastRelease(fact: FinalizerFact, path: string, flow: PackageFlow): string | undefined {
  const ending = (fact.releases.get(path) ?? []).filter((call) => {
    const [name, arg] = call.split('#') as [string, string];
    const effect = flow.knowledge.cArg(name, Number(arg));
    if (effect?.releases === 'always') return true;
    // What is not in view releases when its name says so: it may as well reset the object, which does no harm twice.
    return (effect === undefined || effect.escapes || effect.releases === 'sometimes') && mayRelease(name);
  });
  const last = ending.at(-1);
  return last === undefined || words(last.split('#')[0]!).some((word) => word === 'unref' || word === 'decref' || word === 'release') ? undefined : last;
}

/** The finalizer's release of memory that a call hands to C for good, unless the function takes a reference of its own for C. */
function takenRelease(ir: FuncIr, v: Var, now: readonly string[], fact: FinalizerFact, path: string, flow: PackageFlow): string | undefined {
  const nameOf = (call: string): string => call.split('#')[0]!;
  const taken = now.some((call) => flow.knowledge.cArg(nameOf(call), Number(call.split('#')[1]))?.takes !== undefined);
  if (!taken || cCallsOn(ir, v, path, flow).some((call) => mayCount(nameOf(call)))) return undefined;
  const last = lastRelease(fact, path, flow);
  return last && nameOf(last);
}

const releasesForCertain = (now: readonly string[], name: string, flow: PackageFlow): boolean =>
  now.some((call) => call.startsWith(`${name}#`) && flow.knowledge.cArg(name, Number(call.split('#')[1]))?.releases === 'always');

/**
 * Whether the function, or a helper that gets the object, says that it is done: clears the field, marks the object, or takes the finalizer back.
 * Behind a call `after` that releases for certain, every path has to say so.
 */
export function isSettled(ir: FuncIr, v: Var, path: string, fact: FinalizerFact, flow: PackageFlow, after?: CallStep, depth = 3): boolean {
  const made = origin(ir, { k: 'var', v });
  const same = new Set(made.k === 'var' ? [v, made.v] : [v]);
  for (const { from, to } of ir.definitions.copies) if (same.has(from)) same.add(to);
  const is = (operand: Operand | undefined): boolean => operand?.k === 'var' && same.has(operand.v);
  const says = (step: Step): boolean => {
    switch (step.op) {
      case 'setField':
        // A cleanup has its own copy of the pointer: clearing the field does not reach it, but a mark may.
        return is(step.base) && (fact.kind === 'finalizer' || `.${step.name}` !== path);
      case 'setDeref':
        return is(step.base);
      case 'addr':
        return is(step.base);
      case 'havoc':
        return true;
      case 'call':
        return settles(ir, step, is, path, fact, flow, depth);
      default:
        return false;
    }
  };
  if (after === undefined || after.mode !== 'call') return bodiesOf(ir).some((body: FuncBody) => stepsOf(body).some(says));
  // Literals run whenever they like, and deferred calls on every path that matters.
  const anyTime = bodiesOf(ir).some((body: FuncBody) => stepsOf(body).some((step) => (body !== ir.body || (step.op === 'call' && step.mode === 'defer')) && says(step)));
  return anyTime || says(after) || !passesWithout(ir.body, after, says);
}

function settles(ir: FuncIr, step: CallStep, is: (operand: Operand | undefined) => boolean, path: string, fact: FinalizerFact, flow: PackageFlow, depth: number): boolean {
  const { callee } = step;
  // Only taking the finalizer back settles anything, not setting it.
  if (callee.k === 'pkg' && callee.pkg === 'runtime') return callee.name === 'SetFinalizer' && step.args[1]?.k === 'const' && is(origin(ir, step.args[0]!));
  if (callee.k === 'pkg') return step.args.some((arg) => is(origin(ir, arg)));
  if (callee.k === 'value') return [callee.fn, ...step.args].some((operand) => is(operand));
  if (callee.k !== 'go' && callee.k !== 'method') return false;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k === 'method' && recv === undefined) {
    // `h.cleanup.Stop()`, `h.once.Do(…)`, `h.closed.Swap(true)`: it is up to them, but for locks.
    const load = step.args[0] && originStep(ir, step.args[0]);
    if (load?.op === 'field' && is(load.base)) return !/^R?(?:Unl|L)ock$/.test(callee.name);
    return step.args.some((arg) => is(origin(ir, arg)));
  }
  return step.args.some((arg, i) => {
    if (!is(origin(ir, arg)) || depth === 0) return false;
    const { fns } = flow.targets({ ...(recv !== undefined ? { recv } : {}), name: callee.name });
    return fns.length === 0 || fns.some((fn) => {
      const inner = flow.ir(fn);
      const param = inner.body.params[i];
      return param === undefined || inner.opaque || isSettled(inner, param, path, fact, flow, undefined, depth - 1);
    });
  });
}
