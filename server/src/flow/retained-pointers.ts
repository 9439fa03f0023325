/** Pointers to Go memory that C still has when the call is over: stored into C memory, kept by a C body in view, registered for callbacks. Source: cmd/cgo, "Passing pointers". */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { ContractParam } from '../semantics/c/contracts.ts';
import { libcFunction, libcParam } from '../semantics/c/libc.ts';
import { fieldType } from '../semantics/shape.ts';
import { cTypeName, isUnsafePointer, type Type, typeText } from '../semantics/types.ts';
import { onlyDefinition, origin } from './definitions.ts';
import { funcsForC } from './func-values.ts';
import { mayKeep, mayRegister, mayWalk } from './c-names.ts';
import { type GoPointer, loadedFrom, pointerSource, type PointerSource, type Viewpoint } from './go-pointers.ts';
import type { CallStep, Operand, Step } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { pinOf } from './pins.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';
import { handle, protocolOf } from './resource/protocols.ts';
import { typeKey, userDataTypes } from './user-data.ts';

export interface RetainedPointer {
  /** The argument or the stored value. */
  readonly span: Span;
  /**
   * `kept`: a C body in view or a contract says so. `alive`: so it is, but Go holds the memory as well. `registered`: C gives pointers of its
   * type back to Go. `carried`: so it does, and got it in a struct that a Go object holds for it. `suspected`: a name says so.
   */
  readonly how: 'stored' | 'kept' | 'alive' | 'registered' | 'carried' | 'suspected';
  /** The C function, or the C struct's field. */
  readonly into: string;
  /** What it points to, for messages: `the variable fi`. */
  readonly what: string;
  readonly certain: boolean;
  /** A deferred Unpin gives the pin up while C still has the pointer. */
  readonly unpinned: boolean;
  /** Where C stores it. */
  readonly at?: Place;
}

/** What the function lets C keep. */
export function retainedPointers(fn: GoFunction, flow: PackageFlow): readonly RetainedPointer[] {
  const { traits, cFunctions } = flow.ir(fn);
  const stores = traits.has('setField') || traits.has('setDeref') || traits.has('setIndex') || traits.has('composite');
  if (!stores && ![...cFunctions].some((name) => mayKeepAny(name, flow))) return [];
  return flow.askOf('retained', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque) return [];
    const at: Viewpoint = { flow, ir, exported: current.exported !== undefined };
    const out: RetainedPointer[] = [];
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op === 'call') {
          const { callee } = step;
          if (callee.k !== 'c') continue;
          step.args.forEach((arg, i) => {
            const found = given(at, step, callee.name, arg, i);
            if (found) out.push(found);
          });
        } else if (step.op === 'setField' || step.op === 'setDeref' || step.op === 'setIndex') out.push(...(stored(at, step) ?? []));
        if (step.op === 'composite' || step.op === 'setField') out.push(...carried(at, step));
      }
    }
    // A Go function in the disguise of one of C's is told by itself.
    const functions = out.length > 0 ? funcsForC(current, flow) : [];
    return functions.length > 0 ? out.filter(({ span }) => !functions.some((told) => told.span.start === span.start && told.span.end === span.end)) : out;
  });
}

/** What is stored further down in C may be part of a longer story, such as a decoder that forgets its input again. */
const deepestStore = 1;

const spanOf = (operand: Operand, otherwise: Span): Span => (operand.k === 'var' && operand.v.kind === 'temp' ? operand.v.span : otherwise);

/** Whether values of the type are handles, names of this package for them included: they have a rule of their own. */
export function isHandle(type: Type | undefined, flow: PackageFlow): boolean {
  if (type?.k !== 'named') return false;
  return protocolOf(type.pkg === undefined ? flow.model.shape.underlying(type.name) : type) === handle;
}

/** A value that can hold an address at all. */
const mayHoldAddress = (type: Type | undefined): boolean => type === undefined || type.k === 'unknown' || type.k === 'pointer' || isUnsafePointer(type) || cTypeName(type) !== undefined || (type.k === 'named' && type.name === 'uintptr');

