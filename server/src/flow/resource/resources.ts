/** The resource analysis of one function: every allocation in it followed to its exits, and what becomes of memory it is given. */
import { isUnsafePointer, ownTypeName, type Type } from '../../semantics/types.ts';
import type { Span } from '../../base/span.ts';
import { definitions, origin, originStep } from '../definitions.ts';
import { successors } from '../graph.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Step, Var } from '../ir.ts';
import { type ArgEffect, borrows, type Knowledge, type OwnedResult, unknownEffect } from '../knowledge.ts';
import { effectOf } from './effect.ts';
import { type Exit, Explorer, type Trail } from './explore.ts';
import type { Leak, Misplaced, ResourceFacts, Returned, SecondRelease, Site, UseAfterRelease } from './facts.ts';
import { bodiesOf, functionInfo, stepsOf } from './function-info.ts';
import { chained, mayEnd } from './lent.ts';
import { handle, methodEffect, pinnerVar, protocolOf, protocolResource } from './protocols.ts';
import { assumedOf, pathOf, type State } from './state.ts';

/** What function `ir` does to the memory at `path` of its parameter number `arg` (a receiver is 0). */
export function paramEffect(ir: FuncIr, unit: object, knowledge: Knowledge, arg: number, path: string): ArgEffect {
  const last = ir.body.params.length - 1;
  const rest = ir.variadic && arg >= last;
  const param = ir.body.params[rest ? last : arg];
  if (ir.opaque || param === undefined) return unknownEffect;
  if (param.name === undefined) return borrows;
  // What is passed for a variadic parameter is an element of its slice; a slice passed whole (`all...`) has its own path already.
  const place = `${param.id}${rest && !path.startsWith('[]') ? '[]' : ''}${path}`;
  const effect = effectOf(new Explorer(ir, unit, knowledge).run(ir.body, new Map([[place, 'same']])), place);
  // What a struct that is passed by value loses, its owner still has.
  return effect.cleared && path !== '' && !rest && param.type?.k === 'named' && ownTypeName(param.type) !== undefined ? { ...effect, cleared: false } : effect;
}

/** Whether function `ir` touches the memory at `path` of its parameter number `arg` whatever happens, if that memory is dead. */
export function usesDead(ir: FuncIr, unit: object, knowledge: Knowledge, arg: number, path: string): boolean {
  const param = ir.body.params[arg];
  if (ir.opaque || param?.name === undefined || (ir.variadic && arg >= ir.body.params.length - 1)) return false;
  const trail = new Explorer(ir, unit, knowledge).runDead(ir.body, new Map([[`${param.id}${path}`, 'same']]));
  return trail.used.length > 0 && trail.exits.length === 0 && !trail.unsure && !trail.escaped && !trail.exhausted;
}

/** Finds every allocation of the function and follows it. */
export function resourceFacts(ir: FuncIr, unit: object, knowledge: Knowledge): ResourceFacts {
  const leaks: Leak[] = [];
  const uses: UseAfterRelease[] = [];
  const again: SecondRelease[] = [];
  const misplaced: Misplaced[] = [];
  const returned: Returned[] = [];
  const freedAfter = new Set<string>();
  const sites: Site[] = [];
  if (!ir.opaque) {
    for (const body of bodiesOf(ir)) {
      for (const step of body.calls) {
        for (const owned of ownedBy(step, knowledge)) {
          const written = siteOf(ir, body, step, owned);
          const entry = entryOf(ir, body);
          const explore = (from: FuncBody): Trail => new Explorer(ir, unit, knowledge, { step, owned }).run(from);
          let trail = explore(entry);
          // A literal that nothing here calls.
          const apart = !trail.born && body.id !== 0;
          if (apart) trail = explore(body);
          const site = apart || entry !== ir.body ? written : { ...written, literal: false };
          sites.push(site);
          for (const key of trail.freedAfter) freedAfter.add(key);
          if (trail.exhausted) continue;
          if (trail.exits.some((exit) => exit.state.stored && exit.state.phase === 'owned')) trail.escaped = true;
          const found = leaksOf(ir, site, trail);
          returned.push(...returnedOf(site, trail));
          if (owned.path !== undefined) {
            // What an object's own methods do to it is judged by what this function does on other paths.
            leaks.push(...found.filter((leak) => leak.releasedElsewhere));
            uses.push(...usesOf(ir, site, trail).filter((use) => use.kind === 'used' || (use.kind === 'returned' && isDeferred(ir, use.released.span))));
            again.push(...againOf(trail, { site, ...(site.holder ? { name: site.holder.name } : {}) }));
            continue;
          }
          leaks.push(...found);
          uses.push(...usesOf(ir, site, trail));
          again.push(...againOf(trail, { site, ...(site.holder ? { name: site.holder.name } : {}) }));
          misplaced.push(...trail.misplaced.map(({ state, span, callee }) => ({ site, release: span, callee, path: pathOf(state.path) })));
        }
      }
    }
  }
  if (!ir.opaque) {
    for (const body of bodiesOf(ir)) for (const step of body.calls) uses.push(...usesOfLent(ir, unit, knowledge, body, step));
    const known = new Set(uses.map((use) => use.use.start));
    const given = usesOfGiven(ir, unit, knowledge);
    uses.push(...given.uses.filter((use) => !known.has(use.use.start)));
    again.push(...given.again);
    uses.push(...usesOfHandles(ir, unit, knowledge).filter((use) => !known.has(use.use.start)));
  }
  return { leaks, uses, again, misplaced, returned, freedAfter, sites };
}

