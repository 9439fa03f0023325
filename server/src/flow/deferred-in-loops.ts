/** Deferred releases in loops: the memory of every round stays until the function returns. Source: Go specification, "Defer statements". */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { mayKeep } from './c-names.ts';
import { writtenReleases, type WrittenRelease } from './deferred-frees.ts';
import { definitions, onlyDefinition, origin } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Knowledge } from './knowledge.ts';
import { isEndless, isShort, type Loop, loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

export interface LoopDefer {
  readonly stmt: Span;
  readonly callee: string;
  readonly name: string;
  /** Where the loop gets the memory anew in every round. */
  readonly made: Span;
  /** `for {}` or a range over a channel: nothing bounds the number of rounds. */
  readonly endless: boolean;
}

/** Deferred releases of memory that every round of a loop makes anew and that nothing else needs once the round is over. */
export function loopDefers(fn: GoFunction, flow: PackageFlow): readonly LoopDefer[] {
  const { traits } = flow.ir(fn);
  if (!traits.has('defer') || !traits.has('branch') || !/\bfor\b|\bgoto\b/.test(fn.top.syntax.text)) return [];
  return flow.askOf('loop defers', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque) return [];
    return writtenReleases(ir, current, flow.knowledge).flatMap((release): LoopDefer[] => {
      const { callee } = release.step;
      if (release.step.mode !== 'defer' || callee.k === 'value') return [];
      const loop = loopsAround(release.body, release.block).find((one) => !isShort(ir, release.body, one) && madeIn(ir, release, one));
      const made = loop && madeIn(ir, release, loop);
      if (!loop || !made || outlives(ir, release, flow.knowledge)) return [];
      const name = callee.k === 'c' ? `C.${callee.name}` : callee.name;
      return [{ stmt: release.step.stmt, callee: name, name: release.v.name ?? '_', made: made.span, endless: isEndless(release.body, loop) }];
    });
  });
}

/** The step of the loop that gives the variable its memory: the result of a call. */
function madeIn(ir: FuncIr, { body, v }: WrittenRelease, loop: Loop): Step | undefined {
  const steps = definitions(ir).of.get(v) ?? [];
  const inLoop = [...loop.blocks].flatMap((at) => body.blocks[at]!.steps);
  if (v.kind !== 'local' || steps.length !== 1 || !inLoop.includes(steps[0]!)) return undefined;
  const first = steps[0]!;
  const source = first.op === 'copy' ? origin(ir, first.src) : undefined;
  const step = source?.k === 'var' ? onlyDefinition(ir, source.v) : undefined;
  return step?.op === 'call' && step.mode === 'call' && inLoop.includes(step) ? step : undefined;
}

/** The pointer, or something made from it, goes where it is needed after the round: stored, sent, captured, kept by C. */
function outlives(ir: FuncIr, { v, step: release }: WrittenRelease, knowledge: Knowledge): boolean {
  const same = new Set<Var>([v]);
  for (let round = 0; round < 4; round++) {
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if ((step.op === 'copy' || step.op === 'assert') && has(same, step.src)) same.add(step.dst);
        if (step.op === 'slice' && has(same, step.base)) same.add(step.dst);
        if ((step.op === 'addr' || step.op === 'field') && has(same, step.base)) same.add(step.dst);
        if (step.op === 'call' && step.mode === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.args.some((arg) => has(same, arg))) for (const dst of step.dsts) same.add(dst);
      }
    }
  }
  return bodiesOf(ir).some((body) => [...stepsOf(body)].some((step) => step !== release && keeps(same, step, knowledge)) || body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => has(same, value))));
}

function keeps(same: ReadonlySet<Var>, step: Step, knowledge: Knowledge): boolean {
  if (operandsOf(step).some((operand) => operand.k === 'closure' && [...operand.fn.captures].some((captured) => same.has(captured)))) return true;
  switch (step.op) {
    case 'setField':
    case 'setIndex':
    case 'setDeref':
    case 'setGlobal':
    case 'send':
      return has(same, step.src);
    case 'composite':
      return step.fields.some((field) => has(same, field.src));
    case 'copy':
      // Into a variable that the rounds share.
      return has(same, step.src) && step.dst.kind === 'result';
    case 'call':
      return step.args.some((arg, i) => has(same, arg) && keptByCall(step, i, knowledge));
    default:
      return false;
  }
}

function keptByCall({ callee, mode }: CallStep, index: number, knowledge: Knowledge): boolean {
  if (mode !== 'call') return true;
  switch (callee.k) {
    case 'c':
      return knowledge.cArg(callee.name, index)?.escapes ?? mayKeep(callee.name);
    case 'builtin':
      return callee.name === 'append';
    case 'go':
    case 'method': {
      const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
      return knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, index, '')?.escapes ?? true;
    }
    case 'pkg':
      return callee.pkg !== 'unsafe' && callee.pkg !== 'fmt' && callee.pkg !== 'log';
    case 'value':
      return true;
  }
}

const has = (vars: ReadonlySet<Var>, operand: Operand): boolean => operand.k === 'var' && vars.has(operand.v);