/** The memory that an assignment writes to. */
export function targetOf(at: Viewpoint, step: Step & { op: 'setField' | 'setDeref' | 'setIndex' }): PointerSource {
  const { base } = step;
  if (step.op !== 'setField' || !step.name.includes('.')) return pointerSource(at, base);
  const type = base.k === 'var' ? base.v.type : base.k === 'global' ? at.flow.model.shape.global(base.name) : undefined;
  const names = step.name.split('.');
  for (let i = names.length - 1; i > 0; i--) {
    const path = names.slice(0, i).join('.');
    const loaded = fieldType(at.flow.model.shape, type, path);
    if (loaded.k === 'pointer') return loadedFrom(at, base, path, loaded);
    if (loaded.k === 'unknown') return { k: 'unknown' };
  }
  return pointerSource(at, base);
}

function stored(at: Viewpoint, step: Step & { op: 'setField' | 'setDeref' | 'setIndex' }): RetainedPointer[] | undefined {
  const { src } = step;
  if (src.k !== 'var' || !mayHoldAddress(src.v.type)) return undefined;
  const pointer = pointerSource(at, src);
  // The elements of a slice in a field may be a view of C memory.
  if (pointer.k !== 'go' || (pointer.how === 'elements' && !pointer.certain) || isHandle(pointer.type, at.flow)) return undefined;
  const target = targetOf(at, step);
  // What an exported function writes to its caller's memory has a rule of its own.
  if (target.k !== 'c' || (at.exported && isParam(at, step.base)) || pinOf(at, src, pointer)) return undefined;
  const into = step.op === 'setField' ? `the C field \`${step.name.slice(step.name.lastIndexOf('.') + 1)}\`` : 'C memory';
  return [{ span: spanOf(src, step.span), how: 'stored', into, what: describe(pointer), certain: target.certain && pointer.certain, unpinned: false }];
}

/**
 * `&stream{ctx: C.context{info: unsafe.Pointer(&fn)}}`, `s.ctx.info = unsafe.Pointer(&fn)`: the struct for C is a part of a Go object that lives on,
 * and what C hands back is turned into a pointer to just this type.
 */
function carried(at: Viewpoint, step: Step & { op: 'composite' | 'setField' }): RetainedPointer[] {
  const found: { readonly src: Operand; readonly name: string }[] = [];
  if (step.op === 'setField') {
    const type = step.base.k === 'var' ? step.base.v.type : undefined;
    const cut = step.name.lastIndexOf('.');
    const inner = cut < 0 || type?.k !== 'pointer' || cTypeName(type.elem) !== undefined ? undefined : fieldType(at.flow.model.shape, type, step.name.slice(0, cut));
    if (cTypeName(inner) !== undefined) found.push({ src: step.src, name: step.name.slice(cut + 1) });
  } else if (cTypeName(step.type) === undefined && step.address) {
    for (const { src } of step.fields) {
      const inner = src.k === 'var' && src.v.kind === 'temp' ? onlyDefinition(at.ir, src.v) : undefined;
      if (inner?.op === 'composite' && cTypeName(inner.type) !== undefined) for (const field of inner.fields) if (field.name !== undefined) found.push({ src: field.src, name: field.name });
    }
  }
  return found.flatMap(({ src, name }) => {
    if (src.k !== 'var' || !isOpaque(src.v.type)) return [];
    const pointer = pointerSource(at, src);
    if (pointer.k !== 'go' || pointer.how === 'elements' || isHandle(pointer.type, at.flow) || pinOf(at, src, pointer)) return [];
    const key = typeKey(pointer.type);
    if (key === undefined || !userDataTypes(at.flow).has(key)) return [];
    return [{ span: spanOf(src, step.span), how: 'carried', into: `the C field \`${name}\``, what: describe(pointer), certain: false, unpinned: false }];
  });
}

const isParam = (at: Viewpoint, base: Operand): boolean => base.k === 'var' && at.ir.body.params.includes(base.v);

