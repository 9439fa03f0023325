/**
 * Out-parameters of C calls that failed: what the call left unset is nil, or whatever was there before, and must not be followed. Known are
 * functions whose body in view sets the pointer on success only, and those of which a contract says so.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer } from '../semantics/types.ts';
import { definitions, mentions, originStep } from './definitions.ts';
import type { Block, CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { condOperands } from './guards.ts';
import { firstUse } from './nil-checks.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { deniedBy, type Witness } from './resource/witness.ts';
import { behind, isAbout, telltales } from './telltales.ts';

export interface FailedOut {
  /** The use. */
  readonly span: Span;
  /** The call that may fail. */
  readonly call: Span;
  readonly callee: string;
  readonly name: string;
  /** `failed`: where the result has said so. `early`: before the function looks at the result. `untested`: it never does. */
  readonly how: 'failed' | 'early' | 'untested';
  /** The test that says that the call has failed. */
  readonly test?: Span;
}

/** What the function does with out-parameters that were not set. */
export function failedOuts(fn: GoFunction, flow: PackageFlow): readonly FailedOut[] {
  if (flow.ir(fn).definitions.addressed.size === 0) return [];
  return flow.askOf('failed outs', fn, (current) => {
    const ir = flow.ir(current);
    const found: FailedOut[] = [];
    if (ir.opaque) return found;
    for (const body of bodiesOf(ir)) for (const step of body.calls) if (step.mode === 'call' && step.callee.k === 'c') found.push(...ofCall(ir, body, step, step.callee.name, flow));
    return found;
  });
}

type Success = 'zero' | 'nonzero' | 'nonnegative';

/** The out-parameters that a C function sets on success only, and the results that mean success. */
function outsOf(name: string, { model }: PackageFlow): readonly { readonly arg: number; readonly success: Success }[] {
  const summary = model.c.summary(name);
  if (summary) return summary.params.flatMap(({ unsetOn }, arg) => (unsetOn === undefined ? [] : [{ arg, success: unsetOn === 'zero' ? ('nonzero' as const) : ('zero' as const) }]));
  if (model.c.function(name)?.body !== undefined) return [];
  const contract = model.contracts.lookup(name);
  if (contract?.trusted !== true) return [];
  return (contract.params ?? []).flatMap(({ index, effect, on, success, when }) => (/^out-/.test(effect) && on === 'success' && success !== undefined && when === undefined ? [{ arg: index, success }] : []));
}

function ofCall(ir: FuncIr, body: FuncBody, step: CallStep, callee: string, flow: PackageFlow): FailedOut[] {
  // Asked first, as it is the cheaper question: what the callee does with it may need its body.
  if (!step.args.some((arg) => outVariable(ir, arg))) return [];
  const follows = (name: string, arg: number): boolean => flow.model.c.summary(name)?.params[arg]?.followed === true;
  return outsOf(callee, flow).flatMap(({ arg, success }): FailedOut[] => {
    const out = outVariable(ir, step.args[arg]);
    if (out?.name === undefined || !startsNil(ir, out)) return [];
    const unseen: FailedOut = { span: step.span, call: step.span, callee, name: out.name, how: 'untested' };
    if (out.type?.k !== 'pointer' && !isUnsafePointer(out.type)) return isIgnored(ir, step, out) ? [unseen] : [];
    const results = resultsOf(ir, step);
    const told = new Set([...telltales(ir, step), ...results.keys()]);
    const found = (start: { readonly at: number; readonly index: number }): Span | undefined => firstUse(ir, body, start, out, told, flow, 0, { follows, isOut: true });
    const report = (span: Span, how: FailedOut['how'], test?: Span): FailedOut[] => [{ span, call: step.span, callee, name: out.name!, how, ...(test ? { test } : {}) }];
    const early = found(behind(body, step));
    const tested = body.blocks.some(({ term }) => term.k === 'branch' && condOperands(term.cond).some((operand) => isAbout(ir, operand, told, told, 0)));
    if (early) return report(early, tested ? 'early' : 'untested');
    if (!tested && isIgnored(ir, step, out)) return [unseen];
    for (const block of body.blocks) {
      const edge = failingEdge(block, results, success);
      const use = edge === undefined ? undefined : found({ at: edge, index: 0 });
      if (use && block.term.k === 'branch') return report(use, 'failed', block.term.span);
    }
    return [];
  });
}

