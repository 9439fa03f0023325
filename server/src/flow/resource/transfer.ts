/** What every step but a call does to the resource. Returns undefined where the path is of no further interest. */
import { isScalar } from '../../semantics/c-view.ts';
import { ownTypeName, type Type } from '../../semantics/types.ts';
import type { Operand, Step, Var } from '../ir.ts';
import { assignValue, isPlain } from './branch.ts';
import type { Explorer } from './explore.ts';
import { origin } from '../definitions.ts';
import { bodiesOf, operandsOf, reachedThrough, stepsOf, targetsOf } from './function-info.ts';
import { addPlace, asView, assignPlace, type Carried, carried, emptied, hasSame, type Hold, promised, rootsOf, type State, under } from './state.ts';

type PlainStep = Exclude<Step, { op: 'call' }>;

const none: Carried = new Map();

export function transfer(ex: Explorer, before: State, step: PlainStep): State | undefined {
  const state = reached(ex, before, step);
  if (state.phase === 'unborn') return isPlain(state, ex.info) ? state : forgetValues(ex, state, step);
  if (isForeign(ex, state, step)) return state;
  const read = reads(step);
  // A number that was a handle may be kept and compared; only its methods look it up.
  const released = state.phase === 'released' && ex.protocol === undefined ? state.released : undefined;
  const dead = released ? kept(step) : undefined;
  if (dead && carried(state, dead).get('') === 'same') {
    ex.trail.used.push({ state, span: step.span, released: released!, view: false });
    return undefined;
  }
  if (released && read.some((operand) => isPointer(carried(state, operand).get('')) || ((step.op === 'field' || step.op === 'setField') && reachesThrough(carried(state, operand), step.name)))) {
    const hold = read.map((operand) => carried(state, operand).get('')).find((h) => h !== undefined);
    ex.trail.used.push({ state, span: step.span, released, view: hold === 'view' });
    return undefined;
  }
  for (const operand of operandsOf(step)) {
    const fn = operand.k === 'closure' || (operand.k === 'var' && ex.info.closures.has(operand.v)) ? ex.closureOf(operand) : undefined;
    if (operand.k === 'method' && carried(state, operand.recv).size > 0) return ex.gone();
    // A literal that is bound to its one variable is looked at where that variable is called.
    if (fn && !(step.op === 'copy' && ex.info.closures.get(step.dst) === fn) && ex.closureEffect(fn, state)) return ex.gone();
  }
  return move(ex, exposed(ex, state, step), step);
}

/** Whoever goes through a nil pointer panics: a later test finds it not nil. */
function reached(ex: Explorer, state: State, step: PlainStep): State {
  if (ex.info.tracked.size === 0) return state;
  const v = reachedThrough(step);
  return v && ex.info.tracked.has(v) && !state.values.has(v.id) ? { ...state, values: new Map(state.values).set(v.id, 'nonnil') } : state;
}

/** Whether a step has nothing to do with the resource, nor with what is known of the path. */
function isForeign(ex: Explorer, state: State, step: PlainStep): boolean {
  if (step.op === 'havoc' || step.op === 'deref' || step.op === 'setDeref' || state.stored || !isPlain(state, ex.info)) return false;
  const held = rootsOf(state.holders);
  for (const operand of operandsOf(step)) {
    if (operand.k === 'closure' || operand.k === 'method' || (operand.k === 'var' && (held.has(operand.v.id) || ex.info.closures.has(operand.v)))) return false;
  }
  return !targetsOf(step).some((dst) => held.has(dst.id));
}

/** Whoever gets the address of a variable may change it. */
const exposed = (ex: Explorer, state: State, step: PlainStep): State =>
  step.op === 'addr' && step.path === '' && !step.indexed && step.base.k === 'var' ? assignValue(state, step.base.v, undefined, ex.info) : state;

function forgetValues(ex: Explorer, state: State, step: PlainStep): State {
  let next = exposed(ex, state, step);
  for (const dst of targetsOf(step)) next = assignValue(next, dst, step.op === 'copy' ? step.src : undefined, ex.info);
  return next;
}

