/** Go slices and strings over C memory: how they are bounded, and which of them leave the function. Source: unsafe.Slice, unsafe.String. */
import type { Span } from '../base/span.ts';
import { constantValue } from '../semantics/constants.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { Type } from '../semantics/types.ts';
import { cOwnedResults } from './c-knowledge.ts';
import { words } from './c-names.ts';
import { definitions, onlyDefinition } from './definitions.ts';
import type { FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, operandsOf, stepsOf } from './resource/function-info.ts';

export interface ViewFact {
  readonly span: Span;
  /** `no-capacity`: `(*[1 << 28]T)(p)[:n]`. `leaves`: returned, or stored where it outlives the call. */
  readonly how: 'no-capacity' | 'leaves';
  readonly kind: 'slice' | 'string';
  /** Where it leaves. */
  readonly exit?: Span;
  readonly exitHow?: 'returned' | 'stored' | 'sent';
}

/** An array type with at least this many elements stands for "as long as it happens to be". */
const huge = 1 << 12;

/**
 * Whether a function tells its caller that the result is a view: by words of its name, or in the comment above it. That is prose for
 * people, so no more is read in it than that somebody thought of how long the result lives.
 */
export function promisesNoCopy(fn: GoFunction): boolean {
  const doc = fn.top.doc ? fn.file.go.text.slice(fn.top.doc.start, fn.top.doc.end) : '';
  return words(fn.name).some((word, i, all) => word === 'zerocopy' || word === 'nocopy' || (word === 'copy' && (all[i - 1] === 'zero' || all[i - 1] === 'no'))) || lends.test(doc);
}

const lends = /zero.?copy|without copying|(?:not|never|no) (?:a )?cop(?:y|ied)|valid (?:until|only|as long|while)/i;

/** The views of a function. */
export function viewFacts(fn: GoFunction, flow: PackageFlow): readonly ViewFact[] {
  return flow.askOf('views', fn, (current) => findViews(flow.ir(current), flow));
}

function findViews(ir: FuncIr, flow: PackageFlow): ViewFact[] {
  const out: ViewFact[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op === 'slice' && isHugeArray(ir, step, flow) && provenance(ir, step.base).k !== 'go') {
        if (!step.capped && step.hi !== undefined) {
          if (!isCopiedAtOnce(ir, step.dst)) out.push({ span: step.span, how: 'no-capacity', kind: 'slice' });
          continue;
        }
        const exit = leaving(ir, step.base, step.dst, flow);
        if (exit) out.push({ span: step.span, how: 'leaves', kind: 'slice', ...exit });
      }
      if (step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && (step.callee.name === 'Slice' || step.callee.name === 'String') && step.dsts[0] && step.args[0]) {
        const exit = leaving(ir, step.args[0], step.dsts[0], flow);
        if (exit) out.push({ span: step.span, how: 'leaves', kind: step.callee.name === 'Slice' ? 'slice' : 'string', ...exit });
      }
    }
  }
  return out;
}

function isHugeArray(ir: FuncIr, step: Step & { op: 'slice' }, flow: PackageFlow): boolean {
  const cast = originCast(ir, step.base);
  const array = cast?.k === 'pointer' ? cast.elem : undefined;
  if (array?.k !== 'array') return false;
  const length = constantValue(array.len, flow.model);
  return length !== undefined && length >= huge;
}

/** The type of the pointer conversion behind a value. */
function originCast(ir: FuncIr, operand: Operand): Type | undefined {
  for (let at = operand, i = 0; at.k === 'var' && i < 16; i++) {
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return undefined;
    if (step.conv) return step.conv;
    at = step.src;
  }
  return undefined;
}

/** The values that are the view: copies and parts of it. */
function derived(ir: FuncIr, view: Var): ReadonlySet<Var> {
  const set = new Set([view]);
  for (let size = 0; size !== set.size; ) {
    size = set.size;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'copy' && step.src.k === 'var' && set.has(step.src.v) && !copiesBytes(step) && staysView(ir, step.dst, set)) set.add(step.dst);
        if (step.op === 'slice' && step.base.k === 'var' && set.has(step.base.v)) set.add(step.dst);
      }
    }
  }
  return set;
}

/** Whether a variable never holds anything but the view: one that is set to a copy later may be that copy when it leaves. */
function staysView(ir: FuncIr, v: Var, view: ReadonlySet<Var>): boolean {
  return (definitions(ir).of.get(v) ?? []).every((step) => {
    if (step.op !== 'copy' || step.src.k !== 'var') return step.op === 'copy' && step.src.k === 'const';
    const from = onlyDefinition(ir, step.src.v);
    return view.has(step.src.v) || (from?.op === 'slice' && from.base.k === 'var' && (view.has(from.base.v) || from.base.v === v));
  });
}

const copiesBytes = (step: Step & { op: 'copy' }): boolean => step.conv?.k === 'slice' || (step.conv?.k === 'named' && step.conv.pkg === undefined && step.conv.name === 'string');

function leaving(ir: FuncIr, pointer: Operand, view: Var, flow: PackageFlow): Pick<ViewFact, 'exit' | 'exitHow'> | undefined {
  if (!isBorrowedFromC(ir, pointer, flow)) return undefined;
  const vars = derived(ir, view);
  const is = (operand: Operand): boolean => operand.k === 'var' && vars.has(operand.v);
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      if (other.op === 'setGlobal' && is(other.src)) return { exit: other.span, exitHow: 'stored' };
      if (other.op === 'send' && is(other.src)) return { exit: other.span, exitHow: 'sent' };
    }
    if (body.id !== 0) continue;
    for (const { term } of body.blocks) if (term.k === 'return' && term.values.some(is)) return { exit: term.span, exitHow: 'returned' };
  }
  return undefined;
}

/** The result of a C function that this function does not own: nobody says how long it lives. */
function isBorrowedFromC(ir: FuncIr, pointer: Operand, flow: PackageFlow): boolean {
  const from = provenance(ir, pointer);
  if (from.k !== 'c') return false;
  // What is allocated here is followed by the resource analysis, and handed over with the view.
  return from.step.op !== 'call' || (from.step.callee.k === 'c' && cOwnedResults(flow.model, from.step.callee.name).length === 0);
}

/** Whether all uses of a slice copy out of it, so that its capacity never matters. */
function isCopiedAtOnce(ir: FuncIr, slice: Var): boolean {
  const vars = derived(ir, slice);
  const is = (operand: Operand | undefined): boolean => operand?.k === 'var' && vars.has(operand.v);
  let uses = 0;
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (!operandsOf(step).some(is)) continue;
      if (step.op === 'copy' && vars.has(step.dst)) continue;
      uses++;
      if (step.op === 'copy' && copiesBytes(step)) continue;
      if (step.op !== 'call') return false;
      const { callee } = step;
      const last = step.args.at(-1);
      const copies =
        (callee.k === 'builtin' && (callee.name === 'copy' || callee.name === 'len' || (callee.name === 'append' && step.spread && is(last) && !is(step.args[0])))) ||
        (callee.k === 'pkg' && /^(?:bytes|slices)\.Clone$/.test(`${callee.pkg}.${callee.name}`));
      if (!copies) return false;
    }
    for (const { term } of body.blocks) if (term.k === 'return' && term.values.some(is)) return false;
  }
  return uses > 0;
}

