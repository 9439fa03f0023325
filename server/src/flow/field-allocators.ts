/** Struct fields that hold memory of one allocator wherever they are set, so that one function is the right one to release it. */
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { origin, originStep } from './definitions.ts';
import { fieldKey } from './field-key.ts';
import type { FuncIr, Operand, Step } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface FieldAllocator {
  /** The function that makes the memory. */
  readonly maker: string;
  readonly deallocator: string;
  readonly at: Place;
}

/** What a field gets somewhere; without `made` it is something of which nothing is known. */
interface FieldSet {
  readonly key: string;
  readonly made?: FieldAllocator;
}

/** The allocator of a field, `T.f`, that never gets anything else in the package. */
export function allocatorOfField(key: string, flow: PackageFlow): FieldAllocator | undefined {
  if (!flow.model.complete) return undefined;
  return flow.ask(`field allocator:${key}`, () => {
    const sets = flow.gather('field sets', (fn) => (fn.decl.body ? setsIn(fn, flow) : [])).filter((set) => set.key === key);
    const first = sets[0]?.made;
    return first && sets.every(({ made }) => made?.deallocator === first.deallocator) ? first : undefined;
  });
}

function setsIn(fn: GoFunction, flow: PackageFlow): readonly FieldSet[] {
  return flow.askOf('field sets', fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => setsOf(ir, step, current, flow)));
  });
}

function setsOf(ir: FuncIr, step: Step, fn: GoFunction, flow: PackageFlow): FieldSet[] {
  const set = (key: string | undefined, src: Operand): FieldSet[] => {
    if (key === undefined || origin(ir, src).k === 'const') return [];
    const made = madeBy(ir, src, fn, flow);
    return [{ key, ...(made ? { made } : {}) }];
  };
  switch (step.op) {
    case 'setField':
      return set(fieldKey(step.base, step.name), step.src);
    case 'addr': {
      // Whoever has the address may put anything there.
      const key = fieldKey(step.base, step.path);
      return key === undefined ? [] : [{ key }];
    }
    case 'composite': {
      const type = step.type.k === 'named' ? ownTypeName(step.type) : undefined;
      const names = type === undefined ? [] : (flow.model.shape.fields(type) ?? []).map((field) => field.name);
      return step.fields.flatMap(({ name, src }, i) => set(type === undefined ? undefined : `${type}.${name ?? names[i] ?? ''}`, src));
    }
    default:
      return [];
  }
}

function madeBy(ir: FuncIr, src: Operand, fn: GoFunction, flow: PackageFlow): FieldAllocator | undefined {
  const step = originStep(ir, src);
  if (step?.op !== 'call' || step.callee.k !== 'c') return undefined;
  const owned = flow.knowledge.cOwned(step.callee.name).find((one) => one.outArg === undefined && one.ifNull === undefined);
  // What a body in view makes may go to free() as well as to the function made for its type.
  if (owned === undefined || owned.deallocator === '' || (owned.deallocator !== 'free' && owned.at !== undefined)) return undefined;
  return { maker: `C.${step.callee.name}`, deallocator: owned.deallocator, at: { unit: fn.top.syntax, span: step.span } };
}
