/** Fields of C structs that are given memory of their own, which nobody releases although the struct is released: the function that ends it forgets them. */
import type { Span } from '../base/span.ts';
import { libcFunction, libcParam } from '../semantics/c/libc.ts';
import { each } from '../semantics/c/walk.ts';
import { declaredType, pointee } from '../semantics/c/c-sizes.ts';
import type { PackageModel } from '../semantics/package-model.ts';
import type { CExpr, CFunction, CStep, CStruct, CUnit } from '../syntax/c/c-facts.ts';
import { cBodies, type CBodyInView } from './c-functions.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CFieldLeak {
  readonly unit: CUnit;
  readonly fn: string;
  readonly field: string;
  readonly struct: string;
  /** The allocation. */
  readonly at: Span;
  readonly allocator: string;
  /** What releases the struct. */
  readonly ending: { readonly name: string; readonly unit: CUnit; readonly span: Span };
}

interface Filled {
  readonly by: CBodyInView;
  readonly field: string;
  readonly owner: CExpr;
  readonly call: Extract<CExpr, { kind: 'call' }>;
}

export const cFieldLeaks = (flow: PackageFlow): readonly CFieldLeak[] => flow.ask('c field leaks', () => find(flow));

function find(flow: PackageFlow): CFieldLeak[] {
  const { model } = flow;
  const bodies = cBodies(flow);
  const filled = bodies.flatMap((by) => filledIn(by, model));
  if (filled.length === 0 || !model.complete) return [];
  const forgotten = new Map<string, boolean>();
  return filled.flatMap(({ by, field, owner, call }): CFieldLeak[] => {
    const struct = onlyStructWith(model, field);
    const ending = struct && endingOf(struct, owner, by, bodies, model);
    if (!struct || !ending || isKnownElsewhere(model, struct)) return [];
    if (!forgotten.has(field)) forgotten.set(field, !isReadByGo(flow, field) && !isReadByC(model, field));
    if (forgotten.get(field) !== true) return [];
    return [{ unit: by.unit, fn: by.fn.name, field, struct: struct.alias ?? `struct ${struct.tag}`, at: call.span, allocator: call.callee!, ending: { name: ending.fn.name, unit: ending.unit, span: ending.fn.span } }];
  });
}

/** `x->field = strdup(…)`. */
function filledIn(by: CBodyInView, model: PackageModel): Filled[] {
  const body = by.fn.body?.();
  const out: Filled[] = [];
  each(body?.steps, (node) => {
    if (node.kind !== 'assign' || !node.plain || node.target.kind !== 'field' || !node.target.arrow || node.value.kind !== 'call') return;
    if (isOwnedCall(node.value.callee, model)) out.push({ by, field: node.target.name, owner: node.target.of, call: node.value });
  });
  return out;
}

/** Whether a call of this function makes memory that the caller owns, for certain. */
export function isOwnedCall(name: string | undefined, model: PackageModel): boolean {
  if (name === undefined) return false;
  if (model.c.function(name)?.body) return model.c.summary(name)?.result.owner === 'owned';
  const row = libcFunction(name);
  if (row) return row.result === 'owned';
  const contract = model.contracts.lookup(name);
  return contract?.trusted === true && contract.returns === 'owned' && contract.release !== undefined;
}

/** The one struct in view that has the field. */
function onlyStructWith(model: PackageModel, name: string): CStruct | undefined {
  const all = model.c.units.flatMap(({ structs }) => structs.filter(({ fields }) => fields?.some((field) => field.name === name)));
  const [only] = all;
  return only && new Set(all.map(({ alias, tag }) => alias ?? tag)).size === 1 && only.kind === 'struct' && only.fields!.some((field) => field.name === name && field.pointer) ? only : undefined;
}

