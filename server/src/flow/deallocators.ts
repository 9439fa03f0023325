/** Finds the function that gives back what a maker made, by the names that the package has in view: only for fixes, never for findings. */
import type { PackageModel } from '../semantics/package-model.ts';

const endings = ['free', 'destroy', 'close', 'delete', 'release', 'unref', 'dispose', 'Free', 'Destroy', 'Close', 'Delete', 'Release'];

/**
 * `X_new` → `X_free`, if such a function is declared in view or used in the package; else the one function in view that releases the type.
 * Freeing a struct by hand would leave what its fields own: only where nothing else is in view is `free` the answer.
 */
export function deallocatorOf(made: { readonly maker: string; readonly deallocator?: string }, model: PackageModel): string | undefined {
  if (made.deallocator !== undefined && made.deallocator !== 'free') return made.deallocator;
  const name = made.maker.replace(/^C\./, '');
  const paired = pairOf(name, model);
  if (paired !== undefined) return paired;
  const type = model.c.function(name)?.result.type;
  const destroyers = type === undefined ? [] : model.c.destroyers(type);
  return destroyers.length === 0 ? made.deallocator : destroyers.length === 1 ? destroyers[0] : undefined;
}

function pairOf(name: string, model: PackageModel): string | undefined {
  const found = /^(.*?)(_?)(new|create|open|init|alloc|calloc|dup|copy|clone|make|New|Create|Open|Init|Alloc)(?![a-z])/.exec(name);
  if (!found || found[1] === '') return undefined;
  const known = (candidate: string): boolean => model.c.function(candidate) !== undefined || model.mentionsC(candidate);
  return endings.map((ending) => `${found[1]}${found[2]}${ending}`).find(known);
}
