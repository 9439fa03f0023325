/** Conversions between pointers to different layouts: byte buffers and Go structs taken for C structs, numbers taken for arrays. Source: unsafe.Pointer, rule 1. */
import type { Span } from '../base/span.ts';
import { constantValue } from '../semantics/constants.ts';
import type { GoFunction, PackageModel } from '../semantics/package-model.ts';
import { fieldOffsets, layoutOf } from '../semantics/layout.ts';
import { cTypeName, isUnsafePointer, ownTypeName, type Type, typeText } from '../semantics/types.ts';
import type { Expr } from '../syntax/go/ast.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';
import { cOwnedResults } from './c-knowledge.ts';
import { origin } from './definitions.ts';
import { isMeasured } from './guards.ts';
import type { FuncIr, Operand, Step } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { type Provenance, provenance } from './provenance.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface CastFact {
  readonly span: Span;
  readonly how: 'buffer' | 'mirror' | 'differs' | 'wider' | 'header';
  /** The C struct, or the array type. */
  readonly to: string;
  /** The buffer, the Go struct, or the number's type. */
  readonly from: string;
  /** For `differs`: what tells that the layouts disagree. */
  readonly because?: string;
}

/** The casts of a function. */
export function castFacts(fn: GoFunction, flow: PackageFlow): readonly CastFact[] {
  return flow.ir(fn).traits.has('pointer conversion') ? flow.askOf('casts', fn, (current) => findCasts(flow.ir(current), flow)) : [];
}

function findCasts(ir: FuncIr, flow: PackageFlow): CastFact[] {
  const out: CastFact[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'copy' || step.conv?.k !== 'pointer') continue;
      const fact = ofStruct(ir, step, step.conv.elem, flow) ?? ofMirror(ir, step, step.conv.elem, flow) ?? ofNumber(ir, step, step.conv.elem, flow.model) ?? ofHeader(ir, step, step.conv.elem, flow.model);
      if (fact) out.push(fact);
    }
  }
  return out;
}

type CopyStep = Step & { op: 'copy' };

/** A C type that is certain to be a struct. */
function structName(type: Type, model: PackageModel): string | undefined {
  const name = cTypeName(type);
  if (name === undefined || name.startsWith('union_')) return undefined;
  if (name.startsWith('struct_')) return name;
  return model.c.struct(name)?.kind === 'struct' ? name : undefined;
}

