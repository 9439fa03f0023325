/** Copies of C values that hold a lock. What a type holds is known for the types of POSIX and for structs in view. Sources: POSIX.1-2017; Go specification, "Assignability". */
import type { Span } from '../base/span.ts';
import { lockTypeNames } from '../semantics/c/lock-types.ts';
import { goType } from '../semantics/c-view.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, type Type, typeText } from '../semantics/types.ts';
import { onlyDefinition } from './definitions.ts';
import type { FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';

export interface LockCopy {
  readonly span: Span;
  readonly how: 'assigned' | 'passed' | 'returned' | 'ranged' | 'parameter' | 'receiver';
  /** The type that is copied, and the lock in it. */
  readonly type: string;
  readonly lock: string;
}

/** The functions of the package that copy locks, where it has any. */
export function functionsThatCopyLocks(flow: PackageFlow): readonly GoFunction[] {
  if (!hasLocks(flow)) return [];
  const own = ownLockTypes(flow);
  return flow.functionsWhere('lock copies', (fn) => (fn.decl.body !== undefined || own.some((name) => fn.top.syntax.text.includes(name))) && lockCopies(fn, flow).length > 0);
}

/** Whether Go or a struct in view has a lock at all. */
function hasLocks(flow: PackageFlow): boolean {
  return flow.ask('has C locks', () => {
    const { c } = flow.model;
    return [...lockTypeNames].some((name) => flow.model.mentionsC(name)) || c.units.some((unit) => unit.structs.some((struct) => struct.fields?.some(({ type }) => lockTypeNames.has(goNameOf(type)))));
  });
}

const ownLockTypes = (flow: PackageFlow): readonly string[] => flow.ask('own types with C locks', () => [...flow.model.types.keys()].filter((name) => lockIn({ k: 'named', name }, flow) !== undefined));

export function lockCopies(fn: GoFunction, flow: PackageFlow): readonly LockCopy[] {
  return flow.askOf('lock copies', fn, (current) => {
    const ir = flow.ir(current);
    const out: LockCopy[] = [];
    const add = (span: Span, how: LockCopy['how'], type: Type | undefined): void => {
      const lock = lockIn(type, flow);
      if (lock !== undefined && type) out.push({ span, how, type: typeText(type), lock });
    };
    for (const body of ir.bodies) {
      for (const param of body.params) add(param.span, param.kind === 'receiver' ? 'receiver' : 'parameter', param.type);
      for (const step of body.steps) for (const { type, span, how } of copied(ir, step, flow)) add(span, how, type);
      for (const { term } of body.blocks) {
        if (term.k === 'return' && !term.implicit) term.values.forEach((value, i) => term.spans[i] && add(term.spans[i], 'returned', placed(ir, value, flow)));
      }
    }
    return [...new Map(out.map((one) => [one.span.start, one])).values()];
  });
}

interface Copied {
  readonly type: Type | undefined;
  readonly span: Span;
  readonly how: LockCopy['how'];
}

/** The values with a place of their own that a step copies. */
function copied(ir: FuncIr, step: Step, flow: PackageFlow): Copied[] {
  const from = (operands: readonly Operand[], how: LockCopy['how'], spans?: readonly Span[]): Copied[] => operands.map((operand, i) => ({ type: placed(ir, operand, flow), span: spans?.[i] ?? step.span, how }));
  switch (step.op) {
    case 'copy':
      // Temporaries are of the analysis, not of the program.
      return step.dst.kind === 'temp' ? [] : from([step.src], 'assigned');
    case 'setField':
    case 'setDeref':
    case 'setIndex':
    case 'setGlobal':
      return from([step.src], 'assigned');
    case 'composite':
      return from(step.fields.map(({ src }) => src), 'assigned');
    case 'send':
      return from([step.src], 'passed');
    case 'range':
      return step.dsts.flatMap((v) => (v.name === undefined ? [] : [{ type: v.type, span: v.span, how: 'ranged' as const }]));
    case 'call': {
      const { callee, args, argSpans } = step;
      if (callee.k === 'builtin' || (callee.k === 'pkg' && callee.pkg === 'unsafe')) return callee.k === 'builtin' && callee.name === 'append' ? from(args.slice(1), 'passed', argSpans.slice(1)) : [];
      // The receiver of a method is told at the method.
      const skip = callee.k === 'method' ? 1 : 0;
      return from(args.slice(skip), 'passed', argSpans);
    }
    default:
      return [];
  }
}

/** The type of a variable, or of what a pointer, a field or an element holds; undefined for a new value. */
function placed(ir: FuncIr, operand: Operand, flow: PackageFlow): Type | undefined {
  if (operand.k === 'global') return flow.model.shape.global(operand.name);
  if (operand.k !== 'var') return undefined;
  const made = operand.v.kind === 'temp' ? onlyDefinition(ir, operand.v) : undefined;
  return operand.v.kind !== 'temp' || made?.op === 'deref' || made?.op === 'field' || made?.op === 'index' ? operand.v.type : undefined;
}

/** The lock that values of a type hold in themselves, not behind a pointer. */
function lockIn(type: Type | undefined, flow: PackageFlow, depth = 0): string | undefined {
  if (type === undefined || depth > 6) return undefined;
  switch (type.k) {
    case 'array':
      return lockIn(type.elem, flow, depth + 1);
    case 'struct':
      return type.fields.map((field) => lockIn(field.type, flow, depth + 1)).find((lock) => lock !== undefined);
    case 'named': {
      const name = cTypeName(type);
      if (name !== undefined) return flow.ask(`C lock in:${name}`, () => lockInC(name, flow, depth));
      return type.pkg === undefined ? lockIn(flow.model.shape.underlying(type.name), flow, depth + 1) : undefined;
    }
    default:
      return undefined;
  }
}

function lockInC(name: string, flow: PackageFlow, depth: number): string | undefined {
  const { c } = flow.model;
  const plain = c.plainType(name);
  if (lockTypeNames.has(name) || lockTypeNames.has(plain)) return lockTypeNames.has(name) ? name : plain;
  for (const field of c.struct(name)?.fields ?? []) {
    if (field.functionPointer || /\*/.test(field.type)) continue;
    const inner = goNameOf(field.type);
    const found = inner === '' || inner === name ? undefined : lockIn({ k: 'named', pkg: 'C', name: inner }, flow, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The name that cgo has for a type of C, or for the elements of an array of it. */
function goNameOf(type: string): string {
  return cTypeName(goType(type.replace(/\s*\[.*$/, ''))) ?? '';
}
