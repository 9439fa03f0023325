/** Which buffers have had their length looked at on every path to a step. Any test counts: whether it is the right one, nobody can tell without types. */
import { definitions, onlyDefinition } from './definitions.ts';
import type { Cond, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { functionInfo, keyOf, targetsOf } from './resource/function-info.ts';

type Measured = ReadonlySet<string>;

/** Whether the length of the slice `buffer` is known or tested on every path that reaches `step`. */
export function isMeasured(ir: FuncIr, step: Step, buffer: Operand): boolean {
  const { pure } = functionInfo(ir);
  const key = keyOf(buffer, pure);
  const body = definitions(ir).bodyOf.get(step);
  // A literal may run after a test outside of it; what cannot be named cannot be followed.
  if (key === undefined || !body || body.id !== 0) return true;
  const entry = solve(ir, body);
  for (const [i, block] of body.blocks.entries()) {
    const at = block.steps.indexOf(step);
    const before = entry.get(i);
    if (at >= 0) return before === undefined || runSteps(ir, block.steps.slice(0, at), before).has(key);
  }
  return true;
}

const solved = new WeakMap<FuncBody, Map<number, Measured>>();

/** What is measured at the entry of each reachable block: the meet over all ways in. */
function solve(ir: FuncIr, body: FuncBody): Map<number, Measured> {
  const known = solved.get(body);
  if (known) return known;
  const entry = new Map<number, Measured>([[0, new Set()]]);
  const queue = [0];
  const flowTo = (to: number, value: Measured): void => {
    const old = entry.get(to);
    const next = old ? new Set([...old].filter((key) => value.has(key))) : value;
    if (old && next.size === old.size) return;
    entry.set(to, next);
    queue.push(to);
  };
  while (queue.length > 0) {
    const at = queue.pop()!;
    const block = body.blocks[at]!;
    const out = runSteps(ir, block.steps, entry.get(at)!);
    const { term } = block;
    if (term.k === 'jump') flowTo(term.to, out);
    else if (term.k === 'multi') for (const to of term.to) flowTo(to, out);
    else if (term.k === 'branch') {
      const tested = new Set([...out, ...condOperands(term.cond).flatMap((operand) => measures(ir, operand, 0))]);
      flowTo(term.yes, tested);
      flowTo(term.no, tested);
    }
  }
  solved.set(body, entry);
  return entry;
}

export const condOperands = (cond: Cond): readonly Operand[] => (cond.k === 'unknown' ? [] : cond.k === 'truth' ? [cond.x] : [cond.l, cond.r]);

/** The buffers whose length a value depends on: `len(b) - 4`, `n` after `n := len(b)`, the result of a helper that got the buffer. */
function measures(ir: FuncIr, operand: Operand, depth: number): string[] {
  if (operand.k !== 'var' || depth > 6) return [];
  const { pure } = functionInfo(ir);
  const steps = definitions(ir).of.get(operand.v) ?? [];
  return steps.flatMap((step) => {
    switch (step.op) {
      case 'copy':
      case 'assert':
        return measures(ir, step.src, depth + 1);
      case 'binary':
        return [...measures(ir, step.l, depth + 1), ...measures(ir, step.r, depth + 1)];
      case 'call':
        if (step.callee.k === 'builtin' && step.callee.name !== 'len' && step.callee.name !== 'cap') return step.args.flatMap((arg) => measures(ir, arg, depth + 1));
        return step.args.flatMap((arg) => [keyOf(arg, pure) ?? [], measures(ir, arg, depth + 1)].flat());
      default:
        return [];
    }
  });
}

function runSteps(ir: FuncIr, steps: readonly Step[], before: Measured): Measured {
  const { pure } = functionInfo(ir);
  const now = new Set(before);
  const forget = (v: Var): void => {
    const token = new RegExp(`\\bv${v.id}\\b`);
    for (const key of now) if (token.test(key)) now.delete(key);
  };
  for (const step of steps) {
    const keep = step.op === 'copy' && hasKnownLength(ir, step.src, now);
    for (const v of targetsOf(step)) if (v.kind !== 'temp') forget(v);
    if (step.op === 'copy' && keep && step.dst.kind !== 'temp') now.add(`v${step.dst.id}`);
    if (step.op === 'setField' && step.base.k === 'var') now.delete(`${keyOf(step.base, pure) ?? '?'}.${step.name}`);
    // An index or a bound that is a constant panics where the buffer is too short.
    const bound = step.op === 'index' ? step.index : step.op === 'slice' ? step.hi : undefined;
    if ((step.op === 'index' || step.op === 'slice') && bound && isConstant(ir, bound, 0) && !(bound.k === 'const' && bound.value === '0')) {
      const key = keyOf(step.base, pure);
      if (key !== undefined) now.add(key);
    }
  }
  return now;
}

/** A fresh slice whose length the program chose: `make([]byte, N)`, `b[:N]`, C.GoBytes. */
function hasKnownLength(ir: FuncIr, src: Operand, now: Measured): boolean {
  const { pure } = functionInfo(ir);
  if (src.k !== 'var') return false;
  if (src.v.kind !== 'temp') return now.has(`v${src.v.id}`);
  const step = onlyDefinition(ir, src.v);
  if (step?.op === 'copy') return hasKnownLength(ir, step.src, now);
  if (step?.op === 'slice') return step.hi !== undefined && isConstant(ir, step.hi, 0);
  if (step?.op === 'field') return now.has(keyOf(src, pure) ?? '');
  if (step?.op !== 'call') return step?.op === 'composite';
  if (step.callee.k === 'c') return step.callee.name === 'GoBytes';
  return step.callee.k === 'builtin' && step.callee.name === 'make' && step.args.some((arg) => isConstant(ir, arg, 0));
}

/** Built from literals, constants and C sizes; a sum with a variable part counts, too. */
export function isConstant(ir: FuncIr, operand: Operand, depth: number): boolean {
  if (operand.k === 'const' || operand.k === 'global' || operand.k === 'c') return true;
  if (operand.k !== 'var' || operand.v.kind !== 'temp' || depth > 4) return false;
  const step = onlyDefinition(ir, operand.v);
  if (step?.op === 'copy') return isConstant(ir, step.src, depth + 1);
  if (step?.op === 'call') return step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Sizeof';
  return step?.op === 'binary' && (isConstant(ir, step.l, depth + 1) || isConstant(ir, step.r, depth + 1));
}