/** Uses of what an object lends after that object is released, or has moved on. */
function usesOfLent(ir: FuncIr, unit: object, knowledge: Knowledge, body: FuncBody, step: CallStep): UseAfterRelease[] {
  if (step.callee.k !== 'c' || step.mode !== 'call') return [];
  const { name } = step.callee;
  return knowledge.cLent(name).flatMap((own): UseAfterRelease[] => {
    const lent = chained(ir, knowledge, step, own);
    if (!mayEnd(ir, functionInfo(ir), knowledge, lent, step)) return [];
    const owned: OwnedResult = { index: 0, allocator: name, deallocator: '', mayBeNil: true, ...(lent.outArg !== undefined ? { outArg: lent.outArg } : {}) };
    const explore = (from: FuncBody): Trail => new Explorer(ir, unit, knowledge, { step, owned, lent }).run(from);
    let trail = explore(entryOf(ir, body));
    if (!trail.born && body.id !== 0) trail = explore(body);
    return trail.exhausted ? [] : usesOf(ir, siteOf(ir, body, step, owned), trail).filter(({ kind }) => kind !== 'kept').map((use) => ({ ...use, lentBy: name }));
  });
}

/** Results that are memory made by this function and handed to its caller, which must release it. */
export function ownedResults(ir: FuncIr, facts: ResourceFacts): OwnedResult[] {
  const exits = ir.body.blocks.flatMap((block) => (block.term.k === 'return' ? [block.term] : []));
  return ir.body.results.flatMap((_, index): OwnedResult[] => {
    const own = facts.returned.filter((r) => r.index === index);
    const first = own.find((r) => r.path === '') ?? own.find((r) => isField(r) && ownTypeName(ir.resultTypes[index]) !== undefined);
    if (first === undefined) return [];
    const mine = own.filter((r) => r.path === first.path);
    // Every other exit must give nil; where one gives something else, the caller cannot know whether to release.
    const spans = new Set(mine.map((r) => r.exit.start));
    const clear = exits.every((exit) => spans.has(exit.span.start) || unreachable(ir, exit.span) || isNilResult(exit.values[index]) || (first.path !== '' && isEmptyResult(ir, exit.values[index])));
    return clear ? [{ ...first.site.owned, index, mayBeNil: true, ...(first.path === '' ? {} : { path: first.path }), ...(first.site.owned.at ? {} : { at: { unit: ir, span: first.site.span } }) }] : [];
  });
}

function isNilResult(value: { readonly k: string; readonly value?: string } | undefined): boolean {
  return value?.k === 'const' && value.value === 'nil';
}

/** One field of an object, and C memory. */
const isField = ({ path, site }: Returned): boolean => /^\.\w+$/.test(path) && site.owned.protocol === undefined;

/** `return T{}, err` */
function isEmptyResult(ir: FuncIr, value: Operand | undefined): boolean {
  const step = value && originStep(ir, value);
  return step?.op === 'composite' && step.fields.length === 0;
}

/** The implicit return behind a body that always returns explicitly. */
function unreachable(ir: FuncIr, span: Span): boolean {
  return span.start === ir.body.body.end - 1 && ir.body.results.length > 0 && ir.body.results.every((result) => result.name === undefined);
}

