/** What a call does to the resource that its arguments carry. The same answer serves a call now and a deferred call at the exit. */
import { isForeignDeallocator, isSystemDeallocator } from '../../semantics/c/allocators.ts';
import { isScalar } from '../../semantics/c-view.ts';
import { isUnsafePointer, ownTypeName, type Type } from '../../semantics/types.ts';
import { mayCount, mayRelease, words } from '../c-names.ts';
import { origin } from '../definitions.ts';
import type { CallStep, Operand } from '../ir.ts';
import { type ArgEffect, borrows, type OwnedResult } from '../knowledge.ts';
import { assignValue, isPlain } from './branch.ts';
import type { Again, Explorer, Used } from './explore.ts';
import { methodEffect } from './protocols.ts';
import { asView, assignPlace, type Carried, carried, emptied, promised, rootsOf, type State } from './state.ts';
import { errorWitness } from './witness.ts';

export type CallOutcome =
  | { readonly k: 'state'; readonly state: State }
  | { readonly k: 'escaped' }
  /** Released, but not for certain; or the path ends. */
  | { readonly k: 'over' }
  | { readonly k: 'used'; readonly used: Used }
  | { readonly k: 'again'; readonly again: Again };

/** cgo's own helpers copy what they are given. Source: cmd/cgo, "Go references to C". */
const copiers = new Set(['GoString', 'GoStringN', 'GoBytes', 'CString', 'CBytes']);

/**
 * Whether a call has nothing to do with the resource, nor with what is known of the path: all that `callEffect` would find out is whether it
 * returns. Most calls are of this kind.
 */
export function passesBy(ex: Explorer, state: State, step: CallStep): boolean {
  if (state.stored || state.lenders || !isPlain(state, ex.info)) return false;
  if (state.phase === 'unborn') return true;
  const held = rootsOf(state.holders);
  for (const arg of step.args) {
    if (arg.k === 'closure' || arg.k === 'method' || (arg.k === 'var' && (held.has(arg.v.id) || ex.info.closures.has(arg.v)))) return false;
  }
  for (const dst of step.dsts) if (held.has(dst.id)) return false;
  return true;
}

export function callEffect(ex: Explorer, state: State, step: CallStep, args: readonly Carried[]): CallOutcome {
  const done = (next: State): CallOutcome => ({ k: 'state', state: results(ex, next, step, []) });
  if (neverReturns(ex, step)) return { k: 'over' };
  if (state.phase === 'unborn') return done(state);
  // `failed(rc)`: whether true means success is known to the helper only.
  if (state.phase === 'owned' && tellsOf(state, step) && step.dsts.some((dst) => !isErrorType(dst.type))) return escaped(ex);
  // A number that C makes of it, `C.failed(rc)`; a pointer is a message.
  if (state.phase === 'owned' && step.callee.k === 'c' && step.args.some((arg) => arg.k === 'var' && state.witnesses.has(arg.v.id)) && isCNumber(step.dsts[0]?.type)) return escaped(ex);
  for (const arg of step.args) {
    if (arg.k === 'method' && carried(state, arg.recv).size > 0) return escaped(ex);
    const fn = ex.closureOf(arg);
    const effect = fn && ex.closureEffect(fn, state);
    if (effect && effect.releases !== 'never') {
      // `once.Do(func() { C.free(p) })`
      ex.trail.maybeReleased = true;
      return { k: 'over' };
    }
    if (effect?.escapes) return escaped(ex);
  }
  // Whoever gets the object that points to it may take it away.
  const { stored } = state;
  if (stored && step.args.some((arg) => arg.k === 'var' && (arg.v.id === stored.base || isVar(origin(ex.ir, arg), stored.base)))) return escaped(ex);
  const touched = args.findIndex((value) => value.size > 0);
  if (touched < 0) return done(state);
  const method = touched === 0 ? methodEffect(step) : undefined;
  if (state.phase === 'released' && ex.protocol) return afterEnd(ex, state, step, args, method, done);
  if (method === 'release' && args[0]!.get('') === 'same') return release(ex, state, step, { ...borrows, releases: 'always' });
  if (method !== undefined) return done(state);
  if (state.phase === 'released') return whenReleased(ex, state, step, args, done);
  switch (step.callee.k) {
    case 'c':
      return cCall(ex, state, step, step.callee.name, args);
    case 'go':
      return goCall(ex, state, step, { name: step.callee.name }, args);
    case 'method': {
      const recv = ownTypeName(step.callee.recvType);
      return goCall(ex, state, step, { ...(recv !== undefined ? { recv } : { recv: '?' }), name: step.callee.name }, args);
    }
    case 'pkg':
      return packageCall(ex, state, step, step.callee.pkg, step.callee.name, args);
    case 'builtin':
      return builtin(ex, state, step, step.callee.name, args);
    case 'value':
      return args.some((value) => [...value.values()].some((hold) => hold !== 'view')) && !ex.closureOf(step.callee.fn) ? escaped(ex) : done(state);
  }
}

