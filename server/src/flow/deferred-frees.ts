/**
 * Deferred releases and what they captured: a deferred call gets its arguments when the defer statement runs, not when the call does, and
 * it runs when the function returns, not when the iteration ends. Source: Go specification, "Defer statements".
 */
import { contains, type Span } from '../base/span.ts';
import { isScalar } from '../semantics/c-view.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isCPointer, ownTypeName, type Type } from '../semantics/types.ts';
import { mayRelease } from './c-names.ts';
import { onlyDefinition, origin, originStep } from './definitions.ts';
import { reachableFrom, successors } from './graph.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { Knowledge } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';
import { effectOf } from './resource/effect.ts';
import { Explorer } from './resource/explore.ts';
import { bodiesOf, operandsOf, stepsOf, targetsOf } from './resource/function-info.ts';

/** A call that may release what a variable holds, at the place where it is written. */
export interface WrittenRelease {
  readonly body: FuncBody;
  readonly block: number;
  readonly index: number;
  readonly step: CallStep;
  readonly v: Var;
}

/** A deferred release that captured a value which is not the one to release. */
export interface EarlyDefer {
  /** The defer statement. */
  readonly stmt: Span;
  /** The call in it. */
  readonly call: Span;
  readonly callee: string;
  readonly name: string;
  /** `nil`: there is nothing to release yet. `replaced`: the variable gets other memory afterwards, which is never released. */
  readonly captured: 'nil' | 'replaced';
  /** Where the variable gets the value that the deferred call does not see. */
  readonly later: Span;
  /** Every value that it gets afterwards is memory that this release fits, so that a closure that reads it late would be right. */
  readonly fits: boolean;
  /** Whose memory the variable gets afterwards: the function's, which leaks, or somebody else's, so that nothing is lost. */
  readonly owner: 'owned' | 'lent' | 'unknown';
  /** The allocations that leak for this reason, which is told by this fact and by nothing else. */
  readonly covers: readonly Span[];
}

/** The deferred releases of a function that run with a value from before the one they are meant for. */
export function earlyDefers(fn: GoFunction, flow: PackageFlow): readonly EarlyDefer[] {
  if (!flow.ir(fn).traits.has('defer')) return [];
  return flow.askOf('early defers', fn, (current) => {
    const ir = flow.ir(current);
    if (ir.opaque || (!defersWhatIsSetLater(ir) && flow.resources(current).leaks.length === 0)) return [];
    const releases = writtenReleases(ir, current, flow.knowledge);
    return releases.flatMap((release): EarlyDefer[] => {
      if (release.step.mode !== 'defer') return [];
      // Somebody else releases it as well: the deferred call may be of no use, but nothing is lost.
      if (releases.some((other) => other.v === release.v && other.step !== release.step)) return [];
      const found = capturedNil(ir, release, current, flow) ?? replacedLater(ir, release, current, flow);
      return found ? [found] : [];
    });
  });
}

/** Whether a deferred call gets a variable that may have another value later: one that is set more than once, or from elsewhere. */
function defersWhatIsSetLater(ir: FuncIr): boolean {
  const isSetLater = (v: Var | undefined): boolean => v !== undefined && (v.kind === 'result' || ir.definitions.addressed.has(v) || (ir.definitions.of.get(v)?.length ?? 0) > 1);
  return bodiesOf(ir).some(({ calls }) => calls.some(({ mode, args }) => mode === 'defer' && args.some((arg) => isSetLater(namedVar(ir, arg)))));
}

/** Every call that may release a variable's value, deferred or not. */
export function writtenReleases(ir: FuncIr, fn: GoFunction, knowledge: Knowledge): WrittenRelease[] {
  const out: WrittenRelease[] = [];
  for (const body of bodiesOf(ir)) {
    body.blocks.forEach((block, at) => {
      block.steps.forEach((step, index) => {
        if (step.op !== 'call') return;
        for (const v of releasedVars(ir, step, fn, knowledge)) out.push({ body, block: at, index, step, v });
      });
    });
  }
  return out;
}

function releasedVars(ir: FuncIr, step: CallStep, fn: GoFunction, knowledge: Knowledge): Var[] {
  const { callee } = step;
  return step.args.flatMap((arg, i): Var[] => {
    const v = namedVar(ir, arg);
    if (v === undefined) return [];
    switch (callee.k) {
      case 'c': {
        // It gives new memory for the old one.
        if (callee.name === 'realloc') return [];
        const effect = knowledge.cArg(callee.name, i);
        return (effect ? effect.releases !== 'never' : mayRelease(callee.name)) && holdsMemory(v.type) ? [v] : [];
      }
      case 'go':
      case 'method': {
        const recv = callee.k === 'method' ? (ownTypeName(callee.recvType) ?? '?') : undefined;
        const releases = pathsOf(v.type).some((path) => (knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, path)?.releases ?? 'never') !== 'never');
        return releases ? [v] : [];
      }
      case 'value': {
        const literal = callee.fn.k === 'closure' ? callee.fn.fn : undefined;
        const param = literal?.params[i];
        if (!literal || !param) return [];
        const releases = pathsOf(v.type).some((path) => effectOf(new Explorer(ir, fn.top.syntax, knowledge).run(literal, new Map([[`${param.id}${path}`, 'same']]))).releases !== 'never');
        return releases ? [v] : [];
      }
      default:
        return [];
    }
  });
}