/** The operands through which a step touches memory, so that they must be alive. */
function reads(step: PlainStep): readonly Operand[] {
  switch (step.op) {
    case 'deref':
    case 'field':
    case 'index':
    case 'range':
    case 'setDeref':
    case 'setIndex':
    case 'setField':
      return [step.base];
    case 'binary':
      // Joining strings reads them.
      return step.dst.type?.k === 'named' && step.dst.type.name === 'string' && step.operator === '+' ? [step.l, step.r] : [];
    default:
      return [];
  }
}

/** `p.list.text` goes through what `p.list` points to. */
const reachesThrough = (value: Carried, name: string): boolean => [...value].some(([path, hold]) => hold === 'same' && path !== '' && `.${name}`.startsWith(`${path}.`));

const isPointer = (hold: Hold | undefined): boolean => hold === 'same' || hold === 'view';

/** The value that a step puts where it outlives the function. */
function kept(step: PlainStep): Operand | undefined {
  return step.op === 'setField' || step.op === 'setIndex' || step.op === 'setGlobal' || step.op === 'setDeref' || step.op === 'send' ? step.src : undefined;
}

function move(ex: Explorer, state: State, step: PlainStep): State | undefined {
  switch (step.op) {
    case 'copy':
      // The address of the variable in a variable that may be set again: whoever writes through it is out of sight.
      if ([...carried(state, step.src).values()].includes('ref') && !ex.info.addresses.has(step.dst)) return ex.gone();
      if (step.conv && isNumber(step.conv) && !ex.protocol?.isNumber) return bind(ex, state, step.dst, none, step.src, step);
      return bind(ex, state, step.dst, step.conv && copies(step.conv) ? dropViews(carried(state, step.src)) : carried(state, step.src), step.src, step);
    case 'field': {
      const value = carried(state, step.base);
      const below = new Map([...value].flatMap(([path, hold]) => (path === `.${step.name}` || path.startsWith(`.${step.name}.`) || path.startsWith(`.${step.name}[`) ? [[path.slice(step.name.length + 1), hold] as const] : [])));
      return bind(ex, state, step.dst, below);
    }
    case 'index': {
      const value = carried(state, step.base);
      return bind(ex, state, step.dst, element(value));
    }
    case 'deref': {
      const place = ex.outPlace(step.base);
      return bind(ex, state, step.dst, place !== undefined ? carriedAt(state, place) : none);
    }
    case 'addr': {
      const value = carried(state, step.base);
      if (value.size === 0) return bind(ex, state, step.dst, none);
      const at = step.path === '' ? '' : `.${step.path}`;
      // The address of a variable that holds the pointer; of memory behind the pointer; or of an object that has it inside.
      const own = step.path === '' && !step.indexed && value.get('') === 'same';
      if (own) return bind(ex, state, step.dst, new Map([['', 'ref']]));
      if (value.has('')) return bind(ex, state, step.dst, new Map([['', 'view']]));
      const below = new Map([...value].flatMap(([path, hold]) => (path === at ? [['', 'ref' as const] as const] : path.startsWith(at) ? [[path.slice(at.length), hold] as const] : [])));
      return bind(ex, state, step.dst, below);
    }
    case 'slice':
      return bind(ex, state, step.dst, sliced(carried(state, step.base)));
    case 'assert':
      return bind(ex, state, step.dst, carried(state, step.src));
    case 'binary': {
      if (step.operator === '<-' && step.l.k === 'var' && state.values.get(step.l.v.id) === 'nil') return undefined;
      // What a comparison with the result code says is decided elsewhere: `ok := rc == 0`.
      if (/^(?:[=!]=|[<>]=?)$/.test(step.operator) && [step.l, step.r].some((operand) => operand.k === 'var' && state.witnesses.has(operand.v.id))) return ex.gone();
      // Joining strings copies them; arithmetic on an address stays near it.
      const joins = step.dst.type?.k === 'named' && step.dst.type.name === 'string';
      const value = !joins && /^(?:[-+&|^]|&\^)$/.test(step.operator) ? new Map([...carried(state, step.l), ...carried(state, step.r)]) : none;
      return bind(ex, state, step.dst, value.has('') ? asView(value) : none);
    }
    case 'composite': {
      const value = new Map(
        step.fields.flatMap(({ name, src }) => [...carried(state, src)].map(([path, hold]) => [`${name !== undefined ? `.${name}` : '[]'}${path}`, hold] as const)),
      );
      return bind(ex, state, step.dst, value);
    }
    case 'range': {
      let next: State | undefined = state;
      const value = carried(state, step.base);
      for (const [i, dst] of step.dsts.entries()) next = next && bind(ex, next, dst, i === 1 ? element(value) : none);
      return next;
    }
    case 'setField':
      return setField(ex, state, step);
    case 'setIndex':
      if (step.key && stored(state, step.key)) return ex.gone();
      return setElement(ex, state, step.base, step.src);
    case 'setDeref':
    case 'setGlobal':
    case 'send':
      if (stored(state, step.src)) return (step.op === 'setDeref' && contained(ex, state, step.base, '[]', carried(state, step.src))) || ex.gone();
      return step.op === 'setDeref' ? throughAddress(ex, renewed(state, step.base), step.base) : state;
    case 'use':
      return state;
    case 'havoc':
      return ex.gone();
  }
}

