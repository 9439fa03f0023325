/**
 * Go functions that C gets as if they were C functions. A func value is a pointer to a closure, and the code behind it follows Go's calling
 * convention: C can call neither. Source: cmd/cgo, "Go references to C" (function pointers); Go internal ABI specification.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, type Type } from '../semantics/types.ts';
import { words } from './c-names.ts';
import { definitions, onlyDefinition, origin, originStep } from './definitions.ts';
import type { FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface FuncForC {
  /** The conversion or the argument. */
  readonly span: Span;
  /** `value`: the function itself, which does not compile. `address`: the address of a variable that holds it. `code`: the address of its code, or of its closure. */
  readonly how: 'value' | 'address' | 'code';
  /** C is seen to take it for a function. */
  readonly certain: boolean;
  /** The declared function, where it is one. */
  readonly name?: string;
  /** Where that function alone is written, when `how` is `value`. */
  readonly written?: Span;
}

/** The Go functions that a function gives to C. */
export function funcsForC(fn: GoFunction, flow: PackageFlow): readonly FuncForC[] {
  if (!hasFunctions(flow.ir(fn), flow)) return [];
  return flow.askOf('functions for C', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : new Search(ir, flow).all();
  });
}

/** Whether any value that is handed on is a function, by what it is or by its type, or the address of one: hardly any wrapper has one. */
function hasFunctions(ir: FuncIr, flow: PackageFlow): boolean {
  const own = functionTypes(flow);
  for (const { steps } of ir.bodies) {
    for (const step of steps) {
      if (step.op === 'call') {
        for (const arg of step.args) if (mayBeFunction(arg, own, flow)) return true;
      } else if (step.op === 'addr') {
        if (step.dst.type?.k === 'pointer' && isFunctionType(step.dst.type.elem, own)) return true;
      } else if ((step.op === 'copy' || step.op === 'assert' || step.op === 'setField') && mayBeFunction(step.src, own, flow)) return true;
    }
  }
  return false;
}

function mayBeFunction(operand: Operand, own: ReadonlySet<string>, flow: PackageFlow): boolean {
  if (operand.k === 'var') return isFunctionType(operand.v.type, own);
  return isFunctionItself(operand) || (operand.k === 'global' && isFunctionType(flow.model.shape.global(operand.name), own));
}

const isFunctionItself = ({ k }: Operand): boolean => k === 'func' || k === 'closure' || k === 'method';

/** The package's own types that are functions. */
const functionTypes = (flow: PackageFlow): ReadonlySet<string> =>
  flow.ask('function types', () => {
    const { shape, types } = flow.model;
    return new Set([...types.keys()].filter((name) => shape.underlying(name)?.k === 'func'));
  });

const isFunctionType = (type: Type | undefined, own: ReadonlySet<string>): boolean => type?.k === 'func' || (type?.k === 'named' && type.pkg === undefined && own.has(type.name));

class Search {
  readonly #ir: FuncIr;
  readonly #flow: PackageFlow;

  constructor(ir: FuncIr, flow: PackageFlow) {
    this.#ir = ir;
    this.#flow = flow;
  }

