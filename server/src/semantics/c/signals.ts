/** Signal handlers that C code installs. Source: os/signal, "Go programs that use cgo or SWIG"; sigaction(2). */
import type { Span } from '../../base/span.ts';
import type { CExpr, CFunction, CUnit } from '../../syntax/c/c-facts.ts';
import { each } from './walk.ts';

export interface HandlerFact {
  readonly fn: CFunction;
  readonly how: 'signal' | 'sigaction';
  /** The call. */
  readonly span: Span;
}

/** Whether the text of a C unit has a word that installs handlers: the bodies of most need not be read. */
export const mayInstall = (text: string): boolean => /sig(?:nal|set|action)/.test(text);

const cache = new WeakMap<CUnit, readonly HandlerFact[]>();

/** Calls that install a handler which runs on the stack of whatever thread gets the signal: `signal`, and `sigaction` without SA_ONSTACK. */
export function signalHandlers(unit: CUnit): readonly HandlerFact[] {
  let found = cache.get(unit);
  if (!found) cache.set(unit, (found = unit.functions.flatMap((fn) => handlersOf(fn, unit))));
  return found;
}

/** Functions of the C library that install a handler on whatever stack there is: signal(2), sigset(3), bsd_signal(3), sysv_signal(3). */
export const installs: ReadonlySet<string> = new Set(['signal', 'sigset', 'bsd_signal', 'sysv_signal', 'ssignal']);

function handlersOf(fn: CFunction, unit: CUnit): HandlerFact[] {
  const body = fn.body?.();
  if (!body || body.hasError) return [];
  const calls: (CExpr & { kind: 'call' })[] = [];
  const handlers = new Map<string, CExpr>();
  const isDeclared = (name: string): boolean => unit.functions.some((one) => one.name === name) || unit.prototypes.some((one) => one.name === name);
  let isOnStack = false;
  // What a local variable may hold; a parameter is what its callers say.
  const locals = new Map<string, CExpr[]>(fn.params.flatMap(({ name }): [string, CExpr[]][] => (name === undefined ? [] : [[name, []]])));
  const isHandler = (value: CExpr): boolean => (value.kind === 'name' && locals.has(value.name) ? locals.get(value.name)!.some(isFunction) : isFunction(value));
  each(body.steps, (step) => {
    if (step.kind !== 'declare') return;
    locals.set(step.name, step.value ? [step.value] : []);
    // `struct sigaction sa = { .sa_handler = handler }`: of its parts only the handler is a function.
    const handler = step.value?.kind === 'list' ? step.value.parts.find((part) => part.kind === 'name' && isDeclared(part.name)) : undefined;
    if (handler) handlers.set(step.name, handler);
  });
  each(body.steps, (expr) => {
    if (expr.kind === 'call') calls.push(expr);
    else if (expr.kind === 'assign' && expr.target.kind === 'name') locals.get(expr.target.name)?.push(expr.value);
    else if (expr.kind === 'name' && expr.name === 'SA_ONSTACK') isOnStack = true;
    else if (expr.kind === 'assign' && expr.target.kind === 'field' && /^sa_(?:handler|sigaction)$/.test(expr.target.name)) handlers.set(key(expr.target.of), expr.value);
  });
  return calls.flatMap(({ callee, args, span }): HandlerFact[] => {
    const second = args[1];
    if (callee !== undefined && installs.has(callee) && args.length === 2 && second && isHandler(second)) return [{ fn, how: 'signal', span }];
    if (callee !== 'sigaction' || isOnStack || second?.kind !== 'address') return [];
    // An action that is only put back was made elsewhere.
    const handler = handlers.get(key(second.of));
    // Whoever puts the old action back before returning has the handler for this long only.
    const saved = args[2]?.kind === 'address' ? key(args[2].of) : undefined;
    if (saved !== undefined && calls.some((call) => call.callee === 'sigaction' && call.span.start > span.start && call.args[1]?.kind === 'address' && key(call.args[1].of) === saved)) return [];
    return handler && isHandler(handler) ? [{ fn, how: 'sigaction', span }] : [];
  });
}

/** A function by its name; SIG_IGN, SIG_DFL and a handler that was saved before are none. */
const isFunction = (value: CExpr): boolean => (value.kind === 'name' && !/^SIG_/.test(value.name) && !/old|prev|saved|orig/i.test(value.name)) || (value.kind === 'address' && value.of.kind === 'name');

const key = (expr: CExpr): string => (expr.kind === 'name' ? expr.name : expr.kind === 'field' ? `${key(expr.of)}.${expr.name}` : expr.kind);

/** Whether the body sets errno, as wrappers do that make it mean something. */
export function setsErrno(fn: CFunction | undefined): boolean {
  let found = false;
  each(fn?.body?.()?.steps, (expr) => {
    if (expr.kind === 'assign' && expr.target.kind === 'name' && expr.target.name === 'errno') found = true;
  });
  return found;
}

/** Whether the body does nothing but return errno. */
export function returnsErrno(fn: CFunction | undefined): boolean {
  const steps = fn?.body?.()?.steps;
  const only = steps?.length === 1 ? steps[0] : undefined;
  return only?.kind === 'return' && only.value?.kind === 'name' && only.value.name === 'errno';
}
