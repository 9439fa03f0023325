/** Fields of C structs that cgo leaves out, and Go code that selects them. Source: cmd/cgo, "Go references to C": bit fields and misaligned fields. */
import type { Span } from '../base/span.ts';
import { fieldOffsets } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { cTypeName, type Type } from '../semantics/types.ts';
import type { Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface OmittedField {
  readonly span: Span;
  readonly struct: string;
  readonly field: string;
  readonly why: 'bits' | 'misaligned';
}

/** Selections of fields that do not exist in Go. */
export function omittedFields(fn: GoFunction, flow: PackageFlow): readonly OmittedField[] {
  if (!leavesFieldsOut(flow)) return [];
  return flow.askOf('omitted fields', fn, (current) => {
    const seen = new Set<string>();
    return bodiesOf(flow.ir(current)).flatMap((body) =>
      stepsOf(body).flatMap((step) => {
        const fact = select(step, flow.model);
        const key = fact && `${fact.span.start}`;
        if (!fact || !key || seen.has(key)) return [];
        seen.add(key);
        return [fact];
      }),
    );
  });
}

/** Whether any struct in view has a field that cgo may leave out. */
const leavesFieldsOut = (flow: PackageFlow): boolean => flow.ask('leaves fields out', () => flow.model.c.units.some(({ structs }) => structs.some(({ fields, packed }) => packed !== undefined || fields?.some(({ bits }) => bits))));

function select(step: Step, model: PackageModel): OmittedField | undefined {
  if (step.op === 'field' || step.op === 'setField') return walk(step.base, step.name, step.span, model);
  if (step.op === 'addr' && step.path !== '') return walk(step.base, step.path, step.span, model);
  if (step.op !== 'composite' || cTypeName(step.type) === undefined) return undefined;
  for (const { name } of step.fields) {
    const why = name === undefined ? undefined : omitted(cTypeName(step.type)!, name, model);
    if (why && name !== undefined) return { span: step.span, struct: cTypeName(step.type)!, field: name, why };
  }
  return undefined;
}

/** Follows a path of fields to the first one that is left out. */
function walk(base: Operand, path: string, span: Span, model: PackageModel): OmittedField | undefined {
  let type: Type | undefined = base.k === 'var' ? base.v.type : base.k === 'global' ? model.shape.global(base.name) : undefined;
  for (const name of path.split('.')) {
    if (type?.k === 'pointer') type = type.elem;
    if (type?.k !== 'named') return undefined;
    if (type.pkg === 'C') {
      const why = omitted(type.name, name, model);
      if (why) return { span, struct: type.name, field: name, why };
      type = model.shape.cField(type.name, name);
    } else type = type.pkg === undefined ? model.shape.fields(type.name)?.find((field) => field.name === name)?.type : undefined;
  }
  return undefined;
}

function omitted(struct: string, name: string, model: PackageModel): OmittedField['why'] | undefined {
  const found = model.c.struct(struct);
  const index = found?.fields?.findIndex((field) => field.name === name || `_${field.name}` === name) ?? -1;
  const field = found?.fields?.[index];
  if (!found || !field || found.kind !== 'struct') return undefined;
  if (field.bits) return 'bits';
  if (found.packed === undefined) return undefined;
  const at = fieldOffsets(found, model)?.[index];
  return at && at.offset % at.align !== 0 ? 'misaligned' : undefined;
}
