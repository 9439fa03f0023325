/** Which fields of which types are C memory that a finalizer frees, and through which object: the object itself, one it embeds, or one it keeps alive on purpose. */
import type { Constraint } from '../semantics/build-constraints.ts';
import { fieldType } from '../semantics/shape.ts';
import { isCPointer, ownTypeName, type StructField, type Type } from '../semantics/types.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { origin, originStep } from './definitions.ts';
import { allFinalizers } from './finalizers.ts';
import type { FuncIr, Operand, Var } from './ir.ts';
import type { Locks } from './locks.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

export interface FinalizedField {
  /** The type that has the finalizer. */
  readonly owner: string;
  /** How to get from the object to the one with the finalizer: `` (itself), `.future`. */
  readonly via: string;
  /** The way leads through a pointer: a copy of the object keeps the owner alive as well. */
  readonly byPointer: boolean;
  readonly locks: Locks;
  /** The builds in which a finalizer is set: not every file need be in one. */
  readonly builds: readonly Constraint[];
}

export type FinalizedFields = ReadonlyMap<string, ReadonlyMap<string, FinalizedField>>;

/** Type name to the field paths that its finalizer releases; types that embed such a type, or keep one for their memory, included. */
export function finalizedFields(flow: PackageFlow): FinalizedFields {
  return flow.ask('finalized', () => {
    const found = new Map<string, Map<string, FinalizedField>>();
    const add = (type: string, path: string, fact: FinalizedField): void => {
      const paths = found.get(type) ?? found.set(type, new Map()).get(type)!;
      if (!paths.has(path)) paths.set(path, fact);
    };
    const facts = allFinalizers(flow);
    for (const fact of facts) {
      const builds = facts.filter((other) => other.type === fact.type).map((other) => other.build);
      for (const path of fact.paths) add(fact.type, path, { owner: fact.type, via: '', byPointer: false, locks: fact.locks, builds });
    }
    if (found.size === 0) return found;
    for (const { type, path, field, owner } of keptOwners(flow, found)) {
      const [first] = found.get(owner)?.values() ?? [];
      if (first) add(type, path, { ...first, via: `.${field}${first.via}`, byPointer: true });
    }
    // An object that embeds a finalized one keeps it alive, and reads its fields as its own.
    for (let round = 0; round < 4; round++) {
      for (const name of flow.model.types.keys()) {
        for (const field of flow.model.shape.fields(name) ?? []) {
          const inner = field.embedded ? ownTypeName(field.type) : undefined;
          if (inner === undefined || inner === name) continue;
          for (const [path, fact] of [...(found.get(inner) ?? [])]) {
            const outer = { ...fact, via: `.${field.name}${fact.via}`, byPointer: fact.byPointer || field.type.k === 'pointer' };
            add(name, path, outer);
            add(name, `.${field.name}${path}`, outer);
          }
        }
      }
    }
    return found;
  });
}

/** The finalized fields of one type: an answer of its own, so that other types may come and go. */
export function finalizedFieldsOf(type: string, flow: PackageFlow): ReadonlyMap<string, FinalizedField> | undefined {
  return flow.askAbout('finalized fields of', type, () => finalizedFields(flow).get(type));
}

export function hasFinalizedFields(flow: PackageFlow): boolean {
  return flow.ask('has finalized', () => finalizedFields(flow).size > 0);
}

interface KeptOwner {
  readonly type: string;
  readonly path: string;
  readonly field: string;
  readonly owner: string;
}

interface FieldRef {
  readonly type: string;
  readonly field: string;
}

interface FieldTraffic {
  /** What is put into a field: a variable of a type, or what another field holds. */
  readonly stores: readonly (FieldRef & { readonly from?: string; readonly fromField?: FieldRef })[];
  /** Fields whose value is used for anything but putting it into a field. */
  readonly reads: readonly FieldRef[];
}

/**
 * A field that is given a finalized object and never read has one purpose: the C pointers beside it are memory of that object, which must
 * live as long. `type Rule struct { ptr *C.rule; owner any }`
 */
