/** Runs checks one after the other: calmly after edits, at once when asked. Time comes from outside, so that a test turns it by hand. */

/** Calls `run` once after a while; the result calls it off. */
export type After = (milliseconds: number, run: () => void) => () => void;

export const after: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

export interface Scheduler<T> {
  /** Runs the items when nothing has been added for the delay. */
  later(items: Iterable<T>): void;
  /** Runs the items as soon as the one that is running is through, before those that wait. */
  now(items: Iterable<T>): void;
  /** Forgets everything that has not begun. */
  clear(): void;
}

/** A scheduler for `work`, which must not reject. An item that waits already is not added a second time. */
export function scheduler<T>(work: (item: T) => Promise<void>, delay: number, start: After = after): Scheduler<T> {
  const waiting = new Set<T>();
  const ready = new Set<T>();
  let callOff: (() => void) | undefined;
  let running = false;

  async function drain(): Promise<void> {
    if (running) return;
    running = true;
    for (const item of ready) {
      ready.delete(item);
      await work(item);
    }
    running = false;
  }

  function promote(items: Iterable<T>): void {
    for (const item of items) {
      waiting.delete(item);
      ready.add(item);
    }
    void drain();
  }

  return {
    later(items) {
      for (const item of items) waiting.add(item);
      callOff?.();
      callOff = start(delay, () => promote([...waiting]));
    },
    now: promote,
    clear() {
      callOff?.();
      waiting.clear();
      ready.clear();
    },
  };
}