/** Nothing reads what the call returns, and nothing compares what came through the pointer, although something uses it. */
function isIgnored(ir: FuncIr, step: CallStep, out: Var): boolean {
  const results = new Set(step.dsts);
  const address = originAddress(ir, step, out);
  let isUsed = false;
  for (const body of bodiesOf(ir)) {
    for (const { steps, term } of body.blocks) {
      const read = [...steps.flatMap((other) => (other === address ? [] : operandsOf(other))), ...(term.k === 'return' ? term.values : [])];
      if (read.some((operand) => mentions(operand, results))) return false;
      isUsed ||= read.some((operand) => mentions(operand, new Set([out])));
      if (term.k === 'branch' && condOperands(term.cond).some((operand) => isAbout(ir, operand, new Set([out]), results, 0))) return false;
    }
  }
  return isUsed;
}

const originAddress = (ir: FuncIr, step: CallStep, out: Var): Step | undefined => step.args.map((arg) => originStep(ir, arg)).find((from) => from?.op === 'addr' && from.base.k === 'var' && from.base.v === out);

/** The local pointer whose address an argument is. */
function outVariable(ir: FuncIr, arg: Operand | undefined): Var | undefined {
  const step = arg && originStep(ir, arg);
  if (step?.op !== 'addr' || step.path !== '' || step.indexed || step.base.k !== 'var') return undefined;
  const { v } = step.base;
  return v.kind === 'local' && (v.type?.k === 'pointer' || isUnsafePointer(v.type) || cTypeName(v.type) !== undefined) ? v : undefined;
}

/** Nothing but nil is assigned to it, and its address is taken once. */
function startsNil(ir: FuncIr, v: Var): boolean {
  const sets = definitions(ir).of.get(v) ?? [];
  const addresses = bodiesOf(ir).flatMap((body) => stepsOf(body).filter((step) => step.op === 'addr' && step.base.k === 'var' && step.base.v === v && step.path === ''));
  return addresses.length === 1 && sets.every((step) => step.op === 'copy' && (step.src.k === 'unknown' || (step.src.k === 'const' && step.src.value === 'nil')));
}

/** The result, copies of it, and errors that functions of the package make of it. */
function resultsOf(ir: FuncIr, step: CallStep): ReadonlyMap<Var, 'result' | 'error'> {
  const out = new Map<Var, 'result' | 'error'>(step.dsts[0] ? [[step.dsts[0], 'result']] : []);
  for (let size = 0; size !== out.size; ) {
    size = out.size;
    for (const body of bodiesOf(ir)) {
      for (const other of stepsOf(body)) {
        if (other.op === 'copy' && other.src.k === 'var' && out.has(other.src.v) && onlyFrom(ir, other.dst, out)) out.set(other.dst, out.get(other.src.v)!);
        if (other.op !== 'call' || other.callee.k === 'c' || other.dsts.length !== 1) continue;
        const made = other.dsts[0]!;
        if (isError(made) && other.args.some((arg) => arg.k === 'var' && out.get(arg.v) === 'result')) out.set(made, 'error');
      }
    }
  }
  return out;
}

/** A variable that holds other values, too, says nothing of this call. */
const onlyFrom = (ir: FuncIr, v: Var, known: ReadonlyMap<Var, unknown>): boolean =>
  (definitions(ir).of.get(v) ?? []).every((step) => step.op === 'copy' && (step.src.k === 'unknown' || step.src.k === 'const' || (step.src.k === 'var' && known.has(step.src.v))));

const isError = ({ type }: Var): boolean => type?.k === 'named' && type.pkg === undefined && type.name === 'error';

/** The block to which a test of the result goes when the call has failed, certainly. */
function failingEdge({ term }: Block, results: ReadonlyMap<Var, 'result' | 'error'>, success: Success): number | undefined {
  if (term.k !== 'branch' || term.cond.k === 'unknown') return undefined;
  const sides = condOperands(term.cond);
  const i = sides.findIndex((side) => side.k === 'var' && results.has(side.v));
  const side = sides[i];
  if (side?.k !== 'var') return undefined;
  // A result that counts says failure by its sign only.
  if (success === 'nonnegative' && results.get(side.v) === 'result' && term.cond.k !== 'cmp') return undefined;
  const witness: Witness = results.get(side.v) === 'error' || success === 'nonnegative' ? 'success' : success;
  const failsOn = (taken: boolean): boolean => term.cond.k !== 'unknown' && deniedBy(witness, term.cond, sides[1 - i], taken) === true;
  if (failsOn(true) === failsOn(false)) return undefined;
  return failsOn(true) ? term.yes : term.no;
}
