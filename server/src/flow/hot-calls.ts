/** C calls that loops make round after round: each crosses the border, which costs more than a short C function does. Source: runtime/cgocall.go. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isLeaf } from '../semantics/c/leaf.ts';
import { isShort, loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf } from './resource/function-info.ts';

export interface HotCall {
  readonly span: Span;
  readonly callee: string;
  /** `leaf`: the body in view does less than a crossing costs. `nested`: the loop stands in another one. */
  readonly why: 'leaf' | 'nested';
}

/** cgo's own functions, which copy, and what a list of strings needs once per element. */
const perElement = new Set(['CString', 'CBytes', 'GoString', 'GoStringN', 'GoBytes', 'malloc', 'calloc', 'free']);

/** The first such call of each C function. */
export function hotCalls(fn: GoFunction, flow: PackageFlow): readonly HotCall[] {
  return flow.askOf('hot calls', fn, (current) => {
    const ir = flow.ir(current);
    const found = new Map<string, HotCall>();
    for (const body of bodiesOf(ir)) {
      for (const [at, block] of body.blocks.entries()) {
        for (const step of block.steps) {
          if (step.op !== 'call' || step.mode !== 'call' || step.callee.k !== 'c' || perElement.has(step.callee.name) || found.has(step.callee.name)) continue;
          const loops = loopsAround(body, at).filter((loop) => !isShort(ir, body, loop));
          const lowered = loops.length > 0 ? flow.model.c.function(step.callee.name)?.body?.() : undefined;
          const why = lowered && isLeaf(lowered) ? 'leaf' : loops.length > 1 ? 'nested' : undefined;
          if (why) found.set(step.callee.name, { span: step.span, callee: step.callee.name, why });
        }
      }
    }
    return [...found.values()];
  });
}
