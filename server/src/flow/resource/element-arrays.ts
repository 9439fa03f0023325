/** Arrays of the function whose elements C fills with memory that the caller must release: which variable it is, and which steps may hand the elements on. */
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from '../ir.ts';
import { definitions, mentions, onlyDefinition, origin, originStep, readsAny } from '../definitions.ts';
import { loopsAround } from '../loops.ts';
import type { Knowledge } from '../knowledge.ts';
import { ownTypeName, type Type } from '../../semantics/types.ts';
import { bodiesOf, stepsOf, targetsOf } from './function-info.ts';

export interface ElementArray {
  readonly array: Var;
  /** The array and everything that is made of it. */
  readonly kin: ReadonlySet<Var>;
  /** Something in the function may release the elements or hand them on; else they are only read, wherever that is. */
  readonly isHandedOn: boolean;
  /** Heads of the loops in which that happens: a loop of no rounds has no elements to release. */
  readonly heads: ReadonlyMap<FuncBody, ReadonlySet<number>>;
}

/** The array whose elements the call fills through argument `arg`; undefined unless it is made here and everything that is done with it is in view. */
export function elementArray(ir: FuncIr, birth: CallStep, arg: number, knowledge: Knowledge): ElementArray | undefined {
  const array = arrayOf(ir, birth.args[arg], knowledge);
  if (array === undefined || (array.kind !== 'local' && array.kind !== 'temp') || !isMadeHere(ir, array)) return undefined;
  const kin = new Set([array]);
  // Those that are the array itself, not an element of it.
  const whole = new Set([array]);
  let isHandedOn = false;
  for (let size = 0; size < kin.size; ) {
    size = kin.size;
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step === birth || tellsNothing(step) || !readsAny(step, kin)) continue;
        for (const dst of targetsOf(step)) kin.add(dst);
        const ofWhole = readsAny(step, whole);
        if (isRead(step, knowledge)) {
          if (ofWhole && step.op !== 'index' && step.op !== 'range') for (const dst of targetsOf(step)) whole.add(dst);
          continue;
        }
        isHandedOn = true;
        // Whoever has the array before C fills it has the elements as well.
        if (ofWhole && (step.span.start < birth.span.start || !(step.op === 'call' || step.op === 'setIndex'))) return undefined;
        if (step.op === 'setField' || step.op === 'setIndex' || step.op === 'setDeref') {
          if (step.base.k !== 'var') return undefined;
          kin.add(step.base.v);
        } else if (step.op === 'setGlobal' || step.op === 'send' || step.op === 'havoc') return undefined;
      }
      isHandedOn ||= body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => mentions(value, kin)));
    }
  }
  return { array: [...kin].find(({ kind }) => kind === 'local') ?? array, kin, isHandedOn, heads: isHandedOn ? headsOf(ir, birth, kin) : new Map() };
}

/** The heads of loops around steps that may end the elements, as far as C does not fill them anew in the same loop. */
function headsOf(ir: FuncIr, birth: CallStep, kin: ReadonlySet<Var>): ReadonlyMap<FuncBody, ReadonlySet<number>> {
  const heads = new Map<FuncBody, Set<number>>();
  for (const body of bodiesOf(ir)) {
    const own = new Set<number>();
    const born = body.blocks.findIndex(({ steps }) => steps.includes(birth));
    body.blocks.forEach(({ steps }, block) => {
      if (!steps.some((step) => step !== birth && !tellsNothing(step) && readsAny(step, kin))) return;
      for (const { head, blocks } of loopsAround(body, block)) if (!blocks.has(born)) own.add(head);
    });
    if (own.size > 0) heads.set(body, own);
  }
  return heads;
}

/** Whether the step may be where the elements find another owner, so that nothing is known of them afterwards. */
export function endsElements({ kin, isHandedOn }: ElementArray, step: Step): boolean {
  return isHandedOn && !tellsNothing(step) && readsAny(step, kin);
}

