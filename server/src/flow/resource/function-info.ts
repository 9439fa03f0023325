/** Facts about a function that hold on every path and that the path exploration looks up: closures by variable, what branches compare. */
import type { Type } from '../../semantics/types.ts';
import type { Cond, FuncBody, FuncIr, Operand, Step, Var } from '../ir.ts';

export interface FunctionInfo {
  /** Variables that only ever hold this one literal. */
  readonly closures: ReadonlyMap<Var, FuncBody>;
  /** Temporaries that are a converted constant or name: `C.int(ErrAgain)`. */
  readonly named: ReadonlyMap<Var, Operand>;
  /** Literals that are neither called nor deferred where they stand: they may run at any time. */
  readonly loose: readonly FuncBody[];
  /** Keys of conditions that are worth remembering: tested twice, or tested after a constant was assigned. */
  readonly remembered: ReadonlySet<string>;
  /** Variables whose value such a condition depends on, copies included. */
  readonly tracked: ReadonlySet<Var>;
  /** Text of a temporary that always means the same as long as its variables keep their values: `len(v3)`, `v3.flag`. */
  readonly pure: ReadonlyMap<Var, string>;
  /** Temporaries that are the address of a place: `&p` → `7`, `&h.ptr` → `3.ptr`. */
  readonly addresses: ReadonlyMap<Var, string>;
  /** Temporaries that are the address of an element of an array or slice: `&a[0]` → `7[]`. */
  readonly elements: ReadonlyMap<Var, string>;
  /** Variables that hold an object made in this function: a struct value, `&T{}`, `new(T)`. What they hold dies with them. */
  readonly locals: ReadonlySet<Var>;
}

export const bodiesOf = (ir: FuncIr): readonly FuncBody[] => ir.bodies;

export const stepsOf = (body: FuncBody): readonly Step[] => body.steps;

const infos = new WeakMap<FuncIr, FunctionInfo>();

export function functionInfo(ir: FuncIr): FunctionInfo {
  const known = infos.get(ir);
  if (known) return known;
  const made = compute(ir);
  infos.set(ir, made);
  return made;
}

/** The operands a step reads, its callee's included. */
export function operandsOf(step: Step): readonly Operand[] {
  switch (step.op) {
    case 'copy':
    case 'assert':
    case 'send':
    case 'use':
    case 'setGlobal':
      return [step.src];
    case 'field':
    case 'deref':
    case 'addr':
    case 'range':
      return [step.base];
    case 'index':
      return [step.base, step.index];
    case 'slice':
      return step.hi ? [step.base, step.hi] : [step.base];
    case 'setField':
    case 'setDeref':
      return [step.base, step.src];
    case 'setIndex':
      return step.key ? [step.base, step.key, step.src] : [step.base, step.src];
    case 'composite':
      return step.fields.map((field) => field.src);
    case 'binary':
      return [step.l, step.r];
    case 'call':
      return step.callee.k === 'value' ? [step.callee.fn, ...step.args] : step.args;
    case 'havoc':
      return [];
  }
}

/** The variables a step sets. */
export function targetsOf(step: Step): readonly Var[] {
  if (step.op === 'call' || step.op === 'range') return step.dsts;
  return 'dst' in step ? [step.dst] : [];
}

