/**
 * Addresses inside a struct with Go pointers that C gets through a variable: cgo looks at the spelling of an argument to know how much memory it has to check,
 * and from a variable it checks the whole object. Source: cmd/cgo, gcc.go (checkAddr, checkIndex), runtime/cgocall.go.
 */
import type { Span } from '../base/span.ts';
import { goPointersIn } from '../semantics/go-pointers.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { ownTypeName, type Type } from '../semantics/types.ts';
import { onlyDefinition } from './definitions.ts';
import { isPinned } from './go-pointer-args.ts';
import type { Addr, FuncIr, Operand } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface HoistedAddress {
  /** The argument. */
  readonly span: Span;
  /** The variable's name where it stands, for a fix. */
  readonly use?: Span;
  readonly name: string;
  /** Where the address is taken. */
  readonly taken: Span;
  /** `buf`, and the type it is a field of. */
  readonly field: string;
  readonly owner: string;
  /** "a string" */
  readonly what: string;
}

/** The arguments of a function's C calls that cgo checks more widely than they are written. */
export function hoistedAddresses(fn: GoFunction, flow: PackageFlow): readonly HoistedAddress[] {
  return flow.askOf('hoisted addresses', fn, (current) => {
    const ir = flow.ir(current);
    return isPinned(ir) ? [] : find(ir, flow);
  });
}

function find(ir: FuncIr, flow: PackageFlow): HoistedAddress[] {
  const out: HoistedAddress[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'call' || step.callee.k !== 'c') continue;
      step.args.forEach((arg, i) => {
        const span = step.argSpans[i] ?? step.span;
        const hoisted = throughVariable(ir, arg);
        const owner = hoisted && ownerOf(hoisted.addr, flow);
        if (!hoisted || !owner) return;
        const use = arg.k === 'var' && arg.v.kind !== 'temp' ? { use: span } : {};
        out.push({ span, ...use, name: hoisted.name, taken: hoisted.addr.span, field: hoisted.addr.path, ...owner });
      });
    }
  }
  return out;
}

/** The address behind a variable, when the argument is one, converted or not. */
function throughVariable(ir: FuncIr, arg: Operand): { readonly addr: Addr; readonly name: string } | undefined {
  let name: string | undefined;
  for (let at = arg, i = 0; at.k === 'var' && i < 12; i++) {
    if (at.v.kind !== 'temp') name ??= at.v.name;
    const step = onlyDefinition(ir, at.v);
    if (step?.op === 'addr') return name === undefined ? undefined : { addr: step, name };
    if (step?.op !== 'copy') return undefined;
    at = step.src;
  }
  return undefined;
}

/** The struct around the addressed field, when it holds Go pointers that the field does not. */
function ownerOf(addr: Addr, flow: PackageFlow): Pick<HoistedAddress, 'owner' | 'what'> | undefined {
  const { shape } = flow.model;
  // An element of a slice lies in memory of its own, which has no other fields.
  if (addr.path === '' || addr.base.k !== 'var' || (addr.indexed && addr.container?.k !== 'array')) return undefined;
  const type: Type | undefined = addr.base.v.type;
  const name = ownTypeName(type);
  const inner = goPointersIn(addr.dst.type?.k === 'pointer' ? addr.dst.type.elem : undefined, shape);
  const all = goPointersIn(type?.k === 'pointer' ? type.elem : type, shape);
  return name === undefined || inner || !all ? undefined : { owner: name, what: `${all.what}${all.path === '' ? '' : `, ${all.path}`}` };
}
