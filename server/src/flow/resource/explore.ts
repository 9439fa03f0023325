/**
 * Follows one resource through a function, path by path: from its allocation (or from the entry, for a parameter) to every exit.
 * States with the same key are visited once per place, so the work is bounded by the number of distinct states, and by a budget:
 * when that is spent nothing is known of the resource and nothing is said.
 */
import type { Span } from '../../base/span.ts';
import type { ArgEffect, Knowledge, LentValue, OwnedResult, Place } from '../knowledge.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step } from '../ir.ts';
import { refine } from './branch.ts';
import { type CContainer, containerOf } from './c-containers.ts';
import { type CallOutcome, callEffect, neverReturns, overwrittenBy, passesBy } from './call-effect.ts';
import { type ElementArray, elementArray, endsElements } from './element-arrays.ts';
import { effectOf } from './effect.ts';
import { Crowd } from './crowd.ts';
import { deferredPlace, functionInfo, type FunctionInfo } from './function-info.ts';
import { fateOf, getsObject, lendersAfter, lendersAt, rootsAt } from './lent.ts';
import { methodEffect, pinner, pinnerVar, type Protocol, protocolNamed } from './protocols.ts';
import { addPlace, assignPlace, type Carried, carried, type Cont, type Holders, type Leave, type Pending, promised, type State, sameMap, start, stillHeld, tooComplex, under } from './state.ts';
import { mayWait, runsOn } from './running.ts';
import { transfer } from './transfer.ts';
import { type Item, Visited } from './visited.ts';
import { witnessesOf } from './witness.ts';

/** Visits per resource. Few functions need more than some hundred; of those with more than this the most have a number of paths without end. */
const budget = 2500;
const deepestInline = 4;

export interface Origin {
  readonly step: CallStep;
  readonly owned: OwnedResult;
  /** It is no memory of this function's, but belongs to an argument of the call. */
  readonly lent?: LentValue;
}

export interface Exit {
  readonly state: State;
  readonly span: Span;
  readonly implicit: boolean;
  readonly returned: readonly Carried[];
  /** Of each returned value; empty where the results are not written out. */
  readonly spans: readonly Span[];
}

export interface Used {
  readonly state: State;
  readonly span: Span;
  readonly released: Place;
  readonly view: boolean;
  /** By a goroutine that started before the release, and that nobody has waited for. */
  readonly running?: true;
}

export interface Again {
  readonly state: State;
  /** The call that releases it a second time. */
  readonly span: Span;
  readonly deferred: boolean;
  readonly released: Place;
}

/** Everything seen of one resource. */
export class Trail {
  readonly exits: Exit[] = [];
  readonly used: Used[] = [];
  /** Certain releases of memory that is released already. */
  readonly again: Again[] = [];
  /** Given to a deallocator that belongs to another allocator. */
  readonly misplaced: { readonly state: State; readonly span: Span; readonly callee: string }[] = [];
  readonly lost: { readonly state: State; readonly span: Span }[] = [];
  /** Put into a field of a copy that dies with this function. */
  readonly copied: { readonly state: State; readonly span: Span; readonly type: string; readonly field: string }[] = [];
  /** C calls that had the memory before this function released it itself. */
  readonly freedAfter = new Set<string>();
  /** Statements that release it where they stand, deferred ones not among them. */
  readonly releases = new Map<number, Span>();
  /** Some release is the work of a helper, which may do more than free. */
  releasedByHelper = false;
  escaped = false;
  maybeReleased = false;
  certainlyReleased: Place | undefined;
  /** Some path came to a call behind which nothing can be said. */
  unsure = false;
  exhausted = false;
  born = false;
}

export class Explorer {
  readonly ir: FuncIr;
  readonly knowledge: Knowledge;
  readonly info: FunctionInfo;
  readonly trail = new Trail();
  readonly origin: Origin | undefined;
  /** Absent for C memory. */
  readonly protocol: Protocol | undefined;
  readonly unit: object;
  /** The resource is what C puts into the elements of this array. */
  readonly #array: ElementArray | undefined;
  readonly #containers = new Map<string, CContainer | undefined>();
  /** The variables in which the object is that lends it. */
  readonly #lenderRoots: ReadonlySet<number> | undefined;
  readonly #visited = new Visited();
  readonly #crowd: Crowd;
  #visits = 0;
  readonly #queue: Item[] = [];