const isVar = (operand: Operand, id: number): boolean => operand.k === 'var' && operand.v.id === id;

function escaped(ex: Explorer): CallOutcome {
  ex.gone();
  return { k: 'escaped' };
}

/** Whether the path ends in this call. */
export function neverReturns(ex: Explorer, step: CallStep): boolean {
  if (step.mode !== 'call') return false;
  if (step.callee.k === 'go') return ex.knowledge.neverReturns({ name: step.callee.name });
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  return step.callee.k === 'method' && recv !== undefined && ex.knowledge.neverReturns({ recv, name: step.callee.name });
}

/** The state after the call, its results holding what `values` says. */
function results(ex: Explorer, state: State, step: CallStep, values: readonly Carried[]): State {
  let next = state;
  // `err := toError(rc)`: the error says as much as the code that it was made of.
  const tells = tellsOf(state, step);
  step.dsts.forEach((dst, i) => {
    next = assignValue(next, dst, makesError(step) ? { k: 'func', name: '' } : undefined, ex.info);
    if (tells) next = { ...next, witnesses: new Map(next.witnesses).set(dst.id, errorWitness(ex.origin?.owned)) };
    const holders = assignPlace(next.holders, String(dst.id), values[i] ?? new Map());
    if (holders !== next.holders) next = { ...next, holders };
  });
  return next;
}

/** A Go function gets the result code (or the error) that says whether the resource exists. */
const tellsOf = (state: State, step: CallStep): boolean => step.callee.k !== 'builtin' && step.callee.k !== 'c' && step.args.some((arg) => arg.k === 'var' && state.witnesses.has(arg.v.id));

const isCNumber = (type: Type | undefined): boolean => type?.k === 'named' && type.pkg === 'C' && isScalar(type.name);

const isErrorType = (type: Type | undefined): boolean => type === undefined || type.k === 'unknown' || (type.k === 'named' && type.pkg === undefined && type.name === 'error');

/** errors.New and fmt.Errorf never return nil. */
const makesError = ({ callee }: CallStep): boolean => callee.k === 'pkg' && ((callee.pkg === 'errors' && callee.name === 'New') || (callee.pkg === 'fmt' && callee.name === 'Errorf'));