/** Where the memory is below a value of the type: the pointer itself, or the elements of a slice of pointers. */
function pathsOf(type: Type | undefined): readonly string[] {
  if (isCPointer(type)) return [''];
  return type?.k === 'slice' && isCPointer(type.elem) ? ['[]'] : [];
}

/** C pointers, and C types whose declaration may be a pointer that nobody sees. */
const holdsMemory = (type: Type | undefined): boolean => isCPointer(type) || (cTypeName(type) !== undefined && !isScalar(cTypeName(type)!));

/** The variable whose value an operand is, conversions aside. */
export function namedVar(ir: FuncIr, operand: Operand): Var | undefined {
  let at = operand;
  for (let i = 0; i < 16 && at.k === 'var'; i++) {
    if (at.v.kind !== 'temp') return at.v;
    const step = onlyDefinition(ir, at.v);
    if (step?.op !== 'copy') return undefined;
    at = step.src;
  }
  return undefined;
}

function capturedNil(ir: FuncIr, release: WrittenRelease, fn: GoFunction, flow: PackageFlow): EarlyDefer | undefined {
  const { v, body } = release;
  if (v.kind === 'param' || v.kind === 'receiver' || valueAt(ir, release) !== empty) return undefined;
  const later = stepsAfter(release).filter((step) => gives(ir, step, v));
  const first = later[0];
  if (first === undefined || body.captures.has(v)) return undefined;
  const freed = release.step.callee.k === 'c' ? release.step.callee.name : undefined;
  const leaks = flow.resources(fn).leaks.filter(({ site }) => site.holder?.id === v.id || (site.owned.outArg !== undefined && later.some((step) => step.op === 'addr' && contains(site.span, step.span))) || later.some((step) => step.op !== 'addr' && contains(step.stmt, site.span)));
  const owner = leaks.length > 0 || later.some((step) => isOwnedValue(ir, step, flow.knowledge, undefined)) ? 'owned' : later.every((step) => isLentValue(ir, step, flow)) ? 'lent' : 'unknown';
  return { ...subject(release), captured: 'nil', owner, later: first.span, fits: freed === 'free' && later.every((step) => isOwnedValue(ir, step, flow.knowledge)), covers: leaks.map(({ site }) => site.span) };
}

/** A leak of memory that the variable got after the deferred call had captured the earlier value. */
function replacedLater(ir: FuncIr, release: WrittenRelease, fn: GoFunction, flow: PackageFlow): EarlyDefer | undefined {
  const { v } = release;
  const after = stepsAfter(release);
  // `buf = tmp`, where tmp was checked first.
  const reaches = (holder: number | undefined): boolean => holder === v.id || after.some((step) => step.op === 'copy' && step.dst === v && step.src.k === 'var' && step.src.v.id === holder);
  const leaks = flow.resources(fn).leaks.filter(({ site }) => reaches(site.holder?.id) && after.some((step) => step.op === 'call' && step.span.start === site.span.start && step.span.end === site.span.end));
  const site = leaks[0]?.site;
  if (!site || valueAt(ir, release) === empty) return undefined;
  return { ...subject(release), captured: 'replaced', owner: 'owned', later: site.span, fits: leaks.every((leak) => leak.site.owned.allocator === 'realloc'), covers: leaks.map((leak) => leak.site.span) };
}

function subject({ step, v }: WrittenRelease): Pick<EarlyDefer, 'stmt' | 'call' | 'callee' | 'name'> {
  const { callee } = step;
  return { stmt: step.stmt, call: step.span, callee: callee.k === 'value' ? 'the literal' : callee.k === 'c' ? `C.${callee.name}` : callee.name, name: v.name ?? '_' };
}

const empty = 1;
const filled = 2;

/** What the variable may hold when the release is reached: `empty` and `filled` are bits. */
function valueAt(ir: FuncIr, { body, block, index, v }: WrittenRelease): number {
  const into = new Map<number, number>([[0, v.kind === 'result' ? empty : filled]]);
  const queue = [0];
  let found = 0;
  while (queue.length > 0) {
    const at = queue.pop()!;
    let value = into.get(at)!;
    for (const [i, step] of body.blocks[at]!.steps.entries()) {
      if (at === block && i === index) found |= value;
      value = valueAfter(ir, step, v, value);
    }
    for (const to of successors(body.blocks[at]!)) {
      const joined = (into.get(to) ?? 0) | value;
      if (joined === into.get(to)) continue;
      into.set(to, joined);
      queue.push(to);
    }
  }
  return found;
}

