/**
 * Sizes of allocations in C bodies against what the body itself does with the memory, and what a body tells a caller of the sizes that
 * parameters give. Sources: ISO C11 7.22.3 (malloc, calloc, realloc), 7.24.2 (strcpy).
 */
import type { Span } from '../../base/span.ts';
import type { CExpr } from '../../syntax/c/c-facts.ts';
import { declaredType, pointee, product, sizeIn, type CSize, type CSizing } from './c-sizes.ts';
import { each, exprKey, localsOf } from './walk.ts';

type Call = Extract<CExpr, { kind: 'call' }>;

/** `type` and `pointer`: one object, `elements`: each of many, `end`: the element behind the last one, `nul`: that of a string. */
export interface CTooSmall {
  readonly at: Span;
  readonly callee: string;
  readonly how: 'type' | 'pointer' | 'elements' | 'end' | 'nul';
  readonly type: string;
  readonly bytes: number;
  readonly use: Span;
}

/** Which arguments make up the size. */
const sized: Readonly<Record<string, readonly number[]>> = { malloc: [0], calloc: [0, 1], realloc: [1], reallocarray: [1, 2] };

/** The size that a call asks for. */
export function allocatedSize(at: CSizing, expr: CExpr | undefined): { readonly call: Call; readonly size: CSize } | undefined {
  const args = expr?.kind === 'call' && expr.callee !== undefined && Object.hasOwn(sized, expr.callee) ? sized[expr.callee] : undefined;
  if (expr?.kind !== 'call' || args === undefined || expr.args.length <= Math.max(...args)) return undefined;
  const size = args.map((i) => sizeIn(at, expr.args[i]!)).reduce(product);
  return size && { call: expr, size };
}

/** Allocations of a body that are smaller than what the body does with them. Only memory whose pointer is set once is followed. */
export function tooSmallIn(at: CSizing): CTooSmall[] {
  const made = new Map<string, { readonly call: Call; readonly size: CSize }>();
  const found = new Map<Call, CTooSmall>();
  const add = (call: Call, how: CTooSmall['how'], type: string, bytes: number, use: Span): void => void (found.has(call) || found.set(call, { at: call.span, callee: call.callee!, how, type, bytes, use }));
  const hold = (name: string, value: CExpr | undefined, use: Span): void => {
    const allocation = allocatedSize(at, value);
    if (!allocation) return;
    if (localsOf(at.body).timesSet(name) === 1) made.set(name, allocation);
    const type = declaredType(at, name);
    const wrong = type === undefined ? undefined : mismatch(at, allocation.size, type);
    if (wrong) add(allocation.call, wrong.how, pointee(type)!, wrong.bytes, use);
  };
  each(at.body.steps, (node) => {
    if (node.kind === 'declare') hold(node.name, node.value, node.span);
    else if (node.kind === 'assign' && node.plain && node.target.kind === 'name') hold(node.target.name, node.value, node.span);
  });
  if (made.size === 0) return [...found.values()];
  each(at.body.steps, (node) => {
    if (node.kind === 'call' && (node.callee === 'strcpy' || node.callee === 'stpcpy')) {
      const [to, from] = node.args;
      const allocation = to?.kind === 'name' ? made.get(to.name) : undefined;
      const key = exprKey(from);
      if (allocation && key !== undefined && allocation.size.of === `strlen(${key})` && allocation.size.times === 1 && allocation.size.plus === 0) add(allocation.call, 'nul', 'char', 1, node.span);
    }
    if (node.kind !== 'assign' || node.target.kind !== 'deref' || node.target.of.kind !== 'name' || !node.target.index) return;
    const allocation = made.get(node.target.of.name);
    const type = pointee(declaredType(at, node.target.of.name));
    const width = type === undefined ? undefined : at.sizeOf(type);
    const index = sizeIn(at, node.target.index);
    if (!allocation || width === undefined || !index || index.times > 1) return;
    const { size } = allocation;
    const isBehind = size.of === undefined ? index.of === undefined && size.plus > 1 && (index.plus + 1) * width > size.plus : isSteady(at, size.of) && index.of === size.of && size.times === width && index.plus >= 0 && (index.plus + 1) * width > size.plus;
    if (isBehind) add(allocation.call, size.of?.startsWith('strlen(') && width === 1 ? 'nul' : 'end', type!, width, node.span);
  });
  return [...found.values()];
}

