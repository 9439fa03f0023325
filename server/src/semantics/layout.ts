/**
 * Sizes and alignments of visible types on 64-bit platforms. What differs between them (C long, wchar_t, long double) or is not in view has
 * none. Sources: System V ABI for x86-64 and AArch64 (LP64), cmd/cgo "Go references to C", Go spec "Size and alignment guarantees".
 */
import type { CStruct } from '../syntax/c/c-facts.ts';
import { constantValue } from './constants.ts';
import { goType } from './c-view.ts';
import type { PackageModel } from './package-model.ts';
import { cTypeName, type Type } from './types.ts';

export interface Layout {
  readonly size: number;
  readonly align: number;
}

/** What a value is made of, for messages and to tell numbers from the rest. */
export type ScalarKind = 'int' | 'float' | 'pointer';

const goSizes: Readonly<Record<string, number>> = {
  bool: 1, byte: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, rune: 4, float32: 4, int: 8, uint: 8, int64: 8, uint64: 8, uintptr: 8, float64: 8,
};

const cSizes: Readonly<Record<string, number>> = {
  char: 1, schar: 1, uchar: 1, bool: 1, _Bool: 1, int8_t: 1, uint8_t: 1, short: 2, ushort: 2, int16_t: 2, uint16_t: 2, int: 4, uint: 4, int32_t: 4, uint32_t: 4, float: 4,
  longlong: 8, ulonglong: 8, int64_t: 8, uint64_t: 8, double: 8, size_t: 8, ssize_t: 8, intptr_t: 8, uintptr_t: 8, ptrdiff_t: 8,
};

const scalar = (size: number): Layout => ({ size, align: size });
const word = scalar(8);

/** Size and alignment of a type. */
export function layoutOf(type: Type | undefined, model: PackageModel, depth = 0): Layout | undefined {
  if (type === undefined || depth > 12) return undefined;
  const inner = (t: Type): Layout | undefined => layoutOf(t, model, depth + 1);
  switch (type.k) {
    case 'pointer':
    case 'map':
    case 'chan':
    case 'func':
      return word;
    case 'interface':
      return { size: 16, align: 8 };
    case 'slice':
      return { size: 24, align: 8 };
    case 'array':
      return times(inner(type.elem), constantValue(type.len, model));
    case 'struct':
      return type.fields.some((field) => field.name === '_') ? undefined : inOrder(type.fields.map((field) => inner(field.type)), undefined);
    case 'named':
      return named(type, model, depth);
    default:
      return undefined;
  }
}

function named(type: Type & { k: 'named' }, model: PackageModel, depth: number): Layout | undefined {
  if (type.pkg === 'C') return cLayout(type.name, model, depth);
  if (type.pkg === 'unsafe') return type.name === 'Pointer' ? word : undefined;
  if (type.pkg !== undefined) return undefined;
  const underlying = model.typesNamed(type.name);
  // Variants of one type may differ.
  if (underlying) return underlying.length === 1 ? layoutOf(underlying[0], model, depth + 1) : undefined;
  if (type.name === 'string' || type.name === 'error' || type.name === 'any') return { size: 16, align: 8 };
  const size = goSizes[type.name];
  return size === undefined ? undefined : scalar(size);
}

/** The layout of `C.name`. */
function cLayout(name: string, model: PackageModel, depth: number): Layout | undefined {
  const size = cSizes[name];
  if (size !== undefined) return scalar(size);
  if (depth > 12) return undefined;
  const struct = model.c.struct(name);
  if (struct) return structLayout(struct, model, depth);
  const alias = model.c.typedef(name);
  return alias === undefined ? undefined : textLayout(alias, model, depth + 1);
}

/** The offset of each field of a C struct and its size, or undefined where something about it is not in view. */
export function fieldOffsets(struct: CStruct, model: PackageModel): readonly { readonly offset: number; readonly size: number; readonly align: number }[] | undefined {
  if (struct.kind !== 'struct' || struct.fields === undefined || !struct.plain || struct.aligned || struct.fields.some((field) => field.bits)) return undefined;
  const out: { offset: number; size: number; align: number }[] = [];
  let at = 0;
  for (const field of struct.fields) {
    const layout = textLayout(field.type, model, 1);
    if (layout === undefined) return undefined;
    at = roundUp(at, Math.min(layout.align, struct.packed ?? layout.align));
    out.push({ offset: at, ...layout });
    at += layout.size;
  }
  return out;
}

