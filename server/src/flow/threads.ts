/**
 * What a function does that depends on the operating-system thread it runs on: error state that C keeps per thread and that a second call reads,
 * and objects that belong to the thread that made them. Which functions these are is said by contracts. Source: runtime.LockOSThread.
 */
import type { Span } from '../base/span.ts';
import { words } from '../base/words.ts';
import type { Contract } from '../semantics/c/contracts.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { predecessors } from './graph.ts';
import type { CallStep, FuncBody } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';

/** C that says nothing of another call: copies, frees, and errors turned into text. */
const neutral = /^(?:C?GoString|GoStringN|GoBytes|CString|CBytes|malloc|calloc|free|strlen|memcpy|memset|[a-z]*_?strerror|ERR_(?:error_string(?:_n)?|lib_error_string|func_error_string|reason_error_string|clear_error))$|_free$|_unref$|^sizeof_/;

export interface ThreadFact {
  readonly span: Span;
  /** The C function that is called at `span`. */
  readonly name: string;
  readonly how: 'error' | 'bound';
  /** `error`: who reads the error, and where. */
  readonly reader?: { readonly name: string; readonly span: Span };
  /** `bound`: why. */
  readonly why?: string;
}

/** Nothing for functions that lock their thread, or run in a package whose init does. */
export function threadFacts(fn: GoFunction, flow: PackageFlow): readonly ThreadFact[] {
  if (!mayDepend(fn, flow)) return [];
  return flow.askOf('threads', fn, (current) => {
    let found: ThreadFact | undefined;
    for (const body of flow.ir(current).bodies) found ??= errorRead(body, flow);
    found ??= boundCall(current, flow);
    return found && !locks(current, flow, 2) && !initLocks(flow) ? [found] : [];
  });
}

/** What a C function that is not in view has to do with its thread; nothing, as a rule. */
interface ThreadState {
  /** It asks for the error of an earlier call; a name alone says so of a function without arguments only. */
  readonly error?: 'always' | 'without arguments';
  /** Why what follows is bound to the thread. */
  readonly bound?: string;
}

function threadState(name: string, flow: PackageFlow): ThreadState {
  return flow.askAbout('thread state', name, () => {
    const { contracts, c } = flow.model;
    const contract = contracts.lookup(name);
    const { threadError, ownThread } = contract?.trusted ? contract : noContract;
    const error = threadError ? 'always' : isErrorName(name) ? 'without arguments' : undefined;
    if ((error === undefined && ownThread === undefined) || c.summary(name)) return {};
    return { ...(error ? { error } : {}), ...(ownThread !== undefined ? { bound: ownThread } : {}) };
  });
}

const noContract: Pick<Contract, 'threadError' | 'ownThread'> = {};

/** Whether a function calls such C, or a function that may ask for an error: of most packages and functions there is no more to ask. */
function mayDepend(fn: GoFunction, flow: PackageFlow): boolean {
  const { cFunctions, traits } = flow.ir(fn);
  for (const name of cFunctions) {
    const { error, bound } = threadState(name, flow);
    if (error !== undefined || bound !== undefined) return true;
  }
  return (traits.has('go call') || traits.has('method call')) && hasErrorReaders(flow);
}

const hasErrorReaders = (flow: PackageFlow): boolean =>
  flow.ask('error readers', () => flow.model.usedCNames.some((name) => threadState(name, flow).error !== undefined));

/** The C call whose error a later C call, or a helper, reads from the thread. */
function errorRead(body: FuncBody, flow: PackageFlow): ThreadFact | undefined {
  for (const [at, block] of body.blocks.entries()) {
    for (const [index, step] of block.steps.entries()) {
      if (step.op !== 'call' || step.mode === 'go' || !readsError(step, flow)) continue;
      const before = lastCall(body, at, index, flow);
      if (before) return { how: 'error', name: nameOf(before), span: before.span, reader: { name: nameOf(step), span: step.span } };
    }
  }
  return undefined;
}

