/** What is known of C functions, in this order: cgo's own, bodies in view, contracts, the C library's table. */
import type { Contracts } from '../semantics/c/contracts.ts';
import type { CView } from '../semantics/c-view.ts';
import { libcFunction, type LibcFunction, libcParam } from '../semantics/c/libc.ts';
import { mayRelease } from './c-names.ts';
import { contractArg, contractLent, contractOwned, releaseType } from './contract-knowledge.ts';
import { type ArgEffect, borrows, type LentValue, type OwnedResult, unknownEffect } from './knowledge.ts';

/** cgo's special functions that hand out C memory. Source: cmd/cgo, "Go references to C"; C.malloc never returns nil. */
const special: ReadonlyMap<string, OwnedResult> = new Map(Object.entries<OwnedResult>({
  CString: { index: 0, allocator: 'CString', deallocator: 'free', mayBeNil: false },
  CBytes: { index: 0, allocator: 'CBytes', deallocator: 'free', mayBeNil: false },
  malloc: { index: 0, allocator: 'malloc', deallocator: 'free', mayBeNil: false },
}));

const released: ArgEffect = { releases: 'always', escapes: false, returned: [], assumed: [] };

/** The C library's function, unless the package declares one of that name itself. */
const libcRow = (c: CView, name: string): LibcFunction | undefined => (c.function(name) && name !== 'free' ? undefined : libcFunction(name));

/** The C that a package sees, and what is known of the rest. */
export interface KnownC {
  readonly c: CView;
  readonly contracts: Contracts;
}

interface Known {
  readonly contracts: Contracts;
  readonly owned: Map<string, readonly OwnedResult[]>;
  /** By argument; `null` where nothing is known. */
  readonly args: Map<string, (ArgEffect | null)[]>;
  readonly lent: Map<string, readonly LentValue[]>;
}

/** Answers about the C of one package, which change with its contracts only. */
const answers = new WeakMap<CView, Known>();

function knownOf({ c, contracts }: KnownC): Known {
  let known = answers.get(c);
  if (known?.contracts !== contracts) answers.set(c, (known = { contracts, owned: new Map(), args: new Map(), lent: new Map() }));
  return known;
}

/** Undefined when nothing of the function is known. */
export function cArgEffect(from: KnownC, name: string, arg: number): ArgEffect | undefined {
  const { args } = knownOf(from);
  let effects = args.get(name);
  if (effects === undefined) args.set(name, (effects = []));
  let effect = effects[arg];
  if (effect === undefined) effects[arg] = effect = argEffect(from, name, arg) ?? null;
  return effect ?? undefined;
}

/** Memory that a C function hands to its caller, by its result or through an argument. */
export function cOwnedResults(from: KnownC, name: string): readonly OwnedResult[] {
  const { owned } = knownOf(from);
  let results = owned.get(name);
  if (results === undefined) owned.set(name, (results = ownedResults(from, name)));
  return results;
}

/** Values that belong to an argument of the C function. What a body in view returns is followed as the argument itself. */
export function cLentValues(from: KnownC, name: string): readonly LentValue[] {
  const { lent } = knownOf(from);
  let values = lent.get(name);
  if (values === undefined) lent.set(name, (values = lentValues(from, name)));
  return values;
}

const lentValues = ({ c, contracts }: KnownC, name: string): readonly LentValue[] => (c.summary(name) || isOwnName(c, contracts, name) ? [] : contractLent(contracts, name));

/** A function that the package declares itself is not the C library's of that name. */
const isOwnName = (c: CView, contracts: Contracts, name: string): boolean => c.function(name) !== undefined && contracts.lookup(name)?.library.library === 'libc';