/** One element of a container: it may be another one. */
const element = (value: Carried): Carried => (value.has('[]') ? new Map([['', value.get('[]') === 'view' ? ('view' as const) : ('some' as const)]]) : none);

/** An array of this function dies with it; whatever else gets an element hands the memory on. */
function setElement(ex: Explorer, state: State, base: Operand, src: Operand): State | undefined {
  const value = carried(state, src);
  if (value.size === 0) return state;
  if (base.k !== 'var' || !ex.info.locals.has(base.v) || (base.v.type?.k !== 'array' && base.v.type?.k !== 'slice')) return contained(ex, state, base, '[]', value) ?? ex.gone();
  return { ...state, holders: addPlace(state.holders, `${base.v.id}[]`, value) };
}

/** Puts what `value` says into C memory that dies with this function: nobody takes it out again, so that it is a place of its own. */
function contained(ex: Explorer, state: State, base: Operand, part: string, value: Carried): State | undefined {
  const container = state.phase === 'owned' && hasSame(value) ? ex.container(base, part) : undefined;
  if (container === undefined) return undefined;
  let { assumed } = state;
  for (const one of container.seen) assumed = { ...one, before: assumed };
  return { ...state, assumed, holders: addPlace(state.holders, `${container.root.id}~`, new Map([['', 'same']])) };
}

/** `*p = T{}` gives all fields of the object new values. */
function renewed(state: State, base: Operand): State {
  if (base.k !== 'var') return state;
  const fields = `${base.v.id}.`;
  return [...state.holders.keys()].some((place) => place.startsWith(fields)) ? { ...state, holders: new Map([...state.holders].filter(([place]) => !place.startsWith(fields))) } : state;
}

/** `*p = x` where p is the address of the variable that holds the resource. */
function throughAddress(ex: Explorer, state: State, base: Operand): State | undefined {
  const place = ex.outPlace(base);
  return place !== undefined && carriedAt(state, place).size > 0 ? ex.gone() : state;
}

/** Whether storing the value hands the memory on; a Go view of it owns nothing, but whoever gets it may look at it. */
const stored = (state: State, src: Operand): boolean => carried(state, src).size > 0;

function setField(ex: Explorer, state: State, step: Step & { op: 'setField' }): State | undefined {
  const { base, name, src } = step;
  const value = carried(state, src);
  const place = base.k === 'var' ? `${base.v.id}.${name}` : '';
  // After a release, an object that several pointers lead to is empty for all of them.
  const others = state.phase === 'released' && base.k === 'var' && base.v.type?.k === 'pointer' ? emptied(state.holders, `.${name}`) : state.holders;
  if (base.k !== 'var' || !ex.info.locals.has(base.v)) {
    if (state.stored?.place === place && value.size === 0) return state.phase === 'owned' ? ex.gone() : forget(state);
    const inside = value.size > 0 ? contained(ex, state, base, `.${name}`, value) : undefined;
    if (inside) return inside;
    if (value.size === 0) return under(state.holders, place).size > 0 ? { ...state, holders: assignPlace(others, place, value) } : state;
    // The object itself was given as a copy: its owner never sees what is put into this one.
    const copy = base.k === 'var' && value.get('') === 'same' && state.phase === 'owned' && ex.origin ? copyOfCaller(ex, base.v) : undefined;
    if (copy !== undefined) ex.trail.copied.push({ state, span: step.span, type: copy, field: name });
    // An object of the caller points to it: nothing leaks, but freeing it now leaves the object with dead memory.
    const object = base.k === 'var' ? callersObject(ex, base) : undefined;
    if (object !== undefined && value.get('') === 'same' && state.phase === 'owned' && ex.origin && !ex.origin.lent) return { ...state, stored: { base: object, place } };
    return ex.gone();
  }
  return { ...state, holders: assignPlace(others, place, value) };
}