function ownedBy(step: CallStep, knowledge: Knowledge): readonly OwnedResult[] {
  if (step.mode !== 'call') return [];
  const made = protocolResource(step);
  if (made.length > 0) return made;
  switch (step.callee.k) {
    case 'c':
      return knowledge.cOwned(step.callee.name).filter((owned) => isMade(step, owned));
    case 'go':
      return knowledge.goOwned({ name: step.callee.name });
    case 'method': {
      const recv = ownTypeName(step.callee.recvType);
      return recv === undefined ? [] : knowledge.goOwned({ recv, name: step.callee.name });
    }
    default:
      return [];
  }
}

/** Whether the call makes something, as far as its arguments show. */
const isMade = ({ args }: CallStep, { ifNull }: OwnedResult): boolean => {
  const arg = ifNull === undefined ? undefined : args[ifNull];
  return ifNull === undefined || (arg?.k === 'const' && arg.value === 'nil');
};

/** A literal that runs where it stands is explored as part of the function, another one on its own. */
function entryOf(ir: FuncIr, body: FuncBody): FuncBody {
  return body.id !== 0 && (functionInfo(ir).loose.includes(body) || isGoroutine(ir, body)) ? body : ir.body;
}

const isGoroutine = (ir: FuncIr, body: FuncBody): boolean =>
  bodiesOf(ir).some((other) => other.calls.some((step) => step.mode === 'go' && step.callee.k === 'value' && step.callee.fn.k === 'closure' && step.callee.fn.fn === body));

function leaksOf(ir: FuncIr, site: Site, trail: Trail): Leak[] {
  const leaking = trail.exits.filter((exit) => exit.state.phase === 'owned' && !exit.state.supposed && !exit.state.stored && !exit.state.running && exit.returned.every((value) => value.size === 0) && (site.owned.elements === true || !inReadArray(ir, exit)));
  const releasedElsewhere = trail.certainlyReleased !== undefined;
  const everywhere = !releasedElsewhere && !trail.escaped && !trail.maybeReleased && trail.exits.every((exit) => exit.state.phase === 'unborn' || leaking.includes(exit));
  // In a later round of a loop the variable has something else already.
  const held = ({ state }: Exit): boolean => site.holder === undefined || state.holders.get(String(site.holder.id)) === 'same';
  const ownedAt = (exit: Span): boolean => !trail.escaped && !trail.maybeReleased && trail.exits.every((other) => other.span.start !== exit.start || (leaking.includes(other) && held(other)));
  const copied = everywhere && leaking.length > 0 && copiedOut(ir, site);
  const leak = (state: State, exit: Span, how: Leak['how']): Leak => ({ site, exit, how, path: pathOf(state.path), assumed: assumedOf(state.assumed).map(({ name, arg, subject, contained }) => ({ name, arg, ...(subject ? { subject } : {}), ...(contained ? { contained } : {}) })), everywhere, releasedElsewhere, releases: trail.releasedByHelper ? [] : [...trail.releases.values()], ownedAtExit: ownedAt(exit), ...(copied ? { copiedOut: true } : {}) });
  return [
    ...leaking.map((exit: Exit) => leak(exit.state, exit.span, exit.implicit ? 'end' : 'return')),
    ...trail.lost.filter((lost) => !lost.state.supposed).map((lost) => leak(lost.state, lost.span, 'overwritten')),
    ...trail.copied.map(({ state, span, type, field }) => ({ ...leak(state, span, 'copied'), everywhere: false, copy: { type, field } })),
  ].sort((a, b) => a.exit.start - b.exit.start || a.path.length - b.path.length);
}

/**
 * Whether a result may be a copy of what an object of a library consists of, `Source(*p)`: with pointers into the object, which die with it.
 * Memory of free() is mostly text and numbers, whose copies stand alone.
 */
function copiedOut(ir: FuncIr, { owned, holder }: Site): boolean {
  if (owned.deallocator === 'free' || holder === undefined || ir.resultTypes.every(standsAlone)) return false;
  const own = origin(ir, { k: 'var', v: ir.vars[holder.id]! });
  const isOwn = (operand: Operand): boolean => {
    const at = origin(ir, operand);
    return at.k === 'var' && own.k === 'var' && at.v === own.v;
  };
  return bodiesOf(ir).some((body) =>
    stepsOf(body).some((step) => {
      if (step.op === 'deref' || step.op === 'field') return isOwn(step.base);
      return step.op === 'call' && (step.callee.k === 'go' || step.callee.k === 'method') && step.dsts.length > 0 && step.args.some(isOwn);
    }),
  );
}

