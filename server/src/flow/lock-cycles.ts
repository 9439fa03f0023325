/** Locks that are held while C calls back into Go that takes them. A sync.Mutex cannot be taken twice, by whichever goroutine. Source: package sync. */
import type { Span } from '../base/span.ts';
import type { CCaller } from '../semantics/c/c-summary.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { mayRegister, mayWalk } from './c-names.ts';
import { calledFunctions, synchronousSteps } from './call-targets.ts';
import { origin } from './definitions.ts';
import type { CallStep, FuncIr } from './ir.ts';
import type { Place } from './knowledge.ts';
import { excludes, givesBack, heldLocks, type Locks, takenBy } from './locks.ts';
import type { PackageFlow } from './package-flow.ts';

export interface LockCycle {
  readonly span: Span;
  readonly lock: string;
  /** The C function that calls back; where it is called, unless at `span`. */
  readonly callee: string;
  readonly at?: Place;
  readonly exported: string;
  /** Where C calls the exported function, and where that takes the lock. */
  readonly inC?: Place;
  readonly taken: Place;
}

interface Taken {
  readonly alone: boolean;
  readonly at: Place;
}

interface BorderCall {
  readonly name: string;
  readonly at: Place;
  /** Functions of C that it gets as arguments. */
  readonly passed: readonly string[];
}

/** The functions of the package with such a call. */
export function functionsWithLockCycles(flow: PackageFlow): readonly GoFunction[] {
  return lockingExports(flow).length === 0 ? [] : flow.functionsWhere('lock cycles', (fn) => lockCycles(fn, flow).length > 0);
}

interface LockingExport {
  readonly exported: string;
  readonly taken: readonly (readonly [string, Taken])[];
}

const lockingExports = (flow: PackageFlow): readonly LockingExport[] =>
  flow.gather('locks of exports', (fn) => (fn.exported === undefined ? [] : [{ exported: fn.exported, taken: takes(fn, flow, 3) }].filter(({ taken }) => taken.length > 0)));

export function lockCycles(fn: GoFunction, flow: PackageFlow): readonly LockCycle[] {
  if (!/\bR?Lock\(\)/.test(fn.top.syntax.text)) return [];
  return flow.askOf('lock cycles', fn, (current) => {
    const exports = lockingExports(flow);
    const ir = flow.ir(current);
    const held = heldLocks(ir, flow.model.shape);
    return ir.bodies.flatMap((body) =>
      body.calls.flatMap((step): LockCycle[] => {
        const locks = step.mode === 'call' ? held.get(step) : undefined;
        if (!locks || locks.size === 0) return [];
        for (const call of callsOfC(step, current, ir, flow, 2)) {
          const found = takenBehind(call, locks, exports, flow);
          if (!found || (step.callee.k !== 'c' && letsGo(step, found.lock, flow))) continue;
          return [{ span: step.span, callee: call.name, ...(step.callee.k === 'c' ? {} : { at: call.at }), ...found }];
        }
        return [];
      }),
    );
  });
}

/** The lock among `held` that an exported function takes which the C function calls: by its body, or because it gets the function and calls back at once by its name. */
function takenBehind(call: BorderCall, held: Locks, exports: readonly LockingExport[], flow: PackageFlow): Pick<LockCycle, 'lock' | 'exported' | 'inC' | 'taken'> | undefined {
  const { c } = flow.model;
  const reached = c.function(call.name)?.body ? c.leadsTo(call.name) : new Map<string, CCaller>();
  for (const { exported, taken } of exports) {
    const by = reached.get(exported);
    const walks = call.passed.includes(exported) && mayWalk(call.name) && !mayRegister(call.name);
    if (!by && !walks) continue;
    const same = taken.find(([name, { alone }]) => excludes(held, new Map([[name, alone]])));
    const unit = by && c.units[by.unit];
    if (same) return { lock: same[0], exported, taken: same[1].at, ...(by && unit ? { inC: { unit, span: by.at } } : {}) };
  }
  return undefined;
}

/** The locks that a function takes before it returns, itself or in functions of the package. */
function takes(fn: GoFunction, flow: PackageFlow, depth: number): readonly (readonly [string, Taken])[] {
  return flow.askOf(`takes locks@${depth}`, fn, (current) => {
    const ir = flow.ir(current);
    const out = new Map<string, Taken>();
    for (const step of synchronousSteps(ir)) {
      const taken = takenBy(ir, step, flow.model.shape);
      if (taken && !out.has(taken.lock)) out.set(taken.lock, { alone: taken.alone, at: { unit: current.top.syntax, span: step.span } });
      if (step.op !== 'call' || step.mode === 'go' || depth === 0) continue;
      for (const target of calledFunctions(step, flow)) for (const [lock, inner] of takes(target, flow, depth - 1)) if (!out.has(lock)) out.set(lock, inner);
    }
    return [...out];
  });
}

/** The calls of C that a step makes, itself or in functions of the package. */
function callsOfC(step: CallStep, fn: GoFunction, ir: FuncIr, flow: PackageFlow, depth: number): readonly BorderCall[] {
  if (step.callee.k === 'c') {
    const passed = step.args.flatMap((arg) => {
      const at = origin(ir, arg);
      return at.k === 'c' ? [at.name] : [];
    });
    return [{ name: step.callee.name, at: { unit: fn.top.syntax, span: step.span }, passed }];
  }
  if (depth === 0) return [];
  return calledFunctions(step, flow).flatMap((target) =>
    flow.askOf(`calls of C@${depth}`, target, (current) => {
      const inner = flow.ir(current);
      return synchronousSteps(inner).flatMap((one) => (one.op === 'call' && one.mode !== 'go' ? callsOfC(one, current, inner, flow, depth - 1) : []));
    }),
  );
}

/** A helper that unlocks may do so before it calls C. */
function letsGo(step: CallStep, lock: string, flow: PackageFlow): boolean {
  return calledFunctions(step, flow).some((target) => /Unlock\(\)/.test(target.top.syntax.text) && givesBack(flow.ir(target), lock, flow.model.shape));
}