function compute(ir: FuncIr): FunctionInfo {
  // By the number of the variable: how often it is set; whether it holds an object of this function (1), or something else as well (-1).
  const assigned = new Int32Array(ir.vars.length);
  const locals = new Int8Array(ir.vars.length);
  const candidate = new Map<Var, FuncBody>();
  const hasLiterals = ir.literals.length > 0;
  const branches = bodiesOf(ir).some((body) => body.blocks.length > 1);
  const constants = new Set<Var>();
  const pure = new Map<Var, string>();
  const addresses = new Map<Var, string>();
  const elements = new Map<Var, string>();
  const named = new Map<Var, Operand>();
  const measured = new Map<Var, { readonly of: Var; readonly key: string }>();
  const reached = new Map<Var, number>();
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      for (const v of targetsOf(step)) {
        assigned[v.id]!++;
        locals[v.id] = locals[v.id] !== -1 && makesLocal(step, locals) ? 1 : -1;
      }
      const through = branches ? reachedThrough(step) : undefined;
      if (through && !reached.has(through)) reached.set(through, step.span.start);
      if (step.op === 'addr' && step.base.k === 'var' && !step.indexed) addresses.set(step.dst, `${step.base.v.id}${step.path === '' ? '' : `.${step.path}`}`);
      if (step.op === 'addr' && step.base.k === 'var' && step.indexed && step.path === '') elements.set(step.dst, `${step.base.v.id}[]`);
      if (step.op === 'copy') {
        const element = step.src.k === 'var' && step.dst.kind === 'temp' ? elements.get(step.src.v) : undefined;
        if (element !== undefined) elements.set(step.dst, element);
        if (step.dst.kind === 'temp' && (step.src.k === 'c' || step.src.k === 'global' || step.src.k === 'const')) named.set(step.dst, step.src);
        const address = step.src.k === 'var' && step.dst.kind === 'temp' ? addresses.get(step.src.v) : undefined;
        if (address !== undefined) addresses.set(step.dst, address);
        // `var f func()` followed by one assignment is one literal as well.
        if (step.src.k === 'closure') candidate.set(step.dst, step.src.fn);
        else if (step.src.k === 'const' || step.src.k === 'c') {
          constants.add(step.dst);
          if (step.src.k === 'const' && step.src.value === 'nil') assigned[step.dst.id]!--;
        }
      }
      if (branches && step.op === 'field' && step.base.k === 'var') pure.set(step.dst, `${keyOf(step.base, pure) ?? '?'}.${step.name}`);
      if (branches && step.op === 'call' && step.callee.k === 'builtin' && (step.callee.name === 'len' || step.callee.name === 'cap') && step.dsts[0]) {
        const key = `${step.callee.name}(${keyOf(step.args[0], pure) ?? '?'})`;
        pure.set(step.dsts[0], key);
        if (step.args[0]?.k === 'var') measured.set(step.dsts[0], { of: step.args[0].v, key });
      }
    }
  }
  if (branches && measured.size > 0) nameLengths(ir, new Map([...measured].flatMap(([v, { of, key }]) => (isSettled(of, assigned, ir) ? [[v, key]] : []))), pure, assigned);
  // A variable that is set once to an address is as good as the address.
  for (const body of addresses.size === 0 ? [] : bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      const address = step.op === 'copy' && step.src.k === 'var' && assigned[step.dst.id] === 1 ? addresses.get(step.src.v) : undefined;
      if (address !== undefined && step.op === 'copy') addresses.set(step.dst, address);
    }
  }
  const closures = new Map([...candidate].filter(([v]) => assigned[v.id] === 1));
  const loose = new Set<FuncBody>();
  const counts = new Map<string, number>();
  for (const body of bodiesOf(ir)) {
    for (const step of hasLiterals ? stepsOf(body) : []) {
      for (const operand of operandsOf(step)) {
        const fn = operand.k === 'closure' ? operand.fn : operand.k === 'var' ? closures.get(operand.v) : undefined;
        if (fn === undefined) continue;
        const called = step.op === 'call' && step.mode !== 'go' && step.callee.k === 'value' && step.callee.fn === operand;
        const named = step.op === 'copy' && closures.get(step.dst) === fn;
        if (!called && !named) loose.add(fn);
      }
    }
    for (const block of body.blocks) {
      if (block.term.k === 'return') for (const value of block.term.values) if (value.k === 'closure') loose.add(value.fn);
      if (block.term.k !== 'branch') continue;
      const key = condKey(block.term.cond, pure);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1 + (testsAny(block.term.cond, constants) || testsAny(block.term.cond, body.captures) ? 1 : 0));
    }
  }
  const tested = reached.size === 0 ? [] : bodiesOf(ir).flatMap((body) => body.blocks.flatMap(({ term }) => (term.k === 'branch' ? nilTested(term.cond).filter((v) => (reached.get(v) ?? Infinity) < term.span.start) : [])));
  const remembered = new Set([...counts].filter(([, n]) => n > 1).map(([key]) => key));
  const objects = new Set(ir.vars.filter((v) => locals[v.id] === 1 && v.kind !== 'result'));
  return { closures, named, loose: [...loose], pure, remembered, addresses, elements, locals: objects, tracked: trackedVars(ir, remembered, tested) };
}

/** A parameter or a local that has one value. */
const isSettled = (v: Var, assigned: Int32Array, ir: FuncIr): boolean => (v.kind === 'param' || v.kind === 'local') && !ir.definitions.addressed.has(v) && assigned[v.id]! <= (v.kind === 'param' ? 0 : 1);

/** `n := C.int(len(s))`, and `v.length` right after `v.length = C.int(len(s))`, are tested like `len(s)` itself. */
function nameLengths(ir: FuncIr, lengths: Map<Var, string>, pure: Map<Var, string>, assigned: Int32Array): void {
  for (const body of bodiesOf(ir)) {
    for (const block of body.blocks) {
      const fields = new Map<string, string>();
      for (const step of block.steps) {
        if (step.op === 'copy') {
          const length = step.src.k === 'var' ? lengths.get(step.src.v) : undefined;
          if (length === undefined) continue;
          if (step.dst.kind === 'temp') lengths.set(step.dst, length);
          else if (step.dst.kind === 'local' && assigned[step.dst.id] === 1 && !ir.definitions.addressed.has(step.dst)) pure.set(step.dst, length);
        } else if (step.op === 'setField') {
          const length = step.src.k === 'var' ? lengths.get(step.src.v) : undefined;
          const key = `${keyOf(step.base, pure) ?? '?'}.${step.name}`;
          if (length !== undefined && step.base.k === 'var') fields.set(key, length);
          else fields.delete(key);
        } else if (step.op === 'field') {
          const length = fields.get(`${keyOf(step.base, pure) ?? '?'}.${step.name}`);
          if (length !== undefined) pure.set(step.dst, length);
        } else if (step.op === 'call' ? step.callee.k !== 'builtin' : step.op === 'setDeref' || step.op === 'havoc') fields.clear();
      }
    }
  }
}

