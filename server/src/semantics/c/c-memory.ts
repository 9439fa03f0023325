/** Memory behind pointers in C bodies: loads, stores, releases, and how an effect spreads from a pointer to what it names. Knows no expressions. */
import type { Span } from '../../base/span.ts';
import { alternatives, number, oneOf, unknown, withAlloc, withParam, withVar, type CState, type CValue } from './c-state.ts';

/** Hears what happens to memory, on whatever path. */
export interface CEffects {
  released(index: number, at: Span): void;
  contentsReleased(index: number): void;
  contentsHandedOn(index: number, callee: string): void;
  /** By a function that releases nothing but objects of its own type. */
  ownTypeReleased(index: number): void;
  /** `where` says what memory holds it now, `depth` how many calls further down it was stored. */
  retained(index: number, at: Span, where: CValue, depth: number): void;
  unknown(index: number, at: Span): void;
  handedOn(index: number, callee: string, argument: number, at: Span, throughPointer?: true): void;
  written(index: number): void;
  /** Nobody knows what became of the allocation. */
  doubted(site: number): void;
  /** Something is loaded or stored through it, and it may be NULL as far as anybody has looked. */
  followed(index: number): void;
}

/** Memory behind pointers: loads, stores, and how effects spread from a pointer to what it names. */
export class CMemory {
  readonly effects: CEffects;
  readonly #isPointerParam: (index: number) => boolean;

  constructor(effects: CEffects, isPointerParam: (index: number) => boolean) {
    this.effects = effects;
    this.#isPointerParam = isPointerParam;
  }

  /** The pointer among the operands of + or -; a number when there is none. */
  pointerOf(values: readonly CValue[]): CValue {
    const pointers = values.flatMap(alternatives).filter((v) => v.kind !== 'number' && v.kind !== 'null' && v.kind !== 'unknown');
    const sure = pointers.filter((v) => v.kind !== 'param' || this.#isPointerParam(v.index));
    return oneOf(sure.length > 0 ? sure : pointers.length > 0 ? pointers : [values.some((v) => v.kind === 'unknown') ? unknown : number]);
  }

  /** The address of a field of what `value` points to. */
  member(value: CValue): CValue {
    return oneOf(alternatives(value).map((v) => (v.kind === 'param' ? { kind: 'member', index: v.index } : v)));
  }

  /** What is loaded through `value`; `suffix` tells the part. */
  load(value: CValue, state: CState, suffix: string): CValue {
    this.#follow(value, state);
    return oneOf(
      alternatives(value).map((v): CValue => {
        switch (v.kind) {
          case 'param':
            return state.vars.get(`*${v.index}${suffix}`) ?? { kind: 'content', index: v.index };
          case 'member':
          case 'content':
            return { kind: 'content', index: v.index };
          case 'local':
            // `*p` of a local struct is all that its fields hold.
            return state.vars.get(`${v.name}${suffix}`) ?? (keysOf(`${v.name}${suffix}`, state).length > 0 ? { kind: 'local', name: `${v.name}${suffix}` } : unknown);
          default:
            return unknown;
        }
      }),
    );
  }

  /** `*pointer = value`. */
  store(pointer: CValue, suffix: string, value: CValue, state: CState, at: Span, depth = 0): CState {
    this.#follow(pointer, state);
    let now = state;
    const targets = alternatives(pointer);
    for (const target of targets) {
      if (target.kind === 'local') {
        const key = `${target.name}${suffix}`;
        const weak = suffix === '[]' || targets.length > 1;
        now = withVar(now, key, weak ? oneOf([now.vars.get(key) ?? value, value]) : value);
        continue;
      }
      this.writtenThrough(target);
      if (target.kind === 'param') {
        // What is stored behind a parameter is the caller's from now on: remember it, and see at the exit what it was.
        now = withVar(now, `*${target.index}${suffix}`, value);
        if (suffix === '' || suffix === '[]') {
          this.#eachParam(value, now, (index) => this.effects.retained(index, at, target, depth));
          continue;
        }
      }
      now = this.keep(value, now, at, target, depth);
    }
    return now;
  }

  #follow(value: CValue, state: CState): void {
    if (value.kind === 'param' && state.params.get(value.index) !== 'nonnull') this.effects.followed(value.index);
  }

  writtenThrough(value: CValue): void {
    for (const v of alternatives(value)) if (v.kind === 'param' || v.kind === 'member') this.effects.written(v.index);
  }

