/** Objects with a finalizer that a registry of the package keeps reachable, where nothing but the finalizer takes them out: it never runs. Source: runtime.SetFinalizer. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { calledFunctions, callsOf, synchronousSteps } from './call-targets.ts';
import { onlyDefinition, origin, originStep } from './definitions.ts';
import { finalizers } from './finalizers.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { stepsOf } from './resource/function-info.ts';

export interface KeptObject {
  /** Where the registry gets the object. */
  readonly span: Span;
  readonly registry: string;
  readonly type: string;
  /** Where the finalizer is set, and where it takes the object out. */
  readonly set: Place;
  readonly removed: Place;
  /** Nobody can end the object but the finalizer. */
  readonly isLost: boolean;
}

interface Removal {
  readonly registry: string;
  readonly by: Named;
  /** The function, and its literal when it is one. */
  readonly id: number;
  readonly body: number;
  readonly at: Place;
}

interface Named {
  readonly recv?: string;
  readonly name: string;
}

const nameOf = ({ recv, name }: Named): Named => ({ ...(recv !== undefined ? { recv } : {}), name });

/** Handles of runtime/cgo are entries of one table, told apart by the field that has them: `handle T.h`, or `handle ?`. */
const unknownHandle = 'handle ?';

const isHandle = (registry: string): boolean => registry.startsWith('handle ');

/** The functions of the package that make such objects. */
export function functionsThatKeep(flow: PackageFlow): readonly GoFunction[] {
  return flow.functionsWhere('stored with finalizer', (fn) => fn.decl.body !== undefined && stored(fn, flow).length > 0);
}

