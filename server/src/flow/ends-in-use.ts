/**
 * Methods that end a C object which others may still be using: a goroutine that nobody waits for, readers under a lock that the end does not
 * take, a registry that knows the address longer than the memory lives.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName, type Type } from '../semantics/types.ts';
import { fieldType } from '../semantics/shape.ts';
import { cCallsOfStep } from './c-calls-on.ts';
import { mayRelease } from './c-names.ts';
import { calledFunctions, calledLiteral, synchronousSteps } from './call-targets.ts';
import { origin, originStep } from './definitions.ts';
import { holdsC } from './finalizers.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import { heldLocks } from './locks.ts';
import { loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf } from './resource/function-info.ts';

export interface EndInUse {
  /** The call that ends the object; of `key`, the one that comes too late. */
  readonly span: Span;
  readonly how: 'goroutine' | 'lock' | 'key';
  readonly type: string;
  readonly field: string;
  /** The C function that ends it, and one that others call on it; for `lock` the lock as well. */
  readonly ender: string;
  readonly user: string;
  readonly lock?: string;
  readonly usedAt: Place;
}

interface Ending {
  readonly step: CallStep;
  readonly object: Var;
  readonly type: string;
  readonly field: string;
  readonly ender: string;
  /** Known to release, not only by its name. */
  readonly certain: boolean;
}

/** Such ends in one function. */
export function endsInUse(fn: GoFunction, flow: PackageFlow): readonly EndInUse[] {
  if (fn.recv === undefined || !fn.decl.body || !/^\p{Lu}/u.test(fn.name)) return [];
  const { traits } = flow.ir(fn);
  if (!traits.has('c call') || !traits.has('field')) return [];
  return flow.askOf('ends in use', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque) return [];
    return endings(ir, flow).flatMap((ending) => {
      const late = lateKey(ir, current, ending);
      if (late) return [late];
      if (synchronizes(current, flow)) return [];
      return inGoroutine(ending, flow) ?? underLock(ir, ending, flow) ?? [];
    });
  });
}

/** The calls in a method that end what a field of its receiver points to. */
function endings(ir: FuncIr, flow: PackageFlow): readonly Ending[] {
  const out: Ending[] = [];
  for (const step of ir.body.calls) {
    if (step.callee.k !== 'c' || step.mode === 'go') continue;
    const { name } = step.callee;
    for (let i = 0; i < 2 && i < step.args.length; i++) {
      const load = originStep(ir, step.args[i]!);
      if (load?.op !== 'field' || load.base.k !== 'var' || load.base.v.kind !== 'receiver') continue;
      const effect = flow.knowledge.cArg(name, i);
      const certain = effect?.releases === 'always';
      if (!certain && ((effect !== undefined && effect.releases !== 'sometimes') || !mayRelease(name))) continue;
      const object = load.base.v;
      const type = ownTypeName(object.type);
      if (type !== undefined && isMemory(fieldType(flow.model.shape, object.type, load.name))) out.push({ step, object, type, field: load.name, ender: name, certain });
    }
  }
  return out;
}

const isMemory = (type: Type | undefined): boolean => type !== undefined && holdsC(type);

/** Waits for somebody, takes a lock, or leaves it to sync to tell who comes first: in the method or in a helper that it calls. */
function synchronizes(fn: GoFunction, flow: PackageFlow, depth = 3): boolean {
  return flow.askOf(`synchronizes@${depth}`, fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).some((body) =>
      body.steps.some((step) => {
        if (step.op === 'send' || (step.op === 'binary' && step.operator === '<-') || (step.op === 'range' && step.base.k === 'var' && step.base.v.type?.k === 'chan')) return true;
        if (step.op !== 'call') return false;
        const { callee } = step;
        const called = calledFunctions(step, flow);
        if (called.length > 0) return depth > 0 && called.some((inner) => synchronizes(inner, flow, depth - 1));
        // Methods of what is not this package's: a mutex, a wait group, an atomic, a cancel function.
        return callee.k === 'method' || callee.k === 'value' || (callee.k === 'pkg' && callee.pkg.startsWith('sync'));
      }),
    );
  });
}

/** A goroutine that a function of the package starts and that calls C on the same field over and over. */
function inGoroutine(ending: Ending, flow: PackageFlow): EndInUse[] | undefined {
  const use = flow.ask(`goroutines on:${ending.type}.${ending.field}`, () => flow.gather('goroutines that call C', (fn) => (/\bgo (?:func\b|\w)/.test(fn.top.syntax.text) ? goroutineUses(fn, flow) : [])).find((one) => one.key === `${ending.type}.${ending.field}`));
  return use && [{ span: ending.step.span, how: 'goroutine', type: ending.type, field: ending.field, ender: ending.ender, user: use.user, usedAt: use.at }];
}

interface Use {
  readonly key: string;
  readonly user: string;
  readonly lock?: string;
  readonly at: Place;
}