  /** The value now lives on somewhere that this function does not control. */
  keep(value: CValue, state: CState, at: Span, where: CValue = unknown, depth = 0): CState {
    let now = state;
    this.#eachParam(value, state, (index) => this.effects.retained(index, at, where, depth));
    for (const v of this.#reach(value, state)) if (v.kind === 'alloc' && now.allocs.get(v.site) !== 'released') now = withAlloc(now, v.site, 'kept');
    return now;
  }

  /** Given to code that is not in view. */
  giveAway(value: CValue, state: CState, at: Span, callee: string | undefined, argument: number, throughPointer?: true): CState {
    this.#eachParam(value, state, (index) => {
      this.effects.unknown(index, at);
      if (callee !== undefined) this.effects.handedOn(index, callee, argument, at, throughPointer);
    });
    if (callee !== undefined) for (const v of alternatives(value)) if (v.kind === 'content') this.effects.contentsHandedOn(v.index, callee);
    this.doubt(value, state);
    return this.clobber(value, state);
  }

  /** Somebody who is not in view, or is not followed, has the memory. */
  doubt(value: CValue, state: CState): void {
    for (const v of this.#reach(value, state)) if (v.kind === 'alloc') this.effects.doubted(v.site);
  }

  /** The same of what a local aggregate holds. */
  doubtContents(value: CValue, state: CState): void {
    for (const v of alternatives(value)) if (v.kind === 'local') this.doubt(v, state);
  }

  /** `memcpy(to, from)`: what a local aggregate holds is now in the other place as well. */
  copy(to: CValue, from: CValue, state: CState, at: Span): CState {
    const held = alternatives(from).flatMap((v) => (v.kind === 'local' ? keysOf(v.name, state).map((key) => state.vars.get(key) ?? unknown) : []));
    return held.length === 0 ? state : this.store(to, '[]', oneOf(held), state, at);
  }

  /** What a local variable holds after its address was given away. */
  clobber(value: CValue, state: CState): CState {
    let now = state;
    for (const v of alternatives(value)) {
      if (v.kind !== 'local') continue;
      for (const key of keysOf(v.name, now)) now = withVar(now, key, oneOf([now.vars.get(key) ?? unknown, unknown]));
    }
    return now;
  }

  /** `free(value)`; `certain` is false when it happens on some paths only. */
  release(value: CValue, state: CState, at: Span, certain: boolean): CState {
    let now = state;
    const of = alternatives(value).filter((v) => v.kind !== 'null');
    const sure = certain && of.length === 1 && !(value.kind === 'any' && value.open);
    for (const v of of) {
      if (v.kind === 'param') {
        this.effects.released(v.index, at);
        if (now.params.get(v.index) !== 'null') now = withParam(now, v.index, sure || now.params.get(v.index) === 'released' ? 'released' : 'maybe');
      } else if (v.kind === 'content' || v.kind === 'member') this.effects.contentsReleased(v.index);
      else if (v.kind === 'alloc') now = withAlloc(now, v.site, sure ? 'released' : 'maybe');
    }
    return now;
  }

  /** The fields of `value` are released, it itself is not. */
  releaseContents(value: CValue, state: CState, at: Span): CState {
    let now = state;
    for (const v of alternatives(value)) {
      if (v.kind === 'param' || v.kind === 'content' || v.kind === 'member') this.effects.contentsReleased(v.index);
      if (v.kind === 'local') for (const key of keysOf(v.name, state)) now = this.release(state.vars.get(key) ?? unknown, now, at, false);
    }
    return now;
  }

  /** The value and what a local aggregate among it holds. */
  #reach(value: CValue, state: CState): CValue[] {
    return alternatives(value).flatMap((v) => [v, ...(v.kind === 'local' ? keysOf(v.name, state).flatMap((key) => alternatives(state.vars.get(key) ?? unknown)) : [])]);
  }

  #eachParam(value: CValue, state: CState, use: (index: number) => void): void {
    for (const v of this.#reach(value, state)) if (v.kind === 'param' || v.kind === 'member') use(v.index);
  }

  /** The parameters that `value` names or, being a local aggregate, holds. */
  paramsIn(value: CValue, state: CState): Set<number> {
    const found = new Set<number>();
    this.#eachParam(value, state, (index) => found.add(index));
    return found;
  }
}

/** The variables that a local and its parts are kept in. */
const keysOf = (name: string, state: CState): string[] => [...state.vars.keys()].filter((key) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`));

/** The state in which nothing is known of a local and its parts. */
export const withoutLocal = (state: CState, name: string): CState => keysOf(name, state).reduce((now, key) => withVar(now, key, unknown), state);
