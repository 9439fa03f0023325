/**
 * Memoised questions with recorded dependencies. A changed input casts doubt on the answers built from it and on nothing else; a doubted
 * answer is computed again only when one that it was built from changed, and one that comes out equal stops the change. Questions must not be circular.
 * Where there will be no second revision, nothing is recorded and answers are only remembered.
 */
import { equal } from '../base/equal.ts';

class Entry {
  value: unknown;
  /** Absent for an input. */
  compute: (() => unknown) | undefined;
  deps: readonly Entry[] = [];
  /** Answers built from this one; some may not be any more. */
  dependents: Entry[] = [];
  /** Something below may have changed. What depends on a doubted answer is doubted as well. */
  doubted: boolean;
  /** Revision in which the value was last known to be right, while it is doubted. */
  verified = -1;
  /** Revision in which the value last changed. */
  changed: number;
  /** Revision in which somebody outside of all questions last asked. */
  asked = -1;
  /** Whether an answer that comes out equal counts as unchanged. */
  compared = true;
  /** The latest computation that noted it, by its list. */
  notedIn: Entry[] | undefined;

  constructor(value: unknown, compute: (() => unknown) | undefined, revision: number) {
    this.value = value;
    this.compute = compute;
    this.doubted = compute !== undefined;
    this.changed = revision;
  }
}

/** What a question that threw answers, until what it looked at changes. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

function attempt(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    return new Failure(error);
  }
}

/** What is asked about: a name, or the number of a function. */
export type Subject = string | number;

interface Inputs {
  version: unknown;
  valueOf: (name: Subject) => unknown;
  readonly entries: Map<Subject, Entry>;
}

type Table<V> = Map<string, Map<Subject, V>>;

function tableOf<V>(table: Table<V>, what: string): Map<Subject, V> {
  let found = table.get(what);
  if (found === undefined) table.set(what, (found = new Map()));
  return found;
}

/** Answers that nobody needed in this many revisions are forgotten. */
const keep = 256;

export class Queries {
  /** By question, then by what it is asked about: one key made of both would cost more than most answers. */
  readonly #entries: Table<Entry> = new Map();
  readonly #inputs = new Map<string, Inputs>();
  /** What the running computation has looked at. One that another interrupted may note an entry twice, which does no harm. */
  #noted: Entry[] | undefined;
  readonly #remembered: Table<unknown> | undefined;
  #revision = 0;

  /** `once` says that no input will ever change. */
  constructor(once: boolean) {
    this.#remembered = once ? new Map() : undefined;
  }

