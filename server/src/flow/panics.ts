/** Panics that can unwind out of a function: explicit ones, those of literals it runs, and of helpers two calls deep. Source: Go spec, "Handling panics". */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName, type Type } from '../semantics/types.ts';
import { isConstant } from './guards.ts';
import type { CallStep, Cond, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { functionInfo, stepsOf } from './resource/function-info.ts';

export interface PanicFact {
  /** The panic, or the call of the helper. */
  readonly span: Span;
  readonly how: 'panic' | 'goexit' | 'fatal' | 'helper';
  /** What is called: `panic`, `log.Panicf`, the helper's name. */
  readonly callee: string;
  /** It stands behind a test of a lookup (`x == nil`, `!ok`), or where a switch has named every value: it says that something cannot be. */
  readonly isInvariant: boolean;
  /** Inside the helper. */
  readonly inner?: Place;
}

interface Found {
  readonly step: CallStep;
  readonly how: PanicFact['how'];
  readonly callee: string;
}

/** The panics that leave the function because no deferred recover was registered before them. */
export function escapingPanics(ir: FuncIr, flow: PackageFlow, helperDepth = 2): PanicFact[] {
  const out: PanicFact[] = [];
  walk(ir, ir.body, flow, (step, recovered, isInvariant) => {
    const found = explicit(step);
    // recover stops a panic; runtime.Goexit, which testing's Fatal uses, goes on.
    if (recovered && (!found || found.how === 'panic')) return;
    if (found) out.push({ span: step.span, how: found.how, callee: found.callee, isInvariant });
    else if (helperDepth > 0) {
      const inner = helperPanic(step, flow, helperDepth);
      if (inner) out.push({ span: step.span, how: 'helper', callee: 'name' in step.callee ? step.callee.name : '', isInvariant: inner.isInvariant, inner: inner.place });
    }
  });
  // Where another way leads to the same panic, it can be.
  const unique = new Map(out.sort((a, b) => Number(b.isInvariant) - Number(a.isInvariant)).map((fact) => [fact.span.start, fact]));
  return [...unique.values()].sort((a, b) => a.span.start - b.span.start);
}

/** The calls of function values that run while no protecting defer is registered. */
export function unguardedValues(ir: FuncIr, flow: PackageFlow): { readonly span: Span; readonly callee: Operand }[] {
  const out = new Map<number, { readonly span: Span; readonly callee: Operand }>();
  walk(ir, ir.body, flow, (step, recovered) => {
    if (!recovered && step.callee.k === 'value') out.set(step.span.start, { span: step.span, callee: step.callee.fn });
  });
  return [...out.values()];
}

/** Visits every call that may run while no protecting defer is registered; literals that are called where they stand are entered. */
function walk(ir: FuncIr, body: FuncBody, flow: PackageFlow, visit: (step: CallStep, recovered: boolean, isInvariant: boolean) => void): void {
  const info = functionInfo(ir);
  const seen = new Set<string>();
  const queue: { readonly fn: FuncBody; readonly block: number; readonly recovered: boolean; readonly isInvariant: boolean }[] = [{ fn: body, block: 0, recovered: false, isInvariant: false }];
  while (queue.length > 0) {
    const { fn, block: index, recovered, isInvariant } = queue.pop()!;
    const key = `${fn.id}.${index}.${recovered}.${isInvariant}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const block = fn.blocks[index]!;
    let guarded = recovered;
    for (const step of block.steps) {
      if (step.op !== 'call') continue;
      if (step.mode === 'go') continue;
      if (step.mode === 'call') visit(step, guarded, isInvariant);
      const literal = step.callee.k !== 'value' ? undefined : step.callee.fn.k === 'closure' ? step.callee.fn.fn : step.callee.fn.k === 'var' ? info.closures.get(step.callee.fn.v) : undefined;
      // A deferred literal runs when the function is left: what was registered before it still guards, what comes later does not.
      if (literal) queue.push({ fn: literal, block: 0, recovered: guarded, isInvariant: false });
      if (step.mode === 'defer' && protects(step, ir, flow)) guarded = true;
    }
    const { term } = block;
    const next = term.k === 'jump' ? [term.to] : term.k === 'branch' ? [term.yes, term.no] : term.k === 'multi' ? term.to : [];
    const passes = term.k === 'jump' && block.steps.length === 0;
    for (const to of next) {
      // Past the last case of a switch on a value is what nobody expects; a case is what happens.
      const isDefault = term.k === 'multi' ? to === term.otherwise : term.k === 'branch' && term.cond.k === 'eq' && term.cond.isCase === true && to === term.no;
      queue.push({ fn, block: to, recovered: guarded, isInvariant: isDefault || (passes && isInvariant) || (term.k === 'branch' && !(term.cond.k === 'eq' && term.cond.isCase) && testsLookup(ir, term.cond)) });
    }
  }
}

/** A branch on nil, on the second result of a lookup, or on whether two values of the function agree. */
function testsLookup(ir: FuncIr, cond: Cond): boolean {
  if (cond.k === 'truth') return true;
  if (cond.k !== 'eq') return false;
  const sides = [cond.l, cond.r];
  if (sides.every((side) => side.k === 'var' && !isConstant(ir, side, 0) && !isError(side.v))) return true;
  return sides.some((side) => side.k === 'const' && side.value === 'nil') && !sides.some((side) => side.k === 'var' && isError(side.v));
}

/** Errors come from outside, so a panic about one does happen. */
const isError = (v: Var): boolean => (v.type?.k === 'named' && v.type.name === 'error') || (v.name !== undefined && /^err/i.test(v.name));

function explicit({ callee }: CallStep): Omit<Found, 'step'> | undefined {
  if (callee.k === 'builtin' && callee.name === 'panic') return { how: 'panic', callee: 'panic' };
  if (callee.k === 'pkg' && callee.pkg === 'log' && /^Panic/.test(callee.name)) return { how: 'panic', callee: `log.${callee.name}` };
  if (callee.k === 'pkg' && callee.pkg === 'runtime' && callee.name === 'Goexit') return { how: 'goexit', callee: 'runtime.Goexit' };
  if (callee.k === 'method' && isTesting(callee) && /^(?:Fatal|FailNow|Skip)/.test(callee.name)) return { how: 'fatal', callee: callee.name };
  return undefined;
}

function isTesting(callee: { readonly recvType: Type }): boolean {
  const type = callee.recvType.k === 'pointer' ? callee.recvType.elem : callee.recvType;
  return type.k === 'named' && type.pkg === 'testing';
}

/** The function a call runs in this package, every variant. */
function targetsOf(step: CallStep, flow: PackageFlow): readonly GoFunction[] {
  if (step.callee.k === 'go') return flow.targets({ name: step.callee.name }).fns;
  const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
  return step.callee.k === 'method' && recv !== undefined ? flow.targets({ recv, name: step.callee.name }).fns : [];
}

interface Inner {
  readonly place: Place;
  readonly isInvariant: boolean;
}

/** The first panic that leaves a helper. Of several variants any may be the one that is built, so each must panic. */
function helperPanic(step: CallStep, flow: PackageFlow, depth: number): Inner | undefined {
  // A program that C starts by its main is to end with it.
  if (step.callee.k === 'go' && step.callee.name === 'main') return undefined;
  const found = targetsOf(step, flow).map((fn) =>
    flow.askOf<Inner | undefined>(`panics@${depth}`, fn, (current) => {
      const body = current.top.syntax.full();
      if (body.k !== 'Func' || !body.body) return undefined;
      const facts = escapingPanics(flow.ir(current), flow, depth - 1);
      const first = facts.find((fact) => !fact.isInvariant) ?? facts[0];
      return first && { place: first.inner ?? { unit: current.top.syntax, span: first.span }, isInvariant: first.isInvariant };
    }),
  );
  return found.every((one) => one !== undefined) ? found[0] : undefined;
}

/**
 * Whether a deferred call stops a panic: recover works only when the deferred function itself calls it. `defer recover()` and a literal
 * that calls a helper which recovers stop nothing. Source: Go spec, "Handling panics"; measured.
 */
function protects(step: CallStep, ir: FuncIr, flow: PackageFlow): boolean {
  const { callee } = step;
  if (callee.k === 'value') {
    const literal = callee.fn.k === 'closure' ? callee.fn.fn : callee.fn.k === 'var' ? functionInfo(ir).closures.get(callee.fn.v) : undefined;
    // A function value from elsewhere may well recover.
    return literal === undefined || callsRecover(literal);
  }
  if (callee.k === 'pkg') return true;
  if (callee.k !== 'go' && callee.k !== 'method') return false;
  const fns = targetsOf(step, flow);
  if (fns.length === 0) return true;
  return fns.some((fn) => callsRecover(flow.ir(fn).body));
}

/** Deferred calls of recover itself: they look like a guard and stop nothing. */
export function uselessRecovers(ir: FuncIr): Span[] {
  return stepsOf(ir.body).flatMap((step) => (step.op === 'call' && step.mode === 'defer' && step.callee.k === 'builtin' && step.callee.name === 'recover' ? [step.stmt] : []));
}

/** The exported function that runs `fn`, directly or through one function between, without a guard of its own. */
export function exportThatRuns(fn: GoFunction, flow: PackageFlow, depth = 2): GoFunction | undefined {
  if (fn.exported !== undefined) return fn;
  if (depth === 0) return undefined;
  for (const caller of flow.everyFile().flatMap((file) => file.functions)) {
    if (caller.top.syntax === fn.top.syntax || !caller.top.syntax.text.includes(`${fn.name}(`)) continue;
    const body = caller.top.syntax.full();
    if (body.k !== 'Func' || !body.body) continue;
    let runs = false;
    const ir = flow.ir(caller);
    walk(ir, ir.body, flow, (step, recovered) => {
      runs ||= !recovered && targetsOf(step, flow).some((target) => target.top.syntax === fn.top.syntax);
    });
    const found = runs ? exportThatRuns(caller, flow, depth - 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

const callsRecover = (body: FuncBody): boolean => stepsOf(body).some((step: Step) => step.op === 'call' && step.mode === 'call' && step.callee.k === 'builtin' && step.callee.name === 'recover');