/** A value that points to nothing, or to memory of Go. */
function standsAlone(type: Type): boolean {
  if (type.k === 'slice' || type.k === 'array') return standsAlone(type.elem);
  return type.k === 'named' && (type.pkg === undefined ? plainNames.test(type.name) : type.pkg !== 'C' && type.pkg !== 'unsafe');
}

const plainNames = /^(?:string|error|bool|byte|rune|u?int(?:8|16|32|64)?|float(?:32|64))$/;

/** An array or slice holds it, and on the way to the exit the function goes through its elements: they may be released in a loop whose count nobody knows. */
function inReadArray(ir: FuncIr, { state, span }: Exit): boolean {
  const arrays = new Set([...state.holders.keys()].filter((place) => place.includes('[')).map((place) => Number.parseInt(place, 10)));
  if (arrays.size === 0) return false;
  const reads = (step: Step): boolean => (step.op === 'index' || step.op === 'range') && step.base.k === 'var' && arrays.has(step.base.v.id);
  // A literal may run at any time.
  if (ir.literals.some((body) => body.steps.some(reads))) return true;
  const { blocks } = ir.body;
  const after = new Set(blocks.flatMap(({ steps }, i) => (steps.some(reads) ? [i] : [])));
  for (const i of after) {
    const { term } = blocks[i]!;
    if (term.k === 'return' && term.span.start === span.start) return true;
    for (const to of successors(blocks[i]!)) after.add(to);
  }
  return false;
}

function usesOf(ir: FuncIr, site: Site, trail: Trail): UseAfterRelease[] {
  const name = site.holder?.name;
  const protocol = site.owned.protocol;
  const subject = { site, ...(name !== undefined ? { name } : {}), ...(protocol ? { protocol } : {}) };
  const used = trail.used.map(({ state, span, released, view, running }): UseAfterRelease => ({ ...subject, use: span, released, kind: running ? 'running' : 'used', view, path: pathOf(state.path) }));
  // A number that stands for a handle may be returned: only a method looks it up.
  const back = (protocol ? [] : trail.exits).flatMap(({ state, span, returned, spans }): UseAfterRelease[] => {
    // A number that was the address is no pointer any more.
    const index = returned.findIndex((carried, i) => carried.size > 0 && !isNumber(ir.resultTypes[i]));
    const value = returned[index];
    if (state.taken) return [];
    if (state.stored && state.released) return [{ ...subject, use: state.released.span, released: state.released, kind: 'kept', view: false, path: pathOf(state.path) }];
    return value && state.phase === 'released' && state.released ? [{ ...subject, use: spans[index] ?? span, released: state.released, kind: 'returned', view: value.get('') === 'view', path: pathOf(state.path) }] : [];
  });
  const unique = new Map([...used, ...back].map((use) => [`${use.use.start}:${use.kind}`, use]));
  return [...unique.values()].sort((a, b) => a.use.start - b.use.start);
}

/** A closed object may go back beside an error; one that a `defer x.Close()` ends never reaches the caller alive. */
const isDeferred = (ir: FuncIr, release: Span): boolean => ir.body.calls.some(({ mode, span }) => mode === 'defer' && span.start === release.start && span.end === release.end);

/** At most this many things that a function was given and frees are followed. */
const mostGiven = 8;

