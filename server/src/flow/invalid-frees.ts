/** Releases of memory that no allocator handed out: Go memory, static C storage, the inside of an allocation. Flow-insensitive, through values that are set once. */
import type { Span } from '../base/span.ts';
import { constantNamed } from '../semantics/constants.ts';
import { isForeignDeallocator, isSystemDeallocator } from '../semantics/c/allocators.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isCPointer, isUnsafePointer } from '../semantics/types.ts';
import { returnsStatic } from './c-knowledge.ts';
import { mayCount } from './c-names.ts';
import { onlyDefinition, origin, originStep } from './definitions.ts';
import { allocatorOfField, type FieldAllocator } from './field-allocators.ts';
import { loadedField } from './field-key.ts';
import type { CallStep, FuncIr, Operand, Step } from './ir.ts';
import type { ArgEffect } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf } from './resource/function-info.ts';

export interface InvalidFree {
  /** The argument. */
  readonly span: Span;
  readonly callee: string;
  /** `variable`: the address of the variable that holds the pointer. `lent`: C keeps it, says its contract. `interior`: not the start of an allocation. */
  readonly how: 'go' | 'variable' | 'static' | 'lent' | 'interior' | 'allocator';
  /** `allocator`: where the memory comes from, which the field has everywhere, and what fits. */
  readonly field?: FieldAllocator;
  /** What is released, in words of the program: a variable, a C function. */
  readonly name?: string;
  /** Where the memory comes from. */
  readonly source: Span;
}

/** The releases of a function that are wrong whatever path leads there. */
export function invalidFrees(fn: GoFunction, flow: PackageFlow): readonly InvalidFree[] {
  return flow.askOf('invalid frees', fn, (current) => {
    const ir = flow.ir(current);
    const found: InvalidFree[] = [];
    for (const body of bodiesOf(ir)) {
      for (const step of body.calls) {
        if (step.callee.k !== 'c') continue;
        const { name } = step.callee;
        step.args.forEach((arg, i) => {
          const effect = flow.knowledge.cArg(name, i);
          const releases = effect ? effect.releases === 'always' : i === 0 && isForeignDeallocator(name);
          const one = releases ? judgeRelease(ir, step, name, arg, effect, flow) : undefined;
          if (one) found.push({ span: step.argSpans[i] ?? step.span, callee: name, ...one });
        });
      }
    }
    return found;
  });
}

function judgeRelease(ir: FuncIr, step: CallStep, name: string, arg: Operand, effect: ArgEffect | undefined, flow: PackageFlow): Omit<InvalidFree, 'span' | 'callee'> | undefined {
  // What a library's function ends may stand in Go memory: a buffer that is filled and disposed of.
  const found = effect?.ownType ? (isCounted(ir, arg) ? undefined : lent(ir, arg, name, flow)) : (judge(ir, arg, flow) ?? lent(ir, arg, name, flow));
  if (found) return found;
  const key = loadedField(ir, arg);
  const field = key !== undefined && (name === 'free' || isForeignDeallocator(name)) ? allocatorOfField(key, flow) : undefined;
  return key === undefined || field === undefined || fits(name, field.deallocator) ? undefined : { how: 'allocator', name: key, source: step.span, field };
}

/** Whether a function may release what another one is made for. */
const fits = (release: string, deallocator: string): boolean => release === deallocator || (deallocator === 'free' ? !isForeignDeallocator(release) : release !== 'free' || isSystemDeallocator(deallocator));

function judge(ir: FuncIr, arg: Operand, flow: PackageFlow): Pick<InvalidFree, 'how' | 'name' | 'source'> | undefined {
  const step = originStep(ir, arg);
  if (step === undefined) return undefined;
  if (step.op === 'call' && step.callee.k === 'c' && returnsStatic(flow.model.c, step.callee.name)) return { how: 'static', name: `C.${step.callee.name}`, source: step.span };
  if (step.op === 'addr' && step.base.k === 'c') return { how: 'static', name: `C.${step.base.name}`, source: step.span };
  if (isShifted(ir, step, flow)) return { how: 'interior', source: step.span };
  return goMemory(ir, arg, step);
}

/** Some C function takes a reference to what a variable holds: then there is one to release. */
export function isCounted(ir: FuncIr, arg: Operand): boolean {
  const made = originStep(ir, arg);
  return made !== undefined && bodiesOf(ir).some((body) => body.calls.some((step) => step.callee.k === 'c' && mayCount(step.callee.name) && step.args.some((other) => originStep(ir, other) === made)));
}

/** The result of a C function that stays the library's. */
function lent(ir: FuncIr, arg: Operand, release: string, flow: PackageFlow): Pick<InvalidFree, 'how' | 'name' | 'source'> | undefined {
  const lender = lenderOf(ir, arg, flow, release);
  return lender && { how: 'lent', name: `C.${lender.name}`, source: lender.span };
}

