/** Evaluates lowered C expressions on one path state: what they yield, and what they do to parameters and allocations. */
import type { Span } from '../../base/span.ts';
import type { CExpr } from '../../syntax/c/c-facts.ts';
import type { CMemory } from './c-memory.ts';
import { join, nullValue, number, oneOf, refine, staticValue, toldKey, unknown, withVar, type CState, type CValue } from './c-state.ts';

/** One way an expression can go. */
export interface COutcome {
  readonly state: CState;
  readonly value: CValue;
}

/** Names as the body sees them. */
export interface CScope {
  /** The storage of a name declared in the body (parameters are pointers). */
  storage(name: string): 'pointer' | 'array' | 'value' | undefined;
  /** Whether assigning to the name changes something outside the body: so it is with the parameters of a macro. */
  isOutside(name: string): boolean;
  /** The value of a name of file scope: a global, a function, an enumerator or an object-like macro. */
  global(name: string): CValue;
  /** Whether every field of this name is an array: then `p->name` is a place inside `*p`, not something loaded from it. */
  isArrayField(name: string): boolean;
}

/** What a call does; states that do not come back are left out of the outcomes. */
export type CallModel = (call: Extract<CExpr, { kind: 'call' }>, args: readonly CValue[], state: CState, memory: CMemory) => readonly COutcome[];

/** More outcomes of one expression than this are joined. */
const maxOutcomes = 12;

export class CEvaluator {
  readonly #scope: CScope;
  readonly #call: CallModel;
  readonly memory: CMemory;

  constructor(scope: CScope, memory: CMemory, call: CallModel) {
    this.#scope = scope;
    this.memory = memory;
    this.#call = call;
  }

  /** All outcomes of `expr`. */
  evaluate(expr: CExpr, state: CState): readonly COutcome[] {
    const outcomes = this.#evaluate(expr, state);
    if (outcomes.length <= maxOutcomes) return outcomes;
    return [{ state: outcomes.map((o) => o.state).reduce(join), value: oneOf(outcomes.map((o) => o.value)) }];
  }

