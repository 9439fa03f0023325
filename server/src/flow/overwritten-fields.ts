/** Fields that get a new C resource while they still hold the one from before: in every round of a loop, or in a method of an object whose constructor filled them. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName, type Type } from '../semantics/types.ts';
import { mayCount, mayRelease } from './c-names.ts';
import { mentions, originStep, readsAny } from './definitions.ts';
import type { Constructed } from './field-makers.ts';
import { fieldOwners } from './field-owners.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Knowledge, OwnedResult, Place } from './knowledge.ts';
import { loopsAround } from './loops.ts';
import type { PackageFlow } from './package-flow.ts';
import { operandsOf } from './resource/function-info.ts';

export interface OverwrittenField {
  readonly type: string;
  readonly field: string;
  /** The call that makes the new resource. */
  readonly span: Span;
  readonly maker: string;
  readonly owned: OwnedResult;
  /** Where the resource came from that is lost; absent where the same loop made it. */
  readonly before?: { readonly maker: string; readonly at: Place };
}

interface Candidate extends Omit<OverwrittenField, 'before'> {
  readonly loop: boolean;
}

/** Assignments in `fn` that lose the last pointer to what a field of a given object held. */
export function overwrittenFields(fn: GoFunction, flow: PackageFlow): readonly OverwrittenField[] {
  const { traits } = flow.ir(fn);
  if (!traits.has('setField') && !(traits.has('c call') && traits.has('addr'))) return [];
  const candidates = flow.askOf('overwritten fields', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : candidatesOf(ir, flow.knowledge);
  });
  return candidates.flatMap(({ loop, ...one }): OverwrittenField[] => {
    if (loop) return [one];
    const declared = flow.model.shape.fields(one.type)?.find(({ name }) => name === one.field);
    const owners = fieldOwners(flow);
    const before = owners.constructed.find((made) => made.fresh && made.type === one.type && made.field === one.field && made.unit !== fn.top.syntax);
    // Where nobody releases the field at all, that is what is told.
    if (before === undefined || declared === undefined || !owners.isReleased(one.type, one.field, declared.type)) return [];
    if (!alwaysFilled(one.type, one.field, owners.constructed, flow) || !flow.model.complete) return [];
    return [{ ...one, before: { maker: before.maker, at: { unit: before.unit, span: before.span } } }];
  });
}

function candidatesOf(ir: FuncIr, knowledge: Knowledge): Candidate[] {
  const { body } = ir;
  const found: Candidate[] = [];
  body.blocks.forEach(({ steps }, block) => {
    for (const set of steps) {
      const made = madeBy(ir, set, knowledge);
      if (made === undefined || touched(ir, body, made, knowledge)) continue;
      const { object, field, call, owned } = made;
      const maker = call.callee.k === 'c' ? `C.${call.callee.name}` : call.callee.k === 'go' ? call.callee.name : '';
      const loop = loopsAround(body, block).length > 0;
      // What is no method may be a part of a constructor.
      if (!loop && object.kind !== 'receiver') continue;
      found.push({ type: ownTypeName(object.type)!, field, span: call.span, maker, owned, loop });
    }
  });
  return found;
}

/** Whether every function of the package that makes an object of the type fills the field as well. */
function alwaysFilled(type: string, field: string, constructed: readonly Constructed[], flow: PackageFlow): boolean {
  const filling = new Set(constructed.filter((made) => made.fresh && made.type === type && made.field === field).map(({ unit }) => unit));
  const word = new RegExp(`\\b${type}\\b`);
  const makers = flow.gather(`makers of ${type}`, (fn) => (word.test(fn.top.syntax.text) && flow.askOf(`makes ${type}`, fn, (current) => makes(flow.ir(current), type)) ? [fn.top.syntax] : []));
  return makers.every((unit) => filling.has(unit));
}

const makes = (ir: FuncIr, type: string): boolean =>
  ir.opaque ||
  ir.bodies.some((body) =>
    body.steps.some((step) => {
      if (step.op === 'composite') return isOwn(step.type, type) || ((step.type.k === 'slice' || step.type.k === 'array' || step.type.k === 'map') && isOwn(step.type.elem, type));
      if (step.op === 'call') return step.callee.k === 'builtin' && (step.callee.name === 'new' || step.callee.name === 'make') && step.types.some((made) => isOwn(made, type) || ((made.k === 'slice' || made.k === 'array') && isOwn(made.elem, type)));
      return step.op === 'copy' && step.src.k === 'unknown' && step.dst.type !== undefined && isOwn(step.dst.type, type);
    }),
  );

const isOwn = (made: Type, type: string): boolean => made.k === 'named' && ownTypeName(made) === type;

interface Made {
  readonly set: Step;
  readonly object: Var;
  readonly field: string;
  readonly call: CallStep;
  readonly owned: OwnedResult;
}