function given(at: Viewpoint, step: CallStep, name: string, arg: Operand, index: number): RetainedPointer | undefined {
  if (arg.k !== 'var' || !mayHoldAddress(arg.v.type)) return undefined;
  const keeps = whoKeeps(at, step, name, index);
  if (keeps === undefined) return undefined;
  // The names of C functions say at most that they keep something, and not even that where the type says what is pointed to.
  if (!keeps.certain && !(isOpaque(arg.v.type) && (keeps.hinted || keeps.names.some((one) => mayKeep(one) || mayRegister(one))))) return undefined;
  const pointer = pointerSource(at, arg);
  if (pointer.k !== 'go' || pointer.lasting || isHandle(pointer.type, at.flow)) return undefined;
  const pin = pinOf(at, arg, pointer);
  if (pin === 'held') return undefined;
  const base = { span: step.argSpans[index] ?? step.span, into: `C.${name}`, what: describe(pointer), unpinned: pin === 'given-up' };
  const key = typeKey(pointer.type);
  const comesBack = key !== undefined && userDataTypes(at.flow).has(key);
  // What Go holds as well lives on; only pinning is missing, which today's collector does not need for memory of the heap.
  if (keeps.contract && !comesBack && isKeptInGo(at, pointer)) return { ...base, how: 'alive', certain: false };
  if (keeps.certain) return { ...base, how: 'kept', certain: pointer.certain && !keeps.contract, ...(keeps.at ? { at: keeps.at } : {}) };
  if (pointer.how === 'elements' || waitsFor(at, step, pointer)) return undefined;
  const names = keeps.names.filter((one) => !mayWalk(one));
  // That C gives pointers to this type back says that it was given some. A type that other functions take as well, which keep nothing by
  // their names, is that of a callback which runs during the call.
  if (comesBack && keeps.hinted) return { ...base, how: 'registered', certain: false };
  if (comesBack && names.some(mayKeep) && (names.some(mayRegister) || !takenOtherwise(at.flow).has(key))) return { ...base, how: 'registered', certain: false };
  return (keeps.hinted || names.some(mayRegister)) && pointer.how === 'variable' ? { ...base, how: 'suspected', certain: false } : undefined;
}

/** Whether the function goes on only when C is done: it waits on the very object that it gave. */
function waitsFor(at: Viewpoint, step: CallStep, pointer: GoPointer): boolean {
  const { root } = pointer;
  if (root === undefined || root.kind !== 'local') return false;
  return [...stepsOf(at.ir.body)].some((other) => other.op === 'call' && other.span.start > step.span.end && other.callee.k === 'method' && /^(?:Lock|Wait)$/.test(other.callee.name) && other.args[0]?.k === 'var' && other.args[0].v === root);
}

/** Types of this package to which C functions get pointers that by their names keep nothing. */
function takenOtherwise(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('user data taken otherwise', () => new Set(flow.gather('user data taken otherwise', (fn) => (fn.decl.body ? takenBy(fn, flow) : []))));
}

function takenBy(fn: GoFunction, flow: PackageFlow): readonly string[] {
  return flow.askOf('user data taken', fn, (current) => {
    const at: Viewpoint = { flow, ir: flow.ir(current), exported: current.exported !== undefined };
    return bodiesOf(at.ir).flatMap((body) =>
      [...stepsOf(body)].flatMap((step) => {
        if (step.op !== 'call' || step.callee.k !== 'c' || mayKeep(step.callee.name)) return [];
        return step.args.flatMap((arg) => {
          const pointer = arg.k === 'var' && isOpaque(arg.v.type) ? pointerSource(at, arg) : undefined;
          const own = pointer?.k === 'go' && pointer.type?.k === 'named' && pointer.type.pkg === undefined && flow.model.typesNamed(pointer.type.name) !== undefined;
          return own ? (typeKey(pointer.type) ?? []) : [];
        });
      }),
    );
  });
}

/** A type that does not say what the pointer points to. */
const isOpaque = (type: Type | undefined): boolean => isUnsafePointer(type) || cTypeName(type) !== undefined || (type?.k === 'named' && type.name === 'uintptr');

/** What is known of a C function that may keep an argument: that it does, or the unseen functions whose names may say so. */
export interface Keeps {
  readonly certain: boolean;
  readonly names: readonly string[];
  /** A contract that nobody has checked says so. */
  readonly hinted?: boolean;
  /** By contract, not by a body in view. */
  readonly contract?: true;
  readonly at?: Place;
}

