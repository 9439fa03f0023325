/**
 * C calls that hold up more than their own goroutine: one thread each for goroutines without number, a lock that whoever would end the wait needs,
 * and callbacks in which C waits for a channel. Sources: runtime (entersyscall, debug.SetMaxThreads), Go specification ("Send statements").
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { placeInC, type Reached, reachedFrom, reachesAny } from './c-reach.ts';
import { mayRelease } from './c-names.ts';
import { calledFunctions, calledLiteral, synchronousSteps } from './call-targets.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, SendStep, Step } from './ir.ts';
import type { Place } from './knowledge.ts';
import { heldLocks, locksAtCallers, takenBy } from './locks.ts';
import { isEndless, isShort, loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { stepsOf } from './resource/function-info.ts';

export interface BlockingFact {
  readonly span: Span;
  /** `goroutines`: a go statement in a loop without bound. `locked`: a wait under a lock. `callback`: a send in an exported function. */
  readonly how: 'goroutines' | 'locked' | 'callback';
  /** The C function that is called, the helper that sends, or nothing. */
  readonly name: string;
  /** It is known to block; of a channel, that it is one for all calls. */
  readonly isKnown: boolean;
  /** `locked`: the lock, and the function that would end the wait if it got it. */
  readonly lock?: string;
  readonly closer?: string;
  /** Where the C function is called, the lock is taken, the helper sends. */
  readonly at?: Place;
  /** Where a body in C blocks. */
  readonly inC?: Place;
}

export function blockingFacts(fn: GoFunction, flow: PackageFlow): readonly BlockingFact[] {
  if (fn.exported === undefined && !flow.ir(fn).traits.has('go') && !reachesAny(fn, flow)) return [];
  return flow.askOf('blocking', fn, (current) => [...goroutines(current, flow), ...waitsUnderLock(current, flow), ...sends(current, flow)]);
}

function goroutines(fn: GoFunction, flow: PackageFlow): BlockingFact[] {
  const ir = flow.ir(fn);
  if (!ir.traits.has('go') || !/\bfor\b/.test(fn.top.syntax.text)) return [];
  return ir.bodies.flatMap((body) =>
    body.calls.flatMap((step): BlockingFact[] => {
      if (step.mode !== 'go' || !isManyTimes(ir, body, step)) return [];
      const found = blockingCall(step, fn, ir, flow);
      return found ? [{ span: step.stmt, how: 'goroutines', ...found }] : [];
    }),
  );
}

/** In a loop whose rounds nothing bounds, and in which nothing waits for a place: a semaphore is a channel, or has Acquire. */
function isManyTimes(ir: FuncIr, body: FuncBody, step: CallStep): boolean {
  const block = body.blocks.findIndex(({ steps }) => steps.includes(step));
  const loop = loopsAround(body, block).find((one) => isEndless(body, one) || (!isCounted(body, one.head) && !isShort(ir, body, one)));
  if (!loop) return false;
  return ![...loop.blocks].some((at) => body.blocks[at]!.steps.some((other) => isEntrance(other)));
}

/** A loop with a condition has a bound of its own, and so has a range over a number; what is ranged over must be seen to be more. */
function isCounted(body: FuncBody, head: number): boolean {
  const { term } = body.blocks[head]!;
  if (term.k !== 'multi') return true;
  const range = term.to.flatMap((to) => body.blocks[to]!.steps.find((step) => step.op === 'range') ?? [])[0];
  return range?.op !== 'range' || range.base.k !== 'var' || !/^(?:slice|map|chan)$/.test(range.base.v.type?.k ?? '');
}

const isEntrance = (step: Step): boolean => step.op === 'send' || (step.op === 'binary' && step.operator === '<-') || (step.op === 'call' && step.callee.k === 'method' && /^(?:Try)?(?:Acquire|Lock|Wait)/.test(step.callee.name));

/** The C call that a started goroutine makes before it has waited for anything: one that blocks, or else the first of which nothing is known. */
function blockingCall(start: CallStep, fn: GoFunction, ir: FuncIr, flow: PackageFlow): Pick<BlockingFact, 'name' | 'isKnown' | 'at' | 'inC'> | undefined {
  const literal = calledLiteral(ir, start);
  if (start.callee.k === 'c') return describeCall(start, fn, flow);
  const runs = literal ? [{ fn, steps: synchronousSteps(ir, literal) }] : calledFunctions(start, flow).map((target) => ({ fn: target, steps: synchronousSteps(flow.ir(target)) }));
  const found = runs.flatMap((run) => {
    const gate = run.steps.findIndex(isEntrance);
    return run.steps.slice(0, gate < 0 ? undefined : gate).flatMap((step) => (step.op === 'call' && step.callee.k === 'c' ? (describeCall(step, run.fn, flow) ?? []) : []));
  });
  return found.find(({ isKnown }) => isKnown) ?? found[0];
}

function describeCall(step: CallStep, fn: GoFunction, flow: PackageFlow): Pick<BlockingFact, 'name' | 'isKnown' | 'at' | 'inC'> | undefined {
  const name = step.callee.k === 'c' ? step.callee.name : '';
  const blocks = reachedFrom(name, flow).find(({ contract }) => contract.blocks === true);
  const at = { unit: fn.top.syntax, span: step.span };
  if (blocks) return { name, isKnown: true, at, ...inC(blocks, flow) };
  const isKnownQuick = flow.model.c.function(name)?.body !== undefined || flow.model.contracts.lookup(name) !== undefined || mayRelease(name) || copies.test(name);
  return isKnownQuick ? undefined : { name, isKnown: false, at };
}

/** What cgo itself provides. */
const copies = /^(?:CString|CBytes|GoString|GoStringN|GoBytes|malloc)$/;

