/** Finds the function that gives back what a maker made, by the names that the package has in view: only for fixes, never for findings. */
import type { PackageModel } from '../semantics/package-model.ts';

const endings = ['free', 'destroy', 'close', 'delete', 'release', 'unref', 'dispose', 'Free', 'Destroy', 'Close', 'Delete', 'Release'];

/** `X_new` → `X_free`, if such a function is declared in view or used in the package. */
export function deallocatorOf(made: { readonly maker: string; readonly deallocator?: string }, model: PackageModel): string | undefined {
  if (made.deallocator !== undefined) return made.deallocator;
  const name = made.maker.replace(/^C\./, '');
  const found = /^(.*?)(_?)(new|create|open|init|alloc|calloc|dup|copy|clone|make|New|Create|Open|Init|Alloc)(?![a-z])/.exec(name);
  if (!found) return undefined;
  const known = (candidate: string): boolean => model.c.function(candidate) !== undefined || model.mentionsC(candidate);
  return endings.map((ending) => `${found[1]}${found[2]}${ending}`).find(known);
}