/** Whether a C function may keep any argument, by its body, a contract or its name. */
function mayKeepAny(name: string, { model: { c, contracts } }: PackageFlow): boolean {
  const summary = c.summary(name);
  if (summary) return summary.params.some(({ effect }) => effect === 'retains' || effect === 'unknown');
  return mayKeep(name) || mayRegister(name) || contracts.lookup(name)?.params?.some(isHold) === true || libcFunction(name)?.params.includes('k') === true;
}

const isHold = ({ effect }: ContractParam): boolean => effect === 'holds' || effect === 'userdata-held' || effect === 'takes';

/** Whether a C function keeps an argument; undefined when it does not, or when nothing may be said. */
export function whoKeeps(at: Viewpoint, step: CallStep, name: string, index: number): Keeps | undefined {
  const { c } = at.flow.model;
  const summary = c.summary(name);
  if (!summary) return c.isHidden(name) ? undefined : unseen(at.flow, [{ name, index }]);
  const param = summary.params[index];
  const unit = c.units[summary.unit];
  const seen = param?.handedOn.filter((one) => one.throughPointer === undefined) ?? [];
  if (param?.effect === 'unknown' && seen.length > 0) return unseen(at.flow, seen.map((one) => ({ name: one.callee, index: one.index })));
  if (param?.effect !== 'retains' || (param.keptDepth ?? deepestStore + 1) > deepestStore) return undefined;
  // C puts it into what another argument points to: whose memory that is, the caller shows.
  if (param.keptBehind && !param.keptBehind.some((behind) => step.args[behind] && pointerSource(at, step.args[behind]).k === 'c')) return undefined;
  return { certain: true, names: [], ...(param.at && unit ? { at: { unit, span: param.at } } : {}) };
}

/** The unseen functions that get the argument: contracts tell what they do, else their names may. */
function unseen(flow: PackageFlow, callees: readonly { readonly name: string; readonly index: number }[]): Keeps | undefined {
  const names: string[] = [];
  let hinted = false;
  for (const { name, index } of callees) {
    const contract = flow.model.contracts.lookup(name);
    const holds = contract?.params?.filter((param) => param.index === index && isHold(param));
    if (contract?.trusted && holds?.some(({ when }) => when === undefined)) return { certain: true, names: [name], contract: true };
    // A checked row says that it does not, or only under a condition. One that is not checked is no more than a hint.
    if (contract?.trusted) continue;
    if (holds !== undefined && holds.length > 0) hinted = true;
    const row = flow.model.c.function(name) ? undefined : libcFunction(name);
    if (row && libcParam(row, index) === 'k') return { certain: true, names: [name], contract: true };
    if (!row) names.push(name);
  }
  return names.length > 0 ? { certain: false, names, ...(hinted ? { hinted } : {}) } : undefined;
}

/** Whether Go keeps what C keeps as well: then it lives on, if not pinned. */
function isKeptInGo(at: Viewpoint, pointer: GoPointer): boolean {
  const { root } = pointer;
  if (root === undefined) return false;
  const is = (operand: Operand): boolean => {
    const found = origin(at.ir, operand);
    return operand.k === 'var' && (operand.v === root || (found.k === 'var' && found.v === root));
  };
  return bodiesOf(at.ir).some((body) =>
    [...stepsOf(body)].some((step) => {
      if (step.op === 'setField' || step.op === 'setIndex' || step.op === 'setGlobal') return is(step.src);
      if (step.op === 'call' && step.callee.k === 'pkg' && step.callee.pkg === 'runtime' && step.callee.name === 'KeepAlive') return step.args.some(is);
      return step.op === 'composite' && step.fields.some((field) => is(field.src));
    }),
  );
}

/** Words for what a pointer points to. */
export function describe(pointer: GoPointer): string {
  const name = pointer.root?.name;
  if (pointer.how === 'elements') return name === undefined ? 'Go memory' : `the elements of \`${name}${pointer.path === undefined ? '' : `.${pointer.path}`}\``;
  if (pointer.how === 'variable') return name === undefined ? 'a Go variable' : `the Go variable \`${name}\``;
  const type = pointer.type && pointer.type.k === 'named' ? ` of type ${typeText(pointer.type)}` : '';
  return name === undefined ? `a Go object${type}` : `the Go object \`${name}\``;
}
