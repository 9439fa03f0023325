/**
 * Flow facts of a whole package, asked for on demand and kept across revisions. Summaries of Go functions are computed to a fixed depth:
 * a question at depth n asks its callees at depth n - 1, and at depth 0 nothing is known, so recursion ends and the answer never depends on the order of questions.
 */
import { type Aspect, describe, functionKey, type GoFunction, type PackageFile, type PackageModel } from '../semantics/package-model.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { cArgEffect, cLentValues, cOwnedResults } from './c-knowledge.ts';
import { successors } from './graph.ts';
import type { FuncIr } from './ir.ts';
import { type ArgEffect, type Knowledge, type OwnedResult, unknownEffect } from './knowledge.ts';
import { lower } from './lower/lower.ts';
import { Queries, type Subject } from './queries.ts';
import type { ResourceFacts } from './resource/facts.ts';
import { noFacts } from './resource/facts.ts';
import { pointsToElements } from './resource/element-arrays.ts';
import { ownedResults, paramEffect, resourceFacts, usesDead } from './resource/resources.ts';
import { Runs } from './runs.ts';

/** Functions that are gone are remembered for as many keystrokes: what was typed is often taken back. */
const remembered = 16;

/** How deep helpers are followed. Real helpers free or return one or two levels deep. */
const depth = 4;

const aspects: readonly Aspect[] = ['files', 'imports', 'functions', 'types', 'constants', 'other declarations', 'complete', 'exported', 'c sources', 'c', 'contracts', 'function', 'type', 'signature', 'global', 'c type', 'c mention', 'c names'];

interface Target {
  readonly recv?: string;
  readonly name: string;
}

export class PackageFlow {
  readonly #queries: Queries;
  /** Where nothing changes, the steps of functions are kept beside the queries: they are asked for most. */
  readonly #lowered: Map<number, FuncIr> | undefined;
  readonly #ids = new WeakMap<DeclSyntax, number>();
  readonly #byId = new Map<number, GoFunction>();
  readonly #knowledge: readonly Knowledge[] = Array.from({ length: depth + 1 }, (_, level) => this.#knowledgeAt(level));
  #model!: PackageModel;
  #count = 0;
  readonly #runs = new Runs();
  /** Functions that are gone, the latest last. */
  readonly #gone = new Set<number>();

  /** `once` says that there will be one revision only. */
  constructor(once = false) {
    this.#queries = new Queries(once);
    this.#lowered = once ? new Map() : undefined;
  }

  get model(): PackageModel {
    return this.#model;
  }

