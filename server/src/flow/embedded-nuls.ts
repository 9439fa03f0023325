/**
 * Strings from outside that go through C.CString although nobody has looked for a NUL in them: C sees the part before it. Sources: cmd/cgo, "Go
 * references to C" (CString); syscall.BytePtrFromString, which refuses such strings.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { definitions, origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

export interface OutsideText {
  /** The call of C.CString. */
  readonly span: Span;
  /** The parameter, or the function that the text comes from. */
  readonly from: string;
  readonly how: 'parameter' | 'call';
}

/** The strings of a function that C gets as they came. */
export function outsideTexts(fn: GoFunction, flow: PackageFlow): readonly OutsideText[] {
  return flow.askOf('outside texts', fn, (current) => {
    const ir = flow.ir(current);
    // What only the package itself calls gets what it was careful about elsewhere.
    const isApi = /^\p{Lu}/u.test(current.name);
    return bodiesOf(ir).flatMap((body) =>
      body.calls.flatMap((call): OutsideText[] => {
        if (call.callee.k !== 'c' || call.callee.name !== 'CString' || !call.args[0]) return [];
        const source = sourceOf(ir, call.args[0], isApi, 0);
        return source && !isChecked(ir, source.v, flow) && !isCounted(ir, call, source.v) ? [{ span: call.span, from: source.from, how: source.how }] : [];
      }),
    );
  });
}

interface Source {
  readonly v: Var;
  readonly from: string;
  readonly how: OutsideText['how'];
}

/** Functions that give their text, or parts of it, back. */
const passing = /^(?:strings|path|path\/filepath|fmt)$/;
/** Where text comes from that others wrote. */
const outside: Readonly<Record<string, ReadonlySet<string>>> = { os: new Set(['Getenv', 'ReadFile', 'LookupEnv']), flag: new Set(['Arg']), io: new Set(['ReadAll']) };

function sourceOf(ir: FuncIr, operand: Operand, isApi: boolean, depth: number): Source | undefined {
  const at = origin(ir, operand);
  if (at.k !== 'var' || depth > 4) return undefined;
  if (at.v.kind === 'param') return isApi && at.v.name !== undefined && isText(at.v) ? { v: at.v, from: at.v.name, how: 'parameter' } : undefined;
  for (const step of definitions(ir).of.get(at.v) ?? []) {
    const found = step.op === 'binary' ? (sourceOf(ir, step.l, isApi, depth + 1) ?? sourceOf(ir, step.r, isApi, depth + 1)) : step.op === 'call' ? ofCall(ir, step, at.v, isApi, depth) : undefined;
    if (found) return found;
  }
  return undefined;
}

function ofCall(ir: FuncIr, step: CallStep, v: Var, isApi: boolean, depth: number): Source | undefined {
  const { callee } = step;
  if (callee.k !== 'pkg') return undefined;
  if (outside[callee.pkg]?.has(callee.name)) return { v, from: `${callee.pkg}.${callee.name}`, how: 'call' };
  if (!passing.test(callee.pkg)) return undefined;
  for (const arg of step.args) {
    const found = sourceOf(ir, arg, isApi, depth + 1);
    if (found) return found;
  }
  return undefined;
}

const isText = ({ type }: Var): boolean => (type?.k === 'named' && type.pkg === undefined && type.name === 'string') || (type?.k === 'slice' && type.elem.k === 'named' && type.elem.name === 'byte');

/** Somebody looks for a NUL: this function, or one of the package that gets the text. */
function isChecked(ir: FuncIr, v: Var, flow: PackageFlow, depth = 0): boolean {
  return bodiesOf(ir).some((body) => {
    if (body.blocks.some(({ term }) => term.k === 'branch' && (term.cond.k === 'eq' || term.cond.k === 'cmp') && [term.cond.l, term.cond.r].some(isNul))) return true;
    return stepsOf(body).some((step) => looksForNul(step) || operandsOf(step).some(isNul) || (depth === 0 && step.op === 'call' && isCheckedBy(ir, step, v, flow)));
  });
}

const isNul = (operand: Operand): boolean => operand.k === 'const' && /\\x00|\\000|\\u0000/.test(operand.value);

const looksForNul = (step: Step): boolean =>
  step.op === 'call' && step.callee.k === 'pkg' && (/^(?:BytePtrFromString|ByteSliceFromString)$/.test(step.callee.name) || (/^(?:strings|bytes)$/.test(step.callee.pkg) && step.args.some((arg) => arg.k === 'const' && arg.value === '0')));

function isCheckedBy(ir: FuncIr, step: CallStep, v: Var, flow: PackageFlow): boolean {
  const { callee } = step;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if ((callee.k !== 'go' && callee.k !== 'method') || !step.args.some((arg) => origin(ir, arg).k === 'var' && (origin(ir, arg) as { readonly v: Var }).v === v)) return false;
  return flow.targets({ name: callee.name, ...(recv === undefined ? {} : { recv }) }).fns.some((fn) => isChecked(flow.ir(fn), v, flow, 1));
}

/** C is told the length as well: it need not stop at a NUL. */
function isCounted(ir: FuncIr, made: CallStep, v: Var): boolean {
  const isLength = (operand: Operand): boolean => {
    const step = originStep(ir, operand);
    const arg = step?.op === 'call' && step.callee.k === 'builtin' && step.callee.name === 'len' ? step.args[0] : undefined;
    const of = arg && origin(ir, arg);
    return of?.k === 'var' && of.v === v;
  };
  return bodiesOf(ir).some((body) => body.calls.some((call) => call.callee.k === 'c' && call.args.some((arg) => originStep(ir, arg) === made) && call.args.some(isLength)));
}
