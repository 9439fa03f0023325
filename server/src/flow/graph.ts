/** The control-flow graph of a body: where its blocks lead, and from where they are reached. */
import type { Block, FuncBody } from './ir.ts';

/** The blocks that may run next. */
export function successors({ term }: Block): readonly number[] {
  switch (term.k) {
    case 'jump':
      return [term.to];
    case 'branch':
      return [term.yes, term.no];
    case 'multi':
      return term.to;
    default:
      return [];
  }
}

/** Of each block that something leads to, the blocks from which. */
export function predecessors(body: FuncBody): ReadonlyMap<number, readonly number[]> {
  const out = new Map<number, number[]>();
  for (const [from, block] of body.blocks.entries()) {
    for (const to of successors(block)) {
      const known = out.get(to);
      if (known) known.push(from);
      else out.set(to, [from]);
    }
  }
  return out;
}

/** The blocks that follow a block, itself only when it is in a loop. */
export function reachableFrom(body: FuncBody, block: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const queue = [...successors(body.blocks[block]!)];
  while (queue.length > 0) {
    const at = queue.pop()!;
    if (seen.has(at)) continue;
    seen.add(at);
    queue.push(...successors(body.blocks[at]!));
  }
  return seen;
}
