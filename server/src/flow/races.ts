/**
 * State that C, or callbacks from C, share between threads without a lock: library functions with state of the process, C variables written in
 * goroutines, Go registries that exported functions read, objects whose other methods take a lock before they call C.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf } from './resource/function-info.ts';

/**
 * Changes or returns state of the process without a lock of its own, as far as its contract says. Of the C library only what the package does
 * not define itself: a body in view of any other library is that library, brought along.
 */
function isThreadUnsafe(name: string, flow: PackageFlow): boolean {
  return flow.askAbout('thread-unsafe', name, () => {
    const contract = flow.model.contracts.lookup(name);
    return contract?.notThreadSafe === true && contract.trusted && (contract.library.library !== 'libc' || flow.model.c.function(name)?.body === undefined);
  });
}

export interface RaceFact {
  readonly span: Span;
  readonly how: 'library' | 'variable' | 'registry' | 'method';
  /** The C function or variable, the registry, the receiver's type. */
  readonly name: string;
  /** `registry`: the exported function that reads it. `method`: how many others lock. */
  readonly other?: string;
}

/** The functions of the package that have such facts. */
export const racingFunctions = (flow: PackageFlow): readonly GoFunction[] => flow.functionsWhere('races', (fn) => fn.decl.body !== undefined && raceFacts(fn, flow).length > 0);

export function raceFacts(fn: GoFunction, flow: PackageFlow): readonly RaceFact[] {
  if (!mayRace(fn, flow)) return [];
  return flow.askOf('races', fn, (current) => {
    if (mayRunAlone(current)) return [];
    const out: RaceFact[] = [];
    for (const body of bodiesOf(flow.ir(current))) {
      for (const step of stepsIn(body)) {
        if (step.op === 'call' && step.callee.k === 'c' && isThreadUnsafe(step.callee.name, flow)) out.push({ span: step.span, how: 'library', name: step.callee.name });
        if (step.op === 'setGlobal' && step.name.startsWith('C.') && isInGoroutine(current, body, flow)) out.push({ span: step.span, how: 'variable', name: step.name });
      }
    }
    return out.length === 0 || locks(current, flow) ? deviant(current, flow) : out;
  });
}

/** Whether there is anything to ask of a function: state that it touches, or other methods that take a lock. */
function mayRace(fn: GoFunction, flow: PackageFlow): boolean {
  const { cFunctions, traits } = flow.ir(fn);
  if (traits.has('setGlobal') || (fn.recv !== undefined && lockingTypes(flow).some(({ recv }) => recv === fn.recv))) return true;
  for (const name of cFunctions) if (isThreadUnsafe(name, flow)) return true;
  return false;
}

const stepsIn = (body: FuncBody): readonly Step[] => body.steps;

/** Initialisation, and what says that its caller holds the lock. */
const mayRunAlone = (fn: GoFunction): boolean => /^(?:init|main|TestMain)$|locked|unsafe|nolock/i.test(fn.name);

/** A mutex, an atomic or a channel is visibly at work, in the function itself or in a helper that it calls. */
function locks(fn: GoFunction, flow: PackageFlow, depth = 2): boolean {
  return flow.askOf(`takesLock@${depth}`, fn, (current) =>
    bodiesOf(flow.ir(current)).some((body) => stepsIn(body).some((step) => takesLock(step, flow, depth))),
  );
}

function takesLock(step: Step, flow: PackageFlow, depth: number): boolean {
  if (step.op === 'send') return true;
  if (step.op !== 'call') return false;
  const name = 'name' in step.callee ? step.callee.name : '';
  if (/^(?:R?Lock|TryLock|Do|LoadOrStore|CompareAndSwap\w*|Store|Load)$/i.test(name) || (step.callee.k === 'pkg' && step.callee.pkg.startsWith('sync'))) return true;
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  const target = step.callee.k === 'go' ? { name } : recv === undefined ? undefined : { recv, name };
  return depth > 0 && target !== undefined && flow.targets(target).fns.some((callee) => locks(callee, flow, depth - 1));
}

/** The literal is started by a go statement of the function. */
function isInGoroutine(fn: GoFunction, body: FuncBody, flow: PackageFlow): boolean {
  return bodiesOf(flow.ir(fn)).some((outer) => stepsIn(outer).some((step) => step.op === 'call' && step.mode === 'go' && step.callee.k === 'value' && step.callee.fn.k === 'closure' && step.callee.fn.fn === body));
}

/** The package variable whose map or slice a step changes: `registry = append(registry, x)`, `registry[k] = v`. */
function written(step: Step, ir: FuncIr): string | undefined {
  if (step.op === 'setGlobal') {
    const made = originStep(ir, step.src);
    return made?.op === 'call' && made.callee.k === 'builtin' && made.callee.name === 'append' ? step.name : undefined;
  }
  return step.op === 'setIndex' && step.base.k === 'global' ? step.base.name : undefined;
}

/** Where the package changes a map or slice that an exported function reads, both without a lock. */
export function registryRaces(flow: PackageFlow): { readonly fn: GoFunction; readonly fact: RaceFact }[] {
  if (sharedGlobals(flow).size === 0) return [];
  const writers = flow.functionsWhere('registry writers', (fn) => {
    // Most functions name none of these globals, and their steps are not asked for.
    const isShared = ({ name }: { readonly name: string }): boolean => sharedGlobals(flow).has(name);
    return namesAny(fn, sharedGlobals(flow)) && writes(fn, flow).some(isShared) && !mayRunAlone(fn) && !locks(fn, flow);
  });
  if (writers.length === 0) return [];
  const readers = unlockedExports(flow);
  const all = flow.everyFile().flatMap((file) => file.functions);
  return writers.flatMap((fn) => {
    return writes(fn, flow).flatMap(({ name, span }): { fn: GoFunction; fact: RaceFact }[] => {
      const reader = readers.find((one) => one.name !== fn.name && globalsRead(one, flow, 2).includes(name));
      return reader && !all.some((other) => readsUnderLock(other, name, flow)) ? [{ fn, fact: { span, how: 'registry', name, other: reader.name } }] : [];
    });
  });
}