/** Whether what a name stands for is the same wherever the body reads it. */
function isSteady(at: CSizing, key: string): boolean {
  const name = /^(?:strlen\()?(\w+)/.exec(key)?.[1];
  const times = name === undefined ? 2 : localsOf(at.body).timesSet(name);
  return at.fn.params.some((param) => param.name === name) ? times === 0 : times <= 1;
}

function mismatch(at: CSizing, size: CSize, type: string): { readonly how: CTooSmall['how']; readonly bytes: number } | undefined {
  const elem = pointee(type);
  const needed = elem === undefined ? undefined : at.sizeOf(elem);
  const [measured, ...more] = size.measured;
  if (needed === undefined || needed <= 1 || measured === undefined || more.length > 0 || size.of === undefined) {
    if (needed === undefined || size.of !== undefined || measured === undefined || more.length > 0) return undefined;
    if (size.plus >= needed || size.plus !== at.sizeOf(measured)) return undefined;
    return { how: measured.replace(/\s/g, '').endsWith('*') ? 'pointer' : 'type', bytes: size.plus };
  }
  return size.times > 1 && size.times === at.sizeOf(measured) && size.times < needed && size.plus < needed ? { how: 'elements', bytes: size.times } : undefined;
}

/** A size that a parameter gives: `times * parameter + plus` bytes. */
export interface CSizedResult {
  readonly param: number;
  readonly times: number;
  readonly plus: number;
}

/** What a function allocates and returns, where one statement says so. */
export function sizedResult(at: CSizing): CSizedResult | undefined {
  const results: CExpr[] = [];
  each(at.body.steps, (node) => {
    if (node.kind === 'return' && node.value) results.push(node.value);
  });
  const [only] = results;
  if (only === undefined || results.length !== 1) return undefined;
  const allocation = allocatedSize(at, only.kind === 'name' ? localsOf(at.body).valueOf(only.name) : only);
  const param = at.fn.params.findIndex(({ name }) => name !== undefined && name === allocation?.size.of);
  if (!allocation || param < 0 || localsOf(at.body).timesSet(at.fn.params[param]!.name!) > 0) return undefined;
  return { param, times: allocation.size.times, plus: allocation.size.plus };
}

/** `pointer[index + plus] = …`, both parameters. */
export interface CElementWrite {
  readonly pointer: number;
  readonly index: number;
  readonly plus: number;
  readonly type: string;
}

/** The elements that a function writes wherever its parameters say. */
export function elementWrites(at: CSizing): CElementWrite[] {
  const out: CElementWrite[] = [];
  const param = (name: string): number => (localsOf(at.body).timesSet(name) > 0 ? -1 : at.fn.params.findIndex((one) => one.name === name));
  // Only what the body does in any case.
  for (const step of at.body.steps) {
    const target = step.kind === 'eval' && step.value.kind === 'assign' && step.value.target.kind === 'deref' ? step.value.target : undefined;
    const index = target?.index && sizeIn(at, target.index);
    if (target?.of.kind !== 'name' || !index || index.of === undefined || index.times !== 1) continue;
    const [pointer, by] = [param(target.of.name), param(index.of)];
    const type = pointer < 0 ? undefined : pointee(at.fn.params[pointer]!.type);
    if (pointer >= 0 && by >= 0 && type !== undefined) out.push({ pointer, index: by, plus: index.plus, type });
  }
  return out;
}