/** A C type that is not in view but has the name of the Go struct: `SDL_DisplayMode` and `DisplayMode`. Only a struct is declared a second time like that. */
function namesake(mirror: Type, type: Type, model: PackageModel): string | undefined {
  const name = cTypeName(type);
  const own = mirror.k === 'named' ? ownTypeName(mirror) : undefined;
  if (name === undefined || own === undefined || model.c.isNumber(name) || model.c.typedef(name) !== undefined) return undefined;
  return plain(name).endsWith(plain(own)) ? name : undefined;
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** `(*C.T)(unsafe.Pointer(&buf[0]))` */
function ofStruct(ir: FuncIr, step: CopyStep, to: Type, flow: PackageFlow): CastFact | undefined {
  const { model } = flow;
  const name = structName(to, model);
  if (name === undefined) return undefined;
  const from = provenance(ir, step.src);
  if (from.k !== 'go') return undefined;
  if (!from.indexed) return goStruct(from, name, step, flow);
  const type = from.base.k === 'var' ? from.base.v.type : undefined;
  if (type?.k !== 'slice' || !isByte(type.elem) || isMeasured(ir, step, from.base)) return undefined;
  return { span: step.span, how: 'buffer', to: `C.${name}`, from: bufferName(ir, from.base) };
}

function bufferName(ir: FuncIr, operand: Operand): string {
  const at = operand.k === 'var' && operand.v.name === undefined ? origin(ir, operand) : operand;
  return at.k === 'var' && at.v.name !== undefined ? at.v.name : 'the buffer';
}

const isByte = (type: Type): boolean => (type.k === 'named' && type.pkg === undefined && (type.name === 'byte' || type.name === 'uint8')) || ['char', 'uchar', 'schar', 'uint8_t', 'int8_t'].includes(cTypeName(type) ?? '');

/** `(*C.T)(unsafe.Pointer(&goStruct))` */
function goStruct({ base, step: made }: Provenance & { k: 'go' }, name: string, step: CopyStep, flow: PackageFlow): CastFact | undefined {
  // The address of a field is the address of what the field is.
  const type = made.op === 'addr' ? (made.dst.type?.k === 'pointer' ? made.dst.type.elem : undefined) : base.k === 'var' ? base.v.type : undefined;
  const mirror = type && mirrorName(type, flow);
  return mirror === undefined ? undefined : mirrored(step, mirror, `C.${name}`, name, flow.model);
}

/** The fact about a Go struct and a C struct, sharper where their layouts are seen to disagree. */
function mirrored(step: CopyStep, mirror: string, to: string, name: string, model: PackageModel, from = mirror): CastFact {
  const because = disagreement(mirror, name, from === mirror, model);
  return { span: step.span, how: because === undefined ? 'mirror' : 'differs', to, from, ...(because === undefined ? {} : { because }) };
}

/** What is seen to differ: the sizes, or a Go int where no C struct has one that is as wide on every platform. */
function disagreement(mirror: string, name: string, toC: boolean, model: PackageModel): string | undefined {
  const go = layoutOf({ k: 'named', name: mirror }, model);
  const c = layoutOf({ k: 'named', pkg: 'C', name }, model);
  if (go && c && go.size === c.size) return otherField(mirror, name, toC, model);
  if (go && c) return `${mirror} has ${go.size} bytes and C.${name} has ${c.size} on 64-bit platforms: ${elsewhere}`;
  if (model.c.struct(name)?.fields !== undefined) return undefined;
  const ints = (model.shape.fields(mirror) ?? []).filter((field) => field.type.k === 'named' && field.type.pkg === undefined && (field.type.name === 'int' || field.type.name === 'uint'));
  const first = ints[0];
  return first && first.type.k === 'named' ? `${mirror}.${first.name} is of type ${first.type.name}, which has 64 bits on 64-bit platforms where a C ${first.type.name === 'uint' ? 'unsigned int' : 'int'} has 32: ${elsewhere}` : undefined;
}

const elsewhere = 'fields stand at different places';

/**
 * The first field that stands elsewhere than its counterpart, or that is read wider than it is written, where both structs have as many
 * fields: padding may hide it in the size. What is written wider than it is read does no harm where the low half comes first, as nearly everywhere.
 */
function otherField(mirror: string, name: string, toC: boolean, model: PackageModel): string | undefined {
  const struct = model.c.struct(name);
  const places = struct && fieldOffsets(struct, model);
  const fields = model.shape.fields(mirror);
  if (!struct?.fields || !places || fields?.length !== places.length) return undefined;
  let end = 0;
  for (const [i, field] of fields.entries()) {
    const own = layoutOf(field.type, model);
    const place = places[i]!;
    if (own === undefined) return undefined;
    const offset = Math.ceil(end / own.align) * own.align;
    end = offset + own.size;
    const sizes = `${mirror}.${field.name} has ${own.size} bytes and ${struct.fields[i]!.name} of C.${name} has ${place.size} on 64-bit platforms`;
    if (offset !== place.offset) return `${mirror}.${field.name} begins at byte ${offset} and ${struct.fields[i]!.name} of C.${name} at byte ${place.offset} on 64-bit platforms: ${elsewhere}`;
    if (toC ? place.size > own.size : own.size > place.size) return `${sizes}: padding is read as part of it`;
  }
  return undefined;
}

/** A pointer to a Go struct from a C pointer, and a C pointer from a pointer to a Go struct of unknown origin. */
function ofMirror(ir: FuncIr, step: CopyStep, to: Type, flow: PackageFlow): CastFact | undefined {
  const { model } = flow;
  const source = sourceType(ir, step.src);
  if (source?.k !== 'pointer') return undefined;
  const cName = structName(to, model) ?? namesake(source.elem, to, model);
  if (cName !== undefined) {
    const mirror = mirrorName(source.elem, flow);
    return mirror === undefined ? undefined : mirrored(step, mirror, `C.${cName}`, cName, model);
  }
  const from = structName(source.elem, model) ?? namesake(to, source.elem, model);
  const mirror = mirrorName(to, flow);
  return from === undefined || mirror === undefined ? undefined : mirrored(step, mirror, mirror, from, model, `C.${from}`);
}

/** `(*[1 << 20]string)(p)` of C memory: what C has there is no header of a Go string or slice. */
function ofHeader(ir: FuncIr, step: CopyStep, to: Type, model: PackageModel): CastFact | undefined {
  const header = to.k === 'array' ? to.elem : to;
  const kind = header.k === 'slice' ? 'slice' : header.k === 'named' && header.pkg === undefined && header.name === 'string' && model.typesNamed('string') === undefined ? 'string' : undefined;
  if (kind === undefined) return undefined;
  const from = provenance(ir, step.src);
  // What Go has allocated or stored on the C side may hold whatever Go has put there.
  if (from.k !== 'c' || from.step.op !== 'call' || from.step.callee.k !== 'c' || cOwnedResults(model, from.step.callee.name).length > 0) return undefined;
  const type = from.step.dsts[0]?.type;
  // A `void *` may be Go's own pointer coming back, but nobody keeps whole arrays of Go headers in C.
  if (to.k !== 'array' && (type === undefined || type.k !== 'pointer')) return undefined;
  return { span: step.span, how: 'header', to: typeText(header), from: `C.${from.step.callee.name}` };
}

/** The type of the value before it became an unsafe.Pointer. */
function sourceType(ir: FuncIr, operand: Operand): Type | undefined {
  const at = origin(ir, operand);
  if (at.k !== 'var') return undefined;
  return isUnsafePointer(at.v.type) ? undefined : at.v.type;
}

/** The name of a struct of this package that is written in Go types and whose size nobody compares with the C type. */
function mirrorName(type: Type, flow: PackageFlow): string | undefined {
  const name = type.k === 'named' ? ownTypeName(type) : undefined;
  const fields = name === undefined ? undefined : flow.model.shape.fields(name);
  if (name === undefined || fields === undefined || fields.length === 0) return undefined;
  // A struct of C types only follows the C side: cgo lays it out.
  if (fields.every((field) => isOfC(field.type))) return undefined;
  return asserted(flow).has(name) ? undefined : name;
}

const isOfC = (type: Type): boolean => (type.k === 'pointer' || type.k === 'array' ? isOfC(type.elem) : cTypeName(type) !== undefined || isUnsafePointer(type));

/** Types that some declaration measures with unsafe.Sizeof next to a C size: `var _ [C.sizeof_T]byte = [unsafe.Sizeof(Mirror{})]byte{}`. */
function asserted(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('asserted sizes', () => {
    const found = new Set<string>();
    for (const file of flow.model.files) for (const { syntax } of file.go.decls) for (const name of assertedIn(syntax)) found.add(name);
    return found;
  });
}

const assertions = new WeakMap<DeclSyntax, readonly string[]>();

function assertedIn(syntax: DeclSyntax): readonly string[] {
  let found = assertions.get(syntax);
  if (!found) {
    const names = new Set<string>();
    if (syntax.text.includes('C.sizeof_') && syntax.text.includes('Sizeof(')) collectSizeof(syntax.full(), names);
    assertions.set(syntax, (found = [...names]));
  }
  return found;
}

function collectSizeof(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const call = value as Partial<Expr & { k: 'Call' }>;
  const arg = call.k === 'Call' && call.fn?.k === 'Selector' && call.fn.name === 'Sizeof' ? call.args?.[0] : undefined;
  if (arg?.k === 'Composite' && arg.type?.k === 'Ident') found.add(arg.type.name);
  for (const child of Object.values(value)) collectSizeof(child, found);
}

const widths: Readonly<Record<string, number>> = { bool: 1, byte: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, rune: 4, float32: 4, int64: 8, uint64: 8, float64: 8, complex64: 8, complex128: 16 };

const widthOf = (type: Type | undefined): number | undefined => (type?.k === 'named' && type.pkg === undefined ? widths[type.name] : undefined);

/** `(*[16]byte)(unsafe.Pointer(&x))` where x is narrower. */
function ofNumber(ir: FuncIr, step: CopyStep, to: Type, model: PackageModel): CastFact | undefined {
  if (to.k !== 'array') return undefined;
  const from = provenance(ir, step.src);
  if (from.k !== 'go' || from.indexed || from.step.op !== 'addr' || from.step.path !== '') return undefined;
  const type = from.base.k === 'var' ? from.base.v.type : undefined;
  const width = widthOf(type);
  const elem = widthOf(to.elem);
  const length = constantValue(to.len, model);
  if (width === undefined || elem === undefined || length === undefined || length * elem <= width) return undefined;
  return { span: step.span, how: 'wider', to: `[${length}]${to.elem.k === 'named' ? to.elem.name : ''}`, from: type?.k === 'named' ? type.name : '' };
}