function whenReleased(ex: Explorer, state: State, step: CallStep, args: readonly Carried[], done: (next: State) => CallOutcome): CallOutcome {
  const index = args.findIndex((value) => value.get('') === 'same' || value.get('') === 'view');
  const { callee } = step;
  // Whoever else gets it may take it out again, or count a reference.
  if (state.taken && !releasesAgain(ex, state, step, args)) return isLent(ex, step, args) ? done(state) : { k: 'over' };
  if (releasesAgain(ex, state, step, args)) return { k: 'again', again: { state, span: step.span, deferred: step.mode === 'defer', released: state.released! } };
  // Whoever gets the object around the pointer, or its variable, may put something else there.
  if (index < 0 && state.released && usesInside(ex, step, args)) return { k: 'used', used: { state, span: step.span, released: state.released, view: false } };
  if (index < 0 || state.released === undefined) return callee.k === 'builtin' ? done(state) : { k: 'over' };
  // As the key of a map it is an address and no more.
  if (callee.k === 'builtin' && (callee.name === 'len' || callee.name === 'cap' || (callee.name === 'delete' && args[index]!.get('') === 'same'))) return done(state);
  // Making a view touches nothing yet; whoever uses the view does.
  if (callee.k === 'pkg' && callee.pkg === 'unsafe') return { k: 'state', state: results(ex, state, step, [asView(args[0] ?? new Map())]) };
  // Printing a pointer prints its address.
  if (callee.k === 'pkg' && (callee.pkg === 'fmt' || callee.pkg === 'log') && args[index]!.get('') === 'same') return done(state);
  if (callee.k === 'pkg' && callee.pkg === 'runtime') return done(state);
  // A second release is another hazard than a use.
  if (callee.k === 'c' && (ex.knowledge.cArg(callee.name, index)?.releases === 'always' || mayRelease(callee.name))) return { k: 'over' };
  if (callee.k === 'go' || callee.k === 'method') {
    const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
    const effect = ex.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, index, '');
    if (effect === undefined || effect.releases !== 'never') return { k: 'over' };
  }
  if (callee.k === 'value') return { k: 'over' };
  return { k: 'used', used: { state, span: step.mode === 'call' ? (step.argSpans[index] ?? step.span) : step.span, released: state.released, view: args[index]!.get('') === 'view' } };
}

/** Whether a Go function touches what an object still points to, although it is dead: `x.Close(); x.Read()`. */
function usesInside(ex: Explorer, { callee }: CallStep, args: readonly Carried[]): boolean {
  if (callee.k !== 'go' && callee.k !== 'method') return false;
  const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
  return args.some((value, i) => [...value].some(([path, hold]) => hold === 'same' && ex.knowledge.goUsesDead({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, path)));
}

/** C functions that are known to do nothing to what they get. */
function isLent(ex: Explorer, { callee }: CallStep, args: readonly Carried[]): boolean {
  if (callee.k === 'pkg' || callee.k === 'builtin') return callee.k === 'builtin' || callee.pkg === 'unsafe' || callee.pkg === 'runtime';
  if (callee.k !== 'c' || mayCount(callee.name)) return false;
  return args.every((value, i) => {
    const effect = value.size === 0 ? borrows : ex.knowledge.cArg(callee.name, i);
    return effect !== undefined && !effect.escapes && effect.releases === 'never';
  });
}

/** Whether the call certainly releases what is released already: through the pointer itself, or through an object that still has it. */
function releasesAgain(ex: Explorer, state: State, { callee }: CallStep, args: readonly Carried[]): boolean {
  if (state.released === undefined) return false;
  return args.some((value, i) =>
    [...value].some(([path, hold]) => {
      if (hold !== 'same') return false;
      if (callee.k === 'c') return path === '' && ex.knowledge.cArg(callee.name, i)?.releases === 'always';
      if (callee.k !== 'go' && callee.k !== 'method') return false;
      const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
      return ex.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, path)?.releases === 'always';
    }),
  );
}

/** Notes that a function gets memory which its allocator did not make. */
function judgeAllocator(ex: Explorer, state: State, step: CallStep, name: string): void {
  const owned = ex.origin?.owned;
  if (owned === undefined || owned.deallocator === '') return;
  // What a body in view allocates may go to free() as well as to the function made for its type.
  const foreign = owned.deallocator === 'free' ? isForeignDeallocator(name) : name === 'free' && owned.at === undefined && !isSystemDeallocator(owned.deallocator);
  if (foreign) ex.trail.misplaced.push({ state, span: step.span, callee: name });
}