/** The nearest C call on the way to a step; undefined when there is none, or when it is an error read itself. */
function lastCall(body: FuncBody, at: number, index: number, flow: PackageFlow): CallStep | undefined {
  const into = predecessors(body);
  const seen = new Set<number>();
  let queue: { readonly block: number; readonly end: number }[] = [{ block: at, end: index }];
  while (queue.length > 0) {
    const next: typeof queue = [];
    for (const { block, end } of queue) {
      const found = body.blocks[block]!.steps.slice(0, end).findLast((step): step is CallStep => step.op === 'call' && step.mode === 'call' && step.callee.k === 'c' && !isNeutral(step));
      if (found) return readsError(found, flow) ? undefined : found;
      for (const from of into.get(block) ?? []) {
        if (seen.has(from)) continue;
        seen.add(from);
        next.push({ block: from, end: body.blocks[from]!.steps.length });
      }
    }
    queue = next;
  }
  return undefined;
}

/** A call of C's error state without an object, or of a helper that begins with one. */
function readsError(step: CallStep, flow: PackageFlow, depth = 3): boolean {
  if (step.callee.k === 'c') {
    const { error } = threadState(step.callee.name, flow);
    return error === 'always' || (error !== undefined && step.args.length === 0);
  }
  const target = goTarget(step);
  if (!target || depth === 0) return false;
  const { fns } = flow.targets(target);
  return fns.length > 0 && fns.every((fn) => isErrorReader(fn, flow, depth));
}

function isErrorReader(fn: GoFunction, flow: PackageFlow, depth: number): boolean {
  return flow.askOf(`errorReader@${depth}`, fn, (current) => {
    for (const step of calls(current, flow)) {
      if (isLock(step)) return false;
      if (readsError(step, flow, depth - 1)) return true;
      if (step.callee.k === 'c' && !isNeutral(step)) return false;
    }
    return false;
  });
}

/** `xxx_get_last_error()`, `virGetLastError()`: "last" and "error" are words of the name, and no object is asked. */
function isErrorName(name: string): boolean {
  if (!/last/i.test(name)) return false;
  const all = words(name);
  return all.includes('last') && all.some((word) => /err(?:or|no|msg)?$|^error/.test(word));
}

const isNeutral = (step: CallStep): boolean => step.callee.k === 'c' && neutral.test(step.callee.name);

function boundCall(fn: GoFunction, flow: PackageFlow): ThreadFact | undefined {
  const found = calls(fn, flow).find((step) => step.callee.k === 'c' && threadState(step.callee.name, flow).bound !== undefined);
  if (!found || packageLocks(flow)) return undefined;
  return { how: 'bound', name: nameOf(found), span: found.span, why: threadState(nameOf(found), flow).bound ?? '' };
}

function calls(fn: GoFunction, flow: PackageFlow): readonly CallStep[] {
  const { body, bodies } = flow.ir(fn);
  return bodies.length === 1 ? body.calls : bodies.flatMap((one) => one.calls);
}

const isLock = ({ callee }: CallStep): boolean => callee.k === 'pkg' && callee.pkg === 'runtime' && callee.name === 'LockOSThread';

function locks(fn: GoFunction, flow: PackageFlow, depth: number): boolean {
  return flow.askOf(`locksThread@${depth}`, fn, (current) =>
    calls(current, flow).some((step) => {
      const target = goTarget(step);
      return isLock(step) || (depth > 0 && target !== undefined && flow.targets(target).fns.some((callee) => locks(callee, flow, depth - 1)));
    }),
  );
}

const initLocks = (flow: PackageFlow): boolean =>
  flow.gather('init locks thread', (fn) => (fn.name === 'init' && fn.top.syntax.text.includes('LockOSThread') && locks(fn, flow, 0) ? [true] : [])).length > 0;

/** Whether anything in the package locks a thread: it may be for this. */
const packageLocks = (flow: PackageFlow): boolean =>
  flow.gather('locks thread', (fn) => (fn.top.syntax.text.includes('LockOSThread') && locks(fn, flow, 0) ? [true] : [])).length > 0;

function goTarget({ callee }: CallStep): { readonly recv?: string; readonly name: string } | undefined {
  if (callee.k === 'go') return { name: callee.name };
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  return recv === undefined || callee.k !== 'method' ? undefined : { recv, name: callee.name };
}

const nameOf = ({ callee }: CallStep): string => (callee.k === 'c' || callee.k === 'go' || callee.k === 'method' ? callee.name : '');
