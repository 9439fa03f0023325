/** C calls during which the Go object that owns the memory may already be finalized: its last use was loading the pointer. */
import type { Span } from '../base/span.ts';
import { functionKey, type GoFunction } from '../semantics/package-model.ts';
import { fieldType } from '../semantics/shape.ts';
import { ownTypeName } from '../semantics/types.ts';
import { definitions, mentions, origin, originStep } from './definitions.ts';
import { finalizedFields, finalizerEnders, finalizerFunctions, isFinalizerLiteral, lockingFinalizers, takesLock } from './finalizers.ts';
import type { CallStep, FuncBody, FuncIr, Operand, Var } from './ir.ts';
import { deferredUse, keepers, mayBeHeld, usedAfter } from './liveness.ts';
import type { PackageFlow } from './package-flow.ts';
import { effectOf, Explorer } from './resource/explore.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

export interface EarlyFinalizer {
  readonly call: Span;
  readonly stmt: Span;
  readonly callee: string;
  readonly object: string;
  readonly type: string;
  readonly field: string;
  /** Where the pointer is loaded. */
  readonly load: Span;
  /** The object is a copy (a value receiver or parameter): nothing done to it keeps the original alive. */
  readonly copied: boolean;
}

/** The calls in `fn` that need a runtime.KeepAlive. */
export function earlyFinalizers(fn: GoFunction, flow: PackageFlow): readonly EarlyFinalizer[] {
  const finalized = finalizedFields(flow);
  if (finalized.size === 0) return [];
  return flow.ask(`keepalive:${flow.idOf(fn)}`, () => {
    flow.targets(fn);
    const fields = finalizedFields(flow);
    const ir = flow.ir(fn);
    if (ir.opaque) return [];
    const out: EarlyFinalizer[] = [];
    const goroutines = goroutineBodies(ir);
    const releasers = new Map<string, boolean>();
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op !== 'call' || (step.mode !== 'call' && step.callee.k !== 'c')) continue;
        for (const [i, arg] of step.args.entries()) {
          const found = owned(ir, arg, fields, flow);
          if (!found || !reachesC(step, i, flow) || (step.callee.k === 'c' && finalizerEnders(flow).has(`${step.callee.name}#${i}`))) continue;
          // The finalizer waits for a lock that is held here.
          if (lockingFinalizers(flow).has(ownTypeName(found.object.type) ?? '') && [...stepsOf(body)].some((other) => takesLock(other) && other.span.start < step.span.start)) continue;
          // What a literal captures is kept by whoever runs the literal, unless it runs on a goroutine of its own.
          if ((found.object.scope !== body.id && !goroutines.has(body)) || (!found.copied && !isDeadAfter(ir, step, found.object, flow))) continue;
          const key = `${found.object.id}${found.path}`;
          if (!releasers.has(key)) releasers.set(key, isReleaser(fn, ir, found.object, found.path, flow));
          if (releasers.get(key) || keptByCallers(fn, ir, found.object, flow)) continue;
          out.push({
            call: step.span,
            stmt: step.stmt,
            callee: step.callee.k === 'c' ? `C.${step.callee.name}` : step.callee.k === 'value' ? '' : step.callee.name,
            object: found.object.name ?? '',
            type: ownTypeName(found.object.type) ?? '',
            field: found.path.slice(1),
            load: found.load,
            copied: found.copied,
          });
          break;
        }
      }
    }
    return out;
  });
}

function goroutineBodies(ir: FuncIr): ReadonlySet<FuncBody> {
  const found = new Set<FuncBody>();
  for (const body of bodiesOf(ir)) for (const step of stepsOf(body)) if (step.op === 'call' && step.mode === 'go' && step.callee.k === 'value' && step.callee.fn.k === 'closure') found.add(step.callee.fn.fn);
  return found;
}

interface Owned {
  readonly object: Var;
  readonly path: string;
  readonly load: Span;
  readonly copied: boolean;
}

/** The finalized object whose field an argument was loaded from. */
function owned(ir: FuncIr, arg: Operand, fields: ReadonlyMap<string, ReadonlySet<string>>, flow: PackageFlow): Owned | undefined {
  const step = originStep(ir, arg);
  if (step?.op === 'field' && step.base.k === 'var') {
    const dot = step.name.lastIndexOf('.');
    // `s.db.c`: the finalizer is that of *DB, and s is what keeps the DB alive.
    const inner = dot < 0 ? undefined : ownTypeName(fieldType(flow.model.shape, step.base.v.type, step.name.slice(0, dot)));
    const held = inner !== undefined && step.base.v.name !== undefined && step.base.v.type?.k === 'pointer' && fields.get(inner)?.has(step.name.slice(dot));
    return owner(step.base.v, `.${step.name}`, step.span, fields) ?? (held ? { object: step.base.v, path: `.${step.name}`, load: step.span, copied: false } : undefined);
  }
  if (step?.op === 'call' && (step.callee.k === 'method' || step.callee.k === 'go') && step.mode === 'call') {
    // An accessor: `h.native()` returns h.ptr.
    const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
    const object = step.args[0];
    const type = object?.k === 'var' ? ownTypeName(object.v.type) : undefined;
    if (object?.k !== 'var' || type === undefined || (step.callee.k === 'method' && recv === undefined)) return undefined;
    for (const path of fields.get(type) ?? []) {
      const effect = flow.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: step.callee.name }, 0, path);
      if (effect?.returned.includes(0)) return owner(object.v, path, step.span, fields);
    }
  }
  return undefined;
}

