/**
 * Calls from C bodies to exported Go functions of which no prototype is in view. The C compiler then makes one up from the arguments (until
 * C99 and GCC 14), and nobody compares it with what Go reads. Source: ISO C90 6.3.2.2; cmd/cgo, "C references to Go".
 */
import type { Span } from '../base/span.ts';
import type { CBody, CExpr, CFunction, CUnit } from '../syntax/c/c-facts.ts';
import { declaredType } from './c/c-sizes.ts';
import { each } from './c/walk.ts';
import { passedParams } from './export-signatures.ts';
import type { GoFunction, PackageModel } from './package-model.ts';

export interface UndeclaredCall {
  readonly unit: CUnit;
  /** The C function that calls. */
  readonly caller: string;
  readonly call: Span;
  /** `count`: other arguments than Go reads. `kind`: Go reads a string, slice or interface, which are structs, and gets one register. */
  readonly what: { readonly how: 'count'; readonly given: number; readonly wanted: number } | { readonly how: 'kind'; readonly param: string; readonly type: string };
}

/** Go types that cgo passes as structs of two or three words. */
const structs: ReadonlySet<string | undefined> = new Set(['string', 'slice', 'interface']);

/** The calls of an exported function that cannot be right. */
export function undeclaredCalls(model: PackageModel, fn: GoFunction): UndeclaredCall[] {
  const units = model.c.units;
  if (units.some((unit) => unit.prototypes.some(({ name }) => name === fn.name))) return [];
  const callers = model.c.callersOf(fn.name);
  if (callers.length === 0) return [];
  const wanted = passedParams(model, fn);
  return callers.flatMap(({ name, unit: index }): UndeclaredCall[] => {
    const unit = units[index]!;
    // The generated header declares it, and so may a header that was not read.
    if (unit.hasError || unit.includes.some(({ path, system }) => !system && !model.cSources.some(({ file }) => file.endsWith(`/${path.replace(/^(?:\.\.?\/)+/, '')}`)))) return [];
    return unit.functions.flatMap((by) => {
      const body = by.name === name ? by.body?.() : undefined;
      return body && !body.hasError ? wrongCalls(fn.name, by, body, wanted).map((found) => ({ ...found, unit, caller: by.name })) : [];
    });
  });
}

function wrongCalls(callee: string, by: CFunction, body: CBody, wanted: ReturnType<typeof passedParams>): Pick<UndeclaredCall, 'call' | 'what'>[] {
  const out: Pick<UndeclaredCall, 'call' | 'what'>[] = [];
  each(body.steps, (node) => {
    if (node.kind !== 'call' || node.callee !== callee) return;
    if (node.args.length < wanted.length) out.push({ call: node.span, what: { how: 'count', given: node.args.length, wanted: wanted.length } });
    else {
      const at = wanted.findIndex(({ passing }, i) => structs.has(passing) && isWord(node.args[i]!, by, body));
      if (at >= 0) out.push({ call: node.span, what: { how: 'kind', param: wanted[at]!.name, type: wanted[at]!.text } });
    }
  });
  return out;
}

/** Whether an argument is a pointer or a number for certain. */
function isWord(arg: CExpr, fn: CFunction, body: CBody): boolean {
  if (arg.kind === 'name') return /\*$/.test(declaredType({ fn, body }, arg.name) ?? '');
  return arg.kind === 'string' || arg.kind === 'address' || arg.kind === 'null';
}
