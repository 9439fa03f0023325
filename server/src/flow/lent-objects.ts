/** Memory that a C function only lends, put into an object of Go that will release it: by its finalizer, or because a flag says that it owns. */
import type { Span } from '../base/span.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { ownTypeName } from '../semantics/types.ts';
import { definitions, origin } from './definitions.ts';
import { mayCount } from './c-names.ts';
import { finalizers, isFinalizerFunction } from './finalizers.ts';
import { isCounted, lenderOf, lends } from './invalid-frees.ts';
import type { CallStep, CompositeStep, FuncIr, Operand, Var } from './ir.ts';
import type { Place } from './knowledge.ts';
import { keepers } from './liveness.ts';
import type { PackageFlow } from './package-flow.ts';
import { Explorer } from './resource/explore.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface LentObject {
  /** The object, or the argument of the function that makes it. */
  readonly span: Span;
  /** The C function that lends; the parameter, where it is the C code that calls this exported function. */
  readonly lender: string;
  readonly how: 'result' | 'parameter';
  readonly source: Span;
  readonly type: string;
  readonly field: string;
  /** The method that releases the field. */
  readonly method: string;
  readonly released: Place;
}

/** Where a function makes such objects, itself or by a function of the package. */
export function lentObjects(fn: GoFunction, flow: PackageFlow): readonly LentObject[] {
  // Lent is what some call of C returns, or what C passes to an exported function.
  if (fn.exported === undefined && ![...flow.ir(fn).cFunctions].some((name) => lends(name, flow) !== undefined)) return [];
  return flow.askOf('lent objects', fn, (current) => {
    const ir = flow.ir(current);
    const out: LentObject[] = [];
    if (ir.opaque) return out;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        const values = step.op === 'composite' ? step.fields.map(({ src }) => src) : step.op === 'call' && isHelper(step) ? step.args : [];
        for (const [i, value] of values.entries()) {
          const lender = lenderAt(current, ir, value, flow);
          if (lender) out.push(...(step.op === 'composite' ? written(current, ir, step, i, lender, flow) : step.op === 'call' ? given(current, ir, step, i, lender, flow) : []));
        }
      }
    }
    return out;
  });
}

/** A call of what may be a function of the package. */
const isHelper = ({ mode, callee }: CallStep): boolean => mode === 'call' && (callee.k === 'go' || (callee.k === 'method' && ownTypeName(callee.recvType) !== undefined));

/** The object is made here. */
function written(fn: GoFunction, ir: FuncIr, step: CompositeStep, field: number, lender: Lender, flow: PackageFlow): LentObject[] {
  return isChanged(ir, step.dst) || countsItself(ir, step.dst, flow) ? [] : judge(step, field, step.span, lender, [fn], flow);
}

/** The function that is called makes it. */
function given(fn: GoFunction, ir: FuncIr, step: CallStep, arg: number, lender: Lender, flow: PackageFlow): LentObject[] {
  const { callee } = step;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  const { fns } = callee.k === 'go' || callee.k === 'method' ? flow.targets({ ...(recv !== undefined ? { recv } : {}), name: callee.name }) : { fns: [] };
  // Of several variants nobody knows which one is built.
  const [maker] = fns.length === 1 ? fns : [];
  const inner = maker && flow.ir(maker);
  const param = inner?.body.params[arg];
  const composite = inner && param ? objectOf(inner, param) : undefined;
  const object = step.dsts[0];
  if (maker === undefined || composite === undefined || object === undefined || isChanged(ir, object) || countsItself(ir, object, flow)) return [];
  return judge(composite.step, composite.field, step.argSpans[arg] ?? step.span, lender, [fn, maker], flow);
}

interface Lender {
  readonly name: string;
  readonly span: Span;
  readonly how: LentObject['how'];
}

/** Who lends a value: a C function that returns it, or the C code that passes it to this exported function, and nobody counts a reference. */
function lenderAt(fn: GoFunction, ir: FuncIr, value: Operand, flow: PackageFlow): Lender | undefined {
  const found = lenderOf(ir, value, flow);
  if (found) return isCounted(ir, value) ? undefined : { name: `C.${found.name}`, span: found.span, how: 'result' };
  const at = fn.exported !== undefined ? origin(ir, value) : undefined;
  if (fn.exported === undefined || at?.k !== 'var' || at.v.kind !== 'param' || at.v.name === undefined || isCounted(ir, value)) return undefined;
  // A caller in view may hand over what it has made; and whoever counts keeps a reference of its own.
  if (flow.model.c.callersOf(fn.exported).length > 0 || (definitions(ir).of.get(at.v) ?? []).length > 0) return undefined;
  const counts = bodiesOf(ir).some((body) => body.calls.some((step) => step.callee.k === 'c' && mayCount(step.callee.name)));
  return counts ? undefined : { name: at.v.name, span: at.v.span, how: 'parameter' };
}

/** A field of the object is set after it was made: a mark, maybe, that it owns nothing. */
function isChanged(ir: FuncIr, object: Var): boolean {
  const is = (operand: Operand): boolean => {
    const at = origin(ir, operand);
    return (operand.k === 'var' && operand.v === object) || (at.k === 'var' && at.v === object);
  };
  return bodiesOf(ir).some((body) => stepsOf(body).some((step) => step.op === 'setField' && is(step.base)));
}