/** Uses of memory after this function released it, where it did not allocate it: parameters and fields. */
function usesOfGiven(ir: FuncIr, unit: object, knowledge: Knowledge): { readonly uses: UseAfterRelease[]; readonly again: SecondRelease[] } {
  const places = new Map<string, string>();
  const lent = new Map<CallStep, string>();
  for (const step of ir.body.calls) {
    if (step.mode === 'go' || step.callee.k !== 'c') continue;
    for (const [i, arg] of step.args.entries()) {
      if (knowledge.cArg(step.callee.name, i)?.releases !== 'always') continue;
      for (const { call, name } of madeBy(ir, arg)) if (ownedBy(call, knowledge).length === 0 && lent.size < mostGiven) lent.set(call, name);
      const given = givenPlace(ir, arg);
      if (given && places.size < mostGiven) places.set(given.place, given.name);
    }
  }
  const uses: UseAfterRelease[] = [];
  const again: SecondRelease[] = [];
  const judge = (name: string, trail: Trail): void => {
    if (trail.exhausted) return;
    again.push(...againOf(trail, { name }));
    const used = trail.used.map(({ state, span, released, view }): UseAfterRelease => ({ name, use: span, released, kind: 'used', view, path: pathOf(state.path) }));
    const back = trail.exits.flatMap(({ state, returned, spans, span }): UseAfterRelease[] => {
      const index = returned.findIndex((value, i) => value.has('') && !isNumber(ir.resultTypes[i]));
      return index >= 0 && state.phase === 'released' && state.released && !state.taken ? [{ name, use: spans[index] ?? span, released: state.released, kind: 'returned', view: false, path: pathOf(state.path) }] : [];
    });
    uses.push(...used, ...back);
  };
  for (const [place, name] of places) judge(name, new Explorer(ir, unit, knowledge).run(ir.body, new Map([[place, 'same']])));
  for (const [step, name] of lent) judge(name, new Explorer(ir, unit, knowledge, { step, owned: { index: 0, allocator: '', deallocator: '', mayBeNil: true } }).run(ir.body));
  return { uses, again };
}

/** The calls whose result a variable of the function holds, where nothing says that the function owns it. */
function madeBy(ir: FuncIr, arg: Operand): { readonly call: CallStep; readonly name: string }[] {
  const at = origin(ir, arg);
  if (at.k !== 'var' || (at.v.kind !== 'local' && at.v.kind !== 'temp')) return [];
  return (definitions(ir).of.get(at.v) ?? []).flatMap((step) => {
    const made = step.op === 'copy' ? originStep(ir, step.src) : step;
    return made?.op === 'call' && made.mode === 'call' && made.callee.k === 'c' && made.dsts.length === 1 ? [{ call: made, name: nameOf(ir, at.v) }] : [];
  });
}

/** The name of a variable, or of the one that a temporary is copied into. */
function nameOf(ir: FuncIr, v: Var): string {
  if (v.name !== undefined) return v.name;
  for (const step of stepsOf(ir.body)) if (step.op === 'copy' && step.src.k === 'var' && step.src.v === v && step.dst.name !== undefined) return step.dst.name;
  return 'this memory';
}

function againOf(trail: Trail, subject: Pick<SecondRelease, 'site' | 'name'>): SecondRelease[] {
  const found = trail.again.map(({ state, span, deferred, released }): SecondRelease => ({ ...subject, release: span, deferred, first: released, ...(state.taken ? { taken: true } : {}), path: pathOf(state.path) }));
  return [...new Map(found.map((one) => [one.release.start, one])).values()];
}

/** Handles that the function did not make and looks up although it has deleted them. */
function usesOfHandles(ir: FuncIr, unit: object, knowledge: Knowledge): UseAfterRelease[] {
  const places = new Map<string, string>();
  for (const step of ir.body.calls) {
    if (step.mode === 'go' || methodEffect(step) !== 'release' || step.callee.k !== 'method' || protocolOf(step.callee.recvType) !== handle) continue;
    const given = givenPlace(ir, step.args[0]!);
    if (given && places.size < mostGiven) places.set(given.place, given.name);
  }
  return [...places].flatMap(([place, name]) => {
    const trail = new Explorer(ir, unit, knowledge, undefined, handle).run(ir.body, new Map([[place, 'same']]));
    return trail.exhausted ? [] : trail.used.map(({ state, span, released, view }): UseAfterRelease => ({ name, use: span, released, kind: 'used', view, path: pathOf(state.path), protocol: 'handle' }));
  });
}

function givenPlace(ir: FuncIr, arg: Operand): { readonly place: string; readonly name: string } | undefined {
  const at = origin(ir, arg);
  if (at.k !== 'var') return undefined;
  if (at.v.kind === 'param' && at.v.name !== undefined) return { place: String(at.v.id), name: at.v.name };
  const step = originStep(ir, arg);
  if (step?.op === 'field' && step.base.k === 'var' && (step.base.v.kind === 'param' || step.base.v.kind === 'receiver')) {
    return { place: `${step.base.v.id}.${step.name}`, name: `${step.base.v.name ?? '_'}.${step.name}` };
  }
  // A loop variable that starts at a parameter.
  const starts = at.v.kind === 'local' ? (definitions(ir).of.get(at.v) ?? []).flatMap((def) => (def.op === 'copy' && def.src.k === 'var' && def.src.v.kind === 'param' ? [def.src.v] : [])) : [];
  return starts[0]?.name !== undefined ? { place: String(starts[0].id), name: at.v.name ?? starts[0].name } : undefined;
}

