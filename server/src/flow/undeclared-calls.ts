/** Functions of the C library that C of the package calls although no header declares them. Source: ISO C99 6.5.1 (no implicit declarations); GCC 14 and Clang 16 refuse them. */
import type { Span } from '../base/span.ts';
import { callsIn } from '../syntax/c/called-names.ts';
import { declarationIn } from '../semantics/headers.ts';
import type { CBody, CUnit } from '../syntax/c/c-facts.ts';
import { cBodies } from './c-functions.ts';
import type { PackageFlow } from './package-flow.ts';

export interface UndeclaredLibraryCall {
  readonly unit: CUnit;
  readonly name: string;
  readonly span: Span;
}

/** The first such call of each preamble and .c file; what other files include is judged there. */
export function undeclaredLibraryCalls(flow: PackageFlow, names: ReadonlySet<string>, header: string): UndeclaredLibraryCall[] {
  const { model } = flow;
  const roots = new Map<CUnit, string>();
  const included = new Set(model.c.units.flatMap(({ includes }) => includes.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))));
  for (const { preambleUnit, file } of model.files) if (preambleUnit) roots.set(preambleUnit, directory(file));
  for (const { unit, file } of model.cSources) if (file.endsWith('.c') && !included.has(file.slice(file.lastIndexOf('/') + 1))) roots.set(unit, directory(file));
  const found = new Map<CUnit, UndeclaredLibraryCall>();
  for (const { fn, unit } of cBodies(flow)) {
    const folder = roots.get(unit);
    const body = folder === undefined || found.has(unit) ? undefined : fn.body?.();
    const call = body && !body.hasError ? calls(body).find(({ name }) => names.has(name)) : undefined;
    if (call && declarationIn(model, unit, folder!, call.name, header) === 'missing') found.set(unit, { unit, name: call.name, span: call.at });
  }
  return [...found.values()];
}

const known = new WeakMap<CBody, ReturnType<typeof callsIn>>();

/** The calls of a body, which is asked about at every keystroke, and stays. */
function calls(body: CBody): ReturnType<typeof callsIn> {
  let found = known.get(body);
  if (!found) known.set(body, (found = callsIn(body)));
  return found;
}

const directory = (file: string): string => file.slice(0, file.lastIndexOf('/'));