export function keptObjects(fn: GoFunction, flow: PackageFlow): readonly KeptObject[] {
  const found = stored(fn, flow);
  if (found.length === 0 || !flow.model.complete) return [];
  const all = flow.gather('removals', (fn) => (/\b(?:[Dd]elete|LoadAndDelete|CompareAndDelete|clear|Clear)\(|=\s*(?:nil|map\[|make\()/.test(fn.top.syntax.text) ? removals(fn, flow) : []));
  return found.flatMap(({ inside, callback, ...kept }): KeptObject[] => {
    const own = all.filter(({ registry }) => registry === kept.registry || registry === '?' || (isHandle(registry) && isHandle(kept.registry) && [registry, kept.registry].includes(unknownHandle)));
    const first = own[0];
    if (!first || !own.every((one) => inside.some(({ id, body }) => id === one.id && (body === undefined || body === one.body)))) return [];
    const ways = [...(callback ? [callback] : []), ...own.filter((one) => !inside.some(({ id, body }) => id === one.id && body !== undefined)).map(({ by }) => by)];
    const isRunByOthers = (target: GoFunction): boolean => callsOf(target, flow).some(({ caller }) => !inside.some(({ id }) => id === flow.idOf(caller)));
    return [{ ...kept, removed: first.at, isLost: ways.every((way) => !/^\p{Lu}/u.test(way.name) && !flow.targets(way).fns.some(isRunByOthers)) }];
  });
}

/** Objects that a function gives a finalizer and puts into a registry, with the functions that the finalizer runs. */
function stored(fn: GoFunction, flow: PackageFlow): readonly (Omit<KeptObject, 'removed' | 'isLost'> & { readonly callback?: Named; readonly inside: readonly { readonly id: number; readonly body?: number }[] })[] {
  if (!flow.ir(fn).traits.has('pkg call') || !/SetFinalizer|AddCleanup/.test(fn.top.syntax.text)) return [];
  return flow.askOf('stored with finalizer', fn, (current) => {
    const facts = finalizers(current, flow);
    const ir = flow.ir(current);
    const id = flow.idOf(current);
    return facts.flatMap(({ type, at }) => {
      const set = ir.bodies.flatMap((body) => body.calls).find((step) => step.span.start === at.span.start);
      const object = set?.args[0] && variable(ir, set.args[0]);
      const callback = set?.args[1] && origin(ir, set.args[1]);
      if (!set || !object || !callback) return [];
      const entry = ir.body.steps.flatMap((step) => entryOf(ir, step, object, flow))[0];
      return entry ? [{ ...entry, type, set: { unit: current.top.syntax, span: set.span }, inside: runBy(ir, id, callback, flow), ...(callback.k === 'func' ? { callback: nameOf(callback) } : {}) }] : [];
    });
  });
}

function variable(ir: FuncIr, operand: Operand): Var | undefined {
  const at = origin(ir, operand);
  return at.k === 'var' ? at.v : operand.k === 'var' ? operand.v : undefined;
}

/** The registry that a step puts the object into: a map or sync.Map of the package, a handle, or what a helper puts its argument into. */
function entryOf(ir: FuncIr, step: Step, object: Var, flow: PackageFlow): { readonly span: Span; readonly registry: string }[] {
  const is = (operand: Operand): boolean => holds(ir, operand, object);
  if (step.op === 'setIndex') {
    const base = origin(ir, step.base);
    return base.k === 'global' && is(step.src) ? [{ span: step.stmt, registry: base.name }] : [];
  }
  if (step.op !== 'call' || step.mode !== 'call') return [];
  const { callee, args, span } = step;
  if (callee.k === 'pkg' && callee.pkg === 'runtime/cgo' && callee.name === 'NewHandle') return args[0] && is(args[0]) ? [{ span, registry: handleField(ir, step) }] : [];
  if (callee.k === 'method' && /^(?:Store|LoadOrStore|Swap)$/.test(callee.name) && args[0]?.k === 'global') return args[2] && is(args[2]) ? [{ span, registry: args[0].name }] : [];
  const index = args.findIndex(is);
  const registry = index < 0 ? undefined : storesParam(step, index, flow);
  return registry === undefined ? [] : [{ span, registry }];
}

/** The field that gets a new handle. */
function handleField(ir: FuncIr, step: CallStep): string {
  const dst = step.dsts[0];
  const set = ir.body.steps.find((other) => other.op === 'setField' && dst !== undefined && variable(ir, other.src) === dst);
  const owner = set?.op === 'setField' && set.base.k === 'var' ? ownTypeName(set.base.v.type) : undefined;
  return set?.op !== 'setField' || owner === undefined ? unknownHandle : `handle ${owner}.${set.name}`;
}

/** The object itself, or a new struct that has it in a field. */
function holds(ir: FuncIr, operand: Operand, object: Var): boolean {
  if (variable(ir, operand) === object) return true;
  const made = originStep(ir, operand);
  return made?.op === 'composite' && made.fields.some(({ src }) => variable(ir, src) === object);
}

function storesParam(step: CallStep, index: number, flow: PackageFlow): string | undefined {
  for (const target of calledFunctions(step, flow)) {
    const found = flow.askOf(`stores parameter:${index}`, target, (current) => {
      const ir = flow.ir(current);
      const param = ir.body.params[index];
      return param && ir.body.steps.flatMap((inner) => (inner.op === 'call' && (inner.callee.k === 'go' || (inner.callee.k === 'method' && inner.args[0]?.k !== 'global')) ? [] : entryOf(ir, inner, param, flow)))[0]?.registry;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a finalizer runs: a literal of the function, a declared function, and the functions that these call. */
function runBy(ir: FuncIr, id: number, callback: Operand, flow: PackageFlow): { readonly id: number; readonly body?: number }[] {
  const out: { id: number; body?: number }[] = [];
  const seen = new Set<number>();
  const follow = (at: FuncIr, body: FuncBody, depth: number): void => {
    for (const step of synchronousSteps(at, body)) if (step.op === 'call' && depth > 0) for (const target of calledFunctions(step, flow)) add(target, depth - 1);
  };
  const add = (fn: GoFunction, depth: number): void => {
    const at = flow.idOf(fn);
    if (seen.has(at)) return;
    seen.add(at);
    out.push({ id: at });
    follow(flow.ir(fn), flow.ir(fn).body, depth);
  };
  if (callback.k === 'closure') {
    out.push({ id, body: callback.fn.id });
    follow(ir, callback.fn, 3);
  } else if (callback.k === 'func') for (const fn of flow.targets(nameOf(callback)).fns) add(fn, 3);
  return out;
}

/** Where entries are taken out of registries; `?` where nobody can say of which. */
function removals(fn: GoFunction, flow: PackageFlow): readonly Removal[] {
  return flow.askOf('removals', fn, (current) => {
    const ir = flow.ir(current);
    const id = flow.idOf(current);
    return ir.bodies.flatMap((body) =>
      stepsOf(body).flatMap((step): Removal[] => {
        const registry = removedFrom(ir, step);
        return registry === undefined ? [] : [{ registry, by: nameOf(current), id, body: body.id, at: { unit: current.top.syntax, span: step.span } }];
      }),
    );
  });
}

function removedFrom(ir: FuncIr, step: Step): string | undefined {
  if (step.op === 'setGlobal') return step.name;
  if (step.op === 'setIndex') {
    const base = origin(ir, step.base);
    return base.k === 'global' && step.src.k === 'const' ? base.name : undefined;
  }
  if (step.op !== 'call') return undefined;
  const { callee, args } = step;
  const first = args[0] && origin(ir, args[0]);
  if (callee.k === 'builtin' && (callee.name === 'delete' || callee.name === 'clear')) return first?.k === 'global' ? first.name : isParameter(ir, first) ? '?' : undefined;
  if (callee.k !== 'method' || !/^(?:Delete|LoadAndDelete|CompareAndDelete|Clear)$/.test(callee.name)) return undefined;
  if (args[0]?.k === 'global') return args[0].name;
  if (args.length !== 1 || callee.name !== 'Delete') return undefined;
  const load = args[0] && originStep(ir, args[0]);
  const owner = load?.op === 'field' && load.base.k === 'var' ? ownTypeName(load.base.v.type) : undefined;
  return load?.op !== 'field' || owner === undefined ? unknownHandle : `handle ${owner}.${load.name}`;
}

/** A map that somebody else chose. */
const isParameter = (ir: FuncIr, operand: Operand | undefined): boolean => operand?.k === 'var' && operand.v.kind !== 'temp' && onlyDefinition(ir, operand.v) === undefined;