function argEffect({ c, contracts }: KnownC, name: string, arg: number): ArgEffect | undefined {
  const summary = c.summary(name);
  if (summary) {
    const param = summary.params[arg];
    if (param === undefined) return undefined;
    const unit = c.units[summary.unit];
    const at = { ...(param.at && unit ? { at: { unit, span: param.at } } : {}), ...(param.contentsReleased || param.contentsHandedOn?.some(mayRelease) ? { contents: true } : {}) };
    switch (param.effect) {
      case 'releases':
        return { ...released, ...at, ...(param.ownType ? { ownType: true } : {}) };
      case 'may-release':
        return { ...borrows, releases: 'sometimes', ...at };
      case 'retains':
        return { ...unknownEffect, ...at };
      case 'borrows':
        if (c.isUnsettled(c.units[summary.unit])) return unknownEffect;
        return { ...borrows, ...at, returned: param.returned ? [0] : [] };
      case 'unknown': {
        // What the body leaves open, the project's own row may say.
        const own = contracts.ownNames.includes(name) ? contractArg(contracts, name, arg) : undefined;
        if (own) return own;
        // It was handed on to functions whose bodies are not in view: the default contract holds for them, unless a name says otherwise.
        if (param.handedOn.length === 0) return unknownEffect;
        const effects = param.handedOn.map(({ callee, index, throughPointer }) => ({ callee, index, throughPointer, effect: throughPointer ? undefined : contractArg(contracts, callee, index) }));
        // Whether the body comes to that call on every path is not known here.
        if (effects.length === 1 && effects[0]!.effect?.takes !== undefined) return { ...unknownEffect, takes: 'success' };
        if (effects.some(({ effect }) => effect?.escapes)) return unknownEffect;
        if (effects.some(({ callee, effect }) => (effect ? effect.releases !== 'never' : mayRelease(callee)))) return { ...borrows, releases: 'sometimes' };
        return { ...borrows, returned: param.returned ? [0] : [], assumed: effects.flatMap(({ callee, index, effect, throughPointer }) => (effect ? [] : [{ name: callee, arg: index, ...(throughPointer ? { throughPointer } : {}) }])) };
      }
    }
  }
  // realloc releases on success only; the resource analysis knows what a failure means.
  if (name === 'realloc' && arg === 0) return { ...borrows, releases: 'sometimes' };
  const contract = isOwnName(c, contracts, name) ? undefined : contractArg(contracts, name, arg);
  if (contract?.releases === 'always' && c.isStandIn(name)) return { ...contract, releases: 'sometimes' };
  const row = libcRow(c, name);
  // Contracts have no word for a result that is the argument.
  if (contract && name !== 'free') return row?.result === 'first' && arg === 0 && contract.releases === 'never' && !contract.escapes ? { ...contract, returned: [0] } : contract;
  if (row === undefined) return c.isHidden(name) ? { ...borrows, releases: 'sometimes' } : undefined;
  switch (libcParam(row, arg)) {
    case 'f':
      // fclose releases a stream, not malloc memory; only free() is a release that may be reported on.
      return name === 'free' ? released : { ...borrows, releases: 'sometimes' };
    case 'k':
      return unknownEffect;
    default:
      return row.result === 'first' && arg === 0 ? { ...borrows, returned: [0] } : borrows;
  }
}

function ownedResults({ c, contracts }: KnownC, name: string): readonly OwnedResult[] {
  const own = special.get(name);
  if (own) return [own];
  const summary = c.summary(name);
  if (summary) {
    const unit = c.units[summary.unit];
    const out: OwnedResult[] = [];
    const { result } = summary;
    if (result.owner === 'unknown' && contracts.ownNames.includes(name)) out.push(...contractOwned(contracts, name).filter(({ outArg }) => outArg === undefined));
    // What comes through an argument may be the message that there is no result, or the number of an error.
    const errorArgs = result.mayBeNull ? summary.params.flatMap((param, i) => (param.storedOwned || param.tellsFailure ? [i] : [])) : [];
    if (result.owner === 'owned' && result.deallocator !== undefined && unit) {
      out.push({ index: 0, allocator: result.allocator ?? name, deallocator: result.deallocator, mayBeNil: result.mayBeNull, ...ofLibrary(contracts, result.deallocator), ...(errorArgs.length > 0 ? { errorArgs } : {}), ...(result.at ? { at: { unit, span: result.at } } : {}) });
    }
    summary.params.forEach((param, outArg) => {
      if (!param.storedOwned || param.storedDeallocator === undefined || !unit) return;
      out.push({ index: 0, outArg, allocator: name, deallocator: param.storedDeallocator, mayBeNil: true, ...ofLibrary(contracts, param.storedDeallocator), ...(param.storedAnyhow ? { anyhow: true } : {}), ...(param.at ? { at: { unit, span: param.at } } : {}) });
    });
    return out;
  }
  const contract = isOwnName(c, contracts, name) || name === 'realloc' || c.isStandIn(name) ? [] : contractOwned(contracts, name);
  if (contract.length > 0) return contract;
  const row = libcRow(c, name);
  if (name === 'realloc') return [{ index: 0, allocator: name, deallocator: 'free', mayBeNil: true }];
  const outArg = row ? [...row.params].indexOf('o') : -1;
  if (row && outArg >= 0 && row.deallocator === 'free') return [{ index: 0, outArg, allocator: name, deallocator: 'free', mayBeNil: true }];
  if (row?.result !== 'owned' || row.deallocator !== 'free') return [];
  return [{ index: 0, allocator: name, deallocator: 'free', mayBeNil: row.mayBeNull }];
}

/** What the release function of a library wants; those of C in view and of the C library take any pointer, or are known otherwise. */
const ofLibrary = (contracts: Contracts, deallocator: string): Pick<OwnedResult, 'releaseType'> => (deallocator === 'free' || contracts.lookup(deallocator) === undefined ? {} : releaseType(contracts, deallocator));

/** Whether a C function returns storage that lives as long as the process: a literal, a static array, a buffer of the C library. */
export function returnsStatic(c: CView, name: string): boolean {
  const summary = c.summary(name);
  return summary ? summary.result.owner === 'static' : libcRow(c, name)?.result === 'static' && name !== 'readdir';
}

/** Whether the documentation of its library says that the function may return NULL. */
export function documentsNull({ c, contracts }: KnownC, name: string): boolean {
  const contract = isOwnName(c, contracts, name) ? undefined : contracts.lookup(name);
  return contract?.trusted === true && contract.nullable === true;
}