function goroutineUses(fn: GoFunction, flow: PackageFlow): readonly Use[] {
  return flow.askOf('goroutine uses', fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) =>
      body.calls.flatMap((step): Use[] => {
        if (step.mode !== 'go') return [];
        const literal = calledLiteral(ir, step);
        if (literal) return usesIn(current, ir, literal);
        return calledFunctions(step, flow).flatMap((target) => usesIn(target, flow.ir(target), flow.ir(target).body));
      }),
    );
  });
}

/** C calls in loops on fields of objects of the package. */
function usesIn(fn: GoFunction, ir: FuncIr, body: FuncBody): Use[] {
  return body.blocks.flatMap((block, i) => {
    const calls = block.steps.filter((step): step is CallStep => step.op === 'call' && step.callee.k === 'c');
    if (calls.length === 0 || loopsAround(body, i).length === 0) return [];
    return calls.flatMap((step) =>
      step.args.flatMap((arg): Use[] => {
        const load = originStep(ir, arg);
        const type = load?.op === 'field' && load.base.k === 'var' ? ownTypeName(load.base.v.type) : undefined;
        return load?.op === 'field' && type !== undefined && step.callee.k === 'c' ? [{ key: `${type}.${load.name}`, user: step.callee.name, at: { unit: fn.top.syntax, span: step.span } }] : [];
      }),
    );
  });
}

/** Another method calls C on the field while it holds a lock of the object, and the end neither takes that lock nor clears the field. */
function underLock(ir: FuncIr, ending: Ending, flow: PackageFlow): EndInUse[] | undefined {
  const { type, field, object } = ending;
  const cleared = bodiesOf(ir).some((body) => body.steps.some((step) => (step.op === 'setField' && is(ir, step.base, object)) || (step.op === 'addr' && is(ir, step.base, object))));
  if (!ending.certain || cleared) return undefined;
  const use = flow.ask(`locked uses of:${type}.${field}`, () => flow.functionsWhere(`methods that lock:${type}`, ({ recv, top }) => recv === type && top.syntax.text.includes('Lock()')).flatMap((fn) => lockedUses(fn, field, flow))[0]);
  return use && [{ span: ending.step.span, how: 'lock', type, field, ender: ending.ender, user: use.user, ...(use.lock !== undefined ? { lock: use.lock } : {}), usedAt: use.at }];
}

const is = (ir: FuncIr, operand: Operand, v: Var): boolean => {
  const at = origin(ir, operand);
  return at.k === 'var' && at.v === v;
};

function lockedUses(fn: GoFunction, field: string, flow: PackageFlow): readonly Use[] {
  return flow.askOf(`locked uses ${field}`, fn, (current) => {
    const ir = flow.ir(current);
    const object = ir.body.params[0];
    if (object?.kind !== 'receiver') return [];
    const held = heldLocks(ir, flow.model.shape);
    return ir.body.calls.flatMap((step): Use[] => {
      const lock = [...(held.get(step)?.keys() ?? [])].find((name) => name.startsWith(`${current.recv}.`));
      const [call] = lock === undefined || step.mode !== 'call' ? [] : cCallsOfStep(ir, step, object, `.${field}`, flow, 2);
      return lock !== undefined && call !== undefined ? [{ key: field, user: call.split('#')[0]!, lock, at: { unit: current.top.syntax, span: step.span } }] : [];
    });
  });
}

/** The address is taken out of a registry of the package after it was released: by then it may be that of another object. */
function lateKey(ir: FuncIr, fn: GoFunction, ending: Ending): EndInUse | undefined {
  if (ending.step.mode !== 'call') return undefined;
  const steps = synchronousSteps(ir);
  const at = steps.indexOf(ending.step);
  const clears = steps.slice(at).some((step) => step.op === 'setField' && step.name === ending.field && is(ir, step.base, ending.object));
  if (!ending.certain && !clears) return undefined;
  const block = ir.body.blocks.find((one) => one.steps.includes(ending.step));
  const later = block?.steps.slice(block.steps.indexOf(ending.step) + 1) ?? [];
  const same = (operand: Operand | undefined): boolean => {
    const load = operand && originStep(ir, operand);
    return load?.op === 'field' && load.name === ending.field && load.base.k === 'var' && load.base.v === ending.object;
  };
  const found = later.find((step): step is CallStep => step.op === 'call' && step.mode === 'call' && removes(ir, step, same));
  return found && { span: found.span, how: 'key', type: ending.type, field: ending.field, ender: ending.ender, user: 'name' in found.callee ? found.callee.name : '', usedAt: { unit: fn.top.syntax, span: ending.step.span } };
}

/** `delete(registry, key)` on a map of the package, and what sync.Map and pprof.Profile have in its place. */
function removes(ir: FuncIr, step: CallStep, key: (operand: Operand | undefined) => boolean): boolean {
  const { callee, args } = step;
  if (args[0] === undefined || origin(ir, args[0]).k !== 'global' || !key(args[1])) return false;
  if (callee.k === 'builtin') return callee.name === 'delete';
  if (callee.k !== 'method') return false;
  return callee.name === 'Delete' || callee.name === 'Remove' || callee.name === 'LoadAndDelete';
}
