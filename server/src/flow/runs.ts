/** Cuts the functions of a package into runs of neighbours: what is asked about all of them is asked run by run, so that an edit costs one run. */

/** How many functions there are in a run, on average. */
const length = 32;

export interface Run {
  /** The same as long as the run consists of the same functions. */
  readonly name: string;
  readonly ids: readonly number[];
}

export class Runs {
  #runs: readonly Run[] = [];
  /** By the first function. Files with the same text in them have several that begin alike. */
  #byFirst = new Map<number, Run[]>();
  #count = 0;

  /** In the order of the files and their functions. Equal runs are one. */
  get all(): readonly Run[] {
    return this.#runs;
  }

  /** Moves on to the functions as they are now, file by file. */
  update(files: readonly (readonly number[])[]): void {
    const before = this.#byFirst;
    this.#byFirst = new Map();
    this.#runs = files.flatMap((ids) => cut(ids).flatMap((part) => this.#add(part, before.get(part[0]!)) ?? []));
  }

  #add(ids: readonly number[], known: readonly Run[] | undefined): Run | undefined {
    const same = (run: Run): boolean => isSame(run.ids, ids);
    const others = this.#byFirst.get(ids[0]!) ?? [];
    if (others.some(same)) return undefined;
    const run = known?.find(same) ?? { name: `run ${this.#count++}`, ids };
    this.#byFirst.set(ids[0]!, [...others, run]);
    return run;
  }
}

/** Where a run begins is decided by its first function: one that comes or goes does not move the others. */
function cut(ids: readonly number[]): number[][] {
  const parts: number[][] = [];
  for (const [index, id] of ids.entries()) {
    if (index === 0 || id % length === 0) parts.push([]);
    parts.at(-1)!.push(id);
  }
  return parts;
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((id, i) => id === b[i]);