/** The function in view that releases such a struct: by the type of its parameter, or because it is handed over together with the object. */
function endingOf(struct: CStruct, owner: CExpr, by: CBodyInView, bodies: readonly CBodyInView[], model: PackageModel): CBodyInView | undefined {
  const beside = new Set<string>();
  if (owner.kind === 'name') {
    each(by.fn.body?.()?.steps, (node) => {
      if (node.kind !== 'call' || !node.args.some((arg) => arg.kind === 'name' && arg.name === owner.name)) return;
      for (const arg of node.args) if (arg.kind === 'name') beside.add(arg.name);
    });
  }
  const names = namesOf(struct);
  return bodies.find(({ fn, unit }) => {
    const summary = model.c.summary(fn.name);
    if (!summary || model.c.units[summary.unit] !== unit) return false;
    return summary.params.some(({ effect }, i) => {
      if (effect !== 'releases' && effect !== 'may-release') return false;
      const type = pointee(fn.params[i]?.type);
      if (names.has(type)) return true;
      // An untyped pointer: the body that it is handed over with says what it is.
      return i === 0 && beside.has(fn.name) && ownerType(owner, by) !== undefined && names.has(ownerType(owner, by));
    });
  });
}

const namesOf = ({ alias, tag }: CStruct): ReadonlySet<string | undefined> => new Set([alias, tag === undefined ? undefined : `struct ${tag}`]);

/** Whether a function takes such a struct whose body is not in view; those of Go are. */
function isKnownElsewhere(model: PackageModel, struct: CStruct): boolean {
  const names = namesOf(struct);
  return model.c.units.some(({ prototypes }) => prototypes.some(({ name, params }) => params.some(({ type }) => names.has(pointee(type))) && model.c.function(name)?.body === undefined && !model.exported.has(name)));
}

function ownerType(owner: CExpr, { fn }: CBodyInView): string | undefined {
  const body = fn.body?.();
  return body && owner.kind === 'name' ? pointee(declaredType({ fn, body }, owner.name)) : undefined;
}

/** Whether Go names the field anywhere. */
const isReadByGo = (flow: PackageFlow, field: string): boolean =>
  flow.gather(`mentions of .${field}`, (fn) => (fn.top.syntax.text.includes(`.${field}`) ? [true] : [])).length > 0;

/** Whether some C body does anything with the field but set it, look whether it is set, or have the C library read what it points to. */
function isReadByC(model: PackageModel, field: string): boolean {
  const texts = new Map<CUnit, string>(model.cSources.map(({ unit, text }) => [unit, text]));
  for (const { preambleUnit, go } of model.files) if (preambleUnit) texts.set(preambleUnit, go.text);
  return [...texts].some(([unit, text]) => {
    if (!text.includes(field)) return false;
    if (unit.hasError || unit.skipped) return true;
    const mentions = ({ extent }: CFunction): boolean => text.slice(extent.start, extent.end).includes(field);
    return unit.macros.some(({ body }) => body.includes(field)) || unit.functions.some((fn) => mentions(fn) && bodyReads(fn, field));
  });
}

function bodyReads(fn: CFunction, field: string): boolean {
  const body = fn.body?.();
  return body === undefined || body.hasError || reads(body.steps, field, false);
}

function reads(value: unknown, field: string, isHarmless: boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => reads(one, field, isHarmless));
  if (typeof value !== 'object' || value === null) return false;
  const node = value as CExpr | CStep;
  switch (node.kind) {
    case 'field':
      return (node.name === field && !isHarmless) || reads(node.of, field, false);
    case 'assign':
      if (node.plain && node.target.kind === 'field') return reads(node.target.of, field, false) || reads(node.value, field, false);
      return reads(node.target, field, false) || reads(node.value, field, false);
    case 'call': {
      const row = node.callee === undefined ? undefined : libcFunction(node.callee);
      return reads(node.through, field, false) || node.args.some((arg, i) => reads(arg, field, row !== undefined && row.result !== 'first' && /[rw]/.test(libcParam(row, i))));
    }
    case 'deref':
      return reads(node.of, field, true) || reads(node.index, field, false);
    case 'not':
      return reads(node.of, field, true);
    case 'compare':
      return reads(node.left, field, true) || reads(node.right, field, true);
    case 'logic':
      return reads(node.left, field, true) || reads(node.right, field, true);
    case 'if':
      return reads(node.test, field, true) || reads(node.then, field, false) || reads(node.else, field, false);
    default:
      return Object.values(node).some((one) => reads(one, field, isHarmless));
  }
}
