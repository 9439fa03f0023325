/** What the lowering asks the package: names, signatures and field types, as far as the files in view show them. Bodies are not part of it. */
import { standardField } from './builtins.ts';
import { isReflectHeader, type StructField, type Type } from './types.ts';

export interface FuncShape {
  readonly params: readonly Type[];
  readonly variadic: boolean;
  readonly results: readonly Type[];
}

export interface Shape {
  isType(name: string): boolean;
  /** A function, in any variant of the package. */
  func(name: string): FuncShape | undefined;
  method(type: string, name: string): FuncShape | undefined;
  /** The type a declared name stands for: `struct{…}` for a struct type. */
  underlying(type: string): Type | undefined;
  /** Names of the type parameters of a declared type. */
  typeParams(type: string): readonly string[];
  fields(type: string): readonly StructField[] | undefined;
  global(name: string): Type | undefined;
  /** Whether `C.name(x)` is a conversion. */
  isCType(name: string): boolean;
  /** Whether `C.name` is known to be a function. */
  isCFunction(name: string): boolean;
  /** The Go type of the result of `C.name(…)`; unknown without a prototype in view. */
  cResult(name: string): Type;
  cField(type: string, field: string): Type;
}

/** The type of `path` (dots between fields) starting at a value of type `type`; looks through pointers and embedded fields. */
export function fieldType(shape: Shape, type: Type | undefined, path: string): Type {
  let at: Type = type ?? { k: 'unknown' };
  for (const name of path.split('.')) at = stepInto(shape, at, name, 0) ?? { k: 'unknown' };
  return at;
}

function stepInto(shape: Shape, type: Type, name: string, depth: number): Type | undefined {
  if (depth > 4) return undefined;
  if (type.k === 'pointer') return stepInto(shape, type.elem, name, depth);
  if (type.k === 'named' && type.pkg === 'C') return shape.cField(type.name, name);
  if (isReflectHeader(type)) return { k: 'named', name: name === 'Data' ? 'uintptr' : 'int' };
  if (type.k === 'named' && type.pkg !== undefined) return standardField(type.pkg, type.name, name);
  const fields = type.k === 'struct' ? type.fields : type.k === 'named' && type.pkg === undefined ? shape.fields(type.name) : undefined;
  if (fields === undefined) return undefined;
  const own = fields.find((field) => field.name === name);
  if (own) return own.type;
  for (const field of fields) {
    const promoted = field.embedded ? stepInto(shape, field.type, name, depth + 1) : undefined;
    if (promoted && promoted.k !== 'unknown') return promoted;
  }
  return undefined;
}