  all(): FuncForC[] {
    const out: FuncForC[] = [];
    const add = (span: Span, found: Omit<FuncForC, 'span'> | undefined): void => {
      if (found && !out.some((other) => other.span.start >= span.start && other.span.end <= span.end)) out.push({ span, ...found });
    };
    for (const body of bodiesOf(this.#ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'copy' && step.conv) {
          const kind = this.#functionPointer(step.conv);
          const found = kind && this.#function(step.src);
          if (found && (kind === 'seen' || found.how !== 'value')) add(step.span, { ...found, certain: kind === 'seen' });
        } else if (step.op === 'call' && step.callee.k === 'c') {
          step.args.forEach((arg, i) => add(step.argSpans[i] ?? step.span, this.#argument(arg)));
        } else if (step.op === 'setField' && this.#isCStruct(step.base) && this.#isFunction(step.src)) add(step.stmt, { ...this.#named(step.src), how: 'value', certain: true });
      }
    }
    return out;
  }

  /** What is neither converted to a function pointer nor a function as it is: the address of code that goes to C in a pointer or a number. */
  #argument(arg: Operand): Omit<FuncForC, 'span'> | undefined {
    if (this.#isFunction(arg)) return { ...this.#named(arg), how: 'value', certain: true };
    const made = arg.k === 'var' && arg.v.kind === 'temp' ? onlyDefinition(this.#ir, arg.v) : undefined;
    // The conversion itself was told where it stands.
    if (made?.op === 'copy' && made.conv && this.#functionPointer(made.conv)) return undefined;
    const found = this.#function(arg);
    return found?.how === 'code' && this.#isCode(arg) ? { ...found, certain: false } : undefined;
  }

  /** The function that a pointer or a number was made of. */
  #function(operand: Operand): Omit<FuncForC, 'span' | 'certain'> | undefined {
    const at = origin(this.#ir, operand);
    if (this.#isFunction(at)) return { ...this.#named(at), how: 'value' };
    const step = originStep(this.#ir, operand);
    if (step?.op === 'addr') return this.#addressed(step, 'address');
    if (step?.op === 'deref') {
      // `*(*unsafe.Pointer)(unsafe.Pointer(&f))` is the closure, `**(**uintptr)(…)` its code.
      const inner = originStep(this.#ir, step.base);
      const address = inner?.op === 'deref' ? originStep(this.#ir, inner.base) : inner;
      return address?.op === 'addr' ? this.#addressed(address, 'code') : undefined;
    }
    const value = this.#reflected(step);
    return value && !this.#isAssembly(value) ? { ...this.#named(value), how: 'code' } : undefined;
  }

  #addressed(step: Step & { op: 'addr' }, how: 'address' | 'code'): Omit<FuncForC, 'span' | 'certain'> | undefined {
    const values = step.base.k === 'var' && step.path === '' ? this.#valuesOf(step.base.v) : [];
    // A variable that was given a function has no type of its own here.
    const held = step.dst.type?.k === 'pointer' && this.#type(step.dst.type.elem)?.k === 'func';
    if (step.indexed || (!held && !values.some((value) => this.#isFunction(value))) || values.some((value) => this.#isAssembly(value))) return undefined;
    return { ...(how === 'address' ? variable(step.base) : this.#named(step.base)), how };
  }

  #valuesOf(v: Var): Operand[] {
    return (definitions(this.#ir).of.get(v) ?? []).flatMap((step) => (step.op === 'copy' ? [origin(this.#ir, step.src)] : []));
  }

  /** The function behind `reflect.ValueOf(f).Pointer()`. */
  #reflected(step: Step | undefined): Operand | undefined {
    if (step?.op !== 'call' || step.callee.k !== 'method' || (step.callee.name !== 'Pointer' && step.callee.name !== 'UnsafePointer')) return undefined;
    const made = step.args[0] && originStep(this.#ir, step.args[0]);
    if (made?.op !== 'call' || made.callee.k !== 'pkg' || made.callee.pkg !== 'reflect' || made.callee.name !== 'ValueOf' || !made.args[0]) return undefined;
    return this.#isFunction(made.args[0]) ? made.args[0] : undefined;
  }

  #isCode(operand: Operand): boolean {
    return this.#reflected(originStep(this.#ir, operand)) !== undefined;
  }

  /** Whether a value is a Go function by what it is, or by its type. */
  #isFunction(operand: Operand): boolean {
    if (isFunctionItself(operand)) return true;
    const type = operand.k === 'var' ? operand.v.type : operand.k === 'global' ? this.#flow.model.shape.global(operand.name) : undefined;
    if (isFunctionType(type, functionTypes(this.#flow))) return true;
    const at = origin(this.#ir, operand);
    if (at.k === 'var') return this.#valuesOf(at.v).some((value) => value.k === 'func' || value.k === 'closure');
    return at !== operand && this.#isFunction(at);
  }

  /** A function without a body is written in assembly, which may follow C's convention. */
  #isAssembly(operand: Operand): boolean {
    const at = origin(this.#ir, operand);
    if (at.k !== 'func') return false;
    return this.#flow.targets({ name: at.name }).fns.some(({ top, decl }) => {
      const full = top.syntax.kind === 'func' ? top.syntax.full() : decl;
      return full.k === 'Func' && full.body === undefined;
    });
  }

  #named(operand: Operand): { readonly name?: string } {
    const at = origin(this.#ir, operand);
    const name = at.k === 'func' ? (at.recv === undefined ? at.name : `${at.recv}.${at.name}`) : at.k === 'var' || at.k === 'method' ? (at.k === 'var' ? at.v.name : at.name) : at.k === 'global' ? at.name : undefined;
    return name === undefined ? {} : { name };
  }

  #type(type: Type | undefined): Type | undefined {
    return type?.k === 'named' && type.pkg === undefined ? this.#flow.model.shape.underlying(type.name) : type;
  }

  /** `seen`: the typedef is in view, or it is cgo's own `*[0]byte`. `named`: only the name of the type says so. */
  #functionPointer(type: Type): 'seen' | 'named' | undefined {
    const own = this.#type(type);
    const pointer = own?.k === 'pointer' ? own.elem : undefined;
    if (pointer?.k === 'array' && pointer.len?.k === 'Literal' && pointer.len.text === '0') return 'seen';
    const name = cTypeName(pointer ?? own);
    if (name === undefined) return undefined;
    const { c } = this.#flow.model;
    const kind = c.functionType(name);
    // `typedef void notify(int)` is a function, and a pointer to it is what C wants.
    if (kind !== undefined) return kind === (pointer ? 'function' : 'pointer') ? 'seen' : undefined;
    return !pointer && c.typedef(name) === undefined && c.struct(name) === undefined && words(name).some((word) => callbacks.has(word)) ? 'named' : undefined;
  }

  #isCStruct(base: Operand): boolean {
    const type = base.k === 'var' ? base.v.type : undefined;
    return cTypeName(type?.k === 'pointer' ? type.elem : type) !== undefined;
  }
}

const variable = (operand: Operand): { readonly name?: string } => {
  const name = operand.k === 'var' ? operand.v.name : operand.k === 'global' ? operand.name : undefined;
  return name === undefined ? {} : { name };
};

/** Words of types that are functions. */
const callbacks = new Set(['cb', 'callback', 'func', 'function', 'fn', 'proc', 'hook', 'handler', 'notify', 'gcallback', 'routine']);
