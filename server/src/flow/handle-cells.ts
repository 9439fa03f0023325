/** Handles that travel to C in a cell of C memory: which callbacks delete the handle and leave the cell behind. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { mayRelease } from './c-names.ts';
import { definitions, mentions, origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { handle, methodEffect, protocolOf } from './resource/protocols.ts';

export interface LostCell {
  /** The call of Delete. */
  readonly span: Span;
  /** The field of the callback's object that has the cell; absent where the callback gets the cell itself. */
  readonly field?: string;
  /** Where the package makes such a cell. */
  readonly made: Place;
}

interface CellFacts {
  /** A handle is put into memory of malloc here. */
  readonly made?: Span;
  /** A handle lies in memory of Go whose address is taken. */
  readonly inGo: boolean;
  /** The result is the handle that the first argument points to. */
  readonly reads: boolean;
}

/** The exported functions that forget cells, whether or not they mention C themselves. */
export function functionsWithLostCells(flow: PackageFlow): readonly { readonly fn: GoFunction; readonly cells: readonly LostCell[] }[] {
  return flow.everyFile().flatMap((file) =>
    file.functions.flatMap((fn) => {
      const cells = lostCells(fn, flow);
      return cells.length > 0 ? [{ fn, cells }] : [];
    }),
  );
}