  /** `unit` names the declaration in places. Without an origin the resource exists from the start: see `run`. */
  constructor(ir: FuncIr, unit: object, knowledge: Knowledge, origin?: Origin, protocol = protocolNamed(origin?.owned.protocol)) {
    this.ir = ir;
    this.unit = unit;
    this.knowledge = knowledge;
    this.info = functionInfo(ir);
    this.#crowd = new Crowd(ir);
    this.origin = origin;
    this.protocol = protocol;
    this.#array = origin?.owned.elements && origin.owned.outArg !== undefined ? elementArray(ir, origin.step, origin.owned.outArg, knowledge) : undefined;
    this.#lenderRoots = origin?.lent && rootsAt(ir, this.info, knowledge, origin.step, origin.lent);
  }

  /** Explores from the entry of `fn`. `held` says where the resource is when it exists from the start, `facts` which conditions are known by then. */
  run(fn: FuncBody, held?: Holders, facts: State['facts'] = start.facts): Trail {
    return this.#from(held ? { ...start, phase: 'owned', holders: held, facts } : start, fn);
  }

  /** Explores from the entry of `fn` with a resource that is released already. */
  runDead(fn: FuncBody, held: Holders): Trail {
    return this.#from({ ...start, phase: 'released', holders: held, released: this.place(fn.body), gone: true }, fn);
  }