const isNumber = (type: Type | undefined): boolean => type?.k === 'named' && type.pkg === undefined && type.name === 'uintptr';

function returnedOf(site: Site, trail: Trail): Returned[] {
  return trail.exits.flatMap(({ state, span, returned }) =>
    state.phase !== 'owned' || state.running ? [] : returned.flatMap((value, index) => [...value].flatMap(([path, hold]) => (hold === 'same' ? [{ site, index, path, exit: span }] : []))),
  );
}

/** `k := newKey(); C.get_key(id, &k.c)` */
function foreignField(ir: FuncIr, step: CallStep, { outArg }: OwnedResult): Pick<Site, 'field'> {
  const out = outArg === undefined ? undefined : step.args[outArg];
  const at = out && originStep(ir, out);
  const made = at?.op === 'addr' && at.base.k === 'var' ? originStep(ir, at.base) : undefined;
  if (at?.op !== 'addr' || at.base.k !== 'var' || at.path === '' || at.indexed || made?.op !== 'call' || made.callee.k === 'builtin') return {};
  const type = ownTypeName(at.base.v.type);
  return type === undefined ? {} : { field: { type, path: `.${at.path}` } };
}

/** `once.Do(func() {…})` of a package variable: what the literal allocates is as lasting as what init does. Source: sync.Once. */
const runsOnce = (ir: FuncIr, { id }: FuncBody): boolean =>
  id !== 0 &&
  bodiesOf(ir).some((body) => body.calls.some(({ callee, args }) => callee.k === 'method' && callee.name === 'Do' && callee.recvType.k === 'named' && callee.recvType.pkg === 'sync' && args[0]?.k === 'global' && args[1]?.k === 'closure' && args[1].fn.id === id));

/** Names the variable that first gets the memory, or the call it goes straight into. */
function siteOf(ir: FuncIr, literal: FuncBody, step: CallStep, owned: OwnedResult): Site {
  const name = step.callee.k === 'value' ? '' : step.callee.name;
  const filled = owned.elements && owned.outArg !== undefined ? step.argSpans[owned.outArg] : undefined;
  const base = { span: filled ?? step.span, stmt: step.stmt, literal: literal.id !== 0, ...(runsOnce(ir, literal) ? { once: true as const } : {}), ...foreignField(ir, step, owned), unsafePointer: isUnsafePointer(step.dsts[owned.index]?.type), owned, callee: { k: step.callee.k === 'c' ? ('c' as const) : ('go' as const), name } };
  const aliases = new Set<Var>();
  let converted: true | undefined;
  const own = owned.protocol === 'pinner' ? pinnerVar(step) : undefined;
  if (own?.name !== undefined) return { ...base, holder: { name: own.name, id: own.id, stmt: step.stmt } };
  const target = owned.outArg === undefined ? step.dsts[owned.index] : undefined;
  if (target) aliases.add(target);
  for (const body of bodiesOf(ir)) {
    for (const other of stepsOf(body)) {
      if (other.stmt.start !== step.stmt.start || other.span.start < step.stmt.start) continue;
      if (other.op === 'copy' && other.src.k === 'var' && aliases.has(other.src.v)) {
        if (other.conv) converted = true;
        if (other.dst.kind === 'temp') aliases.add(other.dst);
        else return { ...base, ...(converted ? { converted } : {}), holder: { name: other.dst.name ?? '_', id: other.dst.id, stmt: other.stmt }, unsafePointer: isUnsafePointer(other.dst.type) };
      }
      if (other.op === 'call' && other !== step && other.args.some((arg) => arg.k === 'var' && aliases.has(arg.v))) {
        return { ...base, inline: { stmt: other.stmt, callee: other.callee.k === 'value' ? 'a function' : other.callee.k === 'c' ? `C.${other.callee.name}` : other.callee.name } };
      }
    }
  }
  return base;
}
