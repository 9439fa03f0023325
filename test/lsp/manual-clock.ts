/** Time as a test turns it: what is due runs when the test says so. */
import type { After } from '../../server/src/lsp/scheduler.ts';

export class ManualClock {
  readonly #due = new Set<() => void>();

  readonly after: After = (_, run) => {
    this.#due.add(run);
    return () => this.#due.delete(run);
  };

  /** How many things wait for their time. */
  get waiting(): number {
    return this.#due.size;
  }

  /** Lets the time of everything that waits come. */
  tick(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const run of due) run();
  }
}
