/**
 * Pointers from C that are used before anything has looked whether they are nil. A test of the pointer, of another result of the call or of a
 * variable that the call has filled counts; so does a Go function that gets the pointer, unless it is seen to dereference it untested.
 */
import type { Span } from '../base/span.ts';
import { refusesNull } from '../semantics/c/libc.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { isUnsafePointer, ownTypeName } from '../semantics/types.ts';
import { cOwnedResults, documentsNull } from './c-knowledge.ts';
import { allocates, mayAllocate } from './c-names.ts';
import { originStep } from './definitions.ts';
import { condOperands } from './guards.ts';
import type { Block, CallStep, FuncBody, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { below, placeKey } from './place-key.ts';
import { nullWrapper } from './null-wrappers.ts';
import { bodiesOf, stepsOf, targetsOf } from './resource/function-info.ts';
import { type At, behind, isAbout, telltales } from './telltales.ts';

export interface UncheckedPointer {
  readonly callee: string;
  /** The call. */
  readonly span: Span;
  /**
   * `allocator`: documented or seen to return NULL. `documented`: so its library says of something that it lends. `named`: its name says that it makes something. `tested-later`: the function itself tests
   * the variable, but too late. `overwritten`: `p = realloc(p, n)`. `sentinel`: it is compared with nil, and another value means failure.
   */
  readonly why: 'allocator' | 'documented' | 'named' | 'tested-later' | 'overwritten' | 'sentinel';
  /** The value that means failure. */
  readonly sentinel?: string;
  /** The type of a Go object that leaves the function with the pointer, untested. */
  readonly wrapper?: string;
  /** The first use that needs memory; for `overwritten` the assignment. */
  readonly use: Span;
  readonly name?: string;
}

/** The unchecked pointers of a function. */
export function uncheckedPointers(fn: GoFunction, flow: PackageFlow): readonly UncheckedPointer[] {
  return flow.askOf('nil-checks', fn, (current) => {
    const ir = flow.ir(current);
    const found: UncheckedPointer[] = [];
    if (ir.opaque) return found;
    for (const body of bodiesOf(ir)) {
      let compared: readonly Var[] | undefined;
      for (const step of body.calls) {
        if (step.mode !== 'call' || step.callee.k !== 'c' || step.dsts.length === 0) continue;
        const one = ofCall(ir, body, (compared ??= comparedWithNil(body)), step, step.callee.name, flow);
        if (one) found.push(one);
      }
    }
    return found;
  });
}

function ofCall(ir: FuncIr, body: FuncBody, compared: readonly Var[], step: CallStep, callee: string, flow: PackageFlow): UncheckedPointer | undefined {
  const result = step.dsts[0];
  if (result === undefined || callee === 'malloc') return undefined;
  if (callee === 'realloc') {
    const over = overwrites(ir, step);
    if (over && !stopsWithout(body, aliasesOf(ir, result))) return { callee, span: step.span, why: 'overwritten', use: over.span, ...(over.name === undefined ? {} : { name: over.name }) };
  }
  // What is no pointer wherever it goes matters only where somebody compares it with nil.
  if (compared.length === 0 && !ir.traits.has('pointer copy') && !isPointer(result) && !documentsNull(flow.model, callee)) return undefined;
  const aliases = aliasesOf(ir, result);
  const sentinel = flow.model.c.function(callee) ? undefined : sentinels.get(callee);
  if (sentinel !== undefined) {
    const test = body.blocks.find(({ term }) => term.k === 'branch' && nilTested(term.cond).some((v) => aliases.has(v)));
    return test?.term.k === 'branch' && isOnlyTest(ir, body, test, aliases, telltales(ir, step)) ? { callee, span: test.term.span, why: 'sentinel', use: step.span, sentinel } : undefined;
  }
  const testedSomewhere = compared.some((v) => v.kind !== 'temp' && aliases.has(v));
  if (!testedSomewhere && ![...aliases].some(isPointer) && !documentsNull(flow.model, callee)) return undefined;
  const why = reason(callee, testedSomewhere, flow);
  if (why === undefined) return undefined;
  const start = behind(body, step);
  const told = telltales(ir, step);
  const name = [...aliases].find((v) => v.name !== undefined)?.name;
  const named = name === undefined ? {} : { name };
  // That memory may run out is no news where the pointer only goes to C.
  const uses = isMemory(callee, flow) ? undefined : { follows: (name: string, arg: number): boolean => followsNull(flow, name, arg), isOut: false };
  const use = firstUse(ir, body, start, result, told, flow, 0, uses);
  if (use) return { callee, span: step.span, why, use, ...named };
  // A name alone says too little of a pointer that is only kept, and that memory may run out is no news.
  const mayBeNull = (): boolean => !isMemory(callee, flow) && (documentsNull(flow.model, callee) || isTestedElsewhere(callee, flow));
  const wrapper = why !== 'tested-later' && mayBeNull() ? nullWrapper(ir, body, start, result, told, flow) : undefined;
  return wrapper && { callee, span: step.span, why, use: wrapper.use, wrapper: wrapper.type, ...named };
}

/** Functions that return a pointer which says by another value than NULL that they have failed. Sources: POSIX.1-2017 mmap, shmat, sem_open, iconv_open. */
const sentinels: ReadonlyMap<string, string> = new Map(Object.entries({ mmap: 'MAP_FAILED', shmat: '(void *)-1', sem_open: 'SEM_FAILED', iconv_open: '(iconv_t)-1' }));

/** Whether nothing but this test asks whether the call has worked. */
const isOnlyTest = (ir: FuncIr, body: FuncBody, test: Block, pointers: ReadonlySet<Var>, told: ReadonlySet<Var>): boolean =>
  body.blocks.every((block) => block === test || block.term.k !== 'branch' || !condOperands(block.term.cond).some((operand) => isAbout(ir, operand, pointers, told, 0)));

/** Plain memory, which is refused only when there is none left; also what a body in view allocates. */
const isMemory = (callee: string, { model }: PackageFlow): boolean => allocates(callee) || model.c.summary(callee) !== undefined || cOwnedResults(model, callee).some(({ outArg, deallocator }) => outArg === undefined && deallocator === 'free');

/** Whether another function of the package compares the result of that C function with nil. */
function isTestedElsewhere(callee: string, flow: PackageFlow): boolean {
  return flow.gather('tested results', (fn) => (mayTestResult(fn) ? flow.askOf('tested results', fn, (current) => testedResults(current, flow)) : [])).includes(callee);
}

const mayTestResult = ({ decl, top: { syntax } }: GoFunction): boolean => decl.body !== undefined && syntax.text.includes('nil') && syntax.text.includes('C.');

function testedResults(fn: GoFunction, flow: PackageFlow): readonly string[] {
  const ir = flow.ir(fn);
  const found: string[] = [];
  if (!ir.traits.has('branch') || !ir.traits.has('c call')) return found;
  for (const { blocks } of bodiesOf(ir)) {
    for (const { term } of blocks) {
      for (const v of term.k === 'branch' ? nilTested(term.cond) : []) {
        const step = originStep(ir, { k: 'var', v });
        if (step?.op === 'call' && step.callee.k === 'c') found.push(step.callee.name);
      }
    }
  }
  return found;
}

const isPointer = (v: Var): boolean => v.type?.k === 'pointer' || isUnsafePointer(v.type);

function reason(callee: string, testedSomewhere: boolean, flow: PackageFlow): UncheckedPointer['why'] | undefined {
  const { c } = flow.model;
  const owned = cOwnedResults(flow.model, callee).find((one) => one.index === 0 && one.outArg === undefined);
  if (owned) return owned.mayBeNil ? 'allocator' : undefined;
  const summary = c.summary(callee);
  // Of a borrowed pointer only the owner knows whether it can be NULL.
  if (summary) return summary.result.mayBeNull && testedSomewhere ? 'tested-later' : undefined;
  if (/^(?:CString|CBytes|Go\w+)$/.test(callee)) return undefined;
  if (testedSomewhere) return 'tested-later';
  if (documentsNull(flow.model, callee)) return 'documented';
  return mayAllocate(callee) ? 'named' : undefined;
}

/** The variables that are the pointer: copies and conversions of it. */
function aliasesOf(ir: FuncIr, result: Var): ReadonlySet<Var> {
  const set = new Set([result]);
  for (let size = 0; size !== set.size; ) {
    size = set.size;
    for (const { from, to } of ir.definitions.copies) if (set.has(from)) set.add(to);
  }
  return set;
}

/** The variables of a body that some branch compares with nil. */
function comparedWithNil({ blocks }: FuncBody): readonly Var[] {
  const found: Var[] = [];
  for (const { term } of blocks) {
    const [v] = term.k === 'branch' ? nilTested(term.cond) : nobody;
    if (v) found.push(v);
  }
  return found;
}

function nilTested(cond: (Block['term'] & { k: 'branch' })['cond']): readonly Var[] {
  if (cond.k !== 'eq') return nobody;
  const tested = isNil(cond.r) ? cond.l : isNil(cond.l) ? cond.r : undefined;
  return tested?.k === 'var' ? [tested.v] : nobody;
}

const isNil = (operand: Operand): boolean => operand.k === 'const' && operand.value === 'nil';

const nobody: readonly Var[] = [];

/** What counts as a use beside dereferences in Go. */
export interface Uses {
  /** Whether a C function, called now or deferred, follows the argument untested. A deferred call has its arguments already, and runs on the way out of the failure, too. */
  readonly follows: (callee: string, index: number) => boolean;
  /** The pointer is an out-parameter, which may be filled once more. */
  readonly isOut: boolean;
}

/** The first step on any path that needs the memory before the path has tested it. */
export function firstUse(ir: FuncIr, body: FuncBody, start: At, pointer: Var, telltale: ReadonlySet<Var>, flow: PackageFlow, depth = 0, uses?: Uses): Span | undefined {
  const seen = new Set<string>();
  const queue: (At & { readonly live: ReadonlySet<Var> })[] = [{ ...start, live: new Set([pointer]) }];
  let best: Span | undefined;
  while (queue.length > 0) {
    const from = queue.pop()!;
    const block = body.blocks[from.at]!;
    let live = from.live;
    const found = (() => {
      for (const step of block.steps.slice(from.index)) {
        const verdict = live.size > 0 ? look(ir, step, live, telltale, flow, depth, uses) : 'settled';
        if (verdict === 'settled') return true;
        if (verdict) {
          if (best === undefined || verdict.start < best.start) best = verdict;
          return true;
        }
        live = afterStep(step, live);
      }
      return false;
    })();
    if (found) continue;
    const { term } = block;
    if (term.k === 'branch') {
      if (condOperands(term.cond).some((operand) => isAbout(ir, operand, live, telltale, 0))) continue;
      push(term.yes);
      push(term.no);
    } else if (term.k === 'jump') push(term.to);
    else if (term.k === 'multi') term.to.forEach(push);

    function push(at: number): void {
      const key = `${at}:${[...live].map((v) => v.id).sort().join()}`;
      if (seen.has(key) || seen.size > 400) return;
      seen.add(key);
      queue.push({ at, index: 0, live });
    }
  }
  return best;
}

/** A variable that is set to something else is the pointer no more; one that is set to it is. */
function afterStep(step: Step, live: ReadonlySet<Var>): ReadonlySet<Var> {
  if (step.op === 'copy' && step.src.k === 'var' && live.has(step.src.v)) return live.has(step.dst) ? live : new Set([...live, step.dst]);
  const lost = targetsOf(step).filter((v) => live.has(v));
  return lost.length === 0 ? live : new Set([...live].filter((v) => !lost.includes(v)));
}

/** A dereference, or `settled` where the pointer goes to code that may look at it. */
function look(ir: FuncIr, step: Step, live: ReadonlySet<Var>, telltale: ReadonlySet<Var>, flow: PackageFlow, depth: number, uses?: Uses): Span | 'settled' | undefined {
  const is = (operand: Operand | undefined): boolean => operand?.k === 'var' && live.has(operand.v);
  switch (step.op) {
    case 'field':
    case 'deref':
    case 'index':
    case 'setField':
    case 'setDeref':
    case 'setIndex':
      return is(step.base) ? step.span : undefined;
    case 'addr':
      // It is filled once more.
      if (uses?.isOut && is(step.base) && step.path === '' && !step.indexed) return 'settled';
      return is(step.base) && (step.path !== '' || step.indexed) ? step.span : undefined;
    case 'slice':
      return is(step.base) && step.hi !== undefined ? step.span : undefined;
    case 'call': {
      // Whoever gets the result of the call may not come back when it says failure.
      if (uses?.isOut && step.mode === 'call' && step.callee.k !== 'c' && step.callee.k !== 'builtin' && step.args.some((arg) => isAbout(ir, arg, new Set(), telltale, 0))) return 'settled';
      const index = step.args.findIndex(is);
      if (index < 0) return undefined;
      if (step.mode !== 'go' && step.callee.k === 'c' && uses?.follows(step.callee.name, index)) return step.span;
      // What runs later may know more then.
      if (step.mode !== 'call') return undefined;
      if (step.callee.k === 'c') return undefined;
      // unsafe.Slice(nil, 0) is nil; with any other length it panics.
      if (step.callee.k === 'pkg' && step.callee.pkg === 'unsafe' && step.callee.name === 'Slice' && index === 0) {
        return step.args[1] && isAbout(ir, step.args[1], live, telltale, 0) ? 'settled' : step.span;
      }
      if (step.callee.k === 'pkg') return 'settled';
      return helperUses(ir, step, index, flow, depth) ? step.span : 'settled';
    }
    default:
      return undefined;
  }
}

/** Whether a C function follows the pointer whatever it is: its body in view does, or the C library's documentation forbids NULL. */
function followsNull({ model: { c } }: PackageFlow, name: string, index: number): boolean {
  const summary = c.summary(name);
  return summary ? summary.params[index]?.followed === true : c.function(name) === undefined && refusesNull(name, index);
}

/** Whether every variant of a Go helper dereferences the argument untested. */
function helperUses(ir: FuncIr, step: CallStep, index: number, flow: PackageFlow, depth: number): boolean {
  const { callee } = step;
  if (depth > 0 || (callee.k !== 'go' && callee.k !== 'method')) return false;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k === 'method' && recv === undefined) return false;
  const { fns, strip } = flow.targets({ name: callee.name, ...(recv === undefined ? {} : { recv }) });
  if (strip !== '' || fns.length === 0) return false;
  return fns.every((fn) => {
    if (!fn.decl.sig) return false;
    const inner = flow.ir(fn);
    const param = inner.body.params[index];
    if (inner === ir || inner.opaque || param === undefined || (inner.variadic && index >= inner.body.params.length - 1)) return false;
    return firstUse(inner, inner.body, { at: 0, index: 0 }, param, new Set(), flow, depth + 1) !== undefined;
  });
}