function keptOwners(flow: PackageFlow, finalized: ReadonlyMap<string, unknown>): KeptOwner[] {
  const { shape } = flow.model;
  const candidates = [...flow.model.types.keys()].flatMap((type) => {
    const fields = finalized.has(type) ? [] : (shape.fields(type) ?? []);
    const pointers = fields.filter((field) => isCPointer(field.type));
    return pointers.length === 0 ? [] : fields.filter((field) => mayKeepOwner(field, finalized)).map((field) => ({ type, field: field.name, pointers }));
  });
  if (candidates.length === 0 || !flow.model.complete) return [];
  const traffic = flow.everyFile().flatMap((file) =>
    file.functions.flatMap((fn) => (candidates.some(({ type, field }) => fn.top.syntax.text.includes(type) || fn.top.syntax.text.includes(`.${field}`)) ? [fieldTraffic(fn, flow)] : [])),
  );
  const reads = traffic.flatMap((one) => one.reads);
  const stores = traffic.flatMap((one) => one.stores);
  const owners = new Map<string, string>();
  const key = (ref: FieldRef): string => `${ref.type}.${ref.field}`;
  const unread = candidates.filter(({ type, field }) => !reads.some((read) => read.field === field && (read.type === type || read.type === '')));
  for (let grown = true; grown; ) {
    grown = false;
    for (const one of unread) {
      if (owners.has(key(one))) continue;
      const owner = stores.filter((store) => key(store) === key(one)).map((store) => (store.fromField ? owners.get(key(store.fromField)) : store.from)).find((name) => name !== undefined && finalized.has(name));
      if (owner === undefined) continue;
      owners.set(key(one), owner);
      grown = true;
    }
  }
  return unread.flatMap((one) => {
    const owner = owners.get(key(one));
    return owner === undefined ? [] : one.pointers.map((pointer) => ({ type: one.type, path: `.${pointer.name}`, field: one.field, owner }));
  });
}

function mayKeepOwner(field: StructField, finalized: ReadonlyMap<string, unknown>): boolean {
  if (field.embedded) return false;
  const { type } = field;
  if (type.k === 'interface' || (type.k === 'named' && type.pkg === undefined && type.name === 'any')) return true;
  const name = type.k === 'pointer' ? ownTypeName(type) : undefined;
  return name !== undefined && finalized.has(name);
}

function fieldTraffic(fn: GoFunction, flow: PackageFlow): FieldTraffic {
  return flow.askOf('field traffic', fn, (current) => {
    const ir = flow.ir(current);
    const { shape } = flow.model;
    const stores: (FieldTraffic['stores'][number])[] = [];
    const reads: FieldRef[] = [];
    const ref = (type: Type | undefined, path: string): FieldRef => {
      const dot = path.lastIndexOf('.');
      return { type: ownTypeName(dot < 0 ? type : fieldType(shape, type, path.slice(0, dot))) ?? '', field: path.slice(dot + 1) };
    };
    const store = (into: FieldRef, src: Operand): void => {
      const load = originStep(ir, src);
      const at = origin(ir, src);
      if (load?.op === 'field' && load.base.k === 'var') {
        // The field itself, and the type it has where it says so.
        const from = ownTypeName(fieldType(shape, load.base.v.type, load.name));
        stores.push({ ...into, fromField: ref(load.base.v.type, load.name) }, ...(from === undefined ? [] : [{ ...into, from }]));
      } else if (at.k === 'var') {
        const from = ownTypeName(at.v.type);
        if (from !== undefined) stores.push({ ...into, from });
      }
    };
    const moved = onlyMoved(ir);
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'composite') {
          const type = ownTypeName(step.type);
          if (type !== undefined) for (const { name, src } of step.fields) if (name !== undefined) store({ type, field: name }, src);
        } else if (step.op === 'setField' && step.base.k === 'var') store(ref(step.base.v.type, step.name), step.src);
        else if (step.op === 'field') {
          const type = step.base.k === 'var' ? step.base.v.type : undefined;
          // `r.owner.db.ptr` reads every field on the way.
          const names = step.name.split('.');
          names.forEach((_, i) => (i < names.length - 1 || !moved(step.dst) ? reads.push(ref(type, names.slice(0, i + 1).join('.'))) : 0));
        } else if (step.op === 'addr' && step.path !== '') reads.push(ref(step.base.k === 'var' ? step.base.v.type : undefined, step.path));
      }
    }
    return { stores, reads };
  });
}

/** Whether a value goes nowhere but into fields. */
function onlyMoved(ir: FuncIr): (v: Var) => boolean {
  const used = new Set<Var>();
  const use = (operand: Operand): void => void (operand.k === 'var' && used.add(operand.v));
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op === 'composite') continue;
      if (step.op === 'setField') use(step.base);
      else for (const operand of operandsOf(step)) use(operand);
    }
    for (const { term } of body.blocks) {
      if (term.k === 'return') term.values.forEach(use);
      if (term.k === 'branch' && term.cond.k === 'truth') use(term.cond.x);
      if (term.k === 'branch' && (term.cond.k === 'eq' || term.cond.k === 'cmp')) [term.cond.l, term.cond.r].forEach(use);
    }
  }
  return (v) => v.kind === 'temp' && !used.has(v);
}
