/** Finds the function that is made to release a type: freeing a struct by hand would leave what its fields own. Knows no bodies. */
import type { CFunction } from '../../syntax/c/c-facts.ts';
import type { CSummary } from './c-summary.ts';

const releaseWord = /(?:^|_|[a-z])(?:free|destroy|release|delete|close|dispose|cleanup|unref|fini|finalize|Free|Destroy|Release|Delete|Close|Dispose|Cleanup|Unref|Fini|Finalize)(?:$|_|[A-Z\d])/;

/** Whether a function may be the destructor of `type`, by its name and its first parameter. */
export const mayDestroy = (fn: CFunction, type: string): boolean => releaseWord.test(fn.name) && fn.params[0]?.type === type;

/** Types that nobody writes a destructor for. */
export const isPlain = (type: string): boolean => !type.endsWith('*') || /^(?:const )?(?:void|char|unsigned char|signed char|u?int\d*(?:_t)?|float|double|wchar_t)\b/.test(type);

/** The destructor among the candidates, as far as their bodies are known; undefined when none or several fit. */
export function destructorOf(candidates: readonly { readonly fn: CFunction; readonly summary: CSummary | undefined }[]): string | undefined {
  const releasing = candidates.filter(({ summary }) => summary?.params[0]?.effect === 'releases');
  const deep = releasing.filter(({ summary }) => summary?.params[0]?.contentsReleased);
  const names = new Set((deep.length > 0 ? deep : releasing).map(({ fn }) => fn.name));
  return names.size === 1 ? [...names][0] : undefined;
}
