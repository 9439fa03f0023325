/** Lengths that lose their upper bits on the way to C: 64-bit numbers converted to 32 bits where memory is counted with them. Source: Go spec, "Conversions". */
import type { Span } from '../base/span.ts';
import { layoutOf, scalarKind } from '../semantics/layout.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { cTypeName, type Type, typeText } from '../semantics/types.ts';
import { onlyDefinition, origin, originStep } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { CallStep, FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { placeKey } from './place-key.ts';
import { bodiesOf } from './resource/function-info.ts';
import { textData } from './text-data.ts';

export interface TruncatedLength {
  readonly span: Span;
  readonly callee: string;
  /** `lent`: the length of a string whose memory C gets. `from-c`: a wide number of C's, as the length of a copy. `narrow`: the length of what C gets, in 8 or 16 bits. */
  readonly how: 'lent' | 'from-c' | 'narrow';
  /** The largest length that fits, for `narrow`. */
  readonly most?: number;
  /** The wide type. */
  readonly from: string;
  readonly to: string;
}

/** The truncated lengths of a function. */
export function truncatedLengths(fn: GoFunction, flow: PackageFlow): readonly TruncatedLength[] {
  const { traits, cFunctions } = flow.ir(fn);
  // A length is measured, or C tells it for a copy.
  if (!traits.has('builtin call') && !cFunctions.has('GoBytes') && !cFunctions.has('GoStringN')) return [];
  return flow.askOf('truncated lengths', fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) => body.calls.flatMap((call) => (call.callee.k === 'c' ? ofCall(ir, call, call.callee.name, flow) : [])));
  });
}

function ofCall(ir: FuncIr, call: CallStep, callee: string, flow: PackageFlow): TruncatedLength[] {
  return call.args.flatMap((arg, i): TruncatedLength[] => {
    const span = call.argSpans[i];
    const narrow = span && narrowed(ir, arg, flow.model);
    // A length that is a number of bits too narrow for texts of every day matters for whatever C gets.
    const most = narrow && narrow.size < 4 ? 2 ** (8 * narrow.size - (/^(?:schar|char|short|int)/.test(cTypeName(narrow.conv) ?? '') ? 1 : 0)) - 1 : undefined;
    if (!narrow || isCompared(ir, narrow.src)) return [];
    const to = typeText(narrow.conv);
    const source = origin(ir, narrow.src);
    if ((callee === 'GoBytes' || callee === 'GoStringN') && i === 1 && most === undefined) {
      const type = source.k === 'var' ? source.v.type : undefined;
      return type && isWideOfC(type, flow.model) ? [{ span, callee, how: 'from-c', from: typeText(type), to }] : [];
    }
    const made = source.k === 'var' ? onlyDefinition(ir, source.v) : undefined;
    if (made?.op !== 'call' || made.callee.k !== 'builtin' || made.callee.name !== 'len' || !made.args[0]) return [];
    const text = placeKey(ir, most === undefined ? made.args[0] : origin(ir, made.args[0]));
    const lends = call.args.some((other) => {
      const data = other === arg ? undefined : textData(ir, other, flow);
      if (most === undefined) return data?.kind === 'string' && text !== undefined && placeKey(ir, data.of) === text;
      const copied = other === arg ? undefined : originStep(ir, other);
      const of = data?.of ?? (copied?.op === 'call' && copied.callee.k === 'c' && copied.callee.name === 'CString' ? copied.args[0] : undefined);
      return of !== undefined && text !== undefined && placeKey(ir, origin(ir, of)) === text;
    });
    if (lends && most !== undefined) return [{ span, callee, how: 'narrow', from: 'int', to, most }];
    return lends ? [{ span, callee, how: 'lent', from: 'int', to }] : [];
  });
}

/** The conversion to a C number of 32 bits or less that a value comes from. */
function narrowed(ir: FuncIr, operand: Operand, model: PackageModel): { readonly src: Operand; readonly conv: Type; readonly size: number } | undefined {
  for (let at = operand, i = 0; at.k === 'var' && i < 8; i++) {
    const step: Step | undefined = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return undefined;
    const size = step.conv && cTypeName(step.conv) !== undefined && scalarKind(step.conv, model) === 'int' ? layoutOf(step.conv, model)?.size : undefined;
    if (step.conv) return size !== undefined && size <= 4 ? { src: step.src, conv: step.conv, size } : undefined;
    at = step.src;
  }
  return undefined;
}

/** A number whose type says that 32 bits are not enough. Every length is a size_t, short ones as well: that says nothing. */
function isWideOfC(type: Type, model: PackageModel): boolean {
  const name = cTypeName(type);
  if (name !== undefined && /^s?size_t$/.test(name)) return false;
  if (name === undefined) return type.k === 'named' && type.pkg === undefined && type.name === 'uint64';
  return scalarKind(type, model) === 'int' && layoutOf(type, model)?.size === 8;
}

/** Whether the function compares the number, or what it is the length of, with anything but zero. */
function isCompared(ir: FuncIr, operand: Operand): boolean {
  const key = placeKey(ir, operand);
  if (key === undefined) return true;
  return bodiesOf(ir).some((body) =>
    body.blocks.some(({ term }) => {
      if (term.k !== 'branch' || term.cond.k !== 'cmp') return false;
      const operands = condOperands(term.cond);
      return operands.some((one) => placeKey(ir, one) === key) && !operands.some((one) => one.k === 'const' && one.value === '0');
    }),
  );
}
