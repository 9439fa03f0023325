/** What a call does on a path: functions in view by their summary, the C library by its table, others by their contract, everything else by what is unknown of it. */
import type { Span } from '../../base/span.ts';
import type { CExpr } from '../../syntax/c/c-facts.ts';
import type { COutcome } from './c-evaluate.ts';
import type { CMemory } from './c-memory.ts';
import { alternatives, nullValue, number, oneOf, staticValue, unknown, withAlloc, withVar, type CState, type CValue } from './c-state.ts';
import type { CSummary } from './c-summary.ts';
import { libcFunction, libcParam, type LibcFunction } from './libc.ts';

export interface CAllocation {
  readonly allocator: string;
  readonly deallocator: string;
  readonly mayBeNull: boolean;
  readonly at: Span;
  /** It came through a pointer argument: whether it was made, the result of the call tells. */
  readonly stored?: true;
  /** It is an object of a library: functions of which nothing is known may become its owner. */
  readonly object?: true;
}

/** What a call model needs to know of the body it is used in. */
export interface CCallContext {
  /** The function whose body it is. */
  readonly self: string;
  /** The summary of a function in view. */
  summary(name: string): CSummary | undefined;
  /** What is known of a function that is not in view. */
  contract(name: string): CContract | undefined;
  /** What a macro that is just another name stands for; else the name itself. */
  alias(name: string): string;
  /** Whether the name is a variable or parameter of the body: then the call goes through a pointer. */
  isLocal(name: string): boolean;
  /** The number of an allocation site. */
  site(allocation: CAllocation): number;
  allocation(site: number): CAllocation | undefined;
}

/** What a trusted contract says for sure. What becomes of a parameter of the body that is handed on is decided by who reads the summary. */
export interface CContract {
  /** By argument: `own` where the function releases nothing but objects of its type. */
  readonly releases: ReadonlyMap<number, 'any' | 'own'>;
  /** By argument: what releases the memory that the variable it points to receives. */
  readonly stores: ReadonlyMap<number, string>;
  /** Arguments that the function may take, keep or release, on whatever condition. */
  readonly keeps: ReadonlySet<number>;
  readonly owned?: { readonly deallocator: string; readonly mayBeNull: boolean };
  readonly noReturn: boolean;
}

type Call = Extract<CExpr, { kind: 'call' }>;

/** The outcomes of a call with evaluated arguments; none when it does not return. */
export function applyCall(call: Call, args: readonly CValue[], state: CState, memory: CMemory, context: CCallContext): readonly COutcome[] {
  const name = call.callee === undefined || context.isLocal(call.callee) ? undefined : context.alias(call.callee);
  const summary = name === undefined ? undefined : context.summary(name);
  if (summary) return applySummary(summary, call, args, state, memory, context);
  if (name === 'realloc' || name === 'reallocarray' || name === 'reallocf') return reallocate(name, call, args, state, memory, context);
  const row = name === undefined ? undefined : libcFunction(name);
  if (name !== undefined && row) return applyRow(name, row, call, args, state, memory, context);
  const contract = name === undefined ? undefined : context.contract(name);
  if (name !== undefined && contract) return applyContract(name, contract, call, args, state, memory, context);
  let now = state;
  // A function that frees is passed beside the pointer: whoever gets both will release it.
  const taken = call.args.some((arg) => arg.kind === 'name' && libcFunction(arg.name)?.params.startsWith('f'));
  const pointer = name === undefined ? (call.through?.kind === 'field' ? call.through.name : context.self) : undefined;
  args.forEach((value, i) => {
    if (taken) now = memory.keep(value, now, call.span);
    else now = keepObjects(value, memory.giveAway(value, now, call.span, name ?? pointer, i, pointer === undefined ? undefined : true), call, memory, context);
    if (!taken) now = keepWithEnding(value, now, call, memory, context);
  });
  return [{ state: now, value: unknown }];
}

/** What the body allocated has another owner where a function in view that releases it is passed with it. */
function keepWithEnding(value: CValue, state: CState, call: Call, memory: CMemory, context: CCallContext): CState {
  const made = alternatives(value).filter((v) => v.kind === 'alloc');
  if (made.length === 0 || !call.args.some((arg) => arg.kind === 'name' && /releases$/.test(context.summary(arg.name)?.params[0]?.effect ?? ''))) return state;
  return memory.keep(oneOf(made), state, call.span);
}

function applyRow(name: string, row: LibcFunction, call: Call, args: readonly CValue[], state: CState, memory: CMemory, context: CCallContext): readonly COutcome[] {
  let now = state;
  const allocation: CAllocation = { allocator: name, deallocator: row.deallocator ?? 'free', mayBeNull: row.mayBeNull, at: call.span };
  args.forEach((value, i) => {
    switch (libcParam(row, i)) {
      case 'f':
        now = memory.release(value, now, call.span, true);
        break;
      case 'k':
        now = memory.keep(value, now, call.span);
        break;
      case 'w':
        memory.writtenThrough(value);
        now = memory.clobber(value, now);
        break;
      case 'o':
        now = storeOwned(value, allocation, now, memory, context);
        break;
      case 'r':
    }
  });
  if (row.noReturn) return [];
  if (/^(?:w?mem(?:p?cpy|move))$/.test(name)) now = memory.copy(args[0] ?? unknown, args[1] ?? unknown, now, call.span);
  switch (row.result) {
    case 'owned':
      return [allocate(allocation, now, context)];
    case 'first':
      return [{ state: now, value: row.mayBeNull ? oneOf([args[0] ?? unknown, nullValue]) : (args[0] ?? unknown) }];
    case 'static':
      return [{ state: now, value: row.mayBeNull ? oneOf([staticValue, nullValue]) : staticValue }];
    case 'value':
      return [{ state: now, value: number }];
  }
}