/** A handle after Delete: only its own methods look it up; a pinner may be used again. */
function afterEnd(ex: Explorer, state: State, step: CallStep, args: readonly Carried[], method: ReturnType<typeof methodEffect>, done: (next: State) => CallOutcome): CallOutcome {
  if (method === undefined) return step.callee.k === 'builtin' ? done(state) : { k: 'over' };
  if (!ex.protocol?.once || state.released === undefined || args[0]!.get('') !== 'same') return { k: 'over' };
  return { k: 'used', used: { state, span: step.span, released: state.released, view: false } };
}

function release(ex: Explorer, state: State, step: CallStep, effect: ArgEffect): CallOutcome {
  if (effect.releases !== 'always') {
    ex.trail.maybeReleased = true;
    return { k: 'over' };
  }
  if (state.running) return { k: 'used', used: { state, span: state.running, released: ex.place(step.span), view: false, running: true } };
  ex.trail.certainlyReleased ??= effect.at ?? ex.place(step.span);
  // Only the deallocator itself does nothing but release.
  if (step.callee.k !== 'c' || step.callee.name !== (ex.origin?.owned.deallocator ?? 'free')) ex.trail.releasedByHelper = true;
  if (step.mode === 'call') ex.trail.releases.set(step.stmt.start, step.stmt);
  for (let node = state.assumed; node; node = node.before) ex.trail.freedAfter.add(`${node.name}#${node.arg}`);
  return { k: 'state', state: answered(results(ex, { ...state, phase: 'released', released: ex.place(step.span) }, step, []), step) };
}

/** A release that tells how it went may have failed: where a branch says so, nobody knows whether the memory is gone, `for C.close(p) != 0 {}`. */
function answered(state: State, { mode, dsts, callee }: CallStep): State {
  const tells = mode === 'call' ? dsts.filter((dst) => callee.k === 'c' || (callee.k !== 'value' && dst.type !== undefined && isErrorType(dst.type))) : [];
  return tells.length === 0 ? state : { ...state, witnesses: new Map([...state.witnesses, ...tells.map((dst) => [dst.id, 'success'] as const)]) };
}

/** C owns it from here on: for the function it has escaped, but for a release. */
function handOver(ex: Explorer, state: State, step: CallStep): CallOutcome {
  ex.gone();
  if (step.mode !== 'call') return { k: 'escaped' };
  return { k: 'state', state: results(ex, { ...state, phase: 'released', released: ex.place(step.span), taken: true }, step, []) };
}