/** A method of the object takes a reference of its own: that one may be released. */
function countsItself(ir: FuncIr, object: Var, flow: PackageFlow): boolean {
  const same = keepers(ir, object);
  const counts = ({ callee, args }: CallStep): boolean => {
    const recv = callee.k === 'method' && args[0]?.k === 'var' && same.has(args[0].v) ? ownTypeName(callee.recvType) : undefined;
    return callee.k === 'method' && recv !== undefined && flow.targets({ recv, name: callee.name }).fns.some((fn) => flow.ir(fn).body.calls.some((inner) => inner.callee.k === 'c' && mayCount(inner.callee.name)));
  };
  return bodiesOf(ir).some((body) => body.calls.some(counts));
}

/** The one object that a function puts its parameter into and returns. */
function objectOf(ir: FuncIr, param: Var): { readonly step: CompositeStep; readonly field: number } | undefined {
  if (ir.opaque) return undefined;
  const returned = new Set(ir.body.blocks.flatMap(({ term }) => (term.k === 'return' ? term.values.map((value) => origin(ir, value)) : [])).flatMap((value) => (value.k === 'var' ? [value.v] : [])));
  const found = stepsOf(ir.body).flatMap((step) => {
    if (step.op !== 'composite' || !returned.has(step.dst)) return [];
    const field = step.fields.findIndex(({ src }) => {
      const at = origin(ir, src);
      return at.k === 'var' && at.v === param;
    });
    return field < 0 || isChanged(ir, step.dst) ? [] : [{ step, field }];
  });
  return found.length === 1 ? found[0] : undefined;
}

function judge(step: CompositeStep, index: number, span: Span, lender: Lender, makers: readonly GoFunction[], flow: PackageFlow): LentObject[] {
  const type = step.type.k === 'named' ? ownTypeName(step.type) : undefined;
  const declared = type === undefined ? undefined : flow.model.shape.fields(type);
  if (type === undefined || declared === undefined) return [];
  const nameAt = (i: number): string | undefined => step.fields[i]?.name ?? declared[i]?.name;
  const field = nameAt(index);
  if (field === undefined) return [];
  // What is not written is false; what is no constant may be anything.
  const flags = new Map<string, boolean | undefined>(declared.filter(({ type: of }) => of.k === 'named' && of.name === 'bool' && of.pkg === undefined).map(({ name }) => [name, false]));
  step.fields.forEach(({ src }, i) => {
    const name = nameAt(i);
    if (name !== undefined && flags.has(name)) flags.set(name, src.k === 'const' && (src.value === 'true' || src.value === 'false') ? src.value === 'true' : undefined);
  });
  if ([...flags.values()].includes(undefined)) return [];
  // An object that belongs to another one says so by a pointer to it: what may be set is taken for set.
  const owners = declared.filter(({ name }) => name !== field && !flags.has(name)).flatMap(({ name }): string[] => {
    const at = step.fields.findIndex((_, i) => nameAt(i) === name);
    const src = step.fields[at]?.src;
    return src === undefined || (src.k === 'const' && src.value === 'nil') ? [] : [name];
  });
  const releaser = (marks: ReadonlyMap<string, boolean | undefined>): ReturnType<typeof releaserOf> =>
    flow.askAbout('releaser', `${type}.${field}:${[...marks].map(([name, value]) => `${name}=${value}`).join()}:${owners.join()}`, () => releaserOf(type, field, marks, owners, flow));
  const found = releaser(flags);
  // A method that somebody may call is no release yet: wrappers of one type around what is lent and what is owned are common.
  const isFinalized = makers.some((fn) => finalizers(fn, flow).some((fact) => fact.type === type));
  const isMarked = (): boolean => flags.size > 0 && releaser(new Map([...flags].map(([name, value]) => [name, !value]))) === undefined;
  return found && (isFinalized || isMarked()) ? [{ span, lender: lender.name, how: lender.how, source: lender.span, type, field, ...found }] : [];
}

/** A method for everybody, or a finalizer, that releases the field of an object whose flags are these, and whose fields named in `set` are not nil. */
function releaserOf(type: string, field: string, flags: ReadonlyMap<string, boolean | undefined>, set: readonly string[], flow: PackageFlow): Pick<LentObject, 'method' | 'released'> | undefined {
  for (const fn of flow.functionsWhere(`methods of ${type}`, ({ recv }) => recv === type)) {
    if (!/^\p{Lu}/u.test(fn.name) && !isFinalizerFunction(functionKey(fn), flow)) continue;
    const ir = flow.ir(fn);
    const object = ir.body.params[0];
    if (ir.opaque || object === undefined || ir.body.params.length > 1) continue;
    const facts = new Map([...flags].flatMap(([name, value]): [string, boolean][] => (value === undefined ? [] : [[`v${object.id}.${name}`, value]])));
    for (const name of set) facts.set(`v${object.id}.${name}==nil`, false);
    const trail = new Explorer(ir, fn.top.syntax, flow.knowledge).run(ir.body, new Map([[`${object.id}.${field}`, 'same']]), facts);
    if (trail.certainlyReleased && !trail.exhausted && !trail.maybeReleased) return { method: fn.name, released: trail.certainlyReleased };
  }
  return undefined;
}
