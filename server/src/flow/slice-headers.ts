/**
 * Slice and string headers that are handled as memory: reflect's headers made by hand, and headers that C gets instead of the elements.
 * Source: unsafe.Pointer, rule 6; package reflect.
 */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isCPointer, isReflectHeader, type Type } from '../semantics/types.ts';
import { definitions, onlyDefinition, origin } from './definitions.ts';
import type { Addr, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface SliceHeaderFact {
  readonly span: Span;
  /** `made`: a header of its own, literal or variable. `copied`: a whole header read or written. `view`: the header of a real slice. `passed`: C gets the header, not the elements. */
  readonly how: 'made' | 'copied' | 'view' | 'passed';
  /** The type for `made`, `copied` and `view`; what is passed otherwise. */
  readonly name: string;
  /** `made`: its Data is an address of C memory, which the collector need not see. */
  readonly ofC?: boolean;
  /** `made`: it becomes the header of a real slice as a whole. */
  readonly written?: boolean;
  /** `passed`: a slice or a string. */
  readonly of?: 'slice' | 'string';
}

/** The headers of a function. */
export function sliceHeaderFacts(fn: GoFunction, flow: PackageFlow): readonly SliceHeaderFact[] {
  const { traits } = flow.ir(fn);
  if (!(traits.has('pointer conversion') && traits.has('addr')) && !usesReflect(flow)) return [];
  return flow.askOf('slice headers', fn, (current) => find(flow.ir(current), flow));
}

/** Whether any file of the package can name reflect's headers. */
const usesReflect = (flow: PackageFlow): boolean => flow.ask('imports reflect', () => flow.model.imports.some((imports) => [...imports.values()].includes('reflect')));

function find(ir: FuncIr, flow: PackageFlow): SliceHeaderFact[] {
  const out: SliceHeaderFact[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op === 'composite' && isReflectHeader(step.type) && step.fields.length > 0) out.push({ span: step.span, how: 'made', name: headerName(step.type), ...(isOfC(ir, step) ? { ofC: true } : {}), ...(isWritten(ir, step) ? { written: true } : {}) });
      else if (step.op === 'addr' && !step.indexed && step.path === '' && step.base.k === 'var' && isReflectHeader(step.base.v.type) && !isLiteral(ir, step.base.v)) out.push({ span: step.span, how: 'made', name: headerName(step.base.v.type!) });
      else if (step.op === 'deref' && isReflectHeader(step.dst.type) && !isLiteralAt(ir, step.base)) out.push({ span: step.span, how: 'copied', name: headerName(step.dst.type!) });
      else if (step.op === 'setDeref' && step.base.k === 'var' && step.base.v.type?.k === 'pointer' && isReflectHeader(step.base.v.type.elem) && !isLiteralAt(ir, step.src)) out.push({ span: step.span, how: 'copied', name: headerName(step.base.v.type.elem) });
      else if (step.op === 'copy' && step.conv?.k === 'pointer') {
        const fact = isReflectHeader(step.conv.elem) ? viewOf(ir, step, step.conv.elem) : elements(ir, step, step.conv.elem, flow);
        if (fact) out.push(fact);
      }
    }
  }
  return out;
}

/** `Data: uintptr(unsafe.Pointer(p))` of a pointer of C. */
function isOfC(ir: FuncIr, step: Step & { op: 'composite' }): boolean {
  const data = step.fields.find(({ name }, i) => name === 'Data' || (name === undefined && i === 0))?.src;
  const at = data && origin(ir, data);
  return data !== undefined && (provenance(ir, data).k === 'c' || (at?.k === 'var' && isCPointer(at.v.type)));
}

/** `*(*reflect.SliceHeader)(unsafe.Pointer(&s)) = reflect.SliceHeader{…}` */
const isWritten = (ir: FuncIr, literal: Step & { op: 'composite' }): boolean =>
  ir.traits.has('setDeref') && bodiesOf(ir).some((body) => stepsOf(body).some((step) => step.op === 'setDeref' && step.src.k === 'var' && step.src.v === literal.dst));

const headerName = (type: Type): string => (type.k === 'named' ? `reflect.${type.name}` : '');

/** A variable that a literal fills: the literal is told, once. */
const isLiteral = (ir: FuncIr, v: Var): boolean => (definitions(ir).of.get(v) ?? []).some((step) => step.op === 'copy' && isLiteralAt(ir, step.src));

function isLiteralAt(ir: FuncIr, operand: Operand): boolean {
  const at = origin(ir, operand);
  if (at.k !== 'var') return false;
  const steps = definitions(ir).of.get(at.v) ?? [];
  return steps.some((step) => step.op === 'composite' && step.fields.length > 0) || (at.v.kind !== 'temp' && isLiteral(ir, at.v));
}

type CopyStep = Step & { op: 'copy' };

/** `(*reflect.SliceHeader)(unsafe.Pointer(&b))`, where more than the length is looked at. */
function viewOf(ir: FuncIr, step: CopyStep, header: Type): SliceHeaderFact | undefined {
  const held = new Set<Var>([step.dst]);
  let matters = false;
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      if (other.op === 'copy' && other.src.k === 'var' && held.has(other.src.v)) held.add(other.dst);
      if ((other.op === 'field' && other.name === 'Data') || other.op === 'setField') matters ||= other.base.k === 'var' && held.has(other.base.v);
    }
  }
  const from = provenance(ir, step.src);
  return matters && from.k === 'go' ? { span: step.span, how: 'view', name: headerName(header) } : undefined;
}

/** `(*C.uint)(unsafe.Pointer(&pages))`, given to C: it reads the address, the length and the capacity as elements. */
function elements(ir: FuncIr, step: CopyStep, elem: Type, flow: PackageFlow): SliceHeaderFact | undefined {
  const addr = addressOf(ir, step.src);
  if (!addr || addr.base.k !== 'var' || addr.indexed || addr.dst.type?.k !== 'pointer') return undefined;
  const type = addr.dst.type.elem;
  const of = type.k === 'slice' ? 'slice' : type.k === 'named' && type.pkg === undefined && type.name === 'string' ? 'string' : undefined;
  const name = addr.base.v.name;
  return of === undefined || name === undefined || !isElement(elem, flow) || !passedToC(ir).has(step) ? undefined : { span: step.span, how: 'passed', name: addr.path === '' ? name : `${name}.${addr.path}`, of };
}

/** What stands in an array: no struct of Go that may be a header itself. */
function isElement(type: Type, flow: PackageFlow): boolean {
  const name = cTypeName(type);
  if (name !== undefined) return !(flow.model.c.struct(name)?.fields ?? []).some((field) => field.type.includes('*')) || flow.model.c.struct(name)?.fields?.length !== 3;
  if (type.k === 'pointer') return true;
  return type.k === 'named' && type.pkg === undefined && /^(?:u?int(?:8|16|32|64)?|byte|float(?:32|64))$/.test(type.name);
}

function addressOf(ir: FuncIr, operand: Operand): Addr | undefined {
  const at = origin(ir, operand);
  const step = at.k === 'var' ? onlyDefinition(ir, at.v) : undefined;
  return step?.op === 'addr' ? step : undefined;
}

/** The conversions through which arguments of C functions went. */
function passedToC(ir: FuncIr): Set<Step> {
  const out = new Set<Step>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'call' || step.callee.k !== 'c') continue;
      for (const arg of step.args) {
        for (let at: Operand = arg, i = 0; at.k === 'var' && i < 8; i++) {
          const def = onlyDefinition(ir, at.v);
          if (def?.op !== 'copy') break;
          out.add(def);
          at = def.src;
        }
      }
    }
  }
  return out;
}
