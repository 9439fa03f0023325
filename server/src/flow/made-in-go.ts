/** Which types the package makes values of in Go memory, and what the type of a pointer alone tells about whose memory it points to. */
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer, type Type } from '../semantics/types.ts';
import { onlyDefinition } from './definitions.ts';
import type { FuncIr, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** `C.foo` or the name of a type of this package. */
function nameOf(type: Type | undefined): string | undefined {
  if (type?.k !== 'named') return undefined;
  return type.pkg === 'C' ? `C.${type.name}` : type.pkg === undefined ? type.name : undefined;
}

/** The names of types of which a value of this type holds one. */
function held(type: Type | undefined, into: Set<string>): void {
  if (type?.k === 'array' || type?.k === 'slice' || type?.k === 'map' || type?.k === 'chan') return held(type.elem, into);
  if (type?.k === 'struct') for (const field of type.fields) held(field.type, into);
  const name = nameOf(type);
  if (name !== undefined) into.add(name);
}

function madeBy(fn: GoFunction, flow: PackageFlow): readonly string[] {
  return flow.askOf('made by', fn, (current) => {
    const ir = flow.ir(current);
    const out = new Set<string>();
    // A temporary may be a copy of what C made; a variable of the type is Go memory of its own.
    for (const v of ir.vars) if (v.kind !== 'temp') held(v.type, out);
    const measured = ir.traits.has('composite') && ir.traits.has('pkg call') ? onlyMeasured(ir) : new Set<Var>();
    for (const body of ir.traits.has('composite') || ir.traits.has('builtin call') ? bodiesOf(ir) : []) {
      for (const step of stepsOf(body)) {
        if (step.op === 'composite' && !measured.has(step.dst)) held(step.type, out);
        if (step.op === 'call' && step.callee.k === 'builtin') for (const type of step.types) held(type, out);
      }
    }
    return [...out].sort();
  });
}

/** What stands in `unsafe.Sizeof(T{})` or `unsafe.Offsetof(T{}.f)`: it is never evaluated. Source: Go spec, "Package unsafe". */
function onlyMeasured(ir: FuncIr): ReadonlySet<Var> {
  const out = new Set<Var>();
  for (const body of bodiesOf(ir)) {
    for (const { callee, args } of body.calls) {
      if (callee.k !== 'pkg' || callee.pkg !== 'unsafe' || !/^(?:Sizeof|Offsetof|Alignof)$/.test(callee.name)) continue;
      for (let at = args[0], i = 0; at?.k === 'var' && at.v.kind === 'temp' && i < 8; i++) {
        out.add(at.v);
        const step = onlyDefinition(ir, at.v);
        at = step?.op === 'field' ? step.base : undefined;
      }
    }
  }
  return out;
}

/** Names of types of which Go code of the package makes a value: as a variable, in a literal, with new or make, inside another value. */
function madeInGo(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('made in go', () => {
    const out = new Set<string>();
    for (const name of flow.gather('types made in Go', (fn) => (fn.decl.body ? madeBy(fn, flow) : []))) out.add(name);
    for (const types of flow.model.types.values()) for (const { type } of types) if (type.k === 'struct') held(type, out);
    // Whoever makes an outer value makes the inner ones; names of one struct are used for each other.
    for (const [name, types] of flow.model.types) for (const { type } of types) if (out.has(name)) held(type, out);
    return out;
  });
}

/** Asked for one name, so that an edit that adds another changes nothing for it. */
const isMadeInGo = (name: string, flow: PackageFlow): boolean => flow.askAbout('is made in Go', name, () => madeInGo(flow).has(name));

/**
 * What the type alone tells. A C type belongs to this package: when no Go code here makes a value of it, every pointer to it is a pointer to
 * C memory. A struct with strings, slices, locks or functions inside can only lie in Go memory.
 */
export function memoryOfType(type: Type | undefined, flow: PackageFlow): 'go' | 'c' | 'unknown' {
  if (type?.k !== 'pointer') return 'unknown';
  const { elem } = type;
  if (holdsGoOnly(elem, flow)) return 'go';
  const name = cTypeName(elem) !== undefined ? `C.${cTypeName(elem)}` : elem.k === 'named' && elem.pkg === undefined ? elem.name : undefined;
  if (name === undefined || !isCStruct(elem, flow)) return 'unknown';
  // A type with an exported name may be made by other packages.
  if (/^\p{Lu}/u.test(name) && !name.startsWith('C.')) return 'unknown';
  const names = [name, ...aliasesOf(elem, flow)];
  return names.some((one) => isMadeInGo(one, flow)) ? 'unknown' : 'c';
}

/** The C type that a type of this package stands for, and what else stands for it. */
function aliasesOf(type: Type, flow: PackageFlow): string[] {
  const base = type.k === 'named' && type.pkg === undefined ? flow.model.shape.underlying(type.name) : type;
  const name = cTypeName(base);
  if (name === undefined) return [];
  const own = flow.askAbout('aliases of C type', name, () => [...flow.model.types].flatMap(([alias, types]) => (types.some((one) => cTypeName(one.type) === name) ? [alias] : [])));
  return [`C.${name}`, ...own];
}

/** Whether a type is a C type that is no number: a struct, or something of which only pointers are used. */
export function isCStruct(type: Type, flow: PackageFlow): boolean {
  const base = type.k === 'named' && type.pkg === undefined ? flow.model.shape.underlying(type.name) : type;
  const name = cTypeName(base);
  return name !== undefined && !flow.model.c.isNumber(name) && !/^(?:void|char|uchar|schar)$/.test(name);
}

/** Whether a value of the type can only lie in Go memory. */
export function holdsGoOnly(type: Type, flow: PackageFlow, depth = 0): boolean {
  switch (type.k) {
    case 'interface':
    case 'func':
    case 'chan':
    case 'map':
    case 'slice':
      return true;
    case 'array':
      return holdsGoOnly(type.elem, flow, depth);
    case 'struct':
      return depth < 5 && type.fields.some((field) => holdsGoOnly(field.type, flow, depth + 1));
    case 'pointer':
      return depth > 0 && depth < 5 && type.elem.k !== 'pointer' && holdsGoOnly(type.elem, flow, depth + 1);
    case 'named': {
      if (type.pkg === 'sync' || type.pkg === 'context' || type.pkg === 'reflect' || type.pkg === 'io') return true;
      if (type.pkg !== undefined || isUnsafePointer(type)) return false;
      if (type.name === 'string' || type.name === 'error' || type.name === 'any') return true;
      const inner = flow.model.shape.underlying(type.name);
      return inner !== undefined && depth < 5 && holdsGoOnly(inner, flow, depth + 1);
    }
    default:
      return false;
  }
}
