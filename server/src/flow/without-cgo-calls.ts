/**
 * Calls of functions that only files with cgo declare, in files that are built without, of packages that mean to be built without: some file stands in
 * for those with cgo and lacks the function. Source: cmd/cgo ("implies the cgo build constraint"); `go build` says "undefined".
 */
import type { Span } from '../base/span.ts';
import { isWithoutCgo, mayMissBeside } from '../semantics/build-constraints.ts';
import type { GoFunction, PackageFile } from '../semantics/package-model.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf } from './resource/function-info.ts';

export interface MissingWithoutCgo {
  readonly fn: GoFunction;
  /** The call, from the start of the declaration. */
  readonly span: Span;
  readonly name: string;
  /** The file that stands in. */
  readonly standIn: PackageFile;
}

/** The first call of each function that is missing without cgo. */
export function missingWithoutCgo(flow: PackageFlow): readonly MissingWithoutCgo[] {
  const { model } = flow;
  const standIns = model.complete && model.files.some((file) => file.cImport) ? flow.everyFile().filter((file) => !file.cImport && isWithoutCgo(file)) : [];
  if (standIns.length === 0) return [];
  const declared = new Map<string, PackageFile[]>();
  for (const file of flow.everyFile()) for (const { name, recv } of file.functions) if (recv === undefined) declared.set(name, [...(declared.get(name) ?? []), file]);
  const onlyCgo = new Map([...declared].filter(([name, files]) => name !== 'init' && files.every((file) => file.cImport)));
  const out = new Map<string, MissingWithoutCgo>();
  for (const file of onlyCgo.size === 0 ? [] : flow.everyFile()) {
    if (file.cImport) continue;
    for (const fn of file.functions) {
      if (![...onlyCgo.keys()].some((name) => !out.has(name) && fn.top.syntax.text.includes(`${name}(`))) continue;
      for (const { callee, span } of bodiesOf(flow.ir(fn)).flatMap((body) => body.calls)) {
        const files = callee.k === 'go' && !out.has(callee.name) ? onlyCgo.get(callee.name) : undefined;
        const standIn = files && standIns.find((one) => mayMissBeside(file, one, files) === true);
        if (callee.k === 'go' && standIn) out.set(callee.name, { fn, span, name: callee.name, standIn });
      }
    }
  }
  return [...out.values()];
}