function cCall(ex: Explorer, state: State, step: CallStep, name: string, args: readonly Carried[]): CallOutcome {
  if (copiers.has(name)) return { k: 'state', state: results(ex, state, step, []) };
  let next = state;
  const back: Carried[] = [];
  // A function that frees is passed beside the pointer: C will call it.
  if (step.args.some((arg) => frees(ex, arg))) return escaped(ex);
  for (const [i, value] of args.entries()) {
    for (const [path, hold] of value) {
      const effect = decided(ex, state, step, ex.knowledge.cArg(name, i));
      // With one more reference nobody can tell which release is the last.
      if (path === '' && effect?.at === undefined && mayCount(name)) return escaped(ex);
      if (path === '' && hold === 'same' && effect?.at === undefined) judgeAllocator(ex, state, step, name);
      // A library's function ends a struct of its library, and what the struct points to with it: with the library's allocator, not with free.
      if (path !== '' && hold === 'same' && effect?.ownType && effect.at === undefined && effect.releases !== 'never' && ex.origin?.owned.deallocator === 'free') {
        ex.trail.misplaced.push({ state, span: step.span, callee: name });
      }
      if (path !== '' && (effect?.contents || effect?.escapes || effect?.assumed.some((one) => one.throughPointer))) {
        ex.trail.maybeReleased = true;
        return { k: 'over' };
      }
      if (path === '' && (hold === 'same' || hold === 'some') && effect) {
        if (effect.releases !== 'never') return release(ex, next, step, hold === 'same' ? effect : { ...effect, releases: 'sometimes' });
        if (effect.takes === 'always' && hold === 'same') return handOver(ex, next, step);
        if (effect.escapes) return escaped(ex);
        if (effect.returned.includes(0)) back[0] = new Map([['', 'same']]);
        // A wrapper in view knows no more than the unseen functions that it hands the pointer to.
        for (const inner of effect.assumed) next = { ...next, assumed: { ...inner, span: step.argSpans[i] ?? step.span, before: next.assumed } };
        continue;
      }
      if (effect?.deep && hold !== 'ref') continue;
      // Whether it frees by the name, or gets the variable itself and may put something else into it: nothing can be said.
      if (mayRelease(name)) {
        ex.trail.maybeReleased = true;
        return { k: 'over' };
      }
      if (hold === 'ref') {
        // `clear(&p)`: C releases what it finds there, at least on some path.
        if (effect?.contents) {
          ex.trail.maybeReleased = true;
          return { k: 'over' };
        }
        if (loses(ex, state, step, name, i)) {
          ex.trail.lost.push({ state, span: step.span });
          return { k: 'over' };
        }
        if (effect && !effect.escapes && effect.releases === 'never') continue;
        return escaped(ex);
      }
      if (hold === 'same' || hold === 'some') next = { ...next, assumed: { name, arg: i, ...(i === 0 && step.args.length > 1 ? { subject: true as const } : {}), span: step.argSpans[i] ?? step.span, before: next.assumed } };
    }
  }
  const told = results(ex, next, step, back);
  const [status] = step.dsts;
  const tells = status !== undefined && args[0]?.get('') === 'same' && ex.origin?.owned.status === name;
  return { k: 'state', state: tells ? { ...told, witnesses: new Map(told.witnesses).set(status.id, 'zero') } : told };
}

/** The pointer variable to which a call gives something new without a look at what it holds. */
export function overwrittenBy(ex: Explorer, state: State, step: CallStep, { overwrites, outArg }: OwnedResult): string | undefined {
  const place = overwrites && outArg !== undefined ? ex.outPlace(step.args[outArg]) : undefined;
  const type = place !== undefined && /^\d+$/.test(place) ? ex.ir.vars[Number(place)]?.type : undefined;
  return (type?.k === 'pointer' || isUnsafePointer(type)) && !judgedInC(ex, state) ? place : undefined;
}

/** `C.is_busy(rc)`: what the result code means is decided in C, so that nobody can tell whether the memory exists where the call is made once more. */
const judgedInC = (ex: Explorer, { witnesses }: State): boolean =>
  ex.ir.bodies.some((body) => body.calls.some(({ callee, args, dsts }) => callee.k === 'c' && dsts[0] !== undefined && dsts[0].type?.k !== 'pointer' && args.some((arg) => arg.k === 'var' && witnesses.has(arg.v.id))));

/** Whether the call gives the variable that alone has the memory something else. Where it fails instead, the variable keeps what it had. */
function loses(ex: Explorer, state: State, step: CallStep, name: string, arg: number): boolean {
  if (state.phase !== 'owned' || state.stored || state.running || state.supposed || promised(state)) return false;
  const place = ex.knowledge.cOwned(name).filter(({ outArg }) => outArg === arg).map((owned) => overwrittenBy(ex, state, step, owned))[0];
  return place !== undefined && [...state.holders].every(([at, hold]) => at === place || hold === 'ref' || ex.ir.vars[Number.parseInt(at, 10)]?.kind === 'temp');
}