/** The resource that a step puts into a field of an object that the function was given. */
function madeBy(ir: FuncIr, set: Step, knowledge: Knowledge): Made | undefined {
  if (set.op === 'setField' && set.base.k === 'var' && !set.name.includes('.') && isGiven(set.base.v)) {
    const call = originStep(ir, set.src);
    const owned = call?.op === 'call' && call.mode === 'call' ? ownedBy(call, knowledge).find((one) => one.outArg === undefined && one.path === undefined && one.protocol === undefined) : undefined;
    return call?.op === 'call' && owned ? { set, object: set.base.v, field: set.name, call, owned } : undefined;
  }
  if (set.op !== 'call' || set.mode !== 'call' || set.callee.k !== 'c') return undefined;
  const { name } = set.callee;
  for (const [i, arg] of set.args.entries()) {
    const address = originStep(ir, arg);
    if (address?.op !== 'addr' || address.indexed || address.path === '' || address.path.includes('.') || address.base.k !== 'var' || !isGiven(address.base.v)) continue;
    const owned = knowledge.cOwned(name).find((one) => one.outArg === i && one.elements === undefined && one.only !== 'failure');
    if (owned) return { set, object: address.base.v, field: address.path, call: set, owned };
  }
  return undefined;
}

/** An object of one of the package's types, behind a pointer: what becomes of its fields outlives the function. */
const isGiven = (v: Var): boolean => (v.kind === 'receiver' || v.kind === 'param') && v.type?.k === 'pointer' && ownTypeName(v.type) !== undefined;

function ownedBy({ callee }: CallStep, knowledge: Knowledge): readonly OwnedResult[] {
  return callee.k === 'c' ? knowledge.cOwned(callee.name) : callee.k === 'go' ? knowledge.goOwned({ name: callee.name }) : [];
}

/** Whether the function looks at the field, or lets somebody do so who may release or move what it held. */
function touched(ir: FuncIr, body: FuncBody, { set, object, field, call }: Made, knowledge: Knowledge): boolean {
  const is = (operand: Operand): boolean => operand.k === 'var' && operand.v === object;
  const own = new Set([object]);
  // A literal shares the object.
  if (ir.literals.some((literal) => literal.captures.has(object))) return true;
  for (const { steps, term } of body.blocks) {
    if (term.k === 'return' && term.values.some((value) => mentions(value, own))) return true;
    for (const step of steps) {
      if (step === set || !readsAny(step, own)) continue;
      switch (step.op) {
        case 'field':
          if (step.name === field ? !onlyRead(body, step.dst, call, knowledge) : step.name.startsWith(`${field}.`)) return true;
          break;
        case 'setField':
          if (mentions(step.src, own) || step.name === field || step.name.startsWith(`${field}.`)) return true;
          break;
        case 'addr':
          if (step.path === '' || ((step.path === field || step.path.startsWith(`${field}.`)) && !isArgOf(ir, set, step.dst))) return true;
          break;
        case 'call':
          if (step.args.some((arg, i) => is(arg) && mayEnd(step, i, field, knowledge)) || (step.callee.k === 'value' && mentions(step.callee.fn, own))) return true;
          break;
        default:
          return true;
      }
    }
  }
  return false;
}

const isArgOf = (ir: FuncIr, step: Step, v: Var): boolean => step.op === 'call' && step.args.some((arg) => arg.k === 'var' && (arg.v === v || originStep(ir, arg) === originStep(ir, { k: 'var', v })));

/** Whether a callee that gets the object may release the field, or keep the object. */
function mayEnd(step: CallStep, arg: number, field: string, knowledge: Knowledge): boolean {
  const { callee } = step;
  if (step.mode === 'go') return true;
  if (callee.k === 'pkg') return callee.pkg !== 'runtime' || callee.name !== 'KeepAlive';
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k !== 'go' && (callee.k !== 'method' || recv === undefined)) return true;
  const effect = knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, arg, `.${field}`);
  return effect === undefined || effect.releases !== 'never' || effect.escapes || effect.returned.length > 0;
}

/** Whether the value of the field goes to nothing but C functions that borrow it. */
function onlyRead(body: FuncBody, value: Var, call: CallStep, knowledge: Knowledge): boolean {
  const kin = new Set([value]);
  for (let size = 0; size < kin.size; ) {
    size = kin.size;
    for (const { steps, term } of body.blocks) {
      if (term.k === 'branch' && testsAny(term.cond, kin)) return false;
      if (term.k === 'return' && term.values.some((operand) => mentions(operand, kin))) return false;
      for (const step of steps) {
        if (!operandsOf(step).some((operand) => mentions(operand, kin))) continue;
        // The new resource is made of the old one: `list = append(list, x)`.
        if (step === call) return false;
        if (step.op === 'copy' && step.dst.kind === 'temp') kin.add(step.dst);
        else if (step.op !== 'call' || step.mode !== 'call' || step.callee.k !== 'c' || !step.args.every((arg, i) => !mentions(arg, kin) || borrowed(step.callee.k === 'c' ? step.callee.name : '', i, knowledge))) return false;
      }
    }
  }
  return true;
}

function borrowed(name: string, arg: number, knowledge: Knowledge): boolean {
  const effect = knowledge.cArg(name, arg);
  return effect ? effect.releases === 'never' && !effect.escapes && effect.takes === undefined && effect.returned.length === 0 : !mayRelease(name) && !mayCount(name);
}

function testsAny(cond: Extract<FuncBody['blocks'][number]['term'], { k: 'branch' }>['cond'], vars: ReadonlySet<Var>): boolean {
  const operands = cond.k === 'truth' ? [cond.x] : cond.k === 'unknown' ? [] : [cond.l, cond.r];
  return operands.some((operand) => mentions(operand, vars));
}
