/** Registries of this package's own: maps whose keys C gets in place of pointers. Which entries nothing ever removes, and which keys go to another registry. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isCPointer, ownTypeName } from '../semantics/types.ts';
import { definitions, origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Trait } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface RegistryLeak {
  readonly span: Span;
  /** `kept`: nothing removes entries of `registry`. `crossed`: a key of `registry` is given to `other`, which does not have it. */
  readonly how: 'kept' | 'crossed';
  readonly registry: string;
  readonly other?: string;
}

interface Entry {
  readonly registry: string;
  readonly span: Span;
}

interface RegistryFacts {
  /** Entries under keys that C gets. */
  readonly added: readonly Entry[];
  readonly removed: readonly string[];
  readonly read: readonly string[];
  /** Methods called on package variables: `callbacks.Add`. */
  readonly calls: readonly string[];
  readonly crossed: readonly { readonly span: Span; readonly from: string; readonly made: string; readonly to: string }[];
  /** Something is removed from a map of unknown origin. */
  readonly removesUnknown: boolean;
}

/** What stays in the package's registries because of this function. */
export function registryLeaks(fn: GoFunction, flow: PackageFlow): readonly RegistryLeak[] {
  const { traits, bodies } = flow.ir(fn);
  if (!traits.has('setIndex') && !(traits.has('method call') && bodies.some(({ calls }) => calls.some((step) => onGlobal(step) !== undefined)))) return [];
  const facts = factsOf(fn, flow);
  const out: RegistryLeak[] = [];
  // Both are registries of one kind when both are asked for keys.
  for (const { span, from, made, to } of facts.crossed) {
    if (packageFacts(flow).calls.has(`${to}.${made}`)) out.push({ span, how: 'crossed', registry: from, other: to });
  }
  // Whether the package is whole changes while one types: few functions may hang on it.
  if (facts.added.length === 0 || (fn.recv === undefined && fn.name === 'init') || !flow.model.complete) return out;
  for (const { registry, span } of facts.added) {
    if (!readByExports(flow).has(registry)) continue;
    const { removed, removesUnknown } = packageFacts(flow);
    if (!removesUnknown && !removed.has(registry)) out.push({ span, how: 'kept', registry });
  }
  return out;
}

/** Registries that exported functions look into. */
const readByExports = (flow: PackageFlow): ReadonlySet<string> =>
  flow.ask('registries that exports read', () => new Set(flow.everyFile().flatMap(({ functions }) => functions.flatMap((fn) => (fn.exported !== undefined && mayTouch(fn) ? factsOf(fn, flow).read : [])))));

/** What does not touch the border may still remove entries. */
const mayTouch = (fn: GoFunction): boolean => fn.decl.body !== undefined || /\b(?:delete|clear)\(/.test(fn.top.syntax.text);

interface PackageFacts {
  readonly removed: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
  readonly removesUnknown: boolean;
}

function packageFacts(flow: PackageFlow): PackageFacts {
  return flow.ask('registries', () => {
    const removed = new Set<string>();
    const calls = new Set<string>();
    let removesUnknown = false;
    for (const file of flow.everyFile()) {
      for (const fn of file.functions) {
        if (!mayTouch(fn)) continue;
        const facts = factsOf(fn, flow);
        for (const one of facts.removed) removed.add(one);
        for (const one of facts.calls) calls.add(one);
        removesUnknown ||= facts.removesUnknown;
      }
    }
    return { removed, calls, removesUnknown };
  });
}

const nothing: RegistryFacts = { added: [], removed: [], read: [], calls: [], crossed: [], removesUnknown: false };

/** The steps that say something of a registry. */
const telling: readonly Trait[] = ['setIndex', 'index', 'setGlobal', 'setField', 'value call', 'builtin call', 'method call'];

function factsOf(fn: GoFunction, flow: PackageFlow): RegistryFacts {
  return flow.askOf('registry', fn, (current) => {
    const ir = flow.ir(current);
    if (!telling.some((trait) => ir.traits.has(trait))) return nothing;
    const added: Entry[] = [];
    const removed: string[] = [];
    const read: string[] = [];
    const calls: string[] = [];
    let removesUnknown = false;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'setIndex') {
          const registry = registryOf(ir, step.base, flow);
          if (registry === undefined) continue;
          if (step.src.k === 'const') removed.push(registry);
          else if (step.key && goesToC(ir, step.key)) added.push({ registry, span: step.span });
        } else if (step.op === 'index') {
          const registry = registryOf(ir, step.base, flow);
          if (registry !== undefined) read.push(registry);
        } else if (step.op === 'call' && step.callee.k === 'value' && registryOf(ir, step.callee.fn, flow) !== undefined) {
          // `callbacks[id]()`
          read.push(registryOf(ir, step.callee.fn, flow)!);
        } else if (step.op === 'setGlobal') removed.push(step.name);
        else if (step.op === 'setField') {
          const owner = nameOf(step.base, flow);
          if (owner !== undefined) removed.push(`${owner}.${step.name}`);
        } else if (step.op === 'call' && step.callee.k === 'builtin' && /^(?:delete|clear)$/.test(step.callee.name) && step.args[0]) {
          const registry = registryOf(ir, step.args[0], flow);
          if (registry !== undefined) removed.push(registry);
          else if (!isOwnMap(ir, step.args[0])) removesUnknown = true;
        } else if (step.op === 'call') {
          const called = onGlobal(step);
          if (called) calls.push(`${called.on}.${called.name}`);
        }
      }
    }
    return { added, removed, read, calls, crossed: calls.length > 1 ? crossedKeys(ir) : [], removesUnknown };
  });
}