  /** Begins a new revision: inputs may be set. */
  next(): void {
    this.#revision++;
    if (this.#revision % keep === 0) this.#forget();
  }

  /** Sets a group of inputs. Nothing is looked at while `version` is the same; else the values that somebody depends on are compared. */
  inputs(group: string, version: unknown, valueOf: (name: Subject) => unknown): void {
    const known = this.#inputs.get(group);
    if (known === undefined) {
      this.#inputs.set(group, { version, valueOf, entries: new Map() });
      return;
    }
    const same = known.version === version;
    known.version = version;
    known.valueOf = valueOf;
    if (same) return;
    known.entries.forEach((entry, name) => {
      const value = valueOf(name);
      if (equal(entry.value, value)) return;
      entry.value = value;
      entry.changed = this.#revision;
      this.#doubt(entry);
    });
  }

  /** Notes that the running computation depends on an input, whether it has a value or not. */
  depend(group: string, name: Subject): void {
    if (this.#noted === undefined) return;
    let inputs = this.#inputs.get(group);
    if (inputs === undefined) this.#inputs.set(group, (inputs = { version: undefined, valueOf: () => undefined, entries: new Map() }));
    let entry = inputs.entries.get(name);
    if (entry === undefined) inputs.entries.set(name, (entry = new Entry(inputs.valueOf(name), undefined, this.#revision)));
    this.#note(entry);
  }

  #note(entry: Entry): void {
    if (this.#noted === undefined) entry.asked = this.#revision;
    else if (entry.notedIn !== this.#noted) {
      entry.notedIn = this.#noted;
      this.#noted.push(entry);
    }
  }

  /**
   * The answer to the question `what` about a subject. The computation may run in a later revision again, so it must read its world through
   * inputs that are current then. With `compare` off, an answer that was computed again counts as changed.
   */
  get<T>(what: string, about: Subject, compute: () => T, compare = true): T {
    if (this.#remembered) return this.#remember(tableOf(this.#remembered, what), about, compute);
    const entries = tableOf(this.#entries, what);
    let entry = entries.get(about);
    if (entry === undefined) entries.set(about, (entry = new Entry(undefined, compute, this.#revision)));
    else entry.compute = compute;
    entry.compared = compare;
    this.#note(entry);
    if (entry.doubted) this.#settle(entry);
    if (entry.value instanceof Failure) throw entry.value.error;
    return entry.value as T;
  }

  #remember<T>(remembered: Map<Subject, unknown>, about: Subject, compute: () => T): T {
    let value = remembered.get(about);
    if (value === undefined && !remembered.has(about)) {
      value = attempt(compute);
      remembered.set(about, value);
    }
    if (value instanceof Failure) throw value.error;
    return value as T;
  }

  /** Forgets all answers and inputs about one subject; what was built from them is computed again, should anybody ask for it. */
  drop(about: Subject): void {
    for (const entries of [...this.#entries.values(), ...[...this.#inputs.values()].map((inputs) => inputs.entries)]) {
      const entry = entries.get(about);
      if (entry === undefined) continue;
      entries.delete(about);
      this.#doubt(entry);
      entry.value = undefined;
      entry.compute = undefined;
      entry.deps = [];
      entry.dependents = [];
      entry.changed = Infinity;
      // Doubt need not pass through it any more.
      entry.doubted = true;
    }
  }

  /** Makes a doubted answer right. */
  #settle(entry: Entry): void {
    if (!entry.doubted || entry.compute === undefined) return;
    if (entry.verified < 0 || this.#isOutdated(entry)) this.#compute(entry);
    entry.verified = this.#revision;
    entry.doubted = false;
  }

  #isOutdated(entry: Entry): boolean {
    for (const dep of entry.deps) {
      if (dep.doubted) this.#settle(dep);
      if (dep.changed > entry.verified) return true;
    }
    return false;
  }

  #compute(entry: Entry): void {
    const outer = this.#noted;
    const deps: Entry[] = [];
    this.#noted = deps;
    const value = attempt(entry.compute!);
    this.#noted = outer;
    const before = entry.deps.length === 0 ? undefined : new Set(entry.deps);
    entry.deps = deps;
    for (const dep of deps) if (before?.has(dep) !== true) dep.dependents.push(entry);
    if (entry.verified >= 0 && entry.compared && equal(entry.value, value)) return;
    entry.value = value;
    entry.changed = this.#revision;
  }

  #doubt(changed: Entry): void {
    const queue = [changed];
    for (let entry = queue.pop(); entry; entry = queue.pop()) {
      for (const dependent of entry.dependents) {
        if (dependent.doubted) continue;
        dependent.doubted = true;
        dependent.verified = this.#revision - 1;
        queue.push(dependent);
      }
    }
  }

  /** Keeps what was asked for lately from outside, and what that was built from. */
  #forget(): void {
    const live = new Set<Entry>();
    const queue = [...this.#entries.values()].flatMap((entries) => [...entries.values()].filter((entry) => entry.asked > this.#revision - keep - 1));
    for (let entry = queue.pop(); entry; entry = queue.pop()) {
      if (live.has(entry)) continue;
      live.add(entry);
      queue.push(...entry.deps);
    }
    const tables = [...this.#entries.values(), ...[...this.#inputs.values()].map(({ entries }) => entries)];
    for (const entries of tables) for (const [about, entry] of entries) if (!live.has(entry)) entries.delete(about);
    for (const entry of live) entry.dependents = [];
    for (const entry of live) for (const dep of entry.deps) dep.dependents.push(entry);
  }
}
