/** Which types have a finalizer or cleanup that releases C memory, and through which fields. Sources: runtime.SetFinalizer, runtime.AddCleanup. */
import { buildOf, type Constraint } from '../semantics/build-constraints.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { isCPointer, ownTypeName, type StructField, type Type } from '../semantics/types.ts';
import { cCallsOn } from './c-calls-on.ts';
import { mayRelease } from './c-names.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, CompositeStep, FuncBody, FuncIr, Operand, Var } from './ir.ts';
import type { ArgEffect, Place } from './knowledge.ts';
import { type Locks, locksAtRelease } from './locks.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';
import { effectOf } from './resource/effect.ts';
import { Explorer } from './resource/explore.ts';

export interface FinalizerFact {
  /** The type whose objects are finalized. */
  readonly type: string;
  readonly kind: 'finalizer' | 'cleanup';
  /** Paths of the fields whose memory the finalizer releases: `.ptr`. */
  readonly paths: readonly string[];
  /** Unseen C functions that the finalizer ends the object with: `name#argument`. */
  readonly enders: readonly string[];
  /** By path: the C functions, `name#argument`, that get the memory. */
  readonly releases: ReadonlyMap<string, readonly string[]>;
  /** Locks that it takes before it releases anything: it cannot run while somebody else holds one. */
  readonly locks: Locks;
  /** Declared functions that are the finalizer, or that it runs as method values: `T.free`. */
  readonly callbacks: readonly string[];
  /** Where it is set. */
  readonly at: Place;
  /** In which builds. */
  readonly build: Constraint;
}

/** Those of one type: an answer of its own, so that other types may come and go. */
export function finalizersOf(type: string, flow: PackageFlow): readonly FinalizerFact[] {
  return flow.askAbout('finalizers of', type, () => allFinalizers(flow).filter((fact) => fact.type === type));
}

export function hasFinalizers(flow: PackageFlow): boolean {
  return flow.ask('has finalizers', () => allFinalizers(flow).length > 0);
}

/** Whether a function has a variable that points to an object of such a type. */
export function handlesFinalized({ vars }: FuncIr, flow: PackageFlow): boolean {
  return vars.some(({ type }) => {
    const name = type?.k === 'pointer' ? ownTypeName(type) : undefined;
    return name !== undefined && finalizersOf(name, flow).length > 0;
  });
}

/** Every finalizer and cleanup of the package that releases C memory. */
export function allFinalizers(flow: PackageFlow): readonly FinalizerFact[] {
  return flow.gather('finalizers', (fn) => (fn.decl.body ? finalizers(fn, flow) : []));
}

/** Declared functions that are finalizers or cleanups: they end the object. */
export function isFinalizerFunction(key: string, flow: PackageFlow): boolean {
  return flow.askAbout('is finalizer', key, () => finalizerFunctions(flow).has(key));
}

function finalizerFunctions(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('finalizer functions', () => new Set(allFinalizers(flow).flatMap((fact) => fact.callbacks)));
}

/** Whether some finalizer of the package ends its object with a C function, given as `name#argument`. */
export function isFinalizerEnder(key: string, flow: PackageFlow): boolean {
  return flow.askAbout('is ender', key, () => finalizerEnders(flow).has(key));
}

function finalizerEnders(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('finalizer enders', () => new Set(allFinalizers(flow).flatMap((fact) => fact.enders)));
}

interface Callback {
  readonly ir: FuncIr;
  readonly body: FuncBody;
}

/** The body of a callback that is a declared function, a bound method or a literal. */
function callbackBodies(ir: FuncIr, operand: Operand | undefined, flow: PackageFlow): Callback[] {
  const value = operand && origin(ir, operand);
  if (value?.k === 'closure') return [{ ir, body: value.fn }];
  const declared = (target: { readonly recv?: string; readonly name: string }): Callback[] => flow.targets(target).fns.map((fn) => ({ ir: flow.ir(fn), body: flow.ir(fn).body }));
  if (value?.k === 'func') return declared({ ...(value.recv !== undefined ? { recv: value.recv } : {}), name: value.name });
  const recv = value?.k === 'method' && value.recv.k === 'var' ? ownTypeName(value.recv.v.type) : undefined;
  return value?.k === 'method' && recv !== undefined ? declared({ recv, name: value.name }) : [];
}

/** Whether a callback passes the field to C functions of which nothing can be known: they are noted as what ends the object. */
function handsToC(bodies: readonly Callback[], path: string, enders: string[]): boolean {
  const calls = bodies.flatMap(({ ir, body }) =>
    stepsOf(body).flatMap((step) => {
      if (step.op !== 'call' || step.callee.k !== 'c') return [];
      const { name } = step.callee;
      return step.args.flatMap((arg, i) => {
        const load = originStep(ir, arg);
        return load?.op === 'field' && `.${load.name}` === path && load.base.k === 'var' && load.base.v === body.params[0] ? [`${name}#${i}`] : [];
      });
    }),
  );
  enders.push(...calls);
  return calls.length > 0;
}

function cCallsIn(callback: Callback, path: string, param: number, flow: PackageFlow): readonly string[] {
  const v = callback.body.params[param];
  return v ? cCallsOn(callback.ir, v, path, flow) : [];
}

