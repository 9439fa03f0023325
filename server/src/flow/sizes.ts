/** Sizes and counts as small symbolic values: a constant, or a constant times something plus a constant, with the types that were measured on the way. */
import { constantNamed } from '../semantics/constants.ts';
import { layoutOf } from '../semantics/layout.ts';
import type { PackageModel } from '../semantics/package-model.ts';
import type { Type } from '../semantics/types.ts';
import { originStep, origin } from './definitions.ts';
import type { FuncIr, Operand } from './ir.ts';
import { placeKey } from './place-key.ts';

/** `times * of + plus`, in whatever unit it is written. */
export interface SizeValue {
  readonly times: number;
  readonly plus: number;
  /** What is multiplied; absent for a constant. */
  readonly of?: Operand;
  /** Equal for the same value. */
  readonly key?: string;
  /** `of` is the length of this slice or string. */
  readonly lengthOf?: Operand;
  /** Types whose size was a factor or an addend. */
  readonly measured: readonly Type[];
}

/** The value of an integer expression; undefined when it is no sum or product of this form. */
export function sizeValue(ir: FuncIr, operand: Operand | undefined, model: PackageModel, depth = 0): SizeValue | undefined {
  if (operand === undefined || depth > 12) return undefined;
  const at = origin(ir, operand);
  switch (at.k) {
    case 'const': {
      const value = Number(at.value.replaceAll('_', '').replace(/^0(?=\d)/, '0o'));
      return /^-?[\d.]/.test(at.value) && Number.isFinite(value) ? constant(value) : undefined;
    }
    case 'c': {
      if (!at.name.startsWith('sizeof_')) return unknownCount(ir, at);
      const type: Type = { k: 'named', pkg: 'C', name: at.name.slice('sizeof_'.length) };
      return measured(type, model);
    }
    case 'global': {
      const value = constantNamed(at.name, model);
      return value === undefined ? unknownCount(ir, at) : constant(value);
    }
    case 'var':
      return ofStep(ir, at, model, depth);
    default:
      return undefined;
  }
}

const constant = (value: number): SizeValue => ({ times: 0, plus: value, measured: [] });

function measured(type: Type, model: PackageModel): SizeValue | undefined {
  const layout = layoutOf(type, model);
  return { times: 0, plus: layout?.size ?? Number.NaN, measured: [type] };
}

function unknownCount(ir: FuncIr, of: Operand): SizeValue {
  const key = placeKey(ir, of);
  return { times: 1, plus: 0, of, ...(key === undefined ? {} : { key }), measured: [] };
}

function ofStep(ir: FuncIr, at: Operand & { k: 'var' }, model: PackageModel, depth: number): SizeValue | undefined {
  const step = originStep(ir, at);
  if (step?.op === 'binary') {
    const l = sizeValue(ir, step.l, model, depth + 1);
    const r = sizeValue(ir, step.r, model, depth + 1);
    return l && r && combine(step.operator, l, r);
  }
  if (step?.op === 'call') {
    const { callee } = step;
    const arg = step.args[0];
    if (callee.k === 'builtin' && callee.name === 'len' && arg) return { ...unknownCount(ir, at), lengthOf: origin(ir, arg) };
    if (callee.k === 'pkg' && callee.pkg === 'unsafe' && callee.name === 'Sizeof') {
      const type = arg?.k === 'var' ? arg.v.type : arg?.k === 'global' ? model.shape.global(arg.name) : undefined;
      return type && type.k !== 'unknown' ? measured(type, model) : undefined;
    }
  }
  return unknownCount(ir, at);
}

function combine(operator: string, l: SizeValue, r: SizeValue): SizeValue | undefined {
  const types = [...l.measured, ...r.measured];
  switch (operator) {
    case '+':
    case '-': {
      const sign = operator === '+' ? 1 : -1;
      if (l.of !== undefined && r.of !== undefined) return undefined;
      const counted = l.of === undefined ? r : l;
      if (r.of !== undefined && sign < 0) return undefined;
      return { ...counted, plus: l.plus + sign * r.plus, measured: types };
    }
    case '*': {
      const [factor, other] = l.of === undefined ? [l, r] : [r, l];
      if (factor.of !== undefined) return undefined;
      return { ...other, times: other.times * factor.plus, plus: other.plus * factor.plus, measured: types };
    }
    case '<<':
      return r.of === undefined ? { ...l, times: l.times * 2 ** r.plus, plus: l.plus * 2 ** r.plus, measured: types } : undefined;
    default:
      return undefined;
  }
}