function applyContract(name: string, contract: CContract, call: Call, args: readonly CValue[], state: CState, memory: CMemory, context: CCallContext): readonly COutcome[] {
  let now = state;
  args.forEach((value, i) => {
    const release = contract.releases.get(i);
    const deallocator = contract.stores.get(i);
    if (deallocator !== undefined) now = storeOwned(value, { allocator: name, deallocator, mayBeNull: true, at: call.span, object: true }, now, memory, context);
    else if (release === undefined) {
      now = keepWithEnding(value, memory.giveAway(value, now, call.span, name, i), call, memory, context);
      if (contract.keeps.has(i)) now = keepObjects(value, now, call, memory, context);
    } else {
      if (release === 'own') for (const index of memory.paramsIn(value, now)) memory.effects.ownTypeReleased(index);
      now = memory.release(value, now, call.span, true);
    }
  });
  if (contract.noReturn) return [];
  return [contract.owned ? allocate({ allocator: name, ...contract.owned, at: call.span, object: true }, now, context) : { state: now, value: unknown }];
}

/** The objects of libraries among `value` have another owner now, perhaps. */
function keepObjects(value: CValue, state: CState, call: Call, memory: CMemory, context: CCallContext): CState {
  const objects = alternatives(value).filter((v) => v.kind === 'alloc' && context.allocation(v.site)?.object);
  return objects.length === 0 ? state : memory.keep(oneOf(objects), state, call.span);
}

function allocate(allocation: CAllocation, state: CState, context: CCallContext): COutcome {
  const site = context.site(allocation);
  return { state: withAlloc(state, site, allocation.mayBeNull ? 'live' : 'nonnull'), value: { kind: 'alloc', site } };
}

/** `*out` receives memory that its holder owns; it may be NULL when the call failed. */
function storeOwned(out: CValue, allocation: CAllocation, state: CState, memory: CMemory, context: CCallContext): CState {
  const made = allocate({ ...allocation, mayBeNull: true, stored: true }, state, context);
  if (out.kind === 'local') return withVar(made.state, out.name, made.value);
  return memory.store(out, '', made.value, made.state, allocation.at);
}

/** Success releases the old block and yields a new one, failure yields NULL and leaves the old one (reallocf releases it as well). */
function reallocate(name: string, call: Call, args: readonly CValue[], state: CState, memory: CMemory, context: CCallContext): readonly COutcome[] {
  const old = args[0] ?? unknown;
  memory.doubt(old, state);
  const made = allocate({ allocator: name, deallocator: 'free', mayBeNull: false, at: call.span }, state, context);
  // The old block may come from the same site, in a loop: then the new state of the site is the one that counts.
  const same = old.kind === 'alloc' && made.value.kind === 'alloc' && old.site === made.value.site;
  const success = { state: same ? made.state : memory.release(old, made.state, call.span, true), value: made.value };
  const failed = name === 'reallocf' ? memory.release(old, state, call.span, true) : state;
  return [success, { state: failed, value: nullValue }];
}

function applySummary(summary: CSummary, call: Call, args: readonly CValue[], state: CState, memory: CMemory, context: CCallContext): readonly COutcome[] {
  let now = state;
  const results: CValue[] = [];
  args.forEach((value, i) => {
    const param = summary.params[i];
    memory.doubtContents(value, state);
    if (!param) {
      // A variadic argument.
      now = memory.giveAway(value, now, call.span, undefined, i);
      return;
    }
    if (param.written) {
      memory.writtenThrough(value);
      now = memory.clobber(value, now);
    }
    if (param.ownType) for (const index of memory.paramsIn(value, now)) memory.effects.ownTypeReleased(index);
    if (param.contentsReleased) now = memory.releaseContents(value, now, call.span);
    if (param.effect === 'releases' || param.effect === 'may-release') now = memory.release(value, now, call.span, param.effect === 'releases');
    else if (param.effect === 'retains' && param.keptBehind) now = param.keptBehind.reduce((after, behind) => memory.store(args[behind] ?? unknown, '[]', value, after, call.span, (param.keptDepth ?? 0) + 1), now);
    else if (param.effect === 'retains') now = memory.keep(value, now, call.span, param.keptDepth === undefined ? unknown : staticValue, (param.keptDepth ?? 0) + 1);
    else if (param.effect === 'unknown') {
      now = memory.giveAway(value, now, call.span, undefined, i);
      for (const index of memory.paramsIn(value, now)) for (const on of param.handedOn) memory.effects.handedOn(index, on.callee, on.index, call.span, on.throughPointer);
    }
    if (param.storedOwned) now = storeOwned(value, { allocator: summary.name, deallocator: param.storedDeallocator ?? 'free', mayBeNull: true, at: call.span }, now, memory, context);
    if (param.returned) results.push(value);
  });
  if (summary.noReturn) return [];
  const { owner, allocator, deallocator, mayBeNull } = summary.result;
  if (owner === 'owned') return [allocate({ allocator: allocator ?? summary.name, deallocator: deallocator ?? 'free', mayBeNull, at: call.span }, now, context)];
  if (owner === 'static') results.push(staticValue);
  else if (owner === 'unknown' || results.length === 0) results.push(unknown);
  if (mayBeNull) results.push(nullValue);
  return [{ state: now, value: oneOf(results) }];
}