/** Methods of the object that a callback does not call but hands on: `run(x.free)`. */
function handedOn(bodies: readonly Callback[]): { readonly recv: string; readonly name: string }[] {
  return bodies.flatMap(({ body }) =>
    stepsOf(body).flatMap((step) =>
      operandsOf(step).flatMap((operand) => {
        const recv = operand.k === 'method' && operand.recv.k === 'var' ? ownTypeName(operand.recv.v.type) : undefined;
        return operand.k === 'method' && recv !== undefined ? [{ recv, name: operand.name }] : [];
      }),
    ),
  );
}

/** The finalizers and cleanups that a function sets. */
export function finalizers(fn: GoFunction, flow: PackageFlow): readonly FinalizerFact[] {
  if (!/SetFinalizer|AddCleanup/.test(fn.top.syntax.text)) return [];
  return flow.askOf('finalizers', fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) => stepsOf(body).flatMap((step) => (step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'runtime' ? (finalizer(ir, step, step.callee.name, current, flow) ?? []) : [])));
  });
}

function finalizer(ir: FuncIr, step: CallStep, api: string, fn: GoFunction, flow: PackageFlow): FinalizerFact | undefined {
  if (api !== 'SetFinalizer' && api !== 'AddCleanup') return undefined;
  const type = objectType(ir, step, flow);
  const callback = step.args[1] && origin(ir, step.args[1]);
  // `SetFinalizer(x, nil)`
  if (type === undefined || callback?.k === 'const') return undefined;
  const enders: string[] = [];
  const ends = (effect: ArgEffect): boolean => {
    // A finalizer that hands the field to C does so to end it, whatever the C function is called.
    for (const { name, arg } of effect.assumed) enders.push(`${name}#${arg}`);
    return effect.releases !== 'never' || effect.assumed.length > 0;
  };
  const bodies = callbackBodies(ir, step.args[1], flow);
  const paths = api === 'SetFinalizer' ? finalizedPaths(ir, step, type, fn, flow, ends, bodies, enders) : cleanedPaths(ir, step, type, fn, flow, ends);
  if (paths.length === 0) return undefined;
  // What runs the methods that are handed on may keep them: they are the object's end all the same.
  const later = handedOn(bodies).filter(({ recv }) => recv === type).flatMap((method) => flow.targets(method).fns.map((target) => ({ ir: flow.ir(target), body: flow.ir(target).body })));
  const releases = new Map(
    paths.map((path) => [path, [...bodies.flatMap((one) => cCallsIn(one, api === 'SetFinalizer' ? path : '', callback?.k === 'method' ? 1 : 0, flow)), ...later.flatMap((one) => cCallsIn(one, path, 0, flow))]]),
  );
  return {
    type,
    kind: api === 'SetFinalizer' ? 'finalizer' : 'cleanup',
    paths: [...new Set([...paths, ...aliases(ir, step.args[0], paths)])],
    enders: [...enders, ...[...releases.values()].flat().filter((call) => mayRelease(call.slice(0, call.indexOf('#'))))],
    releases,
    locks: bodies.map((one) => locksAtRelease(one.ir, [one.body], flow) ?? new Map<string, boolean>())[0] ?? new Map<string, boolean>(),
    callbacks: [...(callback?.k === 'func' ? [functionKey(callback)] : []), ...handedOn(bodies).map(functionKey)],
    at: { unit: fn.top.syntax, span: step.span },
    build: buildOf(fn.file),
  };
}

/** Other fields that the function gives the same memory: `&Tree{Object: Object{ptr: p}, cast: p}`. */
function aliases(ir: FuncIr, object: Operand | undefined, paths: readonly string[]): string[] {
  const made = object && originStep(ir, object);
  if (made?.op !== 'composite') return [];
  const sources = new Map<string, Var>();
  const collect = (step: CompositeStep, prefix: string, depth: number): void => {
    for (const { name, src } of step.fields) {
      if (name === undefined) continue;
      const inner = originStep(ir, src);
      const at = origin(ir, src);
      if (inner?.op === 'composite' && !inner.address && depth < 3) collect(inner, `${prefix}.${name}`, depth + 1);
      else if (at.k === 'var') sources.set(`${prefix}.${name}`, at.v);
    }
  };
  collect(made, '', 0);
  const same = new Set(paths.flatMap((path) => [...sources].flatMap(([other, v]) => (other === path || (other.endsWith(path) && other.split('.').length > path.split('.').length) ? [v] : []))));
  return [...sources].flatMap(([path, v]) => (same.has(v) ? [path] : []));
}

function objectType(ir: FuncIr, step: CallStep, flow: PackageFlow): string | undefined {
  const arg = step.args[0];
  if (arg === undefined) return undefined;
  const at = arg.k === 'var' && ownTypeName(arg.v.type) === undefined ? origin(ir, arg) : arg;
  return at.k === 'var' ? ownTypeName(at.v.type) : at.k === 'global' ? ownTypeName(flow.model.shape.global(at.name)) : undefined;
}

