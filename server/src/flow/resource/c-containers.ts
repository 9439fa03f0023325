/** C memory that a function allocates, fills and frees itself: an array or a struct which holds other C memory only for its own life. */
import { definitions, mentions, origin, originStep, readsAny } from '../definitions.ts';
import { mayRelease } from '../c-names.ts';
import type { AssumedBorrow, Knowledge } from '../knowledge.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from '../ir.ts';
import type { Span } from '../../base/span.ts';
import { bodiesOf, stepsOf, targetsOf } from './function-info.ts';

export interface CContainer {
  /** Stands for the memory in places. */
  readonly root: Var;
  /** C functions that see what is in it, and are assumed to keep nothing of it. */
  readonly seen: readonly (AssumedBorrow & { readonly span: Span })[];
}

/** Makes plain memory: its deallocator cannot know what lies in it (C11 7.22.3). */
const plain = new Set(['malloc', 'calloc']);

/**
 * The memory of the malloc family that `base` points into, if this function makes it, frees it, and nobody takes `part` of it (`.name` or `[]`)
 * out again: what is put there is then lost with it.
 */
export function containerOf(ir: FuncIr, base: Operand, part: string, knowledge: Knowledge): CContainer | undefined {
  const made = allocation(ir, base);
  const result = made?.dsts[0];
  if (made?.callee.k !== 'c' || result === undefined) return undefined;
  const deallocator = knowledge.cOwned(made.callee.name).find(({ outArg }) => outArg === undefined)?.deallocator;
  if (deallocator === undefined) return undefined;
  const kin = new Set([result]);
  const seen: (AssumedBorrow & { span: Span })[] = [];
  let isFreed = false;
  for (let size = 0; size < kin.size; ) {
    size = kin.size;
    seen.length = 0;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step === made || !readsAny(step, kin)) continue;
        const use = useOf(step, kin, part, deallocator, knowledge);
        if (use === 'ends') return undefined;
        if (use === 'frees') isFreed = true;
        else if (use === 'alias') {
          // A variable that is sometimes other memory would mix the two up.
          for (const dst of targetsOf(step)) {
            if (dst.kind !== 'temp' && (definitions(ir).of.get(dst) ?? []).length > 1) return undefined;
            kin.add(dst);
          }
        } else if (use !== 'nothing') seen.push(...use);
      }
      if (body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => mentions(value, kin)))) return undefined;
    }
  }
  const root = [...kin].find(({ kind }) => kind === 'local') ?? result;
  return isFreed ? { root, seen } : undefined;
}

/** The call of malloc whose memory an operand points into. */
function allocation(ir: FuncIr, base: Operand): CallStep | undefined {
  let at = base;
  for (let i = 0; i < 12; i++) {
    const step = originStep(ir, at);
    if (step === undefined) return undefined;
    if (step.op === 'call') {
      if (step.callee.k === 'c') return plain.has(step.callee.name) ? step : undefined;
      if (step.callee.k !== 'pkg' || step.callee.pkg !== 'unsafe' || step.args[0] === undefined) return undefined;
      at = step.args[0];
    } else if (step.op === 'slice' || (step.op === 'addr' && step.indexed && step.path === '') || (step.op === 'deref' && step.dst.type?.k === 'array')) at = step.base;
    else if (step.op === 'binary' && step.operator === '+') at = origin(ir, step.l).k === 'var' ? step.l : step.r;
    else return undefined;
  }
  return undefined;
}

type Use = 'ends' | 'frees' | 'alias' | 'nothing' | readonly (AssumedBorrow & { readonly span: Span })[];

/** What a step does with memory that one of `kin` points to. */
function useOf(step: Step, kin: ReadonlySet<Var>, part: string, deallocator: string, knowledge: Knowledge): Use {
  switch (step.op) {
    case 'copy':
      return step.src.k === 'closure' ? 'nothing' : 'alias';
    case 'addr':
      return step.path === '' ? 'alias' : 'ends';
    case 'slice':
      return 'alias';
    case 'binary':
      return /^[-+]$/.test(step.operator) ? 'alias' : 'nothing';
    case 'deref':
      return step.dst.type?.k === 'array' ? 'alias' : 'ends';
    case 'field':
      return part === '[]' || isPart(step.name, part) ? 'ends' : 'nothing';
    case 'setField':
    case 'setDeref':
      return mentions(step.src, kin) ? 'ends' : 'nothing';
    case 'setIndex':
      return mentions(step.src, kin) || (step.key !== undefined && mentions(step.key, kin)) ? 'ends' : 'nothing';
    case 'use':
      return 'nothing';
    case 'call':
      return useOfCall(step, kin, deallocator, knowledge);
    default:
      return 'ends';
  }
}

const isPart = (name: string, part: string): boolean => `.${name}` === part || `.${name}`.startsWith(`${part}.`) || part.startsWith(`.${name}.`);

function useOfCall(step: CallStep, kin: ReadonlySet<Var>, deallocator: string, knowledge: Knowledge): Use {
  const { callee } = step;
  if (step.mode === 'go') return 'ends';
  if (callee.k === 'builtin') return callee.name === 'len' || callee.name === 'cap' ? 'nothing' : 'ends';
  if (callee.k === 'pkg') return callee.pkg === 'unsafe' ? 'alias' : callee.pkg === 'runtime' && callee.name === 'KeepAlive' ? 'nothing' : 'ends';
  // A literal that runs here is read as a part of the function.
  if (callee.k === 'value') return step.args.some((arg) => mentions(arg, kin)) ? 'ends' : 'nothing';
  if (callee.k !== 'c') return 'ends';
  const seen: (AssumedBorrow & { span: Span })[] = [];
  for (const [arg, operand] of step.args.entries()) {
    if (!mentions(operand, kin)) continue;
    if (callee.name === deallocator && arg === 0) return 'frees';
    const effect = knowledge.cArg(callee.name, arg);
    if (effect ? effect.releases !== 'never' || effect.escapes || effect.contents === true || effect.takes !== undefined || effect.returned.length > 0 : mayRelease(callee.name)) return 'ends';
    if (effect?.deep) continue;
    seen.push({ name: callee.name, arg, contained: true, span: step.argSpans[arg] ?? step.span });
  }
  return seen;
}
