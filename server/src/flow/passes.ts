/** Whether a body can be left on a way that leads through one step and past others, whatever its conditions say. */
import { successors } from './graph.ts';
import type { FuncBody, Step } from './ir.ts';

/** Whether some way from the entry of a body to a return leads through a step and through none for which `stops` holds. */
export function passesWithout(body: FuncBody, through: Step, stops: (step: Step) => boolean): boolean {
  const seen = new Set<string>();
  const queue: { readonly block: number; readonly passed: boolean }[] = [{ block: 0, passed: false }];
  while (queue.length > 0) {
    const at = queue.pop()!;
    const key = `${at.block}:${at.passed}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const block = body.blocks[at.block]!;
    if (block.steps.some((step) => step !== through && stops(step))) continue;
    const passed = at.passed || block.steps.includes(through);
    if (block.term.k === 'return' && passed) return true;
    for (const to of successors(block)) queue.push({ block: to, passed });
  }
  return false;
}