/** `callbacks.Add(f)`: a method of a package variable. */
const onGlobal = ({ callee, args: [object] }: CallStep): { readonly on: string; readonly name: string } | undefined => (callee.k === 'method' && object?.k === 'global' ? { on: object.name, name: callee.name } : undefined);

/** A package variable, or a type of this package: all its values are one. */
function nameOf(base: Operand, flow: PackageFlow): string | undefined {
  if (base.k === 'global') return ownTypeName(flow.model.shape.global(base.name)) ?? base.name;
  return base.k === 'var' ? ownTypeName(base.v.type) : undefined;
}

/** A map that is a package variable, or lies in one or in an object. */
function registryOf(ir: FuncIr, base: Operand, flow: PackageFlow): string | undefined {
  const at = origin(ir, base);
  if (at.k === 'global') return at.name;
  const load = originStep(ir, base);
  if (load?.op !== 'field') return undefined;
  const owner = nameOf(load.base, flow);
  return owner === undefined ? undefined : `${owner}.${load.name}`;
}

/** A map that the function makes itself. */
function isOwnMap(ir: FuncIr, operand: Operand): boolean {
  const at = origin(ir, operand);
  if (at.k !== 'var') return false;
  const steps = definitions(ir).of.get(at.v) ?? [];
  return steps.length > 0 && steps.every((step) => step.op === 'composite' || (step.op === 'call' && step.callee.k === 'builtin'));
}

/** Whether a key is a C object, or a number that C gets. */
function goesToC(ir: FuncIr, key: Operand): boolean {
  if (key.k !== 'var') return false;
  if (isCPointer(key.v.type)) return true;
  const at = origin(ir, key);
  if (at.k === 'var' && isCPointer(at.v.type)) return true;
  const root = at.k === 'var' ? at.v : key.v;
  // A number that the caller chose: how many of them there are, and when one ends, is the caller's business.
  if (root.kind === 'param') return false;
  return [...stepsOf(ir.body)].some((step) => step.op === 'call' && step.callee.k === 'c' && step.args.some((arg) => arg.k === 'var' && sameValue(ir, arg, root.id)));
}

function sameValue(ir: FuncIr, operand: Operand, id: number): boolean {
  if (operand.k === 'var' && operand.v.id === id) return true;
  const at = origin(ir, operand);
  return at.k === 'var' && at.v.id === id;
}

/** `i := x.Add(f); defer y.Remove(i)`, where x never gets it back. */
function crossedKeys(ir: FuncIr): RegistryFacts['crossed'] {
  const out: { span: Span; from: string; made: string; to: string }[] = [];
  const calls = bodiesOf(ir).flatMap((body) =>
    body.calls.flatMap((step) => {
      const called = onGlobal(step);
      return called ? [{ step, ...called }] : [];
    }),
  );
  for (const made of calls) {
    const [key, more] = made.step.dsts;
    if (!key || more) continue;
    const users = calls.filter(({ step }) => step !== made.step && step.args.slice(1).some((arg) => sameValue(ir, arg, key.id)));
    for (const { step, on, name } of users) {
      const back = users.some((other) => other.on === made.on && other.name === name);
      if (on !== made.on && name !== made.name && !back) out.push({ span: step.span, from: made.on, made: made.name, to: on });
    }
  }
  return out;
}
