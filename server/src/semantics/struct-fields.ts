/** The fields of C structs as the editor shows them: how Go names them, where they lie on 64-bit platforms, and where padding is. */
import type { CField, CStruct } from '../syntax/c/c-facts.ts';
import { fieldOffsets, layoutOf, type Layout } from './layout.ts';
import type { CSource, PackageModel } from './package-model.ts';

export interface StructField {
  /** As Go writes it. Source: cmd/cgo, "Go references to C": fields named like Go keywords get an underscore. */
  readonly name: string;
  readonly type: string;
  /** Cgo leaves bit fields out. */
  readonly bits: boolean;
  readonly offset?: number;
  readonly size?: number;
  /** Unused bytes in front of it. */
  readonly padding?: number;
}

export interface StructFields {
  readonly fields: readonly StructField[];
  readonly layout?: Layout;
  /** Unused bytes behind the last field. */
  readonly padding?: number;
}

const goKeywords = new Set('break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(' '));

/** The fields of `C.name`; undefined when it is no struct or union in view. */
export function structFields(model: PackageModel, name: string, headers: readonly CSource[]): StructFields | undefined {
  const own = model.c.struct(name);
  if (own?.fields) return laidOut(own, name, model);
  const found = headers.map((header) => structIn(header, name)).find((struct) => struct?.fields !== undefined);
  // How large the types of headers are that the project does not hold, nobody here knows for sure.
  return found && { fields: found.fields!.map(plain) };
}

/** The struct that a header calls `name`, directly or by a typedef in the same header. */
function structIn({ unit }: CSource, name: string, depth = 0): CStruct | undefined {
  const struct = unit.structs.find((one) => one.fields !== undefined && (one.alias === name || (one.tag !== undefined && `${one.kind}_${one.tag}` === name)));
  if (struct || depth > 4) return struct;
  const alias = unit.typedefs.find((typedef) => typedef.name === name)?.type;
  const next = alias === undefined ? undefined : /^(?:const )?(?:(struct|union) )?(\w+)$/.exec(alias);
  return next ? structIn({ unit, file: '', text: '' }, next[1] === undefined ? next[2]! : `${next[1]}_${next[2]}`, depth + 1) : undefined;
}

const plain = ({ name, type, bits }: CField): StructField => ({ name: goKeywords.has(name) ? `_${name}` : name, type, bits: bits === true });

function laidOut(struct: CStruct, name: string, model: PackageModel): StructFields {
  const fields = struct.fields!.map(plain);
  const layout = layoutOf({ k: 'named', pkg: 'C', name }, model);
  const places = layout && fieldOffsets(struct, model);
  if (!places) return { fields, ...(layout ? { layout } : {}) };
  let end = 0;
  const placed = fields.map((field, i): StructField => {
    const { offset, size } = places[i]!;
    const padding = offset - end;
    end = offset + size;
    return { ...field, offset, size, ...(padding > 0 ? { padding } : {}) };
  });
  return { fields: placed, layout, ...(layout.size > end ? { padding: layout.size - end } : {}) };
}
