/** One look at all steps of a function, for what nearly every analysis asks: what kinds of steps there are, which C they call, and which of them set a variable. */
import { isUnsafePointer } from '../../semantics/types.ts';
import type { Callee, FuncBody, FuncIr, Step, Trait, Var } from '../ir.ts';
import { targetsOf } from '../resource/function-info.ts';

export function look(bodies: readonly FuncBody[], vars: readonly Var[]): Pick<FuncIr, 'traits' | 'cFunctions' | 'definitions'> {
  const traits = new TraitSet();
  const cFunctions = new Set<string>();
  const setters: (Step[] | undefined)[] = new Array<Step[] | undefined>(vars.length);
  const copies: { readonly from: Var; readonly to: Var }[] = [];
  const addressed = new Set<Var>();
  const set = (v: Var, step: Step): void => {
    const known = setters[v.id];
    if (known) known.push(step);
    else setters[v.id] = [step];
  };
  if (bodies.length > 1) traits.add('literal');
  for (const { blocks, steps } of bodies) {
    if (blocks.length > 1) traits.add('branch');
    for (const step of steps) {
      traits.add(step.op);
      if (step.op === 'call') {
        const { callee, mode } = step;
        traits.add(calls[callee.k]);
        if (callee.k === 'c') cFunctions.add(callee.name);
        else if (callee.k === 'pkg' && callee.pkg === 'unsafe') traits.add('unsafe call');
        if (mode !== 'call') traits.add(mode);
      } else if (step.op === 'copy') {
        if (step.src.k === 'var') copies.push({ from: step.src.v, to: step.dst });
        if (step.dst.type?.k === 'pointer' || isUnsafePointer(step.dst.type)) traits.add('pointer copy');
        if (step.conv) {
          traits.add('conversion');
          if (step.conv.k === 'pointer') traits.add('pointer conversion');
          else if (isUnsafePointer(step.conv) && step.src.k === 'var' && step.src.v.type?.k === 'named' && step.src.v.type.pkg === undefined) traits.add('number as pointer');
        }
      } else if (step.op === 'addr' && step.path === '') {
        if (step.indexed) traits.add('address of element');
        else if (step.base.k === 'var') addressed.add(step.base.v);
      }
      if ('dst' in step) set(step.dst, step);
      else for (const target of targetsOf(step)) set(target, step);
    }
  }
  return { traits: traits.shared(), cFunctions, definitions: { of: new Setters(vars, setters), bodyOf: { get: (step) => bodies.find(({ steps }) => steps.includes(step)) }, copies, addressed } };
}

/** Variables are numbered within their function, so a list does what a map would. */
class Setters implements Pick<Map<Var, readonly Step[]>, 'get'> {
  readonly #vars: readonly Var[];
  readonly #steps: readonly (readonly Step[] | undefined)[];

  constructor(vars: readonly Var[], steps: readonly (readonly Step[] | undefined)[]) {
    this.#vars = vars;
    this.#steps = steps;
  }

  get(v: Var): readonly Step[] | undefined {
    // A variable of another function may be asked about as well.
    return this.#vars[v.id] === v ? this.#steps[v.id] : undefined;
  }
}

const calls: Readonly<Record<Callee['k'], Trait>> = { c: 'c call', go: 'go call', method: 'method call', pkg: 'pkg call', builtin: 'builtin call', value: 'value call' };

/** Functions with the same traits share one set, so that what follows from the traits alone can be kept with it. */
class TraitSet {
  static readonly #numbers = new Map<Trait, number>();
  static readonly #sets = new Map<number, Map<number, ReadonlySet<Trait>>>();
  /** A bit for each trait, by its number; those from the thirty-second on. */
  #low = 0;
  #high = 0;

  add(trait: Trait): void {
    let number = TraitSet.#numbers.get(trait);
    if (number === undefined) TraitSet.#numbers.set(trait, (number = TraitSet.#numbers.size));
    if (number < 32) this.#low |= 1 << number;
    else this.#high |= 1 << (number - 32);
  }

  shared(): ReadonlySet<Trait> {
    let row = TraitSet.#sets.get(this.#low);
    if (row === undefined) TraitSet.#sets.set(this.#low, (row = new Map()));
    let set = row.get(this.#high);
    if (set === undefined) row.set(this.#high, (set = new Set([...TraitSet.#numbers].flatMap(([trait, number]) => ((number < 32 ? this.#low & (1 << number) : this.#high & (1 << (number - 32))) === 0 ? [] : [trait])))));
    return set;
  }
}
