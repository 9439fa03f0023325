/** Memory that C lends to an exported function for the call, and that the function keeps: stored, sent away, given to a goroutine. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { cTypeName, isCPointer, isUnsafePointer, ownTypeName, type Type } from '../semantics/types.ts';
import { originStep } from './definitions.ts';
import { pointerSource, type Viewpoint } from './go-pointers.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import { holdsGoOnly } from './made-in-go.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, functionInfo, operandsOf, stepsOf } from './resource/function-info.ts';

export interface CallbackPointer {
  readonly span: Span;
  readonly param: string;
  /** A Go slice or string over the memory, a copy of a C struct that points to text, a pointer to bytes or numbers, or one to something of C's own. */
  readonly how: 'view' | 'copy' | 'pointer' | 'object';
  readonly exit: 'stored' | 'sent' | 'goroutine';
}

interface Lent {
  readonly param: string;
  readonly how: CallbackPointer['how'] | 'void';
}

/** What an exported function keeps of its parameters. */
export function callbackPointers(fn: GoFunction, flow: PackageFlow): readonly CallbackPointer[] {
  if (fn.exported === undefined || !fn.decl.body) return [];
  return flow.askOf('callback pointers', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : new Keeper(ir, flow).find();
  });
}

class Keeper {
  readonly #ir: FuncIr;
  readonly #flow: PackageFlow;
  readonly #at: Viewpoint;
  readonly #lent = new Map<Var, Lent>();

  constructor(ir: FuncIr, flow: PackageFlow) {
    this.#ir = ir;
    this.#flow = flow;
    this.#at = { flow, ir, exported: true };
    for (const param of ir.body.params) {
      const how = param.name === undefined || param.kind === 'receiver' ? undefined : howOf(param.type, flow);
      if (how !== undefined) this.#lent.set(param, { param: param.name!, how });
    }
  }