/** The place that a deferred call gets the address of: it finds there what the place holds when it runs. */
export const deferredPlace = ({ addresses, elements }: FunctionInfo, operand: Operand | undefined): string | undefined => (operand?.k === 'var' ? (addresses.get(operand.v) ?? elements.get(operand.v)) : undefined);

/** Whether a step fills its target with an object of this function, or with the zero value of a struct. */
function makesLocal(step: Step, locals: Int8Array): boolean {
  switch (step.op) {
    case 'composite':
      return true;
    case 'call':
      return step.callee.k === 'builtin' && (step.callee.name === 'new' || step.callee.name === 'make');
    case 'copy':
      if (step.src.k === 'var') return locals[step.src.v.id] === 1;
      // `var st C.struct_x` begins as the zero value, whatever the type's name is.
      return step.src.k === 'unknown' && step.dst.type !== undefined && isStructValue(step.dst.type);
    case 'addr':
      return step.base.k === 'var' && !step.indexed && locals[step.base.v.id] === 1;
    default:
      return false;
  }
}

/** A value that is copied, not shared: a named type, struct or array, and no pointer. */
const isStructValue = (type: Type): boolean => (type.k === 'named' && type.pkg !== 'unsafe') || type.k === 'struct' || type.k === 'array';

/** The pointer that a step goes through: it is not nil afterwards. */
export function reachedThrough(step: Step): Var | undefined {
  if (step.op !== 'field' && step.op !== 'setField' && step.op !== 'deref' && step.op !== 'setDeref') return undefined;
  return step.base.k === 'var' && step.base.v.type?.k === 'pointer' ? step.base.v : undefined;
}

/** The variables that a condition compares with nil. */
function nilTested(cond: Cond): Var[] {
  if (cond.k !== 'eq') return [];
  const sides = [cond.l, cond.r];
  return sides.some((side) => side.k === 'const' && side.value === 'nil') ? sides.flatMap((side) => (side.k === 'var' ? [side.v] : [])) : [];
}

/** `tested` are pointers that are compared with nil after they were gone through. */
function trackedVars(ir: FuncIr, remembered: ReadonlySet<string>, tested: readonly Var[]): Set<Var> {
  const silent = [...silentChannels(ir), ...tested];
  if (remembered.size === 0 && silent.length === 0) return new Set();
  const ids = new Set([...remembered].flatMap((key) => [...key.matchAll(/\bv(\d+)\b/g)].map((match) => Number(match[1]))));
  const tracked = new Set([...silent, ...ir.vars.filter((v) => ids.has(v.id))]);
  // What is copied into a tracked variable decides its value; two rounds reach `err` through a held temporary.
  for (let round = 0; round < 2; round++) {
    for (const body of bodiesOf(ir)) for (const step of stepsOf(body)) if (step.op === 'copy' && step.src.k === 'var' && tracked.has(step.dst)) tracked.add(step.src.v);
  }
  return tracked;
}

/** Channels that are set to nil somewhere: a receive from a nil channel never ends, so `quit = nil` switches a case of a select off. */
function silentChannels(ir: FuncIr): Var[] {
  return ir.vars.filter((v) => v.type?.k === 'chan' && bodiesOf(ir).some((body) => [...stepsOf(body)].some((step) => step.op === 'copy' && step.dst === v && step.src.k === 'const')));
}

function testsAny(cond: Cond, vars: ReadonlySet<Var>): boolean {
  const operands = cond.k === 'truth' ? [cond.x] : cond.k === 'unknown' ? [] : [cond.l, cond.r];
  return operands.some((operand) => operand.k === 'var' && vars.has(operand.v));
}

/** A stable name of a value, or undefined when it may mean something else the next time. */
export function keyOf(operand: Operand | undefined, pure: ReadonlyMap<Var, string>): string | undefined {
  switch (operand?.k) {
    case 'var':
      return pure.get(operand.v) ?? (operand.v.kind === 'temp' ? undefined : `v${operand.v.id}`);
    case 'const':
      return operand.value;
    case 'c':
      return `C.${operand.name}`;
    case 'global':
      return operand.name;
    default:
      return undefined;
  }
}

/** A stable name of a condition. */
export function condKey(cond: Cond, pure: ReadonlyMap<Var, string>): string | undefined {
  if (cond.k === 'unknown') return undefined;
  if (cond.k === 'truth') return keyOf(cond.x, pure);
  const l = keyOf(cond.l, pure);
  const r = keyOf(cond.r, pure);
  if (l === undefined || r === undefined) return undefined;
  return `${l}${cond.k === 'eq' ? '==' : cond.operator}${r}`;
}
