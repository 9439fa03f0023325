/** Memory that a goroutine of this function uses: whoever releases it must have waited for the goroutine. */
import { ownTypeName } from '../../semantics/types.ts';
import type { CallStep, Step } from '../ir.ts';
import type { Explorer } from './explore.ts';
import { carried, type State } from './state.ts';

/** The state behind a go statement whose goroutine uses the memory and does not release it; none where that is not known. */
export function runsOn(ex: Explorer, state: State, step: CallStep): State | undefined {
  if (ex.origin === undefined || ex.origin.lent || ex.protocol || state.phase !== 'owned' || state.running || state.stored || waitsSomewhere(ex)) return undefined;
  const { callee } = step;
  const literal = callee.k === 'value' ? ex.closureOf(callee.fn) : undefined;
  if (literal) {
    // What it gets as an argument is not followed.
    const effect = ex.closureEffect(literal, state);
    return effect !== undefined && effect.releases === 'never' ? { ...state, running: step.span } : undefined;
  }
  if (callee.k !== 'go' && callee.k !== 'method') return undefined;
  const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
  const safe = step.args.every((arg, i) => [...carried(state, arg).keys()].every((path) => ex.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, path)?.releases === 'never'));
  return safe ? { ...state, running: step.span } : undefined;
}

/** A deferred call may wait, or a loop that takes what is sent until the channel is closed: on whose ways that lies is not looked at. */
function waitsSomewhere(ex: Explorer): boolean {
  return ex.ir.body.steps.some((step) => {
    if (step.op === 'range') return mayWait(ex, step);
    if (step.op !== 'call' || step.mode !== 'defer') return false;
    const literal = step.callee.k === 'value' ? ex.closureOf(step.callee.fn) : undefined;
    return literal ? literal.steps.some((inner) => mayWait(ex, inner)) : mayWait(ex, step);
  });
}

/** Packages whose functions wait for nobody. */
const prompt = new Set(['errors', 'fmt', 'strings', 'strconv', 'bytes', 'unsafe', 'runtime', 'math']);

/** Whether a step may wait for the goroutine, by whatever means: then nothing is known of what is released after it. */
export function mayWait(ex: Explorer, step: Step): boolean {
  switch (step.op) {
    case 'send':
      return true;
    case 'binary':
      return step.operator === '<-';
    case 'range':
      return step.base.k !== 'var' || step.base.v.type === undefined || step.base.v.type.k === 'chan' || step.base.v.type.k === 'unknown';
    case 'call':
      break;
    default:
      return false;
  }
  const { callee } = step;
  switch (callee.k) {
    case 'builtin':
      return false;
    case 'pkg':
      return !prompt.has(callee.pkg);
    case 'c':
      // A release does not wait.
      return !step.args.some((_, i) => ex.knowledge.cArg(callee.name, i)?.releases === 'always');
    default:
      return true;
  }
}