  /** Moves to a new revision of the package. */
  update(model: PackageModel): void {
    if (this.#model) this.#model.observer = undefined;
    this.#model = model;
    if (!this.#lowered) model.observer = (aspect, name) => this.#queries.depend(aspect, name);
    const before = [...this.#byId.keys()];
    this.#byId.clear();
    const place = (fn: GoFunction): number => {
      const id = this.idOf(fn);
      this.#byId.set(id, fn);
      return id;
    };
    this.#runs.update(model.filesOfFunctions.map(({ functions }) => functions.map(place)));
    this.#forgetGone(before);
    this.#queries.next();
    for (const aspect of aspects) this.#queries.inputs(aspect, model, (name) => model.aspect(aspect, String(name)));
    this.#queries.inputs('own', model, (id) => {
      const fn = this.#byId.get(Number(id));
      return fn && describe(fn);
    });
  }

  #forgetGone(before: readonly number[]): void {
    for (const id of before) if (!this.#byId.has(id)) this.#gone.add(id);
    for (const id of this.#gone) {
      if (!this.#byId.has(id)) {
        if (this.#gone.size <= remembered) break;
        this.#queries.drop(id);
      }
      this.#gone.delete(id);
    }
  }

  /** All files, for a question about every function of the package: the answer depends on which functions there are. */
  everyFile(): readonly PackageFile[] {
    return this.#model.filesOfFunctions;
  }

  /**
   * What `factOf` says of each function of the package, in their order. Functions are asked about in runs, so that an edit costs one run and
   * not the whole package.
   */
  gather<T>(what: string, factOf: (fn: GoFunction) => readonly T[], compare = true): readonly T[] {
    return this.ask(
      `all ${what}`,
      () => {
        // Without edits there is nothing to gain from runs.
        if (this.#lowered) return this.#runs.all.flatMap(({ ids }) => this.#factsOf(ids, factOf));
        this.#queries.depend('functions', '');
        const question = `${what} in a run`;
        const out: T[] = [];
        for (const { name, ids } of this.#runs.all) out.push(...this.askAbout(question, name, () => this.#factsOf(ids, factOf), compare));
        return out;
      },
      compare,
    );
  }

  /** Of most functions there is nothing to say. */
  #factsOf<T>(ids: readonly number[], factOf: (fn: GoFunction) => readonly T[]): readonly T[] {
    const out: T[] = [];
    for (const id of ids) {
      const facts = factOf(this.#current(id));
      if (facts.length > 0) out.push(...facts);
    }
    return out;
  }

  /** The functions for which `test` holds, an answer as in `askOf`. */
  functionsWhere(what: string, test: (fn: GoFunction) => boolean): readonly GoFunction[] {
    return [...new Set(this.gather(what, (fn) => (test(fn) ? [this.idOf(fn)] : [])))].flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** The steps of a function. */
  ir(fn: GoFunction): FuncIr {
    if (!this.#lowered) return this.askOf('ir', fn, (current) => this.#lower(current), false);
    const id = this.idOf(fn);
    let ir = this.#lowered.get(id);
    if (!ir) this.#lowered.set(id, (ir = this.#lower(this.#byId.get(id) ?? fn)));
    return ir;
  }

  #lower({ top, decl, file }: GoFunction): FuncIr {
    const full = top.syntax.kind === 'func' ? top.syntax.full() : decl;
    return lower(full.k === 'Func' ? full : decl, this.#model.shapeFor(file), file.imports);
  }

  /** Resource facts of one function. */
  resources(fn: GoFunction): ResourceFacts {
    return this.askOf('resources', fn, (current) => (current.decl.k === 'Func' && this.#body(current) ? resourceFacts(this.ir(current), current.top.syntax, this.knowledge) : noFacts));
  }

  /**
   * Runs a memoised question of this package. It may use everything this class offers, and what it reads of the model is noted; beside that it
   * may only use what cannot change, and must answer with plain data. With `compare` off, an answer that was computed again counts as changed.
   */
  ask<T>(key: string, compute: () => T, compare = true): T {
    return this.askAbout(key, '', compute, compare);
  }

  /** The same about one of many subjects: `what` is the question in words that are few and constant. */
  askAbout<T>(what: string, about: Subject, compute: () => T, compare = true): T {
    if (this.#lowered) return this.#queries.get(what, about, compute);
    return this.#queries.get(
      what,
      about,
      () => {
        this.#queries.depend('c', '');
        return compute();
      },
      compare,
    );
  }

  /** Runs a memoised question about one function, which is handed in as it is when the question is computed; `compute` must not keep another. */
  askOf<T>(what: string, fn: GoFunction, compute: (current: GoFunction) => T, compare = true): T {
    const id = this.idOf(fn);
    return this.askAbout(what, id, () => compute(this.#current(id)), compare);
  }

  #current(id: number): GoFunction {
    this.#queries.depend('own', id);
    const current = this.#byId.get(id);
    if (!current) throw new Error('a question about a function that is gone');
    return current;
  }

  /** A number that is the same as long as the declaration's text is. */
  idOf(fn: GoFunction): number {
    let id = this.#ids.get(fn.top.syntax);
    if (id === undefined) this.#ids.set(fn.top.syntax, (id = this.#count++));
    return id;
  }

  /** What may be asked about callees. */
  get knowledge(): Knowledge {
    return this.#knowledge[depth]!;
  }

  /** The functions a call may mean: every variant; methods of embedded types included, with what to cut from the path. */
  targets(callee: Target): { readonly fns: readonly GoFunction[]; readonly strip: string } {
    return this.#resolve(callee, 0, '');
  }

  #resolve(callee: Target, level: number, strip: string): { fns: readonly GoFunction[]; strip: string } {
    // Nobody can call these, and there may be many of them.
    if (callee.recv === undefined && (callee.name === 'init' || callee.name === '_')) return { fns: [], strip };
    const own = this.#model.variants(functionKey(callee));
    if (own || callee.recv === undefined || level > 3) return { fns: own ?? [], strip };
    for (const field of this.#model.shape.fields(callee.recv) ?? []) {
      const type = field.type.k === 'pointer' ? field.type.elem : field.type;
      if (!field.embedded || type.k !== 'named' || type.pkg !== undefined) continue;
      const found = this.#resolve({ recv: type.name, name: callee.name }, level + 1, `${strip}.${field.name}`);
      if (found.fns.length > 0) return found;
    }
    return { fns: [], strip };
  }

  #body(fn: GoFunction): boolean {
    const full = fn.top.syntax.kind === 'func' ? fn.top.syntax.full() : fn.decl;
    return full.k === 'Func' && full.body !== undefined;
  }

  #knowledgeAt(level: number): Knowledge {
    const callees = (): Knowledge => this.#knowledge[level - 1]!;
    const asked = <T>(what: string, callee: Target, detail: string, none: T, compute: (fns: readonly GoFunction[], strip: string) => T): T => {
      if (level === 0) return none;
      const answer = (): T => {
        const { fns, strip } = this.targets(callee);
        return compute(fns, strip);
      };
      return this.askAbout(`${what}@${level}`, `${callee.recv ?? ''}.${callee.name}${detail}`, answer);
    };
    return {
      cArg: (name, arg) => cArgEffect(this.#model, name, arg),
      cOwned: (name) => cOwnedResults(this.#model, name),
      cLent: (name) => cLentValues(this.#model, name),
      neverReturns: (callee) => asked('never', callee, '', false, (fns) => fns.length > 0 && fns.every((fn) => this.#body(fn) && neverReturns(this.ir(fn), callees()))),
      goArg: (callee, arg, path) => {
        if (level === 0) return unknownEffect;
        return asked<ArgEffect | undefined>('arg', callee, `#${arg}${path}`, unknownEffect, (fns, strip) => {
          if (fns.length === 0) return undefined;
          const inner = arg === 0 && strip !== '' && path.startsWith(strip) ? path.slice(strip.length) : path;
          return fns.map((fn) => (this.#body(fn) ? paramEffect(this.ir(fn), fn.top.syntax, callees(), arg, inner) : unknownEffect)).reduce(join);
        });
      },
      goUsesDead: (callee, arg, path) =>
        asked('dead', callee, `#${arg}${path}`, false, (fns, strip) => {
          const inner = arg === 0 && strip !== '' && path.startsWith(strip) ? path.slice(strip.length) : path;
          return fns.length > 0 && fns.every((fn) => this.#body(fn) && usesDead(this.ir(fn), fn.top.syntax, callees(), arg, inner));
        }),
      goElements: (callee) =>
        asked<number | undefined>('elements', callee, '', undefined, (fns) => {
          const found = new Set(fns.map((fn) => (this.#body(fn) ? pointsToElements(this.ir(fn), callees()) : undefined)));
          return found.size === 1 ? [...found][0] : undefined;
        }),
      goOwned: (callee) =>
        asked<readonly OwnedResult[]>('owned', callee, '', [], (fns) => {
          const first = fns[0];
          if (first === undefined || fns.length > 1 || !this.#body(first)) return [];
          const ir = this.ir(first);
          // A method that returns memory kept in its receiver has no allocation of its own: the facts say so.
          // A function that calls no other is known as well at any depth.
          const facts = ir.traits.has('go call') || ir.traits.has('method call') ? resourceFacts(ir, first.top.syntax, callees()) : this.resources(first);
          return ownedResults(ir, facts).map((owned) => ({ ...owned, ...(owned.at && owned.at.unit === ir ? { at: { unit: first.top.syntax, span: owned.at.span } } : {}) }));
        }),
    };
  }
}

/** Any variant may be the one that is built: one release is enough for silence, all are needed to report. */
function join(a: ArgEffect, b: ArgEffect): ArgEffect {
  return {
    releases: a.releases === b.releases ? a.releases : 'sometimes',
    escapes: a.escapes || b.escapes,
    returned: [...new Set([...a.returned, ...b.returned])],
    assumed: [...a.assumed, ...b.assumed],
    ...(a.cleared || b.cleared ? { cleared: true } : {}),
    ...(a.at ? { at: a.at } : {}),
  };
}

/** Whether no path from the entry reaches a return. */
function neverReturns(ir: FuncIr, knowledge: Knowledge): boolean {
  if (ir.opaque) return false;
  const seen = new Set<number>();
  const queue = [0];
  while (queue.length > 0) {
    const at = queue.pop()!;
    if (seen.has(at)) continue;
    seen.add(at);
    const block = ir.body.blocks[at]!;
    const ends = block.steps.some((step) => step.op === 'call' && step.mode === 'call' && step.callee.k === 'go' && knowledge.neverReturns({ name: step.callee.name }));
    if (ends) continue;
    if (block.term.k === 'return') return false;
    queue.push(...successors(block));
  }
  return true;
}