  #from(state: State, fn: FuncBody): Trail {
    this.#push({ state, fn, block: 0, step: 0 });
    for (; this.#queue.length > 0; this.#visits++) {
      if (this.#visits > budget) {
        this.trail.exhausted = true;
        break;
      }
      this.#visit(this.#queue.pop()!);
    }
    return this.trail;
  }

  /** The literal an operand is certain to be. */
  closureOf(operand: Operand): FuncBody | undefined {
    if (operand.k === 'closure') return operand.fn;
    return operand.k === 'var' ? this.info.closures.get(operand.v) : undefined;
  }

  /** What a literal that may run at any time would do to what its captured variables hold. */
  closureEffect(fn: FuncBody, state: State): ArgEffect | undefined {
    const held = [...fn.captures].reduce<Holders>((holders, v) => addPlace(holders, String(v.id), carried(state, { k: 'var', v })), new Map());
    if (held.size === 0) return undefined;
    const trail = new Explorer(this.ir, this.unit, this.knowledge, undefined, this.protocol).run(fn, held);
    const effect = effectOf(trail);
    // Another variable of the function around it has it afterwards, if the literal runs.
    const others = [...fn.captures].filter((v) => carried(state, { k: 'var', v }).size === 0);
    return trail.exits.some((exit) => others.some((v) => under(exit.state.holders, String(v.id)).size > 0)) ? { ...effect, escapes: true } : effect;
  }

  /** The place whose address an operand is: `&p`, `&h.ptr`. */
  outPlace(operand: Operand | undefined): string | undefined {
    return operand?.k === 'var' ? this.info.addresses.get(operand.v) : undefined;
  }

  /** The memory of this function that `base` points into, when it holds what is put into `part` of it for its own life only. */
  container(base: Operand, part: string): CContainer | undefined {
    if (base.k !== 'var' || this.origin === undefined || this.protocol !== undefined) return undefined;
    const key = `${base.v.id}${part}`;
    if (!this.#containers.has(key)) this.#containers.set(key, containerOf(this.ir, base, part, this.knowledge));
    return this.#containers.get(key);
  }

  gone(): undefined {
    this.trail.escaped = true;
    return undefined;
  }

  /** The place of a span of this function. */
  place(span: Span): Place {
    return { unit: this.unit, span };
  }

  #push(item: Item): void {
    const known = this.#crowd.simplified(item, this.#visits);
    if (known && this.#visited.add(known)) this.#queue.push(known);
  }

  #visit(item: Item): void {
    if (tooComplex(item.state.holders)) return void this.gone();
    if (item.leave) return this.#leave(item.state, item.leave);
    const block = item.fn.blocks[item.block]!;
    if (item.state.phase === 'owned' && this.#array?.heads.get(item.fn)?.has(item.block) && item.step === 0) return void this.gone();
    let state: State | undefined = item.state;
    for (let i = item.step; i < block.steps.length; i++) {
      const step = block.steps[i]!;
      const inline = this.#inlined(step, state, item.fn);
      if (inline) {
        const cont: Cont = { fn: item.fn, block: item.block, step: i + 1, dsts: step.op === 'call' ? step.dsts : [], defers: state.defers, leaving: false };
        return this.#enter(state, inline, step as CallStep, cont);
      }
      state = this.#step(state, step);
      if (state === undefined) return;
    }
    const term = block.term;
    switch (term.k) {
      case 'jump':
        return this.#push({ ...item, state, block: term.to, step: 0 });
      case 'multi':
        for (const to of term.to) this.#push({ ...item, state, block: to, step: 0 });
        return;
      case 'branch': {
        for (const taken of [true, false]) {
          const next = refine(state, term.cond, taken, term.span, this.info);
          if (next) this.#push({ ...item, state: next, block: taken ? term.yes : term.no, step: 0 });
        }
        return;
      }
      case 'return': {
        for (const value of term.values) {
          const fn = this.closureOf(value);
          if (fn && this.closureEffect(fn, state)) return void this.gone();
        }
        return this.#push({ ...item, state, leave: { body: item.fn, span: term.span, implicit: term.implicit, spans: term.spans, values: term.values.map((value) => carried(state!, value)) } });
      }
      case 'stop':
        return;
    }
  }

  /** The literal that a step runs right here. */
  #inlined(step: Step, state: State, current: FuncBody): FuncBody | undefined {
    if (step.op !== 'call' || step.mode !== 'call' || step.callee.k !== 'value' || state.conts.length >= deepestInline) return undefined;
    const fn = this.closureOf(step.callee.fn);
    // A literal that calls itself shares its variables between the rounds here: one round stands for all.
    return fn && fn !== current && !state.conts.some((cont) => cont.fn === fn) ? fn : undefined;
  }

  #enter(state: State, fn: FuncBody, step: CallStep, cont: Cont, args: readonly Carried[] = step.args.map((arg) => carried(state, arg))): void {
    let holders = state.holders;
    fn.params.forEach((param, i) => {
      holders = assignPlace(holders, String(param.id), args[i] ?? new Map());
    });
    this.#push({ state: { ...state, holders, defers: [], conts: [...state.conts, cont] }, fn, block: 0, step: 0 });
  }

  #step(state: State, step: Step): State | undefined {
    if (state.running && (step.op !== 'call' || step.mode === 'call') && mayWait(this, step)) return undefined;
    if (state.lenders === undefined || step === this.origin?.step) return this.#resourceStep(state, step);
    const over = step.op === 'call' && step.mode === 'call' ? this.#ended(state, step, false) : state;
    if (over === undefined) return undefined;
    // Who ends it has done nothing else with it.
    const next = over === state || step.op !== 'call' ? this.#resourceStep(over, step) : this.#settle(callEffect(this, this.#rewritten(over, step), step, step.args.map(() => new Map())));
    if (next?.lenders === undefined) return next;
    const lenders = lendersAfter(next.lenders, step);
    return lenders.size === 0 ? this.gone() : { ...next, lenders };
  }

  /** The variables whose addresses a call gets may hold something else afterwards. */
  #rewritten(state: State, step: CallStep): State {
    const holders = step.args.reduce((now, arg) => assignPlace(now, this.outPlace(arg) ?? '?', new Map()), state.holders);
    return { ...state, holders };
  }

  /** The state after a call that the object got which lends the value: the same where that changes nothing, none where nobody can tell. */
  #ended(state: State, step: CallStep, deferred: boolean): State | undefined {
    const lent = this.origin?.lent;
    const fate = lent && state.lenders ? fateOf(this.ir, this.info, this.knowledge, lent, state.lenders, step, deferred) : undefined;
    if (fate === undefined) return state;
    if (fate === 'unsure') return undefined;
    const { lenders: _, ...rest } = state;
    return { ...rest, phase: 'released', released: this.place(step.span) };
  }

  #resourceStep(state: State, step: Step): State | undefined {
    if (this.#array && state.phase === 'owned' && step !== this.origin?.step && endsElements(this.#array, step)) return this.gone();
    if (step.op !== 'call') return transfer(this, state, step);
    if (this.origin?.step === step) return this.#birth(state, step, this.origin);
    // A C function on a goroutine of its own is a call like any other; a Go function may keep what it gets.
    if (step.mode === 'go' && step.callee.k !== 'c') return state.phase !== 'unborn' && this.#goes(state, step) ? (this.gone() ?? runsOn(this, state, step)) : state;
    if (step.mode === 'defer') {
      const closure = step.callee.k === 'value' ? this.closureOf(step.callee.fn) : undefined;
      const pending: Pending = { step, captured: step.args.map((arg) => (this.#isPinner(step, arg) ? itself : carried(state, arg))), ...(closure ? { closure } : {}) };
      // What has nothing of the resource, nor the address of a variable that may get it, and runs no literal does nothing to it.
      if (!closure && pending.captured.every((value) => value.size === 0) && !step.args.some((arg) => deferredPlace(this.info, arg) !== undefined) && !(this.#lenderRoots && getsObject(this.ir, this.info, step, this.#lenderRoots))) return state;
      // In a loop the same deferred call piles up; one of a kind says all there is to say about one resource.
      const known = state.defers.some((other) => other.step === step && other.captured.every((value, i) => sameMap(value, pending.captured[i]!)));
      return known ? state : { ...state, defers: [...state.defers, pending] };
    }
    if (passesBy(this, state, step)) return neverReturns(this, step) ? undefined : state;
    return this.#settle(callEffect(this, state, step, step.args.map((arg) => carried(state, arg))));
  }

  /** A variable of the function around the literal has it: the end of a literal that somebody else runs is not the end of that variable. */
  #outlives({ holders }: State, { id, captures }: FuncBody): boolean {
    return id !== 0 && captures.size > 0 && [...captures].some((v) => under(holders, String(v.id)).size > 0);
  }

  /** A method of the pinner gets its address: what is pinned after the defer statement is unpinned as well. */
  #isPinner(step: CallStep, arg: Operand): boolean {
    const own = this.protocol === pinner && this.origin ? pinnerVar(this.origin.step) : undefined;
    return own !== undefined && arg.k === 'var' && arg.v === own && methodEffect(step) !== undefined;
  }

  /** Whether a goroutine gets the resource. */
  #goes(state: State, step: CallStep): boolean {
    const closure = step.callee.k === 'value' ? this.closureOf(step.callee.fn) : undefined;
    return step.args.some((arg) => carried(state, arg).size > 0) || (closure !== undefined && this.closureEffect(closure, state) !== undefined);
  }

  #settle(outcome: CallOutcome): State | undefined {
    if (outcome.k === 'state') return outcome.state;
    if (outcome.k === 'used') this.trail.used.push(outcome.used);
    if (outcome.k === 'again') this.trail.again.push(outcome.again);
    if (outcome.k === 'over') this.trail.unsure = true;
    return outcome.k === 'escaped' ? this.gone() : undefined;
  }

  #birth(state: State, step: CallStep, origin: Origin): State | undefined {
    this.trail.born = true;
    if (state.phase === 'released') {
      // `p = next(p)` reads what was released before it gives something new.
      const outcome = callEffect(this, state, step, step.args.map((arg) => carried(state, arg)));
      if (outcome.k === 'used' || outcome.k === 'again') return this.#settle(outcome);
    }
    if (state.phase === 'owned' && (state.stored || state.running)) return this.gone();
    if (origin.lent) return this.#lend(state, step, origin, origin.lent);
    if (state.phase === 'owned') {
      // Round again: the earlier memory is lost unless a variable or a deferred call still has it.
      const temps = new Set(this.ir.vars.filter((v) => v.kind === 'temp').map((v) => String(v.id)));
      const over = overwrittenBy(this, state, step, origin.owned);
      if (![...state.holders.keys()].some((place) => place !== over && !temps.has(place.split(/[.[]/)[0]!)) && !promised(state)) this.trail.lost.push({ state, span: step.span });
      // The call may take the earlier memory (realloc); its results mean the new one.
      return this.#settle(callEffect(this, state, step, step.args.map((arg) => carried(state, arg))));
    }
    if (origin.owned.elements) {
      if (!this.#array) return this.gone();
      return { ...state, phase: 'owned', holders: new Map([[`${this.#array.array.id}[]`, 'same']]), witnesses: witnessesOf(step, origin.owned, undefined, () => undefined), supposed: false, path: undefined, assumed: undefined };
    }
    return this.#born(state, step, origin);
  }

  /** The object lends its next value: what is kept of an earlier one that has ended is followed on. */
  #lend(state: State, step: CallStep, origin: Origin, lent: LentValue): State | undefined {
    const target = step.dsts[0];
    const before = state.phase === 'owned' && lent.endedBy.includes(step.callee.k === 'c' ? step.callee.name : '') ? this.#ended(state, step, false) : state;
    if (before === undefined) return undefined;
    if (before.phase === 'released') {
      const rest = this.#rewritten(before, step).holders;
      const holders = target ? assignPlace(rest, String(target.id), new Map()) : rest;
      if ([...holders.keys()].some((place) => place.includes('['))) return this.#settle(callEffect(this, { ...before, holders }, step, step.args.map(() => new Map())));
    }
    const { released: _, ...rest } = before;
    const born = this.#born(rest, step, origin);
    const lenders = lendersAt(this.ir, this.info, this.knowledge, step, lent);
    return born && { ...born, lenders };
  }

  #born(state: State, step: CallStep, origin: Origin): State | undefined {
    const target = origin.owned.outArg === undefined ? step.dsts[origin.owned.index] : undefined;
    const own = this.protocol === pinner ? pinnerVar(step) : undefined;
    const out = target ? undefined : this.outPlace(step.args[origin.owned.outArg ?? -1]);
    const place = own ? String(own.id) : target ? `${target.id}${origin.owned.path ?? ''}` : out && `${out}${origin.lent?.path ?? ''}`;
    if (place === undefined) return this.gone();
    const root = place.includes('.') && !own && !target ? this.ir.vars[Number.parseInt(place, 10)] : undefined;
    // A field of what a pointer leads to: somebody else has that object.
    if (root?.kind === 'temp' && !this.info.locals.has(root) && root.type?.k === 'pointer') return this.gone();
    const isGiven = (root?.kind === 'param' || root?.kind === 'receiver') && root.type?.k === 'pointer';
    return {
      ...state,
      ...(root && isGiven ? { stored: { base: root.id, place } } : {}),
      phase: 'owned',
      holders: new Map([[place, 'same']]),
      witnesses: witnessesOf(step, origin.owned, target, (operand) => this.outPlace(operand)),
      supposed: origin.owned.only === 'failure',
      path: undefined,
      assumed: undefined,
    };
  }

  /** What the arguments of a deferred call hold when it runs: an address leads to what its variable holds by then. */
  #reached(state: State, { step, captured }: Pending): readonly Carried[] {
    return captured.map((value, i) => {
      const place = value.size === 0 ? deferredPlace(this.info, step.args[i]) : undefined;
      return place !== undefined && state.holders.get(place) === 'same' ? new Map([['', place.endsWith('[]') ? ('some' as const) : ('ref' as const)]]) : value;
    });
  }

  #leave(state: State, leave: Leave): void {
    const pending = state.defers.at(-1);
    if (pending) {
      const rest = { ...state, defers: state.defers.slice(0, -1) };
      if (pending.closure && state.conts.length < deepestInline) {
        const fn = this.ir.body;
        return this.#enter(rest, pending.closure, pending.step, { fn, block: -1, step: 0, dsts: [], defers: rest.defers, leaving: true, leave }, pending.captured);
      }
      if (rest.running && mayWait(this, pending.step)) return;
      const ended = rest.lenders ? this.#ended(rest, pending.step, true) : rest;
      if (ended !== rest) {
        if (ended) this.#push({ state: ended, fn: this.ir.body, block: 0, step: 0, leave });
        return;
      }
      const next = this.#settle(callEffect(this, rest, pending.step, rest.phase === 'released' ? stillHeld(rest, pending) : this.#reached(rest, pending)));
      if (next) this.#push({ state: next, fn: this.ir.body, block: 0, step: 0, leave });
      return;
    }
    const cont = state.conts.at(-1);
    if (cont === undefined) {
      // Deferred literals may have changed named results.
      const { results } = this.ir.body;
      const named = leave.body === this.ir.body && results.some((result) => result.name !== undefined);
      const returned = named ? results.map((v) => carried(state, { k: 'var', v })) : leave.values;
      if (this.origin && state.phase === 'owned' && this.#outlives(state, leave.body)) return void this.gone();
      this.trail.exits.push({ state, span: leave.span, implicit: leave.implicit, returned, spans: leave.spans });
      return;
    }
    const outer: State = { ...state, conts: state.conts.slice(0, -1), defers: cont.defers };
    if (cont.leaving && cont.leave) return this.#push({ state: outer, fn: cont.fn, block: 0, step: 0, leave: cont.leave });
    let holders = outer.holders;
    cont.dsts.forEach((dst, i) => {
      holders = assignPlace(holders, String(dst.id), leave.values[i] ?? new Map());
    });
    this.#push({ state: { ...outer, holders }, fn: cont.fn, block: cont.block, step: cont.step });
  }
}

const itself: Carried = new Map([['', 'same']]);
