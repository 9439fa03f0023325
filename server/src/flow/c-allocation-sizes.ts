/** Sizes across the border: allocations in the package's own C bodies, and what Go may expect of C helpers that allocate or write elements. */
import type { CElementWrite, CSizedResult, CTooSmall } from '../semantics/c/c-allocations.ts';
import { elementWrites, sizedResult, tooSmallIn } from '../semantics/c/c-allocations.ts';
import type { CSizing } from '../semantics/c/c-sizes.ts';
import { goType } from '../semantics/c-view.ts';
import { layoutOf } from '../semantics/layout.ts';
import type { PackageModel } from '../semantics/package-model.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import { cBodies } from './c-functions.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CSizeFact extends CTooSmall {
  readonly unit: CUnit;
  readonly fn: string;
}

/** The allocations in C bodies that are smaller than what is done with them. */
export const cAllocationSizes = (flow: PackageFlow): readonly CSizeFact[] => flow.ask('c allocation sizes', () => find(flow));

function find(flow: PackageFlow): CSizeFact[] {
  const { model } = flow;
  return cBodies(flow).flatMap(({ fn, unit }) => {
    const body = fn.body?.();
    return body && !body.hasError ? tooSmallIn(sizing(model, fn, body)).map((fact) => ({ ...fact, unit, fn: fn.name })) : [];
  });
}

const sizing = (model: PackageModel, fn: CSizing['fn'], body: CSizing['body']): CSizing => ({ fn, body, sizeOf: (type) => layoutOf(goType(type.replace(/^const /, '')), model)?.size });

/** The body that Go calls by this name. */
function calledBody(model: PackageModel, name: string): CSizing | undefined {
  const fn = model.c.function(name);
  const body = fn?.body?.();
  return fn && body && !body.hasError ? sizing(model, fn, body) : undefined;
}

/** What a C helper allocates by one of its arguments. */
export function helperSize(flow: PackageFlow, name: string): CSizedResult | undefined {
  return flow.askAbout('size from helper', name, () => {
    const at = calledBody(flow.model, name);
    return at && sizedResult(at);
  });
}

/** The elements that a C helper writes. */
export function helperWrites(model: PackageModel, name: string): readonly CElementWrite[] {
  const at = calledBody(model, name);
  return at ? elementWrites(at) : [];
}
