/** What goes wrong with cgo.Handle: taken for a pointer, its address kept by C, never deleted. Source: runtime/cgo.Handle. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isUnsafePointer } from '../semantics/types.ts';
import { mayKeep, mayRegister, mayWalk } from './c-names.ts';
import { definitions } from './definitions.ts';
import { pointerSource, type Viewpoint } from './go-pointers.ts';
import type { CallStep, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import { isCStruct } from './made-in-go.ts';
import type { PackageFlow } from './package-flow.ts';
import { pinOf } from './pins.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { isHandle, targetOf, whoKeeps } from './retained-pointers.ts';

export interface HandleMisuse {
  readonly span: Span;
  /** `pointer`: converted to one. `stored`, `kept`, `suspected`: its address outlives the call. */
  readonly how: 'pointer' | 'stored' | 'kept' | 'suspected';
  /** The variable, if it has a name. */
  readonly name?: string;
  /** What keeps the address. */
  readonly into: string;
  readonly certain: boolean;
  readonly unpinned: boolean;
  readonly at?: Place;
}

/** Handles taken for pointers, and addresses of handles that outlive the call. */
export function handleMisuses(fn: GoFunction, flow: PackageFlow): readonly HandleMisuse[] {
  // A package without the import has no value of the type.
  if (!flow.ask('imports runtime/cgo', () => flow.model.imports.some((imports) => [...imports.values()].includes('runtime/cgo')))) return [];
  return flow.askOf('handles', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque) return [];
    const at: Viewpoint = { flow, ir, exported: current.exported !== undefined };
    const out: HandleMisuse[] = [];
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'copy' && step.conv && isUnsafePointer(step.conv)) out.push(...asPointer(at, step));
        else if (step.op === 'call') out.push(...step.args.flatMap((arg, i) => given(at, step, arg, i) ?? []));
        else if (step.op === 'setField' || step.op === 'setDeref' || step.op === 'setIndex') out.push(...(stored(at, step) ?? []));
      }
    }
    return out;
  });
}

/** `unsafe.Pointer(h)`, `unsafe.Pointer(uintptr(h))` */
function asPointer(at: Viewpoint, step: Step & { op: 'copy' }): HandleMisuse[] {
  const v = handleBehind(at, step.src);
  return v ? [{ span: step.span, how: 'pointer', into: '', certain: true, unpinned: false, ...(v.name !== undefined ? { name: v.name } : {}) }] : [];
}

/** The handle that a number is made of. */
export function handleBehind(at: Viewpoint, operand: Operand): Var | undefined {
  for (let now = operand, i = 0; now.k === 'var' && i < 8; i++) {
    if (isHandle(now.v.type, at.flow)) return now.v;
    const [from, more] = definitions(at.ir).of.get(now.v) ?? [];
    if (from?.op !== 'copy' || more !== undefined) return undefined;
    now = from.src;
  }
  return undefined;
}

/** A pointer to a variable that holds a handle. */
function addressOfHandle(at: Viewpoint, operand: Operand): (ReturnType<typeof pointerSource> & { k: 'go' }) | undefined {
  if (operand.k !== 'var') return undefined;
  const pointer = pointerSource(at, operand);
  return pointer.k === 'go' && pointer.how === 'variable' && isHandle(pointer.type, at.flow) ? pointer : undefined;
}

function stored(at: Viewpoint, step: Step & { op: 'setField' | 'setDeref' | 'setIndex' }): HandleMisuse[] | undefined {
  const pointer = addressOfHandle(at, step.src);
  if (!pointer || pinOf(at, step.src, pointer)) return undefined;
  const target = targetOf(at, step);
  const base = step.base.k === 'var' ? step.base.v.type : undefined;
  // Where the struct lies is not known, but a pointer to it came from somewhere else: it outlives the variable.
  const outlives = target.k === 'unknown' && base?.k === 'pointer' && isCStruct(base.elem, at.flow);
  if (target.k !== 'c' && !outlives) return undefined;
  const into = step.op === 'setField' ? `the C field \`${step.name.slice(step.name.lastIndexOf('.') + 1)}\`` : 'C memory';
  return [{ span: step.src.k === 'var' && step.src.v.kind === 'temp' ? step.src.v.span : step.span, how: 'stored', into, certain: target.k === 'c' && target.certain, unpinned: false, ...(pointer.root?.name !== undefined ? { name: pointer.root.name } : {}) }];
}

function given(at: Viewpoint, step: CallStep, arg: Operand, index: number): HandleMisuse | undefined {
  const { callee } = step;
  if ((callee.k !== 'c' && callee.k !== 'pkg') || arg.k !== 'var' || step.mode === 'defer') return undefined;
  const pointer = addressOfHandle(at, arg);
  if (!pointer) return undefined;
  const pin = pinOf(at, arg, pointer);
  if (pin === 'held') return undefined;
  const base = { span: step.argSpans[index] ?? step.span, unpinned: pin === 'given-up', ...(pointer.root?.name !== undefined ? { name: pointer.root.name } : {}) };
  // A binding in another package of the program; the standard library has no dot in its first path element.
  if (callee.k === 'pkg') {
    const binding = callee.pkg.split('/')[0]!.includes('.') && isUnsafePointer(arg.v.type);
    return binding && pointer.root && isOnlyWay(at, pointer.root) ? { ...base, how: 'kept', into: `${callee.pkg.slice(callee.pkg.lastIndexOf('/') + 1)}.${callee.name}`, certain: false } : undefined;
  }
  const keeps = whoKeeps(at, step, callee.name, index);
  if (!keeps) return undefined;
  const into = `C.${callee.name}`;
  if (keeps.certain) return { ...base, how: 'kept', into, certain: !keeps.contract, ...(keeps.at ? { at: keeps.at } : {}) };
  const names = keeps.names.filter((name) => !mayWalk(name));
  if ((keeps.hinted || names.some(mayKeep)) && pointer.root && isOnlyWay(at, pointer.root)) return { ...base, how: 'kept', into, certain: false };
  return names.some(mayRegister) ? { ...base, how: 'suspected', into, certain: false } : undefined;
}

/**
 * Whether the address of the variable is the only way back to a handle that the function makes: it is neither deleted nor handed on itself.
 * Then C has to come back with the address when the function is long over.
 */
function isOnlyWay(at: Viewpoint, v: Var): boolean {
  const { ir } = at;
  const [made, more] = definitions(ir).of.get(v) ?? [];
  const from = made?.op === 'copy' && made.src.k === 'var' ? (definitions(ir).of.get(made.src.v) ?? [])[0] : made;
  if (more !== undefined || from?.op !== 'call' || from.callee.k !== 'pkg' || from.callee.name !== 'NewHandle') return false;
  const is = (operand: Operand): boolean => operand.k === 'var' && operand.v === v;
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      const keptAlive = step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'runtime';
      if (step.op !== 'addr' && !keptAlive && operandsOf(step).some(is)) return false;
      // Go keeps the variable: whoever did so thought of its life.
      if ((step.op === 'setField' || step.op === 'setIndex' || step.op === 'setGlobal') && addressOfHandle(at, step.src)?.root === v) return false;
    }
    for (const { term } of body.blocks) if (term.k === 'return' && term.values.some(is)) return false;
  }
  return true;
}
