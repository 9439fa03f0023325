/** Signal handlers that Go code installs with functions of the C library. Source: os/signal, "Go programs that use cgo or SWIG". */
import type { Span } from '../base/span.ts';
import { installs } from '../semantics/c/signals.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { origin } from './definitions.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf } from './resource/function-info.ts';

export interface GoHandler {
  /** The call. */
  readonly span: Span;
  readonly callee: string;
  readonly handler: string;
}

/** Calls such as `C.signal(C.SIGUSR1, C.handler(C.onSignal))`; SIG_IGN and SIG_DFL are no handlers. */
export function goHandlers(fn: GoFunction, flow: PackageFlow): readonly GoHandler[] {
  const { cFunctions } = flow.ir(fn);
  if (![...installs].some((name) => cFunctions.has(name))) return [];
  return flow.askOf('signal handlers', fn, (current) => {
    const ir = flow.ir(current);
    return bodiesOf(ir).flatMap((body) =>
      body.calls.flatMap((call): GoHandler[] => {
        const { callee } = call;
        if (callee.k !== 'c' || !installs.has(callee.name) || flow.model.c.function(callee.name)) return [];
        const handler = call.args[1] && origin(ir, call.args[1]);
        return handler?.k === 'c' && !handler.name.startsWith('SIG_') ? [{ span: call.span, callee: callee.name, handler: handler.name }] : [];
      }),
    );
  });
}
