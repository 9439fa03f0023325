/** Struct fields whose memory always goes to a C function that becomes its owner, and the releases that come for it all the same. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { origin } from './definitions.ts';
import { fieldKey, loadedField } from './field-key.ts';
import type { Addr, CallStep, CompositeStep, FuncBody, FuncIr, Operand, SetField } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { passesWithout } from './passes.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** A release of a field that C owns whenever it is set. */
export interface SecondOwner {
  readonly release: Span;
  readonly type: string;
  readonly field: string;
  /** The C function that took the memory over, and where. */
  readonly taker: string;
  readonly takenAt: Place;
}

interface FieldEvent {
  readonly key: string;
  /** `set`: it gets a value that is not handed over on every path. */
  readonly how: 'taken' | 'set' | 'cleared';
  readonly taker?: string;
  readonly at?: Place;
}

/** The releases in `fn` of fields that a C function owns by then. */
export function secondOwners(fn: GoFunction, flow: PackageFlow): readonly SecondOwner[] {
  const { traits } = flow.ir(fn);
  if (!traits.has('c call') || !traits.has('field')) return [];
  const found = flow.askOf('second owners', fn, (current) => {
    const ir = flow.ir(current);
    const out: SecondOwner[] = [];
    if (ir.opaque) return out;
    for (const { callee, args, span } of ir.body.calls) {
      if (callee.k !== 'c') continue;
      for (const [i, arg] of args.entries()) {
        const key = loadedField(ir, arg);
        if (key === undefined || flow.knowledge.cArg(callee.name, i)?.releases !== 'always') continue;
        // Where the field is set or handed over in the same function, the order counts, which is not looked at.
        if (eventsOf(current, flow).some((event) => event.key === key)) continue;
        const taken = flow.askAbout('taken field', key, () => alwaysTaken(key, flow));
        const [type, field] = key.split('.');
        if (taken && type !== undefined && field !== undefined) out.push({ release: span, type, field, ...taken });
      }
    }
    return out;
  });
  return found.length > 0 && flow.model.complete ? found : [];
}

function alwaysTaken(key: string, flow: PackageFlow): Pick<SecondOwner, 'taker' | 'takenAt'> | undefined {
  // Few packages hand over a field anywhere: what else becomes of fields need not be looked at.
  if (!flow.gather('fields handed over', (fn) => (fn.decl.body ? handedOver(fn, flow) : [])).includes(key)) return undefined;
  const events = flow.gather('taken fields', (fn) => (fn.decl.body ? eventsOf(fn, flow) : [])).filter((event) => event.key === key);
  const taken = events.find(({ how }) => how === 'taken');
  return taken?.taker !== undefined && taken.at && events.every(({ how }) => how === 'taken') ? { taker: taken.taker, takenAt: taken.at } : undefined;
}

/** The fields whose memory a function hands over. */
function handedOver(fn: GoFunction, flow: PackageFlow): readonly string[] {
  const { traits, bodies } = flow.ir(fn);
  if (!traits.has('setField') || !bodies.some((body) => takersIn(body, flow).length > 0)) return [];
  return eventsOf(fn, flow).flatMap(({ how, key }) => (how === 'taken' ? [key] : []));
}

/** The calls that make C the owner of an argument. */
const takersIn = (body: FuncBody, flow: PackageFlow): readonly CallStep[] => body.calls.filter((step) => step.mode === 'call' && step.callee.k === 'c' && step.args.some((_, i) => isTaker(step, i, flow)));

/** What a function does to fields, as far as it may mean that C owns their memory or not. */
function eventsOf(fn: GoFunction, flow: PackageFlow): readonly FieldEvent[] {
  return flow.askOf('taken fields', fn, (current) => {
    const ir = flow.ir(current);
    const out: FieldEvent[] = [];
    if (!ir.traits.has('setField') && !ir.traits.has('composite') && !ir.traits.has('addr')) return out;
    for (const body of bodiesOf(ir)) {
      const takers = ir.traits.has('setField') ? takersIn(body, flow) : [];
      for (const step of stepsOf(body)) if (step.op === 'setField' || step.op === 'composite' || step.op === 'addr') out.push(...fieldEvents(ir, body, step, takers, current, flow));
    }
    return out;
  });
}

const isTaker = ({ callee }: CallStep, arg: number, flow: PackageFlow): boolean => callee.k === 'c' && flow.knowledge.cArg(callee.name, arg)?.takes === 'always';

function fieldEvents(ir: FuncIr, body: FuncBody, step: SetField | CompositeStep | Addr, takers: readonly CallStep[], fn: GoFunction, flow: PackageFlow): FieldEvent[] {
  switch (step.op) {
    case 'setField': {
      const key = fieldKey(step.base, step.name);
      if (key === undefined) return [];
      const src = origin(ir, step.src);
      // Cleared where it is handed over, there is nothing left to release.
      if (src.k === 'const') return takers.some((call) => takes(ir, call, key, undefined, flow)) ? [{ key, how: 'cleared' }] : [];
      const call = takers.find((one) => takes(ir, one, key, src, flow));
      if (call?.callee.k !== 'c' || passesWithout(body, step, (other) => other === call)) return [{ key, how: 'set' }];
      return [{ key, how: 'taken', taker: `C.${call.callee.name}`, at: { unit: fn.top.syntax, span: call.span } }];
    }
    case 'composite': {
      const type = step.type.k === 'named' ? ownTypeName(step.type) : undefined;
      return type === undefined ? [] : step.fields.flatMap(({ name, src }): FieldEvent[] => (name === undefined || origin(ir, src).k === 'const' ? [] : [{ key: `${type}.${name}`, how: 'set' }]));
    }
    case 'addr': {
      // Whoever has the address of the field may put something into it.
      const key = fieldKey(step.base, step.path);
      return key === undefined ? [] : [{ key, how: 'set' }];
    }
  }
}

/** Whether a call hands over the field, or the value that it was given. */
function takes(ir: FuncIr, call: CallStep, key: string, src: Operand | undefined, flow: PackageFlow): boolean {
  return call.args.some((arg, i) => {
    if (!isTaker(call, i, flow)) return false;
    const at = origin(ir, arg);
    return loadedField(ir, arg) === key || (src?.k === 'var' && at.k === 'var' && at.v === src.v);
  });
}
