/** Which types have a finalizer or cleanup that releases C memory, and through which fields. Sources: runtime.SetFinalizer, runtime.AddCleanup. */
import { isCPointer, ownTypeName, type StructField, type Type } from '../semantics/types.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step } from './ir.ts';
import type { ArgEffect } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { effectOf, Explorer } from './resource/explore.ts';

export interface FinalizerFact {
  /** The type whose objects are finalized. */
  readonly type: string;
  /** Paths of the fields whose memory the finalizer releases: `.ptr`. */
  readonly paths: readonly string[];
  /** Unseen C functions that the finalizer ends the object with: `name#argument`. */
  readonly enders: readonly string[];
  /** It takes a lock first: it cannot run while a caller holds that lock. */
  readonly locks: boolean;
  /** `T.free`, where the finalizer is a declared function. */
  readonly callback?: string;
}

/** Declared functions that are finalizers or cleanups: they end the object. */
export function finalizerFunctions(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('finalizer functions', () => new Set(flow.everyFile().flatMap((file) => file.functions.flatMap((fn) => (fn.decl.body ? finalizers(fn, flow).flatMap((fact) => fact.callback ?? []) : [])))));
}

/** C functions that some finalizer of the package ends its object with: `name#argument`. */
export function finalizerEnders(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('finalizer enders', () => new Set(flow.everyFile().flatMap((file) => file.functions.flatMap((fn) => (fn.decl.body ? finalizers(fn, flow).flatMap((fact) => fact.enders) : [])))));
}

/** Types whose finalizer takes a lock before it releases anything. */
export function lockingFinalizers(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('locking finalizers', () => new Set(flow.everyFile().flatMap((file) => file.functions.flatMap((fn) => (fn.decl.body ? finalizers(fn, flow).flatMap((fact) => (fact.locks ? [fact.type] : [])) : [])))));
}

/** Whether a step takes a lock: sync.Mutex, sync.RWMutex and what is modelled on them. */
export const takesLock = (step: Step): boolean => step.op === 'call' && step.mode === 'call' && step.callee.k === 'method' && (step.callee.name === 'Lock' || step.callee.name === 'RLock');

/** The body of a callback that is a declared function, a bound method or a literal. */
function callbackBodies(ir: FuncIr, operand: Operand | undefined, flow: PackageFlow): FuncBody[] {
  const value = operand && origin(ir, operand);
  if (value?.k === 'closure') return [value.fn];
  if (value?.k === 'func') return flow.targets({ ...(value.recv !== undefined ? { recv: value.recv } : {}), name: value.name }).fns.map((fn) => flow.ir(fn).body);
  const recv = value?.k === 'method' && value.recv.k === 'var' ? ownTypeName(value.recv.v.type) : undefined;
  return value?.k === 'method' && recv !== undefined ? flow.targets({ recv, name: value.name }).fns.map((fn) => flow.ir(fn).body) : [];
}

/** Whether a literal is given to SetFinalizer or AddCleanup in this function. */
export function isFinalizerLiteral(ir: FuncIr, literal: FuncBody): boolean {
  return bodiesOf(ir).some((body) =>
    [...stepsOf(body)].some((step) => {
      const callback = step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'runtime' && step.args[1] ? origin(ir, step.args[1]) : undefined;
      return callback?.k === 'closure' && callback.fn === literal;
    }),
  );
}

/** Type name to the field paths that its finalizer releases; types that embed such a type included. */
export function finalizedFields(flow: PackageFlow): ReadonlyMap<string, ReadonlySet<string>> {
  return flow.ask('finalized', () => {
    const found = new Map<string, Set<string>>();
    const add = (type: string, path: string): void => void (found.get(type) ?? found.set(type, new Set()).get(type)!).add(path);
    for (const file of flow.everyFile()) {
      for (const fn of file.functions) {
        if (!fn.decl.body) continue;
        for (const fact of finalizers(fn, flow)) for (const path of fact.paths) add(fact.type, path);
      }
    }
    // An object that embeds a finalized one keeps it alive, and reads its fields as its own.
    for (let round = 0; round < 4; round++) {
      for (const name of flow.model.types.keys()) {
        for (const field of flow.model.shape.fields(name) ?? []) {
          const inner = field.embedded ? ownTypeName(field.type) : undefined;
          if (inner === undefined || inner === name) continue;
          for (const path of found.get(inner) ?? []) {
            add(name, path);
            add(name, `.${field.name}${path}`);
          }
        }
      }
    }
    return found;
  });
}

function finalizers(fn: GoFunction, flow: PackageFlow): readonly FinalizerFact[] {
  if (!/SetFinalizer|AddCleanup/.test(fn.top.syntax.text)) return [];
  return flow.ask(`finalizers:${flow.idOf(fn)}`, () => {
    flow.targets(fn);
    const ir = flow.ir(fn);
    const facts: FinalizerFact[] = [];
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op !== 'call' || step.callee.k !== 'pkg' || step.callee.pkg !== 'runtime') continue;
        const type = objectType(ir, step, flow);
        if (type === undefined) continue;
        const enders: string[] = [];
        const note = (effect: ArgEffect): boolean => {
          // A finalizer that hands the field to C does so to end it, whatever the C function is called.
          for (const { name, arg } of effect.assumed) enders.push(`${name}#${arg}`);
          return effect.releases !== 'never' || effect.assumed.length > 0;
        };
        const { name } = step.callee;
        const paths = name === 'SetFinalizer' ? finalizedPaths(ir, step, type, fn, flow, note) : name === 'AddCleanup' ? cleanedPaths(ir, step, type, fn, flow, note) : [];
        const callback = step.args[1] && origin(ir, step.args[1]);
        if (paths.length > 0) facts.push({ type, paths, enders, locks: callbackBodies(ir, step.args[1], flow).some((callbackBody) => [...stepsOf(callbackBody)].some(takesLock)), ...(callback?.k === 'func' ? { callback: functionKey(callback) } : {}) });
      }
    }
    return facts;
  });
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

function finalizedPaths(ir: FuncIr, step: CallStep, type: string, fn: GoFunction, flow: PackageFlow, ends: (effect: ArgEffect) => boolean): string[] {
  return pathsOf(type, flow).flatMap((path) => {
    const effect = effectOfCallback(ir, step.args[1], path, fn, flow);
    return effect && ends(effect) ? [path] : [];
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

/** What a function value does to its first argument. */
function effectOfCallback(ir: FuncIr, operand: Operand | undefined, path: string, fn: GoFunction, flow: PackageFlow): ArgEffect | undefined {
  const value = operand && origin(ir, operand);
  switch (value?.k) {
    case 'func':
      return flow.knowledge.goArg({ ...(value.recv !== undefined ? { recv: value.recv } : {}), name: value.name }, 0, path);
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
