/** The loops of a body, and what is known of the number of their rounds. */
import { predecessors, reachableFrom, successors } from './graph.ts';
import { onlyDefinition, origin } from './definitions.ts';
import type { FuncBody, FuncIr, Step } from './ir.ts';

export interface Loop {
  readonly head: number;
  readonly blocks: ReadonlySet<number>;
}

/** The natural loops that contain a block, innermost first. */
export function loopsAround(body: FuncBody, block: number): Loop[] {
  if (!reachableFrom(body, block).has(block)) return [];
  const before = predecessors(body);
  const loops = new Map<number, Set<number>>();
  body.blocks.forEach((from, at) => {
    for (const head of successors(from)) {
      // What leads back to a block that every way from the entry passes closes a loop.
      if (!dominates(body, head, at)) continue;
      const blocks = loops.get(head) ?? loops.set(head, new Set([head])).get(head)!;
      const queue = [at];
      while (queue.length > 0) {
        const inner = queue.pop()!;
        if (blocks.has(inner)) continue;
        blocks.add(inner);
        queue.push(...(before.get(inner) ?? []));
      }
    }
  });
  return [...loops].filter(([, blocks]) => blocks.has(block)).sort(([, a], [, b]) => a.size - b.size).map(([head, blocks]) => ({ head, blocks }));
}

/** Whether every way from the entry to one block comes through the other. */
export function dominates(body: FuncBody, head: number, at: number): boolean {
  if (head === at || head === 0) return true;
  const seen = new Set([head]);
  const queue = [0];
  while (queue.length > 0) {
    const block = queue.pop()!;
    if (seen.has(block)) continue;
    if (block === at) return false;
    seen.add(block);
    queue.push(...successors(body.blocks[block]!));
  }
  return reachableFrom(body, head).has(at);
}

/** A bound that is written down: an array, a literal, a constant. */
export function isShort(ir: FuncIr, body: FuncBody, loop: Loop): boolean {
  const { term } = body.blocks[loop.head]!;
  if (term.k === 'branch' && term.cond.k === 'cmp') return term.cond.operator.startsWith('<') && term.cond.r.k !== 'var';
  if (term.k !== 'multi') return false;
  const range = [...loop.blocks].flatMap((at) => body.blocks[at]!.steps).find((step) => step.op === 'range' && term.to.includes(blockOf(body, step)));
  if (range?.op !== 'range') return false;
  if (range.base.k === 'const' || (range.base.k === 'var' && range.base.v.type?.k === 'array')) return true;
  const base = origin(ir, range.base);
  return base.k === 'var' && onlyDefinition(ir, base.v)?.op === 'composite';
}

const blockOf = (body: FuncBody, step: Step): number => body.blocks.findIndex((block) => block.steps.includes(step));

/** `for {}`, or a range over a channel: nothing bounds the number of rounds. */
export function isEndless(body: FuncBody, loop: Loop): boolean {
  const { steps, term } = body.blocks[loop.head]!;
  if (term.k === 'jump') return steps.length === 0;
  if (term.k !== 'multi') return false;
  return term.to.some((to) => body.blocks[to]?.steps.some((step) => step.op === 'range' && step.base.k === 'var' && step.base.v.type?.k === 'chan'));
}
