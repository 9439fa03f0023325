/** Memoised questions: what is computed again after which change, and what is forgotten. */
import { expect, test } from 'vitest';
import { Queries } from '../../../server/src/flow/queries.ts';

/** Numbers by name as inputs, and a log of what was computed. */
class World {
  readonly queries = new Queries(false);
  readonly log: string[] = [];
  #values: ReadonlyMap<string, number> = new Map();

  set(values: Readonly<Record<string, number>>): void {
    this.#values = new Map(Object.entries(values));
    this.queries.next();
    this.queries.inputs('number', this.#values, (name) => this.#values.get(String(name)));
  }

  number(name: string): number {
    this.queries.depend('number', name);
    return this.#values.get(name) ?? 0;
  }

  isEven(name: string): boolean {
    return this.ask(`even ${name}`, () => this.number(name) % 2 === 0);
  }

  ask<T>(key: string, compute: () => T, compare = true): T {
    return this.queries.get(
      key,
      '',
      () => {
        this.log.push(key);
        return compute();
      },
      compare,
    );
  }

  computed(): string[] {
    return this.log.splice(0);
  }
}

const bothEven = (world: World): boolean => world.ask('both', () => world.isEven('a') && world.isEven('b'));

test('an answer is computed again when an input that it read changes, and only then', () => {
  const world = new World();
  world.set({ a: 2, b: 4, c: 1 });
  expect([bothEven(world), bothEven(world)]).toEqual([true, true]);
  expect(world.computed()).toEqual(['both', 'even a', 'even b']);
  world.set({ a: 2, b: 4, c: 9 });
  expect(bothEven(world)).toBe(true);
  expect(world.computed()).toEqual([]);
  world.set({ a: 2, b: 5 });
  expect(bothEven(world)).toBe(false);
  expect(world.computed()).toEqual(['even b', 'both']);
});

test('an answer that comes out equal stops the change, unless it is not compared', () => {
  const world = new World();
  world.set({ a: 2, b: 4 });
  const both = (): boolean => bothEven(world);
  const kept = world.ask('kept', () => [both()], false);
  world.computed();
  world.set({ a: 6, b: 4 });
  expect(world.ask('kept', () => [both()], false)).toBe(kept);
  expect(world.computed()).toEqual(['even a']);
  world.set({ a: 6, b: 4 });
  const user = (): readonly boolean[] => world.ask('user', () => world.ask('made', () => [world.number('a') > 0], false));
  user();
  world.computed();
  world.set({ a: 7, b: 4 });
  user();
  expect(world.computed()).toEqual(['made', 'user']);
});

test('a change that nobody asked about in between is seen later', () => {
  const world = new World();
  world.set({ a: 2, b: 4 });
  expect(bothEven(world)).toBe(true);
  world.set({ a: 3, b: 4 });
  world.set({ a: 3, b: 8 });
  expect(bothEven(world)).toBe(false);
  world.set({ a: 4, b: 8 });
  world.set({ a: 4, b: 9 });
  world.set({ a: 4, b: 8 });
  expect(bothEven(world)).toBe(true);
});

test('an input that vanishes or appears is a change', () => {
  const world = new World();
  world.set({ a: 2 });
  const sum = (): number => world.ask('sum', () => world.number('a') + world.number('b'));
  expect(sum()).toBe(2);
  world.set({ a: 2, b: 3 });
  expect(sum()).toBe(5);
  world.set({ b: 3 });
  expect(sum()).toBe(3);
});

test('a question that throws throws until what it read changes', () => {
  const world = new World();
  const halves = (): number =>
    world.ask('half', () => {
      if (!world.isEven('a')) throw new Error('odd');
      return world.number('a') / 2;
    });
  world.set({ a: 3 });
  expect(halves).toThrow('odd');
  world.set({ a: 5 });
  expect(halves).toThrow('odd');
  world.set({ a: 8 });
  expect(halves()).toBe(4);
});

test('what nobody needs any more is forgotten, what a live answer was built from is not', () => {
  const world = new World();
  world.set({ a: 2, b: 4, c: 6 });
  world.isEven('c');
  for (let n = 0; n < 800; n++) {
    bothEven(world);
    world.set({ a: 2, b: 4, c: 6 });
  }
  world.computed();
  bothEven(world);
  expect(world.computed()).toEqual([]);
  world.isEven('c');
  expect(world.computed()).toEqual(['even c']);
  world.set({ a: 2, b: 5, c: 6 });
  expect(bothEven(world)).toBe(false);
});

test('what was built from a subject that was dropped is computed again, from what stands there now', () => {
  const queries = new Queries(false);
  let value = 1;
  const set = (): void => {
    queries.next();
    queries.inputs('value', {}, () => value);
  };
  const one = (): number =>
    queries.get('one', 7, () => {
      queries.depend('value', 7);
      return value;
    });
  let computed = 0;
  const sum = (): number => queries.get('sum', '', () => ++computed && one() + 1);
  set();
  expect(sum()).toBe(2);
  set();
  queries.drop(7);
  expect(sum()).toBe(2);
  expect(computed).toBe(2);
  value = 4;
  set();
  expect(sum()).toBe(5);
  queries.drop(7);
  value = 5;
  set();
  expect(sum()).toBe(6);
});