/** The parameter through which an object of the caller is reached: one of the package's own types, or a C struct behind a pointer. */
function callersObject(ex: Explorer, base: Operand & { k: 'var' }): number | undefined {
  const given = ({ kind }: Var): boolean => kind === 'receiver' || kind === 'param';
  if (given(base.v)) return ownTypeName(base.v.type) !== undefined || isCStruct(base.v.type) ? base.v.id : undefined;
  const at = isCStruct(base.v.type) ? origin(ex.ir, base) : undefined;
  return at?.k === 'var' && given(at.v) ? at.v.id : undefined;
}

/** The type of a struct that was passed by value and of which the function uses nothing but fields. */
function copyOfCaller(ex: Explorer, v: Var): string | undefined {
  if ((v.kind !== 'receiver' && v.kind !== 'param') || v.type?.k !== 'named') return undefined;
  const type = ownTypeName(v.type);
  if (type === undefined) return undefined;
  const is = (operand: Operand): boolean => (operand.k === 'var' && operand.v === v) || (operand.k === 'method' && is(operand.recv));
  const whole = (step: Step): boolean => !(step.op === 'field' || step.op === 'setField') && operandsOf(step).some(is);
  const used = bodiesOf(ex.ir).some((body) => body.captures.has(v) || [...stepsOf(body)].some((step) => whole(step) || (step.op === 'setField' && is(step.src))) || body.blocks.some(({ term }) => term.k === 'return' && term.values.some(is)));
  return used ? undefined : type;
}

const isCStruct = (type: Type | undefined): boolean => type?.k === 'pointer' && type.elem.k === 'named' && type.elem.pkg === 'C' && !isScalar(type.elem.name);

function forget({ stored: _, ...state }: State): State {
  return state;
}

/** Lets a variable hold what is given, and forgets what it held. */
function bind(ex: Explorer, state: State, dst: Var, value: Carried, src?: Operand, step?: Step): State | undefined {
  const next = assignValue(state, dst, src, ex.info);
  const holders = assignPlace(next.holders, String(dst.id), value);
  if (holders === next.holders) return next;
  return step && dst.kind !== 'temp' && value.size === 0 ? lose(ex, state, { ...next, holders }, step) : { ...next, holders };
}

/** Notes when the last variable that held the memory was overwritten. */
function lose(ex: Explorer, before: State, after: State, step: Step): State | undefined {
  if (before.phase !== 'owned' || before.stored || before.running || promised(after)) return after;
  const held = [...after.holders.keys()].some((place) => {
    const v = ex.ir.vars[Number.parseInt(place, 10)];
    // A temporary counts as long as its own statement runs: `a, b = b, a`.
    return v !== undefined && (v.kind !== 'temp' || (step.stmt.start <= v.span.start && v.span.end <= step.stmt.end));
  });
  if (held) return after;
  ex.trail.lost.push({ state: before, span: step.span });
  return undefined;
}

function carriedAt(state: State, place: string): Carried {
  return new Map([...state.holders].flatMap(([at, hold]) => (at === place ? [['', hold] as const] : [])));
}

function sliced(value: Carried): Carried {
  return new Map([...value].map(([path, hold]) => [path, path === '' ? ('view' as const) : hold]));
}

/** A conversion to string or from string copies the bytes. */
const copies = (type: Type): boolean => (type.k === 'named' && type.pkg === undefined && type.name === 'string') || type.k === 'slice';

/** A number that was an address is none any more; uintptr may become a pointer again. */
const isNumber = (type: Type): boolean => type.k === 'named' && ((type.pkg === undefined && /^(?:u?int(?:8|16|32|64)?|byte|float(?:32|64))$/.test(type.name)) || (type.pkg === 'C' && isScalar(type.name) && !/^u?intptr_t$/.test(type.name)));

const dropViews = (value: Carried): Carried => new Map([...value].filter(([, hold]) => hold !== 'view'));