/** The parameter whose elements every result of the function points to: `return (**C.char)(unsafe.Pointer(&s[0]))`, also through a slice header. */
export function pointsToElements(ir: FuncIr, knowledge: Knowledge): number | undefined {
  if (ir.opaque || ir.body.results.length !== 1) return undefined;
  const found = new Set<number>();
  for (const { term } of ir.body.blocks) {
    if (term.k !== 'return' || (term.implicit && term.values.length === 0)) continue;
    const value = term.values[0];
    // Of an empty slice.
    if (value?.k === 'const' && value.value === 'nil') continue;
    const array = arrayOf(ir, value, knowledge);
    found.add(array ? ir.body.params.indexOf(array) : -1);
  }
  const [only] = found;
  return found.size === 1 && only !== undefined && only >= 0 && isList(ir.body.params[only]?.type) ? only : undefined;
}

/** The variable whose elements an operand points to, through conversions, slice headers and helpers. */
function arrayOf(ir: FuncIr, operand: Operand | undefined, knowledge: Knowledge): Var | undefined {
  let at = operand && origin(ir, operand);
  for (let i = 0; i < 8 && at?.k === 'var'; i++) {
    const step = originStep(ir, at);
    if (step?.op === 'addr' && (step.indexed || step.path === '')) {
      if (step.indexed && step.path !== '') return undefined;
      const base = origin(ir, step.base);
      // An array that was declared without a value is no copy of another one.
      return base.k === 'var' ? base.v : step.base.k === 'var' ? step.base.v : undefined;
    }
    if (step?.op === 'field' && step.name === 'Data') at = origin(ir, step.base);
    else if (step?.op === 'deref') at = origin(ir, step.base);
    else if (step?.op === 'call') {
      const list = listArg(step, knowledge);
      const base = list !== undefined && step.args[list] ? origin(ir, step.args[list]) : undefined;
      return base?.k === 'var' ? base.v : undefined;
    } else return undefined;
  }
  return undefined;
}

/** The argument to whose elements the result of a call points. */
function listArg({ callee }: CallStep, knowledge: Knowledge): number | undefined {
  if (callee.k === 'pkg') return callee.pkg === 'unsafe' && callee.name === 'SliceData' ? 0 : undefined;
  const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
  if (callee.k === 'method' && recv === undefined) return undefined;
  return callee.k === 'go' || callee.k === 'method' ? knowledge.goElements({ ...(recv !== undefined ? { recv } : {}), name: callee.name }) : undefined;
}

/** `make([]*C.char, n)` or `var a [n]*C.char`, and never another array. */
function isMadeHere(ir: FuncIr, array: Var): boolean {
  if (array.type?.k === 'array') return (definitions(ir).of.get(array) ?? []).every((step) => step.op === 'copy' ? step.src.k === 'const' || step.src.k === 'unknown' : step.op === 'composite');
  const step = onlyDefinition(ir, array);
  if (step === undefined) return false;
  const made = step.op === 'copy' ? originStep(ir, step.src) : step;
  return made?.op === 'call' && made.callee.k === 'builtin' && made.callee.name === 'make' && made.types[0] !== undefined;
}

const isList = (type: Type | undefined): boolean => type?.k === 'slice' || (type?.k === 'named' && type.pkg === undefined);

/** cgo's copies and the length have nothing of the elements in them. */
function tellsNothing(step: Step): boolean {
  if (step.op !== 'call' || step.mode !== 'call') return false;
  const { callee } = step;
  return (callee.k === 'builtin' && (callee.name === 'len' || callee.name === 'cap')) || (callee.k === 'c' && /^Go(?:String|StringN|Bytes)$/.test(callee.name));
}

/** Steps that look at the array or name a part of it. */
function isRead(step: Step, knowledge: Knowledge): boolean {
  switch (step.op) {
    case 'copy':
      return step.src.k === 'var';
    case 'field':
    case 'deref':
    case 'index':
    case 'addr':
    case 'slice':
    case 'range':
    case 'binary':
    case 'use':
      return true;
    case 'call':
      return step.mode === 'call' && listArg(step, knowledge) !== undefined;
    default:
      return false;
  }
}
