/** Remembers with which states an exploration has been where. Knows nothing of what the states mean. */
import { successors } from '../graph.ts';
import type { FuncBody } from '../ir.ts';
import { type Leave, sameMap, sameState, type State, stateKey } from './state.ts';

/** A state at a step of a block, or on its way out of a frame. */
export interface Item {
  readonly state: State;
  readonly fn: FuncBody;
  readonly block: number;
  readonly step: number;
  readonly leave?: Leave;
}

/** So many items of a place are compared one by one; for more of them keys are made. */
const few = 8;

interface Here {
  readonly items: Item[];
  keys: Set<string> | undefined;
}

export class Visited {
  readonly #places = new Map<FuncBody, Map<number, Here>>();

  /** Notes an item; false when an equal one was there before. Where one path leads only, none can have been. */
  add(item: Item): boolean {
    if (item.leave === undefined && item.step === 0 && !isAtJoin(item)) return true;
    const here = this.#here(item);
    if (here.keys === undefined) {
      if (here.items.some((other) => sameItem(other, item))) return false;
      here.items.push(item);
      if (here.items.length > few) here.keys = new Set(here.items.map(keyOf));
      return true;
    }
    const { size } = here.keys;
    return here.keys.add(keyOf(item)).size > size;
  }

  #here({ fn, block, step, leave }: Item): Here {
    let places = this.#places.get(fn);
    if (places === undefined) this.#places.set(fn, (places = new Map<number, Here>()));
    // Places of frames that are being left are negative.
    const number = leave ? -1 - (block + 1) * most - leave.span.start : (block + 1) * most + step;
    let here = places.get(number);
    if (here === undefined) places.set(number, (here = { items: [], keys: undefined }));
    return here;
  }
}

/** Whether an item stands at the beginning of a block into which several paths lead. */
export const isAtJoin = ({ fn, block, step, leave }: Item): boolean => leave === undefined && step === 0 && joinsOf(fn).has(block);

const joins = new WeakMap<FuncBody, ReadonlySet<number>>();

/** The blocks of a body into which several paths lead. A literal may be entered from several places. */
function joinsOf(fn: FuncBody): ReadonlySet<number> {
  let found = joins.get(fn);
  if (found === undefined) {
    const reached = new Set<number>([0]);
    const several = new Set<number>(fn.id === 0 ? [] : [0]);
    for (const block of fn.blocks) {
      for (const to of successors(block)) {
        if (reached.has(to)) several.add(to);
        reached.add(to);
      }
    }
    joins.set(fn, (found = several));
  }
  return found;
}

/** More steps than a block has, and a longer text than a function. */
const most = 2 ** 30;

const sameItem = (a: Item, b: Item): boolean => sameState(a.state, b.state) && sameLeave(a.leave, b.leave);

const sameLeave = (a: Leave | undefined, b: Leave | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.values.length === b.values.length && a.values.every((value, i) => sameMap(value, b.values[i]!)));

const keyOf = ({ state, leave }: Item): string => `${leave?.values.map((value) => [...value].sort().join()).join('/') ?? ''}#${stateKey(state)}`;
