/** What a function pins with a runtime.Pinner, and whether it gives the pins up when it returns. Source: runtime.Pinner. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { definitions, origin } from './definitions.ts';
import { type GoPointer, pointerSource, type Viewpoint } from './go-pointers.ts';
import type { CallStep, FuncIr, Operand, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { releasesAny } from './protocol-releases.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { pinner, protocolOf } from './resource/protocols.ts';

const isMethod = (step: { readonly op: string }, name: string): step is CallStep => step.op === 'call' && (step as CallStep).callee.k === 'method' && ((step as CallStep).callee as { readonly name: string }).name === name;

/** `held`: pinned, and for as long as somebody else says. `given-up`: a deferred Unpin ends it with the function. */
export function pinOf(at: Viewpoint, operand: Operand, pointer: GoPointer): 'held' | 'given-up' | undefined {
  for (const body of bodiesOf(at.ir)) {
    for (const step of stepsOf(body)) {
      if (!isMethod(step, 'Pin') || !step.args[1] || !samePointer(at, step.args[1], operand, pointer)) continue;
      const pinner = rootOf(at, step.args[0]);
      return pinner?.kind === 'local' && isDeferred(at, pinner) ? 'given-up' : 'held';
    }
  }
  return undefined;
}

function samePointer(at: Viewpoint, pinned: Operand, operand: Operand, pointer: GoPointer): boolean {
  const a = origin(at.ir, pinned);
  const b = origin(at.ir, operand);
  if (a.k === 'var' && b.k === 'var' && a.v === b.v) return true;
  const other = pointerSource(at, pinned);
  return other.k === 'go' && other.root !== undefined && other.root === pointer.root;
}

/** The variable that a pinner is, or that points to it. */
function rootOf(at: Viewpoint, operand: Operand | undefined): Var | undefined {
  if (operand?.k !== 'var' || operand.v.kind !== 'temp') return operand?.k === 'var' ? operand.v : undefined;
  const found = origin(at.ir, operand);
  return found.k === 'var' ? found.v : undefined;
}

const isDeferred = (at: Viewpoint, pinner: Var): boolean => bodiesOf(at.ir).some((body) => [...stepsOf(body)].some((step) => isMethod(step, 'Unpin') && step.mode === 'defer' && rootOf(at, step.args[0]) === pinner));

export interface PinFact {
  /** The argument of Pin, or the call. */
  readonly span: Span;
  /** `kind`: Pin panics on what is no pointer. `field`: pinned through a field or global that nothing unpins. */
  readonly how: 'kind' | 'field';
  readonly what: string;
}

/** Pins that go wrong whatever path is taken. Source: runtime.Pinner.Pin panics on values that are no pointers. */
export function pinFacts(fn: GoFunction, flow: PackageFlow): readonly PinFact[] {
  if (!fn.top.syntax.text.includes('Pin(')) return [];
  return flow.askOf('pins', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : bodiesOf(ir).flatMap((body) => [...stepsOf(body)].flatMap((step) => (isMethod(step, 'Pin') ? pinFact(step, ir, flow) : [])));
  });
}

function pinFact(step: CallStep, ir: FuncIr, flow: PackageFlow): PinFact[] {
  if (step.callee.k !== 'method' || protocolOf(step.callee.recvType) !== pinner || step.mode === 'defer') return [];
  const arg = step.args[1];
  const kind = arg && kindOf(arg, flow);
  if (kind !== undefined) return [{ span: step.argSpans[1] ?? step.span, how: 'kind', what: kind }];
  const [recv] = step.args;
  const owner = recv?.k === 'var' ? (definitions(ir).of.get(recv.v) ?? [])[0] : undefined;
  const name = recv?.k === 'global' ? recv.name : owner?.op === 'field' && recv?.k === 'var' && recv.v.kind === 'temp' ? owner.name : undefined;
  if (name === undefined || !flow.model.complete || releasesAny(flow, pinner.release)) return [];
  return [{ span: step.span, how: 'field', what: name }];
}

/** What a value is that is certain to be no pointer. */
function kindOf(arg: Operand, flow: PackageFlow): string | undefined {
  if (arg.k === 'const') return arg.value === 'nil' ? undefined : 'a constant';
  if (arg.k === 'func' || arg.k === 'closure') return 'a function';
  const type = arg.k === 'var' ? arg.v.type : arg.k === 'global' ? flow.model.shape.global(arg.name) : undefined;
  const of = type?.k === 'named' && type.pkg === undefined ? (flow.model.shape.underlying(type.name) ?? type) : type;
  switch (of?.k) {
    case 'slice':
      return 'a slice';
    case 'map':
    case 'chan':
      return `a ${of.k}`;
    case 'array':
      return 'an array';
    case 'func':
      return 'a function';
    case 'named':
      return of.pkg === undefined && of.name === 'string' ? 'a string' : undefined;
    default:
      return undefined;
  }
}