/** A release that hangs on another argument, `SDL_LoadBMP_RW(src, 1)`: a constant there says whether it happens. */
function decided(ex: Explorer, state: State, step: CallStep, effect: ArgEffect | undefined): ArgEffect | undefined {
  if (effect?.ifNonzero === undefined) return effect;
  const arg = step.args[effect.ifNonzero];
  const at = arg && origin(ex.ir, arg);
  // C spells its flags TRUE, SDL_TRUE, true.
  const value = at?.k === 'const' ? at.value : at?.k === 'var' ? state.values.get(at.v.id) : at?.k === 'c' ? words(at.name).at(-1) : undefined;
  if (value === undefined || !/^(?:\d+|true|false)$/.test(value)) return effect;
  return { ...effect, releases: value === '0' || value === 'false' ? 'never' : 'always' };
}

function frees(ex: Explorer, arg: Operand): boolean {
  const at = origin(ex.ir, arg);
  return at.k === 'c' && (at.name === 'free' || mayRelease(at.name));
}

function goCall(ex: Explorer, state: State, step: CallStep, callee: { readonly recv?: string; readonly name: string }, args: readonly Carried[]): CallOutcome {
  let next = state;
  const back: Carried[] = [];
  for (const [i, value] of args.entries()) {
    for (const [path, hold] of value) {
      if (hold === 'view') continue;
      if (hold === 'ref') return escaped(ex);
      const effect = ex.knowledge.goArg(callee, i, path);
      if (effect === undefined) return escaped(ex);
      if (effect.releases !== 'never') {
        // `x.Close()` that sets x.ptr to nil leaves nothing behind to be used or released again.
        if (effect.cleared && path !== '') next = { ...next, holders: emptied(next.holders, path) };
        return release(ex, next, step, hold === 'same' ? effect : { ...effect, releases: 'sometimes' });
      }
      if (effect.escapes) return escaped(ex);
      for (const index of effect.returned) back[index] = new Map([['', 'same']]);
      for (const { name, arg } of effect.assumed) next = { ...next, assumed: { name, arg, span: step.span, before: next.assumed } };
    }
  }
  return { k: 'state', state: results(ex, next, step, back) };
}

function packageCall(ex: Explorer, state: State, step: CallStep, pkg: string, name: string, args: readonly Carried[]): CallOutcome {
  const done = (values: readonly Carried[] = []): CallOutcome => ({ k: 'state', state: results(ex, state, step, values) });
  if (pkg === 'unsafe') return done(args[0]?.has('') ? [asView(args[0])] : []);
  const clears = name === 'SetFinalizer' && step.args[1]?.k === 'const';
  if (pkg === 'runtime' && (name === 'KeepAlive' || clears)) return done();
  const onlyViews = args.every((value) => [...value.values()].every((hold) => hold === 'view'));
  return onlyViews ? done() : escaped(ex);
}

function builtin(ex: Explorer, state: State, step: CallStep, name: string, args: readonly Carried[]): CallOutcome {
  if (name === 'append') {
    const grown = args[0] ?? new Map();
    // `append(x, view...)` copies the bytes; `append(list, p)` makes the list hold the pointer.
    if (args.slice(1).some((value) => [...value].some(([path, hold]) => hold !== 'view' && (path !== '' || step.spread)))) return escaped(ex);
    if (!step.spread && args.slice(1).some((value) => value.get('') !== undefined && value.get('') !== 'view')) return { k: 'state', state: results(ex, state, step, [new Map([...grown, ['[]', 'same']])]) };
    // A list of views, or of objects that have one, is as good as they are.
    if (!step.spread && args.slice(1).some((value) => value.size > 0)) return { k: 'state', state: results(ex, state, step, [new Map([...args.slice(1).flatMap((value) => [...value.keys()].map((path) => [`[]${path}`, 'view' as const] as const)), ...grown])]) };
    return { k: 'state', state: results(ex, state, step, [grown]) };
  }
  return { k: 'state', state: results(ex, state, step, []) };
}

