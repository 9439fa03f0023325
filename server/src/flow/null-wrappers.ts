/**
 * Pointers from C that may be NULL and go, untested, into a fresh Go object which the function returns: the object looks valid to whoever gets it.
 * A path that looks at the pointer, or at what else tells whether the call has worked, is left; so are types whose field methods or helpers compare with nil.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { condOperands } from './guards.ts';
import { onlyDefinition } from './definitions.ts';
import type { FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf, targetsOf } from './resource/function-info.ts';
import { type At, isAbout } from './telltales.ts';

export interface NullWrapper {
  /** Where the pointer goes into the object. */
  readonly use: Span;
  /** The type of the object. */
  readonly type: string;
}

interface Path extends At {
  /** The variables that are the pointer. */
  readonly live: ReadonlySet<Var>;
  /** The variables that are the object. */
  readonly objects: ReadonlySet<Var>;
  readonly wrapper?: NullWrapper & { readonly field: string | undefined };
}

/** The object that leaves the function with the untested pointer, if one does on some path from `start`. */
export function nullWrapper(ir: FuncIr, body: FuncBody, start: At, pointer: Var, telltale: ReadonlySet<Var>, flow: PackageFlow): NullWrapper | undefined {
  // A literal's results are not the function's.
  if (body.id !== 0) return undefined;
  const seen = new Set<string>();
  const queue: Path[] = [{ ...start, live: new Set([pointer]), objects: new Set() }];
  while (queue.length > 0) {
    let path: Path | undefined = queue.pop()!;
    const { steps, term } = body.blocks[path.at]!;
    for (const step of steps.slice(path.index)) {
      path = after(ir, step, path, telltale);
      if (path === undefined) break;
    }
    if (path === undefined) continue;
    const { wrapper, objects, live } = path;
    if (term.k === 'return') {
      if (wrapper && leaves(ir, term.values, objects) && !knowsNil(flow, wrapper)) return { use: wrapper.use, type: wrapper.type };
      continue;
    }
    if (term.k === 'branch' && condOperands(term.cond).some((operand) => isAbout(ir, operand, new Set([...live, ...objects]), telltale, 0))) continue;
    for (const to of term.k === 'jump' ? [term.to] : term.k === 'branch' ? [term.yes, term.no] : term.k === 'multi' ? term.to : []) {
      const key = `${to}:${[...live, ...objects].map((v) => v.id).sort().join()}`;
      if (seen.has(key) || seen.size > 200) continue;
      seen.add(key);
      queue.push({ ...path, at: to, index: 0 });
    }
  }
  return undefined;
}

/** The path behind a step; undefined where the pointer goes to code that may look at it. */
function after(ir: FuncIr, step: Step, path: Path, telltale: ReadonlySet<Var>): Path | undefined {
  const { live, objects } = path;
  const isIn = (set: ReadonlySet<Var>, operand: Operand): boolean => operand.k === 'var' && set.has(operand.v);
  if (step.op === 'copy' && step.src.k === 'var') {
    if (live.has(step.src.v)) return { ...path, live: new Set([...live, step.dst]) };
    if (objects.has(step.src.v)) return { ...path, objects: new Set([...objects, step.dst]) };
  }
  if (step.op === 'composite') {
    const field = step.fields.find(({ src }) => isIn(live, src));
    const type = ownTypeName(step.type);
    if (field && type !== undefined) return { ...path, objects: new Set([step.dst]), wrapper: { use: step.span, type, field: field.name } };
  }
  if (step.op === 'addr' && step.path === '' && !step.indexed && isIn(objects, step.base)) return { ...path, objects: new Set([...objects, step.dst]) };
  if (step.op === 'call') {
    // Who gets the object, or what tells of the failure, may look at it; setting a finalizer does not.
    const isFinalizer = step.callee.k === 'pkg' && step.callee.pkg === 'runtime';
    const looks = !isFinalizer && step.callee.k !== 'c' && step.args.some((arg) => isIn(live, arg) || isIn(objects, arg) || isAbout(ir, arg, new Set(), telltale, 0));
    if (looks) return undefined;
  } else if (step.op !== 'composite' && step.op !== 'addr' && operandsOf(step).some((operand) => isIn(live, operand))) return undefined;
  const lost = new Set(targetsOf(step));
  return [...live, ...objects].some((v) => lost.has(v)) ? { ...path, live: new Set([...live].filter((v) => !lost.has(v))), objects: new Set([...objects].filter((v) => !lost.has(v))) } : path;
}

/** Whether the object is returned, with nothing beside it that could say that there is none. */
function leaves(ir: FuncIr, values: readonly Operand[], objects: ReadonlySet<Var>): boolean {
  const isObject = (value: Operand): boolean => value.k === 'var' && objects.has(value.v);
  return values.some(isObject) && values.every((value) => isObject(value) || value.k === 'const' || isNil(ir, value));
}

/** The zero value, converted or not. */
function isNil(ir: FuncIr, value: Operand): boolean {
  const step = value.k === 'var' ? onlyDefinition(ir, value.v) : undefined;
  return step?.op === 'copy' && step.src.k === 'const';
}

/** Whether some code of the package compares that field with nil: then an object without the pointer is one that it reckons with. */
function knowsNil(flow: PackageFlow, { type, field }: { readonly type: string; readonly field: string | undefined }): boolean {
  return flow.gather('fields compared with nil', (fn) => (fn.top.syntax.text.includes('nil') ? flow.askOf('fields compared with nil', fn, (current) => comparedFields(current, flow)) : [])).some((one) => (field === undefined ? one.startsWith(`${type}.`) : one === `${type}.${field}`));
}

function comparedFields(fn: GoFunction, flow: PackageFlow): readonly string[] {
  const ir = flow.ir(fn);
  if (!ir.traits.has('field')) return [];
  return bodiesOf(ir).flatMap((body) => [
    ...body.blocks.flatMap(({ term }) => (term.k === 'branch' && term.cond.k === 'eq' ? compared(ir, term.cond.l, term.cond.r) : [])),
    ...stepsOf(body).flatMap((step) => (step.op === 'binary' && (step.operator === '==' || step.operator === '!=') ? compared(ir, step.l, step.r) : [])),
  ]);
}

const compared = (ir: FuncIr, l: Operand, r: Operand): readonly string[] => ([l, r].some((side) => side.k === 'const' && side.value === 'nil') ? [l, r].flatMap((side) => fieldName(ir, side) ?? []) : []);

function fieldName(ir: FuncIr, operand: Operand): string | undefined {
  const step = operand.k === 'var' ? onlyDefinition(ir, operand.v) : undefined;
  if (step?.op === 'copy') return fieldName(ir, step.src);
  const type = step?.op === 'field' && step.base.k === 'var' && isGiven(step.base.v) ? ownTypeName(step.base.v.type) : undefined;
  return step?.op === 'field' && type !== undefined ? `${type}.${step.name}` : undefined;
}

/** Not an object of the function's own making. */
const isGiven = ({ kind }: Var): boolean => kind === 'receiver' || kind === 'param';
