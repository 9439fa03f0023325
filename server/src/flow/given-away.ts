/** Memory of an object with a finalizer that a function gives away while it lets go of the object: the pointer is returned, or written for C or the caller. */
import type { Span } from '../base/span.ts';
import { buildOf, mayMeet } from '../semantics/build-constraints.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { mentions, origin, originStep } from './definitions.ts';
import { type FinalizerFact, finalizersOf, handlesFinalized, hasFinalizers } from './finalizers.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import { keepers, mayBeHeld } from './liveness.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { isSettled } from './second-release.ts';

export interface GivenAway {
  /** What is returned or written. */
  readonly span: Span;
  readonly object: string;
  readonly type: string;
  readonly field: string;
  readonly kind: FinalizerFact['kind'];
  /** `copied`: not the pointer but what it points to is written, and what that points to ends with the object. */
  readonly how: 'returned' | 'written' | 'copied';
  readonly setAt: Place;
}

/** Where a function gives such memory away. */
export function givenAway(fn: GoFunction, flow: PackageFlow): readonly GivenAway[] {
  if (!hasFinalizers(flow)) return [];
  const { traits } = flow.ir(fn);
  if (!(traits.has('field') || traits.has('method call')) || !handlesFinalized(flow.ir(fn), flow)) return [];
  return flow.askOf('given away', fn, (current) => {
    const ir = flow.ir(current);
    const out: GivenAway[] = [];
    if (ir.opaque) return out;
    const add = (value: Operand, span: Span, how: 'returned' | 'written'): void => {
      const found = judge(current, ir, value, span, how, flow);
      if (found) out.push(found);
    };
    for (const { term } of ir.body.blocks) if (term.k === 'return') term.values.forEach((value, i) => add(value, term.spans[i] ?? term.span, 'returned'));
    if (ir.traits.has('setDeref')) for (const step of ir.body.steps) if (step.op === 'setDeref' && isParameter(ir, step.base)) add(step.src, step.span, 'written');
    return out;
  });
}

const isParameter = (ir: FuncIr, operand: Operand): boolean => {
  const at = origin(ir, operand);
  return at.k === 'var' && at.v.kind === 'param';
};

function judge(fn: GoFunction, ir: FuncIr, value: Operand, span: Span, how: 'returned' | 'written', flow: PackageFlow): GivenAway | undefined {
  const load = originStep(ir, value);
  const copied = how === 'written' && load?.op === 'deref';
  const pointer = copied ? originStep(ir, load.base) : load;
  const v = pointer?.op === 'field' && pointer.base.k === 'var' ? pointer.base.v : pointer?.op === 'call' && pointer.args[0]?.k === 'var' ? pointer.args[0].v : undefined;
  const type = v?.type?.k === 'pointer' ? ownTypeName(v.type) : undefined;
  if (pointer === undefined || v === undefined || type === undefined || v.kind === 'param' || v.kind === 'receiver') return undefined;
  const facts = finalizersOf(type, flow).filter((fact) => mayMeet(buildOf(fn.file), fact.build));
  if (facts.length === 0) return undefined;
  const path = pathOf(pointer, facts, flow);
  // Freeing a struct ends nothing that its fields point to.
  const fact = facts.find((one) => path !== undefined && one.paths.includes(path) && !(copied && (one.releases.get(path) ?? []).every((call) => /^(?:g_)?free#/.test(call))) && isFinalizedHere(ir, v, one, flow));
  if (path === undefined || fact === undefined || isSettled(ir, v, path, fact, flow)) return undefined;
  const kept = keepers(ir, v);
  const leaves = ir.body.blocks.some(({ term }) => term.k === 'return' && term.values.some((one) => mentions(one, kept) || mentions(origin(ir, one), kept)));
  if (leaves || mayBeHeld(ir, kept, flow.knowledge, ir.body)) return undefined;
  return { span, object: v.name ?? 'the object', type, field: path.slice(1), kind: fact.kind, how: copied ? 'copied' : how, setAt: fact.at };
}

/** The field that a load or an accessor of the object gives. */
function pathOf(step: Step, facts: readonly FinalizerFact[], flow: PackageFlow): string | undefined {
  if (step.op === 'field') return `.${step.name}`;
  if (step.op !== 'call' || step.callee.k !== 'method') return undefined;
  const recv = ownTypeName(step.callee.recvType);
  const { name } = step.callee;
  return recv === undefined ? undefined : facts.flatMap(({ paths }) => paths).find((path) => flow.knowledge.goArg({ recv, name }, 0, path)?.returned.includes(0) === true);
}

/** The object was made here, by this function or by one that it calls, and its finalizer was set on the way. */
function isFinalizedHere(ir: FuncIr, v: Var, fact: FinalizerFact, flow: PackageFlow): boolean {
  const made = originStep(ir, { k: 'var', v });
  if (made?.op === 'call') return reaches(made, fact, flow, 4);
  if (made?.op !== 'composite') return false;
  const vars = keepers(ir, v);
  return bodiesOf(ir).some((body) => stepsOf(body).some((step) => step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'runtime' && /^(?:SetFinalizer|AddCleanup)$/.test(step.callee.name) && step.args.slice(0, 1).some((arg) => mentions(arg, vars)) && step.args[1]?.k !== 'const'));
}

/** Whether a call of the package leads to the function that sets the finalizer, whatever else it does. */
function reaches({ callee }: CallStep, fact: FinalizerFact, flow: PackageFlow, depth: number): boolean {
  if (depth === 0 || (callee.k !== 'go' && callee.k !== 'method')) return false;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k === 'method' && recv === undefined) return false;
  return flow.targets({ ...(recv !== undefined ? { recv } : {}), name: callee.name }).fns.some((fn) => fn.top.syntax === fact.at.unit || flow.ir(fn).body.calls.some((inner) => reaches(inner, fact, flow, depth - 1)));
}