  /** The states in which `test` holds, and those in which it does not. */
  branch(test: CExpr, state: CState): { yes: CState[]; no: CState[] } {
    switch (test.kind) {
      case 'not': {
        const { yes, no } = this.branch(test.of, state);
        return { yes: no, no: yes };
      }
      case 'logic': {
        const left = this.branch(test.left, state);
        const go = test.op === '&&' ? left.yes : left.no;
        const right = go.map((one) => this.branch(test.right, one));
        const yes = right.flatMap((one) => one.yes);
        const no = right.flatMap((one) => one.no);
        return test.op === '&&' ? { yes, no: [...left.no, ...no] } : { yes: [...left.yes, ...yes], no };
      }
      case 'name':
        // Of a variable that is no pointer only the place is known, not whether it is zero.
        if (this.#scope.storage(test.name) === 'value' && !state.vars.has(test.name)) return { yes: [state], no: [state] };
        break;
      case 'null':
        return { yes: [], no: [state] };
      case 'number':
        return { yes: [state], no: [] };
      case 'compare':
        if ((test.op === '==' || test.op === '!=') && (test.left.kind === 'null' || test.right.kind === 'null')) {
          const { yes, no } = this.branch(test.left.kind === 'null' ? test.right : test.left, state);
          return test.op === '!=' ? { yes, no } : { yes: no, no: yes };
        }
        break;
      case 'call':
        // `if (__builtin_expect(!p, 0))`, written likely() and unlikely().
        if (/^(__builtin_expect|likely|unlikely)$/.test(test.callee ?? '') && test.args[0]) return this.branch(test.args[0], state);
        break;
      default:
    }
    const yes: CState[] = [];
    const no: CState[] = [];
    for (const outcome of this.evaluate(test, state)) {
      const holds = refine(outcome.state, outcome.value, false);
      const fails = refine(outcome.state, outcome.value, true);
      if (holds) yes.push(holds);
      if (fails) no.push(fails);
    }
    return { yes, no };
  }

  #evaluate(expr: CExpr, state: CState): readonly COutcome[] {
    switch (expr.kind) {
      case 'name':
        return [{ state, value: this.#name(expr.name, state) }];
      case 'null':
        return [{ state, value: nullValue }];
      case 'number':
        return [{ state, value: number }];
      case 'string':
        return [{ state, value: staticValue }];
      case 'address':
        return this.#address(expr.of, state);
      case 'deref':
      case 'field':
        return this.#load(expr, state);
      case 'assign':
        return this.#assign(expr, state);
      case 'call':
        return this.#all([...expr.args, ...(expr.through ? [expr.through] : [])], state).flatMap(({ state: after, values }) =>
          this.#call(expr, values.slice(0, expr.args.length), after, this.memory),
        );
      case 'choice': {
        const { yes, no } = this.branch(expr.test, state);
        return [...yes.flatMap((one) => this.evaluate(expr.then, one)), ...no.flatMap((one) => this.evaluate(expr.else, one))];
      }
      case 'not':
      case 'logic': {
        const { yes, no } = this.branch(expr, state);
        return [...yes, ...no].map((one) => ({ state: one, value: number }));
      }
      case 'compare':
        return this.#all([expr.left, expr.right], state).map((o) => ({ state: o.state, value: number }));
      case 'arithmetic':
        return this.#all([expr.left, expr.right], state).map((o) => ({ state: o.state, value: this.memory.pointerOf(o.values) }));
      case 'sequence':
        return this.#all(expr.parts, state).map((o) => ({ state: o.state, value: o.values.at(-1) ?? unknown }));
      case 'list':
        return this.#all(expr.parts, state).map((o) => ({ state: o.state, value: oneOf(o.values) }));
      case 'opaque':
        return this.#all(expr.parts, state).map((o) => {
          for (const value of o.values) this.memory.doubt(value, o.state);
          return { state: o.state, value: number };
        });
    }
  }

  /** Evaluates expressions in order. */
  #all(exprs: readonly CExpr[], state: CState): { state: CState; values: CValue[] }[] {
    let ways: { state: CState; values: CValue[] }[] = [{ state, values: [] }];
    for (const expr of exprs) ways = ways.flatMap((way) => this.evaluate(expr, way.state).map((o) => ({ state: o.state, values: [...way.values, o.value] })));
    return ways.slice(0, 4 * maxOutcomes);
  }

  #name(name: string, state: CState): CValue {
    const known = state.vars.get(name);
    if (known) return known;
    const storage = this.#scope.storage(name);
    if (storage === undefined) return this.#scope.global(name);
    return storage === 'pointer' ? unknown : { kind: 'local', name };
  }

  /** `s`, `s.f`, `s.f.g` of a local aggregate as the key of its variable. */
  #path(expr: CExpr): string | undefined {
    if (expr.kind === 'name') return this.#scope.storage(expr.name) === undefined ? undefined : expr.name;
    if (expr.kind !== 'field' || expr.arrow) return undefined;
    const outer = this.#path(expr.of);
    return outer === undefined ? undefined : `${outer}.${expr.name}`;
  }

  #address(of: CExpr, state: CState): readonly COutcome[] {
    if (of.kind === 'name') return [{ state, value: this.#scope.storage(of.name) === undefined ? staticValue : { kind: 'local', name: of.name } }];
    if (of.kind === 'deref') return this.#all(of.index ? [of.of, of.index] : [of.of], state).map((o) => ({ state: o.state, value: o.values[0] ?? unknown }));
    if (of.kind !== 'field') return this.evaluate(of, state);
    const path = this.#path(of);
    if (path !== undefined) return [{ state, value: { kind: 'local', name: path } }];
    const base = of.arrow ? this.evaluate(of.of, state) : this.#address(of.of, state);
    return base.map((o) => ({ state: o.state, value: this.memory.member(o.value) }));
  }

  #load(expr: Extract<CExpr, { kind: 'deref' | 'field' }>, state: CState): readonly COutcome[] {
    const path = this.#path(expr);
    if (path !== undefined) return [{ state, value: this.#loadPath(path, state) }];
    if (expr.kind === 'field' && this.#scope.isArrayField(expr.name)) return this.#address(expr, state);
    if (expr.kind === 'field' && !expr.arrow) return this.#address(expr.of, state).map((o) => ({ state: o.state, value: this.memory.load(o.value, o.state, `.${expr.name}`) }));
    const suffix = expr.kind === 'field' ? `.${expr.name}` : expr.index ? '[]' : '';
    return this.#all(expr.kind === 'deref' && expr.index ? [expr.of, expr.index] : [expr.of], state).map((o) => ({
      state: o.state,
      value: this.memory.load(o.values[0] ?? unknown, o.state, suffix),
    }));
  }

  #loadPath(path: string, state: CState): CValue {
    const known = state.vars.get(path);
    if (known) return known;
    // A field of a local that was copied as a whole from something else.
    for (let outer = path.lastIndexOf('.'); outer > 0; outer = path.lastIndexOf('.', outer - 1)) {
      const whole = state.vars.get(path.slice(0, outer));
      if (whole) return whole.kind === 'content' ? whole : unknown;
    }
    return unknown;
  }

  #assign(expr: Extract<CExpr, { kind: 'assign' }>, state: CState): readonly COutcome[] {
    if (!expr.plain) {
      // `p += n` keeps pointing into the same thing, `*p += n` writes it.
      return this.evaluate(expr.value, state).flatMap((o) =>
        this.#place(expr.target, o.state).map((place) => {
          if (place.value) this.memory.writtenThrough(place.value);
          return { state: place.state, value: expr.target.kind === 'name' ? this.#name(expr.target.name, place.state) : number };
        }),
      );
    }
    return this.evaluate(expr.value, state).flatMap(({ state: after, value }) =>
      this.#place(expr.target, after).map((place) => ({ state: this.#tell(place, expr.value, this.#store(place, value, expr.span)), value })),
    );
  }

  /** `*status = -1`: of what is stored through a parameter, whether it is zero is remembered by itself. */
  #tell(place: { value?: CValue; suffix: string }, stored: CExpr, state: CState): CState {
    if (place.value?.kind !== 'param' || place.suffix !== '') return state;
    const sign = stored.kind === 'null' ? nullValue : stored.kind === 'number' ? number : stored.kind === 'name' && this.#scope.storage(stored.name) === undefined ? this.#scope.global(stored.name) : unknown;
    return { ...state, vars: new Map(state.vars).set(toldKey(place.value.index), sign.kind === 'null' || sign.kind === 'number' ? sign : unknown) };
  }

  /** Where an assignment goes: a variable of the body, or through a pointer value. */
  #place(target: CExpr, state: CState): { state: CState; path?: string; value?: CValue; suffix: string }[] {
    const path = this.#path(target);
    if (path !== undefined) return [{ state, path, suffix: '' }];
    switch (target.kind) {
      case 'deref':
        return this.#all(target.index ? [target.of, target.index] : [target.of], state).map((o) => ({ state: o.state, value: o.values[0] ?? unknown, suffix: target.index ? '[]' : '' }));
      case 'field':
        return (target.arrow ? this.evaluate(target.of, state) : this.#address(target.of, state)).map((o) => ({ state: o.state, value: o.value, suffix: `.${target.name}` }));
      case 'name':
        return [{ state, value: staticValue, suffix: '' }];
      default:
        return this.evaluate(target, state).map((o) => ({ state: o.state, value: unknown, suffix: '' }));
    }
  }

  #store(place: { state: CState; path?: string; value?: CValue; suffix: string }, value: CValue, at: Span): CState {
    if (place.path !== undefined) {
      const outside = this.#scope.isOutside(/^\w+/.exec(place.path)?.[0] ?? '');
      return withVar(outside ? this.memory.keep(value, place.state, at) : place.state, place.path, value);
    }
    return this.memory.store(place.value ?? unknown, place.suffix, value, place.state, at);
  }
}