  find(): CallbackPointer[] {
    if (this.#lent.size === 0) return [];
    for (let size = -1; size !== this.#lent.size; ) {
      size = this.#lent.size;
      for (const body of bodiesOf(this.#ir)) for (const step of stepsOf(body)) this.#spread(step);
    }
    const out: CallbackPointer[] = [];
    for (const body of bodiesOf(this.#ir)) for (const step of stepsOf(body)) out.push(...this.#kept(step));
    return out;
  }

  #of(operand: Operand | undefined): Lent | undefined {
    return operand?.k === 'var' ? this.#lent.get(operand.v) : undefined;
  }

  #set(v: Var, lent: Lent | undefined): void {
    if (lent && !this.#lent.has(v)) this.#lent.set(v, lent);
  }

  #spread(step: Step): void {
    switch (step.op) {
      case 'copy': {
        const from = this.#of(step.src);
        if (!from || (step.conv && !keepsPointer(step.conv, this.#flow))) return;
        return this.#set(step.dst, from);
      }
      case 'assert':
        return;
      case 'slice': {
        const from = this.#of(step.base);
        return this.#set(step.dst, from && (from.how === 'copy' ? undefined : { ...from, how: 'view' }));
      }
      case 'deref': {
        const from = this.#of(step.base);
        const name = cTypeName(step.dst.type);
        return this.#set(step.dst, from?.how === 'object' && name !== undefined && textMembers(this.#flow).has(name) ? { ...from, how: 'copy' } : undefined);
      }
      case 'composite': {
        // What is inside an object leaves with it.
        const inside = step.fields.map((field) => this.#of(field.src)).filter((lent) => lent !== undefined && lent.how !== 'void');
        return this.#set(step.dst, inside[0]);
      }
      case 'setField': {
        const from = this.#of(step.src);
        if (step.base.k === 'var' && functionInfo(this.#ir).locals.has(step.base.v) && from?.how !== 'void') this.#set(step.base.v, from);
        return;
      }
      case 'call':
        return this.#spreadCall(step);
      default:
    }
  }

  #spreadCall(step: CallStep): void {
    const { callee } = step;
    const [dst] = step.dsts;
    if (!dst) return;
    if (callee.k === 'pkg' && callee.pkg === 'unsafe') {
      const from = this.#of(step.args[0]);
      if (from && from.how !== 'copy') this.#set(dst, callee.name === 'Slice' || callee.name === 'String' ? { ...from, how: 'view' } : from);
    } else if (callee.k === 'builtin' && callee.name === 'append' && !step.spread) {
      this.#set(dst, step.args.slice(1).map((arg) => this.#of(arg)).find((lent) => lent !== undefined && lent.how !== 'void'));
    } else if (callee.k === 'go' || callee.k === 'method') {
      // A helper that makes a view, or hands the pointer back.
      const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
      if (callee.k === 'method' && recv === undefined) return;
      step.args.forEach((arg, i) => {
        const from = this.#of(arg);
        if (!from || !this.#flow.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, '')?.returned.includes(0)) return;
        const isView = dst.type?.k === 'slice' || (dst.type?.k === 'named' && dst.type.name === 'string');
        this.#set(dst, isView ? { ...from, how: 'view' } : from);
      });
    }
  }

  #kept(step: Step): CallbackPointer[] {
    const report = (operand: Operand | undefined, span: Span, exit: CallbackPointer['exit']): CallbackPointer[] => {
      const lent = this.#of(operand);
      return lent && lent.how !== 'void' ? [{ span, param: lent.param, how: lent.how, exit }] : [];
    };
    switch (step.op) {
      case 'setGlobal':
        return this.#isCleared(step) ? [] : report(step.src, step.span, 'stored');
      case 'setField':
      case 'setIndex':
        return this.#outlives(step.base) && !this.#isCleared(step) ? report(step.src, step.span, 'stored') : [];
      case 'send':
        return this.#waitsAfter(step) ? [] : report(step.src, step.span, 'sent');
      case 'call': {
        if (step.mode !== 'go' || this.#waitsAfter(step)) return [];
        const given = step.args.flatMap((arg) => report(arg, step.span, 'goroutine'));
        const fn = step.callee.k === 'value' && step.callee.fn.k === 'closure' ? step.callee.fn.fn : undefined;
        const captured = [...(fn?.captures ?? [])].flatMap((v) => report({ k: 'var', v }, step.span, 'goroutine'));
        return [...given, ...captured].slice(0, 1);
      }
      default:
        return [];
    }
  }

  /** Whether what is stored there lives on when the callback is over. */
  #outlives(base: Operand): boolean {
    if (base.k === 'global') return true;
    if (base.k !== 'var' || functionInfo(this.#ir).locals.has(base.v) || this.#lent.has(base.v)) return false;
    if (base.v.kind === 'temp') {
      const load = originStep(this.#ir, base);
      if (load?.op === 'field') return this.#outlives(load.base);
    }
    const memory = pointerSource(this.#at, base);
    return memory.k === 'go' && memory.how === 'object' && !memory.certain;
  }

  /** The place is set to nil again before the function is over. */
  #isCleared(step: Step & { op: 'setGlobal' | 'setField' | 'setIndex' }): boolean {
    return bodiesOf(this.#ir).some((body) =>
      [...stepsOf(body)].some((other) => other.span.start > step.span.end && other.op === step.op && other.src.k === 'const' && (other.op === 'setIndex' || (step.op !== 'setIndex' && other.name === step.name))),
    );
  }

  /** The function waits for somebody after the step: for the one who got the memory, it seems. */
  #waitsAfter(step: Step): boolean {
    const waits = (other: Step): boolean =>
      (other.op === 'binary' && other.operator === '<-') || (other.op === 'call' && other.callee.k === 'method' && other.callee.name === 'Wait') || (other.op === 'range' && other.base.k === 'var' && other.base.v.type?.k === 'chan');
    for (const body of bodiesOf(this.#ir)) {
      const start = body.blocks.findIndex((block) => block.steps.includes(step));
      if (start < 0) continue;
      const { steps } = body.blocks[start]!;
      if (steps.slice(steps.indexOf(step) + 1).some(waits)) return true;
      // Another case of the same select is not on the way.
      for (const block of reachedFrom(body, start)) if (body.blocks[block]!.steps.some(waits)) return true;
    }
    return false;
  }
}

/** The blocks that may run after a block, itself only when a loop leads back. */
function reachedFrom(body: FuncBody, start: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const queue = [start];
  while (queue.length > 0) {
    const { term } = body.blocks[queue.pop()!]!;
    const next = term.k === 'jump' ? [term.to] : term.k === 'branch' ? [term.yes, term.no] : term.k === 'multi' ? term.to : [];
    for (const to of next) {
      if (seen.has(to)) continue;
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}

/** What a parameter points to: bytes and numbers that live as long as the call, an object of C's own, or user data. */
function howOf(type: Type | undefined, flow: PackageFlow): Lent['how'] | undefined {
  if (isUnsafePointer(type)) return 'void';
  if (type?.k !== 'pointer' || !isCPointer(type)) return undefined;
  const name = cTypeName(type.elem);
  return name !== undefined && flow.model.c.isNumber(name) ? 'pointer' : 'object';
}

/** Whether a conversion keeps the pointer: one to text or a slice copies, one to a Go object makes user data of it, one to a number forgets it. */
function keepsPointer(type: Type, flow: PackageFlow): boolean {
  if (type.k === 'slice' || (type.k === 'named' && type.pkg === undefined && !flow.model.typesNamed(type.name))) return false;
  return !(type.k === 'pointer' && holdsGoOnly(type.elem, flow)) && !(type.k === 'named' && type.pkg === 'C' && flow.model.c.isNumber(type.name));
}

/** C structs with a member that the package reads as text or bytes: a copy of the struct still points to C's memory. */
function textMembers(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('text members', () => new Set(flow.gather('text members', (fn) => (fn.decl.body && fn.top.syntax.text.includes('C.Go') ? textMembersIn(fn, flow) : []))));
}

function textMembersIn(fn: GoFunction, flow: PackageFlow): readonly string[] {
  return flow.askOf('text members of', fn, (current) => {
    const ir = flow.ir(current);
    const out = new Set<string>();
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op !== 'call' || step.callee.k !== 'c' || !/^Go(?:String|StringN|Bytes)$/.test(step.callee.name)) continue;
        for (const arg of operandsOf(step)) {
          const load = originStep(ir, arg);
          if (load?.op !== 'field' || load.base.k !== 'var') continue;
          const cut = load.name.lastIndexOf('.');
          const owner = cut < 0 ? load.base.v.type : fieldType(flow.model.shape, load.base.v.type, load.name.slice(0, cut));
          const name = cTypeName(owner?.k === 'pointer' ? owner.elem : owner);
          if (name !== undefined) out.add(name);
        }
      }
    }
    return [...out].sort();
  });
}
