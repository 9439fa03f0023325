/** Changes that C makes to its environment, and what Go reads of its own, which is another one. Sources: package os, runtime/cgo (setenv.go). */
import type { Span } from '../base/span.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import { placeInC, reachedFrom, reachesAny } from './c-reach.ts';
import { origin, originStep } from './definitions.ts';
import type { CallStep, FuncIr } from './ir.ts';
import type { Place } from './knowledge.ts';
import type { PackageFlow } from './package-flow.ts';

export interface EnvironmentFact {
  readonly span: Span;
  /** What Go calls, and the function that changes the environment. */
  readonly name: string;
  readonly callee: string;
  readonly inC?: Place;
  /** The variable, where it is known. */
  readonly key?: string;
  /** `os.Getenv`, and where it is called. */
  readonly reader: string;
  readonly at: Place;
}

interface Reader {
  readonly id: number;
  readonly api: string;
  readonly key?: string;
  /** `all`: every variable. `child`: the environment of a new process. */
  readonly what: 'one' | 'all' | 'child';
  readonly at: Place;
}

/** The changes in a function that some function of the package will not see. */
export function environmentFacts(fn: GoFunction, flow: PackageFlow): readonly EnvironmentFact[] {
  if (!reachesAny(fn, flow)) return [];
  return flow.askOf('environment', fn, (current) => {
    const changes = changesIn(current, flow);
    if (changes.length === 0) return [];
    const readers = flow.gather('environment readers', (one) => (/env|exec/i.test(one.top.syntax.text) ? readersIn(one, flow) : []));
    const id = flow.idOf(current);
    return changes.flatMap(({ key, ...change }): EnvironmentFact[] => {
      const reader = readers.find((one) => reads(one, key, one.id === id));
      return reader ? [{ ...change, ...(key !== undefined ? { key } : {}), reader: reader.api, at: reader.at }] : [];
    });
  });
}

/** Names that nobody can compare count in one function only, or where neither side shows one. */
function reads(reader: Reader, key: string | undefined, isSameFunction: boolean): boolean {
  if (reader.what === 'all' || isSameFunction) return reader.key === undefined || key === undefined || reader.key === key;
  return reader.what === 'one' && reader.key === key;
}

function changesIn(fn: GoFunction, flow: PackageFlow): Omit<EnvironmentFact, 'reader' | 'at'>[] {
  const ir = flow.ir(fn);
  const calls = ir.bodies.flatMap((body) => body.calls);
  // Whoever tells Go as well knows of both.
  if (calls.some(({ callee }) => callee.k === 'pkg' && /^(?:os|syscall)$/.test(callee.pkg) && /^(?:Setenv|Unsetenv|Clearenv)$/.test(callee.name))) return [];
  return calls.flatMap((step): Omit<EnvironmentFact, 'reader' | 'at'>[] => {
    if (step.callee.k !== 'c') return [];
    const { name } = step.callee;
    const found = reachedFrom(name, flow).find(({ contract, by }) => contract.environment === true && (by === undefined || by.name === name));
    if (!found) return [];
    const inC = placeInC(found, flow);
    const key = found.by ? undefined : keyOf(ir, step);
    return [{ span: step.span, name, callee: found.name, ...(key !== undefined ? { key } : {}), ...(inC ? { inC } : {}) }];
  });
}

/** The name in `C.setenv(C.CString("NAME"), …)`, or before the `=` of `C.putenv`. */
function keyOf(ir: FuncIr, step: CallStep): string | undefined {
  const made = step.args[0] && originStep(ir, step.args[0]);
  const text = made?.op === 'call' && made.callee.k === 'c' && made.callee.name === 'CString' ? textOf(ir, made) : undefined;
  return text?.split('=')[0];
}

function textOf(ir: FuncIr, step: CallStep): string | undefined {
  const value = step.args[0] && origin(ir, step.args[0]);
  return value?.k === 'const' && /^["`]/.test(value.value) ? value.value.slice(1, -1) : undefined;
}

function readersIn(fn: GoFunction, flow: PackageFlow): readonly Reader[] {
  return flow.askOf('environment readers', fn, (current) => {
    const ir = flow.ir(current);
    return ir.bodies.flatMap((body) =>
      body.calls.flatMap((step): Reader[] => {
        const { callee } = step;
        if (callee.k !== 'pkg') return [];
        const isOs = /^(?:os|syscall)$/.test(callee.pkg);
        const what = isOs && /^(?:Getenv|LookupEnv)$/.test(callee.name) ? 'one' : isOs && /^(?:Environ|ExpandEnv)$/.test(callee.name) ? 'all' : callee.pkg === 'os/exec' && callee.name.startsWith('Command') ? 'child' : undefined;
        if (what === undefined) return [];
        const key = what === 'one' ? textOf(ir, step) : undefined;
        return [{ id: flow.idOf(current), api: `${callee.pkg.slice(callee.pkg.lastIndexOf('/') + 1)}.${callee.name}`, what, ...(key !== undefined ? { key } : {}), at: { unit: current.top.syntax, span: step.span } }];
      }),
    );
  });
}