function inC(reached: Reached, flow: PackageFlow): { readonly inC?: Place } {
  const place = placeInC(reached, flow);
  return place ? { inC: place } : {};
}

/** Calls that wait for something from outside while a lock is held that the function which closes the object takes before it does anything else. */
function waitsUnderLock(fn: GoFunction, flow: PackageFlow): BlockingFact[] {
  if (!reachesAny(fn, flow)) return [];
  const ir = flow.ir(fn);
  const waiting = ir.bodies.flatMap((body) => body.calls.flatMap((step) => {
    if (step.callee.k !== 'c' || step.mode !== 'call') return [];
    const { name } = step.callee;
    // A wait deeper in C may be for a thread that C itself has started.
    const reached = reachedFrom(name, flow).find(({ contract, by }) => contract.waits === true && (by === undefined || by.name === name));
    return reached ? [{ step, name, reached }] : [];
  }));
  if (waiting.length === 0) return [];
  const held = heldLocks(ir, flow.model.shape);
  const outside = locksAtCallers(fn, flow);
  return waiting.flatMap(({ step, name, reached }): BlockingFact[] => {
    for (const lock of new Set([...(held.get(step)?.keys() ?? []), ...outside.keys()])) {
      const closer = closersBehind(lock, flow).find((one) => one.fn !== fn.name);
      if (closer) return [{ span: step.span, how: 'locked', name, isKnown: true, lock, closer: closer.fn, at: closer.at, ...inC(reached, flow) }];
    }
    return [];
  });
}

/** Functions that release an object of C behind the lock, and take it without having told anybody before. */
function closersBehind(lock: string, flow: PackageFlow): readonly { readonly fn: string; readonly at: Place }[] {
  return flow.ask(`closers behind:${lock}`, () => flow.gather('closers', (fn) => (fn.decl.body && fn.top.syntax.text.includes('Lock()') ? closing(fn, flow) : [])).filter((one) => one.lock === lock));
}

function closing(fn: GoFunction, flow: PackageFlow): { readonly lock: string; readonly fn: string; readonly at: Place }[] {
  return flow.askOf('closing', fn, (current) => {
    const ir = flow.ir(current);
    const steps = stepsOf(ir.body);
    const at = steps.findIndex((step) => takenBy(ir, step, flow.model.shape) !== undefined);
    if (at < 0 || !isEnd(current.name) || steps.slice(0, at).some(mayTell)) return [];
    const { lock } = takenBy(ir, steps[at]!, flow.model.shape)!;
    const releases = synchronousSteps(ir).some((step) => step.op === 'call' && step.callee.k === 'c' && endsObject(step.callee.name, flow));
    return releases ? [{ lock, fn: current.name, at: { unit: current.top.syntax, span: steps[at]!.span } }] : [];
  });
}

/** By its name: it ends the object. */
const isEnd = (name: string): boolean => mayRelease(name) || /^(?:stop|shutdown|cancel|quit|end)/i.test(name);

/** A call, a send or a store may be what makes the other side stop waiting. */
const mayTell = (step: Step): boolean => step.op === 'send' || step.op === 'setField' || step.op === 'setGlobal' || (step.op === 'call' && !(step.callee.k === 'builtin' && step.callee.name === 'len'));

function endsObject(name: string, flow: PackageFlow): boolean {
  if (name === 'free') return false;
  return mayRelease(name) || flow.model.contracts.lookup(name)?.params?.some(({ effect }) => effect === 'releases') === true;
}

/** Sends by which an exported function, or a helper that it calls, waits until somebody receives. */
function sends(fn: GoFunction, flow: PackageFlow): BlockingFact[] {
  if (fn.exported === undefined || !isCalledBack(fn, fn.exported, flow)) return [];
  const ir = flow.ir(fn);
  return synchronousSteps(ir).flatMap((step): BlockingFact[] => {
    if (step.op === 'send') return waitsForReceiver(ir, step) ? [{ span: step.stmt, how: 'callback', name: '', isKnown: origin(ir, step.to).k === 'global' }] : [];
    if (step.op !== 'call' || step.mode === 'go') return [];
    const inner = calledFunctions(step, flow).flatMap((target) => sendsIn(target, flow) ?? [])[0];
    return inner ? [{ span: step.span, how: 'callback', name: 'name' in step.callee ? step.callee.name : '', ...inner }] : [];
  });
}

function sendsIn(fn: GoFunction, flow: PackageFlow): { readonly at: Place; readonly isKnown: boolean } | undefined {
  return flow.askOf('waiting send', fn, (current) => {
    const ir = flow.ir(current);
    const found = synchronousSteps(ir).find((step) => step.op === 'send' && waitsForReceiver(ir, step));
    return found?.op === 'send' ? { at: { unit: current.top.syntax, span: found.stmt }, isKnown: origin(ir, found.to).k === 'global' } : undefined;
  });
}

/** Not a case of a select, not to a channel whose room was looked at, and not to one that was made here: that one is nobody else's yet. */
function waitsForReceiver(ir: FuncIr, step: SendStep): boolean {
  if (step.isCase) return false;
  const looks = synchronousSteps(ir).some((other) => other.op === 'call' && other.callee.k === 'builtin' && other.callee.name === 'cap');
  const made = originStep(ir, step.to);
  return !looks && !(made?.op === 'call' && made.callee.k === 'builtin' && made.callee.name === 'make') && origin(ir, step.to).k !== 'const';
}

/** In a program, functions are exported for its own C; in a library that C programs use they may be the interface. */
function isCalledBack(fn: GoFunction, exported: string, flow: PackageFlow): boolean {
  return fn.file.go.packageName !== 'main' || flow.model.c.callersOf(exported).length > 0 || flow.model.mentionsC(exported);
}
