/** How sure a leak is: what the C functions on the way are assumed to do, and what speaks for or against it. An unseen C function is assumed to borrow memory of the malloc family during the call. */
import { mayKeep, mayKeepConst } from '../c-names.ts';
import { finalizedFieldsOf } from '../finalized-fields.ts';
import { fieldOwners } from '../field-owners.ts';
import type { AssumedBorrow } from '../knowledge.ts';
import { type PackageFlow } from '../package-flow.ts';
import type { Leak, ResourceFacts } from './facts.ts';

export interface WeighedLeak {
  readonly leak: Leak;
  /** `certain`: no unseen C function had it. `likely`: the default contract. `possible`: something says that C may keep it. */
  readonly confidence: 'certain' | 'likely' | 'possible';
  /** The unseen function that may keep it. */
  readonly keeper?: string;
}

/** The strongest leak of every allocation. */
export function weighLeaks(facts: ResourceFacts, flow: PackageFlow): WeighedLeak[] {
  const bySite = new Map<unknown, WeighedLeak>();
  for (const leak of facts.leaks) {
    if (leak.copy && !releasedFromField(leak.copy, flow)) continue;
    // The finalizer that whoever made the object has set releases it.
    if (leak.site.field && finalizedFieldsOf(leak.site.field.type, flow)?.has(leak.site.field.path)) continue;
    const weighed = weigh(leak, flow);
    const known = bySite.get(leak.site);
    if (!known || rank(weighed) < rank(known)) bySite.set(leak.site, weighed);
  }
  return [...bySite.values()];
}

/** Whether something in the package releases the field: then it was to keep the memory. */
function releasedFromField({ type, field }: NonNullable<Leak['copy']>, flow: PackageFlow): boolean {
  const declared = flow.model.shape.fields(type)?.find((one) => one.name === field);
  return declared !== undefined && flow.model.complete && fieldOwners(flow).isReleased(type, field, declared.type);
}

const rank = (weighed: WeighedLeak): number => ['certain', 'likely', 'possible'].indexOf(weighed.confidence);

function weigh(leak: Leak, flow: PackageFlow): WeighedLeak {
  if (leak.assumed.length === 0) return { leak, confidence: 'certain' };
  const keeper = leak.assumed.find((borrow) => maybeKept(borrow, leak, flow));
  return keeper ? { leak, confidence: 'possible', keeper: keeper.name } : { leak, confidence: 'likely' };
}

function maybeKept(borrow: AssumedBorrow, leak: Leak, flow: PackageFlow): boolean {
  // The array or struct around it is gone after the call: whoever keeps what is in it has to copy the pointers out.
  if (borrow.contained) return mayKeep(borrow.name);
  // Freed on another path after the call, here or elsewhere in the package: C does not own it.
  if (leak.releasedElsewhere || freedAfter(flow).has(`${borrow.name}#${borrow.arg}`)) return false;
  // An object that its library releases is passed to everything that works on it, never as const.
  if (leak.site.owned.at === undefined && leak.site.owned.deallocator !== 'free') return borrow.subject !== true && mayKeep(borrow.name);
  const param = flow.model.c.function(borrow.name)?.params[borrow.arg];
  if (param?.pointer && param.constPointee) return mayKeepConst(borrow.name);
  // Many C interfaces that only read a string do without const; what keeps one mostly says so by its name.
  const isText = leak.site.owned.allocator === 'CString' && /^(?:unsigned |signed )?char \*$/.test(param?.type ?? '');
  return mayKeep(borrow.name) || ((param?.pointer ?? false) && !isText);
}

/** `name#arg` of every C function after whose call some function of the package releases what it passed. */
export function freedAfter(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('freed after', () => new Set(flow.gather('freed after', (fn) => (fn.decl.body ? [...flow.resources(fn).freedAfter] : []))));
}
