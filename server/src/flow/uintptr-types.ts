/** nil and Go pointers where a C type that is a uintptr in Go is wanted: the one does not compile, the other hides a pointer from the garbage collector. */
import type { Span } from '../base/span.ts';
import { mayBuildFor } from '../semantics/build-constraints.ts';
import { goType } from '../semantics/c-view.ts';
import type { GoFunction, PackageFile } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { cTypeName, isUnsafePointer, type Type } from '../semantics/types.ts';
import { mayBeUintptr, mayDeclareUintptr, uintptrFamily } from '../semantics/uintptr-types.ts';
import type { CallStep, Cond, FuncIr, Operand, Step } from './ir.ts';
import { addressSource } from './number-sources.ts';
import type { PackageFlow } from './package-flow.ts';
import { provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface WrongNumber {
  readonly how: 'nil' | 'compared' | 'go-pointer';
  /** Around the nil, or the conversion. */
  readonly span: Span;
  /** The C type. */
  readonly type: string;
  readonly family: string;
}

/** What a function puts into such types, or compares with them. */
export function wrongNumbers(fn: GoFunction, flow: PackageFlow): readonly WrongNumber[] {
  if (!hasSpecialTypes(flow)) return [];
  return flow.askOf('uintptr types', fn, (current) => {
    const ir = flow.ir(current);
    return ir.opaque ? [] : find(current, ir, flow);
  });
}

/** Whether Go or the C in view names such a type at all. */
const hasSpecialTypes = (flow: PackageFlow): boolean =>
  flow.ask('names uintptr types', () => {
    const { c, usedCNames } = flow.model;
    return c.units.some(mayDeclareUintptr) || usedCNames.some(mayBeUintptr);
  });

/** The special C type that a Go type is, through the package's own names for it. */
export function specialType(type: Type | undefined, file: PackageFile, { model }: PackageFlow): { readonly type: string; readonly family: string } | undefined {
  const own = type?.k === 'named' && type.pkg === undefined ? model.shape.underlying(type.name) : type;
  const name = cTypeName(own);
  const family = name === undefined ? undefined : uintptrFamily(model.c, name);
  if (name === undefined || family === undefined) return undefined;
  return family === 'Core Foundation' && !mayBuildFor(file, 'darwin') && !mayBuildFor(file, 'ios') ? undefined : { type: name, family };
}

const pointee = (type: Type | undefined): Type | undefined => (type?.k === 'pointer' ? type.elem : undefined);

const isNil = (operand: Operand | undefined): boolean => operand?.k === 'const' && operand.value === 'nil';

function find(fn: GoFunction, ir: FuncIr, flow: PackageFlow): WrongNumber[] {
  const out: WrongNumber[] = [];
  const typeOf = (operand: Operand): Type | undefined => (operand.k === 'var' ? operand.v.type : operand.k === 'global' ? flow.model.shape.global(operand.name) : undefined);
  const nil = (type: Type | undefined, span: Span, how: WrongNumber['how'] = 'nil'): void => {
    const special = specialType(type, fn.file, flow);
    if (special) out.push({ how, span, ...special });
  };
  const compare = (l: Operand, r: Operand, span: Span): void => {
    if (isNil(l) !== isNil(r)) nil(typeOf(isNil(l) ? r : l), span, 'compared');
  };
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op === 'copy' && isNil(step.src)) nil(step.conv ?? step.dst.type, step.conv ? step.span : step.stmt);
      else if (step.op === 'copy' && step.conv) {
        const special = specialType(step.conv, fn.file, flow);
        if (special && isGoAddress(fn, ir, step, flow)) out.push({ how: 'go-pointer', span: step.span, ...special });
      } else if (step.op === 'setGlobal' && isNil(step.src)) nil(flow.model.shape.global(step.name), step.stmt);
      else if (step.op === 'setField' && isNil(step.src)) nil(fieldType(flow.model.shape, typeOf(step.base), step.name), step.stmt);
      else if (step.op === 'setDeref' && isNil(step.src)) nil(pointee(typeOf(step.base)), step.stmt);
      else if (step.op === 'composite') for (const { name, src } of step.fields) if (name !== undefined && isNil(src)) nil(fieldType(flow.model.shape, step.type, name), step.span);
      if (step.op === 'binary' && (step.operator === '==' || step.operator === '!=')) compare(step.l, step.r, step.span);
      if (step.op === 'call') step.args.forEach((arg, i) => void (isNil(arg) && nil(paramType(step, i, flow), step.argSpans[i] ?? step.span)));
    }
    const results = body.id === 0 ? ir.resultTypes : body.results.map((result) => result.type);
    for (const { term } of body.blocks) {
      if (term.k === 'return') term.values.forEach((value, i) => void (isNil(value) && nil(results[i], term.spans[i] ?? term.span)));
      if (term.k === 'branch') compareIn(term.cond, (l, r) => compare(l, r, term.span));
    }
  }
  return out;
}

function compareIn(cond: Cond, compare: (l: Operand, r: Operand) => void): void {
  if (cond.k === 'eq' && !cond.isCase) compare(cond.l, cond.r);
}

/** The type of a parameter, where the declaration is in view. */
function paramType(step: CallStep, index: number, { model }: PackageFlow): Type | undefined {
  if (step.callee.k === 'c') {
    const param = model.c.function(step.callee.name)?.params[index];
    return param && goType(param.type);
  }
  const shape = step.callee.k === 'go' ? model.shape.func(step.callee.name) : undefined;
  return shape?.variadic && index >= shape.params.length - 1 ? undefined : shape?.params[index];
}

/** Whether the address of Go memory is converted. */
function isGoAddress(fn: GoFunction, ir: FuncIr, step: Step & { op: 'copy' }, flow: PackageFlow): boolean {
  const { src } = step;
  if (src.k !== 'var') return false;
  if (isUnsafePointer(src.v.type)) return provenance(ir, src).k === 'go';
  return addressSource(fn, ir, src, flow).kind === 'go';
}