function owner(object: Var, path: string, load: Span, fields: ReadonlyMap<string, ReadonlySet<string>>): Owned | undefined {
  const type = ownTypeName(object.type);
  if (object.name === undefined || type === undefined || !fields.get(type)?.has(path)) return undefined;
  if (object.type?.k === 'pointer') return { object, path, load, copied: false };
  // A value that was passed is a copy of an object with a finalizer, if it is that type itself and no wrapper that points to one.
  return object.kind === 'receiver' && !embeds(path, type, fields) ? { object, path, load, copied: true } : undefined;
}

/** Whether the path leads through another finalized type, which a copy may share. */
const embeds = (path: string, type: string, fields: ReadonlyMap<string, ReadonlySet<string>>): boolean => path.split('.').length > 2 || [...(fields.get(type) ?? [])].some((other) => other !== path && other.endsWith(path));

/** The pointer gets to C while the object is not needed any more: a C call, or a helper that passes it on. */
function reachesC(step: CallStep, arg: number, flow: PackageFlow): boolean {
  switch (step.callee.k) {
    case 'c':
      return step.callee.name !== 'free';
    case 'go':
      return (flow.knowledge.goArg({ name: step.callee.name }, arg, '')?.assumed.length ?? 0) > 0;
    case 'method': {
      const recv = ownTypeName(step.callee.recvType);
      return recv !== undefined && arg > 0 && (flow.knowledge.goArg({ recv, name: step.callee.name }, arg, '')?.assumed.length ?? 0) > 0;
    }
    default:
      return false;
  }
}

function isDeadAfter(ir: FuncIr, step: CallStep, object: Var, flow: PackageFlow, passed?: Operand): boolean {
  // A deferred call runs when the function is left: only what is registered before it, or returned, is still in use then.
  const vars = keepers(ir, object);
  const body = definitions(ir).bodyOf.get(step);
  if (!body || step.args.some((arg) => arg !== passed && isGoPointerTo(ir, arg, vars))) return false;
  return !deferredUse(ir, body, vars, step.span.start) && !(step.mode === 'defer' ? isReturned(ir, body, vars) : usedAfter(ir, step, vars, object)) && !mayBeHeld(ir, vars, flow.knowledge, body);
}

const isReturned = (ir: FuncIr, body: FuncBody, vars: ReadonlySet<Var>): boolean => body === ir.body && body.blocks.some(({ term }) => term.k === 'return' && term.values.some((value) => mentions(value, vars)));

/** The object itself, or the address of something in it, is an argument: cgo keeps that alive until the call returns. */
function isGoPointerTo(ir: FuncIr, arg: Operand, vars: ReadonlySet<Var>): boolean {
  const at = origin(ir, arg);
  if (mentions(at, vars)) return true;
  const step = originStep(ir, arg);
  return step?.op === 'addr' && mentions(step.base, vars);
}

/** The function that releases the memory is the end of the object anyway. */
function isReleaser(fn: GoFunction, ir: FuncIr, object: Var, path: string, flow: PackageFlow): boolean {
  const literal = ir.literals.find((body) => body.params.includes(object));
  if (literal && isFinalizerLiteral(ir, literal)) return true;
  if (finalizerFunctions(flow).has(functionKey(fn))) return true;
  if (literal) return effectOf(new Explorer(ir, fn.top.syntax, flow.knowledge).run(literal, new Map([[`${object.id}${path}`, 'same']]))).releases !== 'never';
  const index = ir.body.params.indexOf(object);
  return index >= 0 && flow.knowledge.goArg(fn, index, path)?.releases !== 'never';
}

/** An unexported function whose every caller in the package uses the object afterwards. */
function keptByCallers(fn: GoFunction, ir: FuncIr, object: Var, flow: PackageFlow): boolean {
  const index = ir.body.params.indexOf(object);
  if (index < 0 || /^\p{Lu}/u.test(fn.name) || fn.exported !== undefined) return false;
  const sites = flow.everyFile().flatMap((file) => file.functions.flatMap((caller) => (caller.top.syntax.text.includes(fn.name) ? callSites(caller, fn, index, flow) : [])));
  return sites.length > 0 && sites.every((kept) => kept);
}

/** Of each call of `callee` in `caller`: whether the object is kept alive beyond it. */
function callSites(caller: GoFunction, callee: GoFunction, index: number, flow: PackageFlow): boolean[] {
  flow.targets(caller);
  const ir = flow.ir(caller);
  const sites: boolean[] = [];
  for (const body of bodiesOf(ir)) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'call' || !('name' in step.callee) || step.callee.name !== callee.name) continue;
      const recv = step.callee.k === 'method' ? ownTypeName(step.callee.recvType) : undefined;
      if (step.callee.k !== (callee.recv === undefined ? 'go' : 'method') || (callee.recv !== undefined && recv !== callee.recv)) continue;
      const arg = step.args[index];
      if (arg?.k === 'global') sites.push(true);
      else if (arg?.k !== 'var' || step.mode !== 'call') sites.push(false);
      else sites.push(!isDeadAfter(ir, step, arg.v, flow, arg));
    }
  }
  return sites;
}