/** What a C function lends with its result, says its contract, and no body in view says otherwise: storage of the library, or maybe a part of an argument. */
export function lends(name: string, flow: PackageFlow): 'own' | 'borrowed' | undefined {
  const contract = flow.model.contracts.lookup(name);
  // What the C library returns may be its argument: strcpy.
  if (contract?.trusted !== true || contract.library.library === 'libc' || mayCount(name)) return undefined;
  const how = contract.returns === 'static' || contract.returns === 'thread-local' ? 'own' : contract.returns === 'borrowed' ? 'borrowed' : undefined;
  return how === undefined || flow.model.c.summary(name) ? undefined : how;
}

/** The C function that lends a value. */
export function lenderOf(ir: FuncIr, value: Operand, flow: PackageFlow, release?: string): { readonly name: string; readonly span: Span } | undefined {
  const step = originStep(ir, value);
  const how = step?.op === 'call' && step.callee.k === 'c' ? lends(step.callee.name, flow) : undefined;
  if (how === undefined || step?.op !== 'call' || step.callee.k !== 'c') return undefined;
  // It may be the argument itself that comes back, and the caller's own to release like this.
  if (how === 'borrowed' && step.args.some((other) => isAllocated(ir, other, flow, release))) return undefined;
  return { name: step.callee.name, span: step.span };
}

/** `uintptr(p) + 8`, `unsafe.Add(p, 8)`, `&view[1]`: a constant that is not zero leads away from the start. */
function isShifted(ir: FuncIr, step: Step, flow: PackageFlow): boolean {
  const moves = (operand: Operand | undefined): boolean => {
    const at = operand && origin(ir, operand);
    const value = at?.k === 'const' ? Number(at.value.replaceAll('_', '')) : at?.k === 'global' ? constantNamed(at.name, flow.model) : undefined;
    return value !== undefined && !Number.isNaN(value) && value !== 0;
  };
  if (step.op === 'binary') return (step.operator === '+' || step.operator === '-') && (moves(step.r) ? isAllocated(ir, step.l, flow) : moves(step.l) && isAllocated(ir, step.r, flow));
  if (step.op === 'call') return step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Add' && moves(step.args[1]) && isAllocated(ir, step.args[0], flow);
  return step.op === 'addr' && step.indexed && moves(step.index) && isViewOfAllocation(ir, step.base, flow);
}

/** The result of an allocation, conversions aside. */
/** Memory that a C function gives its caller, to be released by any function or by the one that is asked about. */
function isAllocated(ir: FuncIr, operand: Operand | undefined, flow: PackageFlow, release?: string): boolean {
  const step = operand && originStep(ir, operand);
  return step?.op === 'call' && step.callee.k === 'c' && flow.knowledge.cOwned(step.callee.name).some((owned) => owned.outArg === undefined && (release === undefined || owned.deallocator === release));
}

function isViewOfAllocation(ir: FuncIr, operand: Operand, flow: PackageFlow): boolean {
  const step = originStep(ir, operand);
  if (step?.op === 'slice') return isAllocated(ir, step.base, flow) || isViewOfAllocation(ir, step.base, flow);
  return step?.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Slice' && isAllocated(ir, step.args[0], flow);
}

function goMemory(ir: FuncIr, arg: Operand, step: Step): Pick<InvalidFree, 'how' | 'name' | 'source'> | undefined {
  const found = provenance(ir, arg);
  if (found.k !== 'go') return undefined;
  const { base } = found;
  const name = base.k === 'var' ? base.v.name : base.k === 'global' ? base.name : undefined;
  const said = name !== undefined ? { name } : {};
  // Elements of a slice are where the slice points: only what made the slice tells.
  const container = found.step.op === 'call' ? found.step.args[0] : base;
  if (found.indexed) return container && isGoBacked(ir, container) ? { how: 'go', ...said, source: step.span } : undefined;
  if (step.op === 'addr' && step.path === '' && base.k === 'var' && base === step.base && (isCPointer(base.v.type) || isUnsafePointer(base.v.type))) return { how: 'variable', ...said, source: step.span };
  return base.k === 'var' || base.k === 'global' ? { how: 'go', ...said, source: step.span } : undefined;
}

/** An array variable, or a slice or string that Go made. */
function isGoBacked(ir: FuncIr, base: Operand): boolean {
  if (base.k === 'const') return true;
  if (base.k !== 'var') return false;
  if (base.v.type?.k === 'array' && base.v.kind !== 'temp') return true;
  const step = onlyDefinition(ir, base.v);
  if (step?.op === 'composite') return true;
  if (step?.op === 'slice') return isGoBacked(ir, step.base);
  // `[]byte(s)` copies.
  if (step?.op === 'copy') return step.conv?.k === 'slice' && !isSlice(step.src) ? true : isGoBacked(ir, step.src);
  return step?.op === 'call' && step.callee.k === 'builtin' && (step.callee.name === 'make' || (step.callee.name === 'append' && step.args[0] !== undefined && isGoBacked(ir, step.args[0])));
}

const isSlice = (operand: Operand): boolean => operand.k === 'var' && (operand.v.type === undefined || operand.v.type.k === 'slice' || operand.v.type.k === 'unknown');
