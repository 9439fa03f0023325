/** What C prints into the buffer of its standard output, and whether anything writes that buffer out. Sources: setvbuf(3), exit(3); runtime (exit is a system call). */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { placeInC, reachedFrom, reachesAny } from './c-reach.ts';
import { origin } from './definitions.ts';
import type { CallStep, FuncIr } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface OutputFact {
  readonly span: Span;
  /** What Go calls, and what that comes to. */
  readonly name: string;
  readonly callee: string;
  readonly inC?: Place;
}

/** In a program that Go ends: the functions that let C print, when nothing ever flushes. */
export function printingFunctions(flow: PackageFlow): readonly GoFunction[] {
  const { model } = flow;
  if (!model.files.some(({ go, cImport }) => go.packageName === 'main' && cImport) || !isEndedByGo(flow)) return [];
  const printing = flow.functionsWhere('printing', (fn) => fn.decl.body !== undefined && outputs(fn, flow).length > 0);
  return printing.length > 0 && model.complete && !flushes(flow) ? printing : [];
}

/** An empty main is that of a library for C programs, whose exit flushes. */
const isEndedByGo = (flow: PackageFlow): boolean => flow.targets({ name: 'main' }).fns.some((fn) => flow.ir(fn).body.steps.length > 0);

export function outputs(fn: GoFunction, flow: PackageFlow): readonly OutputFact[] {
  if (!reachesAny(fn, flow)) return [];
  return flow.askOf('outputs', fn, (current) => {
    const ir = flow.ir(current);
    return ir.bodies.flatMap((body) =>
      body.calls.flatMap((step): OutputFact[] => {
        if (step.callee.k !== 'c') return [];
        const { name } = step.callee;
        const found = reachedFrom(name, flow).find(({ contract, by }) => contract.prints === 'stdout' || (by === undefined && typeof contract.prints === 'number' && isStdout(ir, step, contract.prints)));
        // What has a variable number of arguments cannot be called from Go at all.
        if (!found || (found.by === undefined && found.contract.variadic === true)) return [];
        const inC = placeInC(found, flow);
        return [{ span: step.span, name, callee: found.name, ...(inC ? { inC } : {}) }];
      }),
    );
  });
}

function isStdout(ir: FuncIr, step: CallStep, index: number): boolean {
  const stream = step.args[index] && origin(ir, step.args[index]);
  return stream?.k === 'c' && stream.name === 'stdout';
}

/** Whether Go or C calls anything that writes buffers out or changes how they are kept. */
function flushes(flow: PackageFlow): boolean {
  return flow.ask('flushes', () => {
    const { c, contracts } = flow.model;
    return contracts.namesWhere(({ flushes: does }) => does === true).some((name) => flow.model.mentionsC(name) || c.callersOf(name).length > 0);
  });
}
