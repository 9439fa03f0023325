/** How Go code uses errno: which C calls ask for it, and whether their first result is looked at. Source: cmd/cgo, "Go references to C". */
import type { Span } from '../base/span.ts';
import { returnsErrno } from '../semantics/c/signals.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { originStep } from './definitions.ts';
import type { CallStep, FuncBody, Operand, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf } from './resource/function-info.ts';

export interface ErrnoFact {
  readonly span: Span;
  readonly name: string;
  /** `blind`: the error is used, the result is thrown away. `number`: the result is an error number, and is tested for being negative. `helper`: a C function that only returns errno, asked after another call. */
  readonly how: 'blind' | 'number' | 'helper';
}

/** Functions that return the error number and leave errno alone. Source: POSIX.1-2024. */
const returnsNumber = /^(?:get(?:pw|gr|sp)(?:nam|uid|gid|ent)_r|ttyname_r|posix_(?:memalign|fallocate|fadvise|spawnp?|openpt_r)|pthread_\w+|clock_nanosleep)$/;

export function errnoFacts(fn: GoFunction, flow: PackageFlow): readonly ErrnoFact[] {
  if (!flow.ir(fn).bodies.some(({ calls }) => calls.some((call) => mayMatter(call, flow)))) return [];
  return flow.askOf('errno', fn, (current) => {
    const ir = flow.ir(current);
    const out: ErrnoFact[] = [];
    for (const body of bodiesOf(ir)) {
      for (const { term } of body.blocks) {
        if (term.k !== 'branch' || (term.cond.k !== 'eq' && term.cond.k !== 'cmp')) continue;
        const negative = negativeTest(term.cond);
        const call = negative && originStep(ir, negative);
        if (call?.op === 'call' && call.callee.k === 'c' && returnsNumber.test(call.callee.name)) out.push({ span: term.span, name: call.callee.name, how: 'number' });
      }
      const isLocked = body.calls.some(({ callee }) => callee.k === 'pkg' && callee.pkg === 'runtime' && callee.name === 'LockOSThread');
      for (const [i, step] of isLocked ? [] : body.calls.entries()) {
        const { callee, span } = step;
        // Some other C call of the function has set what it asks for.
        const isAsked = callee.k === 'c' && step.args.length === 0 && step.mode === 'call' && body.calls.slice(0, i).some((other) => other.callee.k === 'c' && other.callee.name !== callee.name && other.callee.name !== 'CString');
        if (isAsked && callee.k === 'c' && returnsErrno(flow.model.c.function(callee.name))) out.push({ span, name: callee.name, how: 'helper' });
      }
      const unnamed = body.calls.filter(({ mode, callee, dsts }) => mode === 'call' && callee.k === 'c' && dsts.length === 2 && dsts[0]?.name === undefined);
      const used = unnamed.length === 0 ? undefined : usedIn(body);
      for (const step of unnamed) if (used && isBlind(step, used)) out.push({ span: step.span, name: step.callee.k === 'c' ? step.callee.name : '', how: 'blind' });
    }
    return out;
  });
}

/** A call that asks for the error, returns its number, or may do nothing but return errno. */
function mayMatter({ callee, dsts, args }: CallStep, flow: PackageFlow): boolean {
  return callee.k === 'c' && (dsts.length === 2 || (args.length === 0 && flow.model.c.function(callee.name)?.body !== undefined) || returnsNumber.test(callee.name));
}

/** `x < 0`, `x == -1` */
function negativeTest(cond: { readonly k: 'eq' | 'cmp'; readonly operator?: string; readonly l: Operand; readonly r: Operand }): Operand | undefined {
  if (cond.r.k !== 'const') return undefined;
  return cond.k === 'cmp' ? (cond.operator === '<' && cond.r.value === '0' ? cond.l : undefined) : cond.r.value === '-1' ? cond.l : undefined;
}

function usedIn(body: FuncBody): ReadonlySet<Var> {
  const used = new Set<Var>();
  const use = (operand: Operand): void => {
    if (operand.k === 'var') used.add(operand.v);
  };
  for (const step of body.steps) operandsOf(step).forEach(use);
  for (const { term } of body.blocks) {
    if (term.k === 'return') term.values.forEach(use);
    if (term.k === 'branch' && (term.cond.k === 'eq' || term.cond.k === 'cmp')) [term.cond.l, term.cond.r].forEach(use);
  }
  return used;
}

/** The result of the call is not looked at, its error is. */
function isBlind({ dsts: [result, error] }: CallStep, used: ReadonlySet<Var>): boolean {
  return result !== undefined && error !== undefined && !used.has(result) && used.has(error);
}