const unlockedExports = (flow: PackageFlow): readonly GoFunction[] => flow.functionsWhere('exported without lock', (fn) => fn.exported !== undefined && !locks(fn, flow));

/** The globals that such functions read. */
const sharedGlobals = (flow: PackageFlow): ReadonlySet<string> => flow.ask('globals read without lock', () => new Set(unlockedExports(flow).flatMap((fn) => globalsRead(fn, flow, 2))));

function namesAny({ top }: GoFunction, names: ReadonlySet<string>): boolean {
  for (const name of names) if (top.syntax.text.includes(name)) return true;
  return false;
}

/** Whoever locks where this is used knows of the threads; the lock may be taken further out elsewhere. */
const readsUnderLock = (fn: GoFunction, name: string, flow: PackageFlow): boolean => fn.top.syntax.text.includes(name) && globalsRead(fn, flow, 0).includes(name) && locks(fn, flow, 0);

/** The registries that a function changes, once each. */
function writes(fn: GoFunction, flow: PackageFlow): readonly { readonly name: string; readonly span: Span }[] {
  const { traits } = flow.ir(fn);
  if (!traits.has('setGlobal') && !traits.has('setIndex')) return [];
  return flow.askOf('registryWrites', fn, (current) => {
    const ir = flow.ir(current);
    const out = new Map<string, Span>();
    for (const body of bodiesOf(ir)) {
      for (const step of stepsIn(body)) {
        const name = written(step, ir);
        if (name !== undefined && !out.has(name) && flow.model.shape.global(name) !== undefined) out.set(name, step.span);
      }
    }
    return [...out].map(([name, span]) => ({ name, span }));
  });
}

/** The globals that a function reads, itself or in functions of the package that it calls. */
function globalsRead(fn: GoFunction, flow: PackageFlow, depth: number): readonly string[] {
  return flow.askOf(`globals read@${depth}`, fn, (current) => {
    const found = new Set<string>();
    for (const { steps } of flow.ir(current).bodies) {
      for (const step of steps) {
        for (const operand of operandsOf(step)) if (operand.k === 'global') found.add(operand.name);
        if (depth === 0 || step.op !== 'call' || step.callee.k !== 'go') continue;
        for (const callee of flow.targets({ name: step.callee.name }).fns) for (const name of globalsRead(callee, flow, depth - 1)) found.add(name);
      }
    }
    return [...found];
  });
}

/** The one method that calls C without the lock that nearly all others of its type take. */
function deviant(fn: GoFunction, flow: PackageFlow): RaceFact[] {
  const others = lockingTypes(flow).find(({ recv }) => recv === fn.recv);
  const call = others && isExported(fn) ? firstC(fn, flow) : undefined;
  return others && call && !locksBefore(call, fn, flow) ? [{ span: call.span, how: 'method', name: others.recv, other: String(others.locking) }] : [];
}

/** The types whose exported methods take a lock before they call C, all but a few, and how many do. */
const lockingTypes = (flow: PackageFlow): readonly { readonly recv: string; readonly locking: number }[] =>
  flow.ask('types that lock for C', () => {
    const byType = new Map<string, { locking: number; free: number }>();
    for (const { recv, locking } of methodsThatCallC(flow)) {
      const counts = byType.get(recv) ?? { locking: 0, free: 0 };
      counts[locking ? 'locking' : 'free']++;
      byType.set(recv, counts);
    }
    return [...byType].flatMap(([recv, { locking, free }]) => (locking >= 6 && locking >= 6 * free ? [{ recv, locking }] : []));
  });

const methodsThatCallC = (flow: PackageFlow): readonly { readonly recv: string; readonly locking: boolean }[] =>
  flow.gather('methods that call C', (fn) => {
    const first = fn.recv !== undefined && fn.decl.body && isExported(fn) ? firstC(fn, flow) : undefined;
    return first && fn.recv !== undefined ? [{ recv: fn.recv, locking: locksBefore(first, fn, flow) }] : [];
  });

const isExported = ({ name }: GoFunction): boolean => /^[A-Z]/.test(name);

/** A lock that is taken later, for something else, does not guard the call. */
function locksBefore(call: CallStep, fn: GoFunction, flow: PackageFlow): boolean {
  const steps = stepsIn(flow.ir(fn).body);
  const at = steps.indexOf(call);
  return at < 0 || steps.slice(0, at).some((step) => takesLock(step, flow, 2));
}

/** A C call that gets something of the receiver. */
function firstC(fn: GoFunction, flow: PackageFlow): CallStep | undefined {
  const { vars, bodies, traits } = flow.ir(fn);
  const receiver = traits.has('field') && traits.has('c call') ? vars.find((v) => v.kind === 'receiver') : undefined;
  if (!receiver) return undefined;
  for (const { calls, steps } of bodies) {
    const isField = (arg: Operand): boolean => arg.k === 'var' && steps.some((step) => step.op === 'field' && step.dst === arg.v && step.base.k === 'var' && step.base.v === receiver);
    for (const call of calls) if (call.callee.k === 'c' && call.args.some(isField)) return call;
  }
  return undefined;
}