/** The cells that the exported function `fn` forgets when it deletes the handle in them. */
function lostCells(fn: GoFunction, flow: PackageFlow): readonly LostCell[] {
  if (fn.exported === undefined || !flow.model.complete || !/\bDelete\(/.test(fn.top.syntax.text)) return [];
  // C in view that calls it may free the cell itself; what only passes the call on does not.
  if (flow.model.c.callersOf(fn.exported).some(({ name }) => flow.model.c.summary(name)?.params.every(({ effect, contentsReleased }) => effect !== 'releases' && effect !== 'may-release' && !contentsReleased) !== true)) return [];
  const { made, freed } = packageCells(flow);
  if (made === undefined) return [];
  return flow
    .askOf('lost cells', fn, (current) => cellsOf(flow.ir(current), flow))
    .filter(({ field }) => field === undefined || !freed.has(field))
    .map((cell) => ({ ...cell, made }));
}

/** Where the package makes cells of C memory, unless some are of Go memory; and the fields that anyone frees. */
function packageCells(flow: PackageFlow): { readonly made?: Place; readonly freed: ReadonlySet<string> } {
  return flow.ask('handle cells', () => {
    const all = flow.gather('handle cells', (fn) => (mayHoldHandle(fn) ? [{ facts: factsOf(fn, flow), unit: fn.top.syntax }] : []));
    const first = all.find(({ facts }) => facts.made !== undefined);
    if (first === undefined || all.some(({ facts }) => facts.inGo)) return { freed: new Set() };
    return { made: { unit: first.unit, span: first.facts.made! }, freed: new Set(flow.gather('freed fields', (fn) => (mayHoldHandle(fn) ? freedFields(fn, flow) : []))) };
  });
}

const mayHoldHandle = (fn: GoFunction): boolean => fn.decl.body !== undefined || /\bHandle\b/.test(fn.top.syntax.text);

/** Fields that a function gives to something that releases them. */
function freedFields(fn: GoFunction, flow: PackageFlow): readonly string[] {
  return flow.askOf('freed fields', fn, (current) => {
    const ir = flow.ir(current);
    const out: string[] = [];
    for (const { callee, args } of ir.traits.has('field') ? ir.bodies.flatMap(({ calls }) => calls) : []) {
      if (callee.k !== 'c') continue;
      for (const [i, arg] of args.entries()) {
        const load = originStep(ir, arg);
        if (load?.op === 'field' && (flow.knowledge.cArg(callee.name, i)?.releases !== 'never' || mayRelease(callee.name))) out.push(load.name);
      }
    }
    return out;
  });
}

function factsOf(fn: GoFunction, flow: PackageFlow): CellFacts {
  return flow.askOf('handle cell', fn, (current) => {
    const ir = flow.ir(current);
    let made: Span | undefined;
    let inGo = false;
    for (const body of ir.traits.has('setDeref') || ir.traits.has('addr') ? ir.bodies : []) {
      for (const step of body.steps) {
        if (step.op === 'setDeref' && isHandle(ir, step.src)) {
          const at = originStep(ir, step.base);
          if (at?.op === 'call' && at.callee.k === 'c' && (at.callee.name === 'malloc' || at.callee.name === 'calloc')) made ??= step.span;
          else inGo = true;
        } else if (step.op === 'addr' && step.path === '' && step.base.k === 'var' && protocolOf(step.base.v.type) === handle && !onlyReceiver(ir, step.dst)) inGo = true;
      }
    }
    return { ...(made ? { made } : {}), inGo, reads: readsCell(ir) };
  });
}

/** The address is taken to call a method. */
const onlyReceiver = (ir: FuncIr, v: Var): boolean => ir.bodies.every((body) => body.steps.every((step) => !mentionsVar(step, v) || (step.op === 'call' && methodEffect(step) !== undefined)));

const mentionsVar = (step: Step, v: Var): boolean => step.op !== 'addr' && (('args' in step && step.args.some((arg) => mentions(arg, new Set([v])))) || ('src' in step && mentions(step.src, new Set([v]))));

/** A value that is a handle, or the number that one was converted to. */
function isHandle(ir: FuncIr, operand: Operand): boolean {
  let at = operand;
  for (let i = 0; i < 8 && at.k === 'var'; i++) {
    if (protocolOf(at.v.type) === handle) return true;
    const steps: readonly Step[] = definitions(ir).of.get(at.v) ?? [];
    const [step] = steps;
    if (steps.length !== 1 || step?.op !== 'copy') return false;
    at = step.src;
  }
  return false;
}

/** The pointer behind which a handle lay: `cgo.Handle(*(*C.uintptr_t)(p))`. */
function cellBehind(ir: FuncIr, value: Operand, flow: PackageFlow | undefined): Operand | undefined {
  const step = originStep(ir, value);
  if (step?.op === 'deref') return step.base;
  if (step?.op !== 'call' || step.callee.k !== 'go' || step.args.length !== 1 || flow === undefined) return undefined;
  return isReader(step, flow) ? step.args[0] : undefined;
}

function isReader(step: CallStep, flow: PackageFlow): boolean {
  const variants = step.callee.k === 'go' ? (flow.model.functions.get(step.callee.name) ?? []) : [];
  return variants.length > 0 && variants.every((fn) => factsOf(fn, flow).reads);
}

function readsCell(ir: FuncIr): boolean {
  const [param] = ir.body.params;
  if (param === undefined || ir.body.params.length !== 1 || protocolOf(ir.resultTypes[0]) !== handle) return false;
  const ends = ir.body.blocks.flatMap(({ term }) => (term.k === 'return' && term.values.length > 0 ? [term] : []));
  return (
    ends.length === 1 &&
    ends.every(({ values }) => {
      const cell = cellBehind(ir, values[0]!, undefined);
      const at = cell && origin(ir, cell);
      return at?.k === 'var' && at.v === param;
    })
  );
}

/** A parameter, or a field of one: `7`, `7.private_data`. */
function rootOf(ir: FuncIr, operand: Operand): { readonly key: string; readonly object: Var; readonly field?: string } | undefined {
  const at = origin(ir, operand);
  if (at.k !== 'var') return undefined;
  if (at.v.kind === 'param' && (definitions(ir).of.get(at.v) ?? []).length === 0) return { key: String(at.v.id), object: at.v };
  const load = originStep(ir, at);
  if (load?.op !== 'field' || load.base.k !== 'var' || load.base.v.kind !== 'param') return undefined;
  return { key: `${load.base.v.id}.${load.name}`, object: load.base.v, field: load.name };
}

function cellsOf(ir: FuncIr, flow: PackageFlow): Omit<LostCell, 'made'>[] {
  if (ir.opaque || ir.literals.length > 0) return [];
  return ir.body.calls.flatMap((step): Omit<LostCell, 'made'>[] => {
    if (step.mode === 'go' || methodEffect(step) !== 'release' || step.callee.k !== 'method' || protocolOf(step.callee.recvType) !== handle) return [];
    const cell = cellBehind(ir, step.args[0]!, flow);
    const root = cell && rootOf(ir, cell);
    if (root === undefined || takes(ir, root.key, root.object, flow)) return [];
    return [{ span: step.span, ...(root.field !== undefined ? { field: root.field } : {}) }];
  });
}

/** Whether anything in the function may free the cell or hand it on. */
function takes(ir: FuncIr, key: string, object: Var, flow: PackageFlow): boolean {
  const isCell = (operand: Operand): boolean => rootOf(ir, operand)?.key === key;
  const isObject = (operand: Operand): boolean => {
    const at = origin(ir, operand);
    return at.k === 'var' && at.v === object;
  };
  for (const { steps, term } of ir.body.blocks) {
    if (term.k === 'return' && term.values.some((value) => isCell(value) || isObject(value))) return true;
    for (const step of steps) {
      if (step.op === 'call') {
        const { callee } = step;
        if (isReader(step, flow) || (callee.k === 'pkg' && callee.pkg === 'unsafe') || callee.k === 'builtin') continue;
        if (step.args.some(isCell)) return true;
        const of = step.args.findIndex(isObject);
        if (of >= 0 && (callee.k !== 'c' || mayRelease(callee.name) || flow.knowledge.cArg(callee.name, of)?.contents === true)) return true;
      } else if ((step.op === 'setField' || step.op === 'setDeref' || step.op === 'setIndex' || step.op === 'setGlobal' || step.op === 'send') && (isCell(step.src) || isObject(step.src))) return true;
      else if (step.op === 'composite' && step.fields.some(({ src }) => isCell(src) || isObject(src))) return true;
    }
  }
  return false;
}
