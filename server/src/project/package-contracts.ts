/** Chooses the contracts of a package by the headers that it includes, and keeps them: packages with the same libraries share one object. */
import { type ContractRow, type ContractSource, Contracts, librariesOf } from '../semantics/c/contracts.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';

export class PackageContracts {
  readonly #source: ContractSource;
  readonly #known = new WeakMap<object, Map<string, Contracts>>();

  constructor(source: ContractSource) {
    this.#source = source;
  }

  /** The contracts of a package whose C text is `units`; `own` are the rows of its project file, the same object as long as that does not change. */
  of(units: readonly (CUnit | undefined)[], own: Readonly<Record<string, ContractRow>>): Contracts {
    const includes = new Set(units.flatMap((unit) => unit?.includes.map(({ path }) => path) ?? []));
    const key = [...includes].sort().join('\n');
    let byKey = this.#known.get(own);
    if (byKey === undefined) this.#known.set(own, (byKey = new Map()));
    let known = byKey.get(key);
    if (known === undefined) {
      const libraries = librariesOf(this.#source, includes).flatMap((id) => this.#source.library(id) ?? []);
      const same = libraries.map(({ library }) => library).join();
      known = byKey.get(`=${same}`) ?? new Contracts(libraries, own);
      byKey.set(`=${same}`, known);
      byKey.set(key, known);
    }
    return known;
  }
}
