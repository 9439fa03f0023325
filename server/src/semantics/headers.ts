/** What a file's preamble gets from its includes: headers of the package are followed, standard ones are known, others may declare anything. */
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { CSource, PackageFile, PackageModel } from './package-model.ts';

/** Headers of the C standard that declare nothing of stdlib.h, glibc, musl and the BSDs alike (measured with glibc 2.36). */
const standard = new Set(
  'assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio string strings time uchar wchar wctype'.split(' ').map((name) => `${name}.h`),
);

/** Whether a function of the C library is declared where the file's Go code is compiled. `unknown`: a header that is not in view may declare it. */
export function declaration(model: PackageModel, file: PackageFile, name: string, header: string): 'declared' | 'missing' | 'unknown' {
  const { preambleUnit } = file;
  if (!preambleUnit) return 'missing';
  const found = declarationIn(model, preambleUnit, directory(file.file), name, header);
  if (found === 'declared') return found;
  // An include behind an open comment is not read as one, but somebody is at it.
  const preamble = file.cImport?.preamble?.comment;
  return preamble && file.go.text.slice(preamble.start, preamble.end).includes(`<${header}>`) ? 'declared' : found;
}

/** The same for the C of a unit in `folder`. */
export function declarationIn(model: PackageModel, unit: CUnit, folder: string, name: string, header: string): 'declared' | 'missing' | 'unknown' {
  const seen = new Set<CUnit>();
  let isUnknown = false;
  const visit = (at: CUnit, from: string): boolean => {
    if (seen.has(at)) return false;
    seen.add(at);
    isUnknown ||= at.hasError || at.skipped;
    if ([...at.prototypes, ...at.functions, ...at.macros].some((one) => one.name === name)) return true;
    return at.includes.some(({ path, system }) => {
      if (path === header) return true;
      const local = system ? undefined : sourceAt(model.cSources, from, path);
      if (local) return visit(local.unit, directory(local.file));
      isUnknown ||= !standard.has(path);
      return false;
    });
  };
  if (visit(unit, folder)) return 'declared';
  return isUnknown ? 'unknown' : 'missing';
}

/** The C file that a quoted include names, when it was read. */
export function sourceAt(sources: readonly CSource[], from: string, path: string): CSource | undefined {
  const parts = `${from}/${path}`.split('/');
  const out: string[] = [];
  for (const part of parts) {
    if (part === '..') out.pop();
    else if (part !== '.') out.push(part);
  }
  const wanted = out.join('/');
  return sources.find(({ file }) => file === wanted);
}

const directory = (file: string): string => file.slice(0, file.lastIndexOf('/'));
