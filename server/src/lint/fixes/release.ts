/** Writes the call that gives C memory back, and names what the file needs for it. */
import type { TextEdit } from '../../base/edit.ts';
import type { FixFile } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { ensureInclude } from './include.ts';

export interface Release {
  /** Whether the value must be converted to unsafe.Pointer; results of C.malloc and C.CBytes are one already. */
  readonly convert: boolean;
  /** What it is converted to, where that is a C name: `C.gpointer`. */
  readonly type?: string;
  /** The function that releases the value, `C.free` if absent. */
  readonly release?: string;
}

export interface ReleaseCall {
  readonly text: string;
  /** The imports and the #include. */
  readonly edits: readonly TextEdit[];
}

/** The call for `value`; undefined in a file without "C" or where a name it needs means something else (`declared`). */
export function releaseCall(file: FixFile, value: string, { convert, type, release = 'C.free' }: Release, declared: ReadonlySet<string>): ReleaseCall | undefined {
  if (declared.has('C') || !file.imports.some((spec) => spec.path === 'C')) return undefined;
  const include = release === 'C.free' ? ensureInclude(file, 'stdlib.h') : [];
  if (!include) return undefined;
  if (!convert) return { text: `${release}(${value})`, edits: include };
  if (type !== undefined) return { text: `${release}(${type}(${value}))`, edits: include };
  const unsafe = ensureImport(file, 'unsafe', declared);
  return unsafe && { text: `${release}(${unsafe.name}.Pointer(${value}))`, edits: [...unsafe.edits, ...include] };
}