function structLayout(struct: CStruct, model: PackageModel, depth: number): Layout | undefined {
  if (struct.kind === 'enum') return scalar(4);
  if (struct.fields === undefined || !struct.plain || struct.aligned || struct.fields.some((field) => field.bits)) return undefined;
  const fields = struct.fields.map((field) => textLayout(field.type, model, depth + 1));
  if (struct.kind === 'struct') return inOrder(fields, struct.packed);
  let size = 0;
  let align = 1;
  for (const field of fields) {
    if (field === undefined) return undefined;
    size = Math.max(size, field.size);
    align = Math.max(align, Math.min(field.align, struct.packed ?? field.align));
  }
  return { size: roundUp(size, align), align };
}

/** The layout of a C type in normalised text: `unsigned int`, `char [16]`, `void (*)(int)`. */
function textLayout(text: string, model: PackageModel, depth: number): Layout | undefined {
  if (/\(\s*\*/.test(text)) return word;
  const array = /^([^[\]]*)((?:\[[^[\]]*\]\s*)+)$/.exec(text);
  if (!array) return layoutOf(goType(text), model, depth);
  let layout = textLayout(array[1]!.trim(), model, depth);
  for (const [, length = ''] of array[2]!.matchAll(/\[([^[\]]*)\]/g)) layout = times(layout, cConstant(length.trim(), model));
  return layout;
}

/** A number, or a macro that stands for one. */
function cConstant(text: string, model: PackageModel, depth = 0): number | undefined {
  if (/^\(?(?:0[xX][\da-fA-F]+|[1-9]\d*)[uUlL]*\)?$/.test(text)) return Number(text.replace(/[()uUlL]/g, ''));
  if (!/^[A-Za-z_]\w*$/.test(text) || depth > 4) return undefined;
  const macros = model.c.units.flatMap((unit) => unit.macros.filter((macro) => macro.name === text && macro.params === undefined));
  const first = macros[0];
  return first && macros.every((macro) => macro.body === first.body) ? cConstant(first.body, model, depth + 1) : undefined;
}

const roundUp = (value: number, align: number): number => Math.ceil(value / align) * align;

const times = (layout: Layout | undefined, count: number | undefined): Layout | undefined =>
  layout === undefined || count === undefined || !(count >= 0) ? undefined : { size: layout.size * count, align: layout.align };

function inOrder(fields: readonly (Layout | undefined)[], packed: number | undefined): Layout | undefined {
  let at = 0;
  let align = 1;
  for (const field of fields) {
    if (field === undefined) return undefined;
    const own = Math.min(field.align, packed ?? field.align);
    at = roundUp(at, own) + field.size;
    align = Math.max(align, own);
  }
  return { size: roundUp(at, align), align };
}

/** What kind of number (or address) a type is; undefined for everything that is made of parts, and for what is not in view. */
export function scalarKind(type: Type | undefined, model: PackageModel, depth = 0): ScalarKind | undefined {
  if (type?.k === 'pointer') return 'pointer';
  if (type?.k !== 'named' || depth > 8) return undefined;
  const c = cTypeName(type);
  if (c !== undefined) {
    if (cSizes[c] !== undefined) return c === 'float' || c === 'double' ? 'float' : 'int';
    const struct = model.c.struct(c);
    if (struct) return struct.kind === 'enum' ? 'int' : undefined;
    const alias = model.c.typedef(c);
    return alias === undefined || /[[(]/.test(alias) ? undefined : scalarKind(goType(alias), model, depth + 1);
  }
  if (type.pkg === 'unsafe') return 'pointer';
  if (type.pkg !== undefined) return undefined;
  const declared = model.typesNamed(type.name);
  if (declared) return declared.length === 1 ? scalarKind(declared[0], model, depth + 1) : undefined;
  return goSizes[type.name] === undefined ? undefined : type.name.startsWith('float') ? 'float' : 'int';
}