function valueAfter(ir: FuncIr, step: Step, v: Var, before: number): number {
  // Whoever has its address, or a literal that may run at any time, can fill it.
  if (gives(ir, step, v) || operandsOf(step).some((operand) => operand.k === 'closure' && operand.fn.captures.has(v) && isSetIn(ir, operand.fn, v))) return filled;
  return targetsOf(step).includes(v) ? empty : before;
}

const isSetIn = (ir: FuncIr, fn: FuncBody, v: Var): boolean => [...stepsOf(fn)].some((step) => targetsOf(step).includes(v) || gives(ir, step, v));

/** Whether a step gives the variable a value that is not the zero value, or its address to somebody who may. */
function gives(ir: FuncIr, step: Step, v: Var): boolean {
  if (step.op === 'addr') return step.path === '' && !step.indexed && step.base.k === 'var' && step.base.v === v;
  return targetsOf(step).includes(v) && !(step.op === 'copy' && isZero(origin(ir, step.src), v));
}

/** nil, or the zero value of a C type with which a variable is declared. */
const isZero = (src: Operand, v: Var): boolean => (src.k === 'const' && src.value === 'nil') || (src.k === 'unknown' && cTypeName(v.type) !== undefined);

/** The memory that a step gives a variable is to be released, by free() or by whatever function. */
function isOwnedValue(ir: FuncIr, step: Step, knowledge: Knowledge, deallocator: string | undefined = 'free'): boolean {
  if (step.op === 'addr') return isFilledWithOwned(ir, step.dst, knowledge, deallocator);
  if (step.op !== 'copy') return false;
  let at = step.src;
  for (let i = 0; i < 16 && at.k === 'var'; i++) {
    const definition = onlyDefinition(ir, at.v);
    if (definition?.op === 'call') return definition.callee.k === 'c' && knowledge.cOwned(definition.callee.name).some((owned) => owned.outArg === undefined && owned.ifNull === undefined && (deallocator === undefined || owned.deallocator === deallocator));
    if (definition?.op !== 'copy') return false;
    at = definition.src;
  }
  return false;
}

/** The address goes to a C function that is known to store memory for its caller there. */
function isFilledWithOwned(ir: FuncIr, address: Var, knowledge: Knowledge, deallocator: string | undefined): boolean {
  const users = usersOf(ir, address);
  return users.some((step) => step.op === 'call') && users.every((step) => step.op === 'copy' || (step.op === 'call' && step.callee.k === 'c' && fills(ir, step, step.callee.name, address, knowledge, deallocator)));
}

const usersOf = (ir: FuncIr, address: Var): Step[] => bodiesOf(ir).flatMap((body) => stepsOf(body).filter((step) => operandsOf(step).some((operand) => sameVar(origin(ir, operand), address))));

const fills = (ir: FuncIr, step: CallStep, name: string, address: Var, knowledge: Knowledge, deallocator: string | undefined): boolean =>
  knowledge.cOwned(name).some((owned) => owned.outArg !== undefined && (deallocator === undefined || owned.deallocator === deallocator) && step.args[owned.outArg] !== undefined && sameVar(origin(ir, step.args[owned.outArg]!), address));

const sameVar = (operand: Operand, v: Var): boolean => operand.k === 'var' && operand.v === v;

/** The memory belongs to somebody else: it was read from an object, or a contract says that C only lends it. */
function isLentValue(ir: FuncIr, step: Step, flow: PackageFlow): boolean {
  const lends = (name: string, arg: number | undefined): boolean => {
    const contract = flow.model.contracts.lookup(name);
    if (contract?.trusted !== true) return false;
    return arg === undefined ? contract.returns !== 'owned' && contract.returns !== 'value' : contract.params?.some(({ index, effect }) => index === arg && effect === 'out-borrowed') === true;
  };
  if (step.op === 'addr') {
    const calls = usersOf(ir, step.dst).filter((user) => user.op !== 'copy');
    return calls.length > 0 && calls.every((user) => user.op === 'call' && user.callee.k === 'c' && lends(user.callee.name, user.args.findIndex((arg) => sameVar(origin(ir, arg), step.dst))));
  }
  const made = step.op === 'copy' ? originStep(ir, step.src) : step;
  if (made?.op === 'call') return made.callee.k === 'c' && lends(made.callee.name, undefined);
  return made?.op === 'field' || made?.op === 'index' || made?.op === 'deref' || made?.op === 'range';
}

/** Every step that may run after the release was reached, those of the next round of a loop included. */
function stepsAfter({ body, block, index }: WrittenRelease): Step[] {
  const out = body.blocks[block]!.steps.slice(index + 1);
  const own = reachableFrom(body, block);
  for (const at of [...own].sort((a, b) => a - b)) out.push(...(at === block ? body.blocks[at]!.steps.slice(0, index) : body.blocks[at]!.steps));
  return out;
}
