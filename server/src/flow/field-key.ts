/** A name for a field that holds across the functions of a package: `T.f`, where the type of the object is visible. */
import { ownTypeName } from '../semantics/types.ts';
import { originStep } from './definitions.ts';
import type { FuncIr, Operand } from './ir.ts';

/** The field that a value was loaded from. */
export function loadedField(ir: FuncIr, value: Operand): string | undefined {
  const load = originStep(ir, value);
  return load?.op === 'field' ? fieldKey(load.base, load.name) : undefined;
}

/** The field `name` of an object; undefined where its type is not visible, or the field is deeper inside. */
export function fieldKey(object: Operand, name: string): string | undefined {
  const type = object.k === 'var' ? ownTypeName(object.v.type) : undefined;
  return type === undefined || name === '' || name.includes('.') ? undefined : `${type}.${name}`;
}