/** `p = realloc(p, n)`: the only pointer to the old block is gone when it fails. */
function overwrites(ir: FuncIr, step: CallStep): { readonly span: Span; readonly name?: string } | undefined {
  const old = placeKey(ir, step.args[0]);
  if (old === undefined || old === 'nil' || step.dsts[0] === undefined) return undefined;
  // Only what the expression itself makes of the result: a variable in between may be tested first.
  const direct = new Set([step.dsts[0]]);
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      if (!('src' in other) || other.src.k !== 'var' || !direct.has(other.src.v)) continue;
      if (other.op === 'copy' && other.dst.kind === 'temp') direct.add(other.dst);
      else if (other.op === 'copy' && `v${other.dst.id}` === old) return { span: other.stmt, ...(other.dst.name === undefined ? {} : { name: other.dst.name }) };
      else if (other.op === 'setField' && below(placeKey(ir, other.base), other.name) === old) return { span: other.stmt, name: other.name };
      else if (other.op === 'setGlobal' && other.name === old) return { span: other.stmt, name: other.name };
    }
  }
  return undefined;
}

/** Whether a program that gets nil here ends: then nothing is lost. */
function stopsWithout(body: FuncBody, aliases: ReadonlySet<Var>): boolean {
  return body.blocks.some(({ term }) => term.k === 'branch' && nilTested(term.cond).some((v) => aliases.has(v)) && body.blocks[term.yes]!.term.k === 'stop');
}
