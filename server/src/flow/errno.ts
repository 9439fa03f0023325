/** How Go code uses errno: which C calls ask for it, and whether their first result is looked at. Source: cmd/cgo, "Go references to C". */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { originStep } from './definitions.ts';
import type { CallStep, Operand } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf } from './resource/function-info.ts';

export interface ErrnoFact {
  readonly span: Span;
  readonly name: string;
  /** `blind`: the error is used, the result is thrown away. `number`: the result is an error number, and is tested for being negative. */
  readonly how: 'blind' | 'number';
}

/** Functions that return the error number and leave errno alone. Source: POSIX.1-2024. */
const returnsNumber = /^(?:get(?:pw|gr|sp)(?:nam|uid|gid|ent)_r|ttyname_r|posix_(?:memalign|fallocate|fadvise|spawnp?|openpt_r)|pthread_\w+|clock_nanosleep)$/;

export function errnoFacts(fn: GoFunction, flow: PackageFlow): readonly ErrnoFact[] {
  return flow.askOf('errno', fn, (current) => {
    const ir = flow.ir(current);
    const out: ErrnoFact[] = [];
    for (const body of bodiesOf(ir)) {
      const used = new Set<object>();
      for (const block of body.blocks) {
        for (const step of block.steps) for (const operand of operandsOf(step)) if (operand.k === 'var') used.add(operand.v);
        const { term } = block;
        if (term.k === 'return') for (const value of term.values) if (value.k === 'var') used.add(value.v);
        if (term.k !== 'branch' || (term.cond.k !== 'eq' && term.cond.k !== 'cmp')) continue;
        for (const value of [term.cond.l, term.cond.r]) if (value.k === 'var') used.add(value.v);
        const negative = negativeTest(term.cond);
        const call = negative && originStep(ir, negative);
        if (call?.op === 'call' && call.callee.k === 'c' && returnsNumber.test(call.callee.name)) out.push({ span: term.span, name: call.callee.name, how: 'number' });
      }
      for (const step of body.blocks.flatMap((block) => block.steps)) {
        if (isBlind(step, used)) out.push({ span: step.span, name: (step.callee as { readonly name: string }).name, how: 'blind' });
      }
    }
    return out;
  });
}

/** `x < 0`, `x == -1` */
function negativeTest(cond: { readonly k: 'eq' | 'cmp'; readonly operator?: string; readonly l: Operand; readonly r: Operand }): Operand | undefined {
  if (cond.r.k !== 'const') return undefined;
  return cond.k === 'cmp' ? (cond.operator === '<' && cond.r.value === '0' ? cond.l : undefined) : cond.r.value === '-1' ? cond.l : undefined;
}

function isBlind(step: { readonly op: string }, used: ReadonlySet<object>): step is CallStep {
  const call = step as CallStep;
  if (step.op !== 'call' || call.mode !== 'call' || call.callee.k !== 'c' || call.dsts.length !== 2) return false;
  const [result, error] = call.dsts;
  return result !== undefined && error !== undefined && !used.has(result) && result.name === undefined && used.has(error);
}