/** Fields that can hold C memory. */
export const holdsC = (type: Type): boolean => isCPointer(type) || (type.k === 'named' && (type.pkg === 'C' || (type.pkg === undefined && type.name === 'uintptr')));

/** Paths of the fields that can hold C memory, those of embedded structs included under both spellings. */
function pathsOf(type: string, flow: PackageFlow, depth = 0): string[] {
  return (flow.model.shape.fields(type) ?? []).flatMap((field: StructField): string[] => {
    if (holdsC(field.type)) return [`.${field.name}`];
    const inner = field.embedded && field.type.k === 'named' && depth < 3 ? ownTypeName(field.type) : undefined;
    return inner === undefined ? [] : pathsOf(inner, flow, depth + 1).flatMap((path) => [path, `.${field.name}${path}`]);
  });
}

function finalizedPaths(ir: FuncIr, step: CallStep, type: string, fn: GoFunction, flow: PackageFlow, ends: (effect: ArgEffect) => boolean, bodies: readonly Callback[], enders: string[]): string[] {
  // `run(x.free)`: whoever runs it, the method ends the object.
  const later = handedOn(bodies).filter(({ recv }) => recv === type);
  const released = (path: string): boolean => {
    const effects = [effectOfCallback(ir, step.args[1], path, fn, flow, type), ...later.map((method) => flow.knowledge.goArg(method, 0, path))];
    return effects.some((effect) => effect !== undefined && (ends(effect) || (effect.escapes && handsToC(bodies, path, enders))));
  };
  return pathsOf(type, flow).flatMap((path) => {
    // A C struct held by value: the finalizer releases what one of its fields points to.
    const deeper = new Set(bodies.flatMap(({ body }) => stepsOf(body).flatMap((load) => (load.op === 'field' && `.${load.name}`.startsWith(`${path}.`) ? [`.${load.name}`] : []))));
    const inside = [...deeper].filter(released);
    return released(path) || inside.length > 0 ? [path, ...inside] : [];
  });
}

function cleanedPaths(ir: FuncIr, step: CallStep, type: string, fn: GoFunction, flow: PackageFlow, ends: (effect: ArgEffect) => boolean): string[] {
  const effect = effectOfCallback(ir, step.args[1], '', fn, flow);
  if (!effect || !ends(effect)) return [];
  const arg = step.args[2];
  const load = arg && originStep(ir, arg);
  if (load?.op === 'field') return [`.${load.name}`];
  const source = arg && origin(ir, arg);
  const paths = pathsOf(type, flow);
  // The argument was put into a field of the object: `&T{p: p}`.
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      const into = other.op === 'composite' ? other.fields : other.op === 'setField' ? [{ name: other.name, src: other.src }] : [];
      const field = into.find(({ name, src }) => name !== undefined && source !== undefined && sameOperand(origin(ir, src), source));
      if (field?.name !== undefined && paths.includes(`.${field.name}`)) return [`.${field.name}`];
    }
  }
  return paths.length === 1 ? paths : [];
}

const sameOperand = (a: Operand, b: Operand): boolean => a.k === 'var' && b.k === 'var' && a.v === b.v;

/** What a function value does to its first argument, which is of type `type` where that is known. */
function effectOfCallback(ir: FuncIr, operand: Operand | undefined, path: string, fn: GoFunction, flow: PackageFlow, type?: string): ArgEffect | undefined {
  const value = operand && origin(ir, operand);
  switch (value?.k) {
    case 'func': {
      const target = { ...(value.recv !== undefined ? { recv: value.recv } : {}), name: value.name };
      return (type !== undefined && value.recv === undefined ? throughInterface(target, type, path, flow) : undefined) ?? flow.knowledge.goArg(target, 0, path);
    }
    case 'method': {
      // `registry.destroy` as a cleanup: the argument comes after the receiver.
      const recv = value.recv.k === 'var' ? ownTypeName(value.recv.v.type) : undefined;
      return recv === undefined ? undefined : flow.knowledge.goArg({ recv, name: value.name }, 1, path);
    }
    case 'closure': {
      const param = value.fn.params[0];
      return param ? effectOf(new Explorer(ir, fn.top.syntax, flow.knowledge).run(value.fn, new Map([[`${param.id}${path}`, 'same']]))) : undefined;
    }
    default:
      return undefined;
  }
}

/** `func destroy(d Destroyer) { d.Destroy() }` as a finalizer: the method is that of the object's type. */
function throughInterface(target: { readonly name: string }, type: string, path: string, flow: PackageFlow): ArgEffect | undefined {
  for (const fn of flow.targets(target).fns) {
    const ir = flow.ir(fn);
    const param = ir.body.params[0];
    if (param === undefined || param.type?.k === 'pointer') continue;
    for (const step of stepsOf(ir.body)) {
      if (step.op !== 'call' || step.callee.k !== 'method' || step.args[0]?.k !== 'var' || step.args[0].v !== param) continue;
      const effect = flow.knowledge.goArg({ recv: type, name: step.callee.name }, 0, path);
      if (effect && (effect.releases !== 'never' || effect.assumed.length > 0)) return effect;
    }
  }
  return undefined;
}
