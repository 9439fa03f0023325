/** Calls of C that act on the process, the thread or the stack below the Go runtime. Sources: fork(2), setjmp(3), pthread_exit(3), exit(3); golang.org/issue/63829. */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { placeInC, type Reached, reachedFrom, reachesAny } from './c-reach.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface ProcessFact {
  readonly span: Span;
  readonly how: 'forks' | 'jumps' | 'marks' | 'ends-thread' | 'exits';
  /** What Go calls, and what that comes to. */
  readonly name: string;
  readonly callee: string;
  readonly inC?: Place;
  /** `forks`: the child ends before it comes back to Go. `exits`: deferred calls of the function are skipped. */
  readonly isTame: boolean;
}

export function processFacts(fn: GoFunction, flow: PackageFlow): readonly ProcessFact[] {
  if (!reachesAny(fn, flow)) return [];
  return flow.askOf('process', fn, (current) =>
    flow.ir(current).bodies.flatMap((body) => {
      const defers = body.calls.some(({ mode }) => mode === 'defer');
      return body.calls.flatMap(({ callee, span }): ProcessFact[] => {
        if (callee.k !== 'c') return [];
        const found = worst(callee.name, reachedFrom(callee.name, flow), defers, current, flow);
        return found ? [{ span, name: callee.name, ...found }] : [];
      });
    }),
  );
}

function worst(name: string, reached: readonly Reached[], defers: boolean, fn: GoFunction, flow: PackageFlow): Omit<ProcessFact, 'span' | 'name'> | undefined {
  const of = (kind: Reached['contract']['process']): Reached | undefined => reached.find(({ contract }) => contract.process === kind);
  // What lies deeper in C may be behind any condition, and may have set the mark that it jumps to.
  const near = (found: Reached | undefined): found is Reached => found !== undefined && (found.by === undefined || found.by.name === name || flow.model.c.summary(name)?.noReturn === true);
  const fact = (how: ProcessFact['how'], found: Reached, isTame: boolean): Omit<ProcessFact, 'span' | 'name'> => {
    const inC = placeInC(found, flow);
    return { how, callee: found.name, isTame, ...(inC ? { inC } : {}) };
  };
  const fork = of('forks');
  if (fork && (!fork.by || !of('execs'))) return fact('forks', fork, fork.by !== undefined && of('exits') !== undefined);
  const jump = of('jumps');
  if (near(jump) && !of('marks')) return fact('jumps', jump, false);
  const mark = of('marks');
  if (mark && !mark.by) return fact('marks', mark, false);
  const thread = of('ends-thread');
  if (near(thread)) return fact('ends-thread', thread, false);
  const exit = of('exits');
  const always = exit && (!exit.by || flow.model.c.summary(name)?.noReturn === true);
  if (!always || endsOnPurpose(fn, exit.name, defers)) return undefined;
  return fact('exits', exit, defers);
}

/** A program may end itself when nothing waits to be done, and so may a function whose name says so. */
function endsOnPurpose(fn: GoFunction, callee: string, defers: boolean): boolean {
  if (/exit|abort|fatal|die|quit|crash|kill|panic/i.test(fn.name)) return true;
  return fn.file.go.packageName === 'main' && (!defers || callee === 'abort');
}
