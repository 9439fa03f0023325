/**
 * Memoised questions with recorded dependencies. An answer is computed again only when one of the answers it was built from changed;
 * an answer that comes out equal stops the change from spreading. Questions must not be circular.
 */
import { equal } from '../base/equal.ts';

interface Entry {
  value: unknown;
  readonly compute: (() => unknown) | undefined;
  deps: readonly string[];
  /** Revision in which the value was last known to be right. */
  verified: number;
  /** Revision in which the value last changed. */
  changed: number;
}

/** Answers that nobody asked for in this many revisions are forgotten. */
const keep = 64;

export class Queries {
  readonly #entries = new Map<string, Entry>();
  readonly #active: Set<string>[] = [];
  #revision = 0;

  /** Begins a new revision: inputs may be set, answers are checked again when asked for. */
  next(): void {
    this.#revision++;
    if (this.#revision % keep === 0) for (const [key, entry] of this.#entries) if (entry.verified < this.#revision - keep) this.#entries.delete(key);
  }

  /** Sets an input. The same object (or an equal plain value) is no change. */
  input(key: string, value: unknown): void {
    const old = this.#entries.get(key);
    if (old && equal(old.value, value)) old.verified = this.#revision;
    else this.#entries.set(key, { value, compute: undefined, deps: [], verified: this.#revision, changed: this.#revision });
  }

  /** Notes that the running computation depends on an input, set or not. */
  depend(key: string): void {
    if (!this.#entries.has(key)) this.#entries.set(key, { value: undefined, compute: undefined, deps: [], verified: this.#revision, changed: this.#revision });
    this.#active.at(-1)?.add(key);
  }

  /** Inputs that were not set in this revision are gone. */
  dropStaleInputs(prefix: string): void {
    for (const [key, entry] of this.#entries) {
      if (entry.compute === undefined && entry.verified < this.#revision && key.startsWith(prefix) && entry.value !== undefined) {
        this.#entries.set(key, { ...entry, value: undefined, verified: this.#revision, changed: this.#revision });
      }
    }
  }

  /** The answer to `key`. The computation may run in a later revision again, so it must read its world through inputs that are current then. */
  get<T>(key: string, compute: () => T): T {
    this.#active.at(-1)?.add(key);
    const entry = this.#entries.get(key);
    if (entry && this.#valid(entry)) return entry.value as T;
    return this.#compute(key, compute, entry) as T;
  }

  #compute(key: string, compute: () => unknown, old: Entry | undefined): unknown {
    const deps = new Set<string>();
    this.#active.push(deps);
    let value: unknown;
    try {
      value = compute();
    } finally {
      this.#active.pop();
    }
    const same = old !== undefined && equal(old.value, value);
    this.#entries.set(key, { value: same ? old.value : value, compute, deps: [...deps], verified: this.#revision, changed: same ? old.changed : this.#revision });
    return same ? old.value : value;
  }

  #valid(entry: Entry): boolean {
    if (entry.verified === this.#revision) return true;
    if (entry.compute === undefined) {
      // An input that this revision did not touch.
      entry.verified = this.#revision;
      return true;
    }
    for (const dep of entry.deps) {
      const found = this.#entries.get(dep);
      if (found === undefined) return false;
      if (!this.#valid(found)) {
        if (found.compute === undefined) return false;
        this.#compute(dep, found.compute, found);
      }
      if (this.#entries.get(dep)!.changed > entry.verified) return false;
    }
    entry.verified = this.#revision;
    return true;
  }
}
