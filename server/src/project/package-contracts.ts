/** Chooses the contracts of a package by the headers that it includes, and keeps them: packages with the same libraries share one object. */
import { type ContractSource, Contracts, librariesOf } from '../semantics/c/contracts.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';

export class PackageContracts {
  readonly #source: ContractSource;
  readonly #known = new Map<string, Contracts>();

  constructor(source: ContractSource) {
    this.#source = source;
  }

  /** The contracts of a package whose C text is `units`. */
  of(units: readonly (CUnit | undefined)[]): Contracts {
    const includes = new Set(units.flatMap((unit) => unit?.includes.map(({ path }) => path) ?? []));
    const key = [...includes].sort().join('\n');
    let known = this.#known.get(key);
    if (known === undefined) {
      const libraries = librariesOf(this.#source, includes).flatMap((id) => this.#source.library(id) ?? []);
      const same = libraries.map(({ library }) => library).join();
      known = this.#known.get(`=${same}`) ?? new Contracts(libraries);
      this.#known.set(`=${same}`, known);
      this.#known.set(key, known);
    }
    return known;
  }
}
