/** Inserts a recover frame into an exported function, so that no panic unwinds through C. */
import type { TextEdit } from '../../base/edit.ts';
import type { FixFile, FixFunction } from './fix-file.ts';
import { ensureImport } from './imports.ts';
import { insertFirst } from './insert.ts';
import { merge } from './merge.ts';
import { freshName } from './names.ts';
import { declaredIn, namesIn } from './place.ts';

/** A deferred recover as the first statement: it logs the panic and, where a named result is plainly a status code, sets it to -1. */
export function recoverGuard(file: FixFile, fn: FixFunction): TextEdit[] | undefined {
  if (!fn.decl.body) return undefined;
  const value = freshName('r', namesIn(fn));
  const report = reporter(file, fn, value);
  if (!report) return undefined;
  const status = statusResult(file.text, fn);
  const lines = [
    'defer func() {',
    `\tif ${value} := recover(); ${value} != nil {`,
    `\t\t${report.text}`,
    ...(status === undefined ? [] : [`\t\t${status} = -1`]),
    '\t}',
    '}()',
  ];
  return merge(file.text, insertFirst(file.text, fn, fn.decl.body, lines), report.edits);
}

function reporter(file: FixFile, fn: FixFunction, value: string): { text: string; edits: readonly TextEdit[] } | undefined {
  const declared = declaredIn(fn);
  const format = `"panic in exported ${fn.decl.name}: %v`;
  const log = ensureImport(file, 'log', declared);
  if (log) return { text: `${log.name}.Printf(${format}", ${value})`, edits: log.edits };
  const fmt = ensureImport(file, 'fmt', declared);
  const os = ensureImport(file, 'os', declared);
  // Two new imports could want the same place; one that is there already leaves room for the other.
  if (!fmt || !os || (fmt.edits.length > 0 && os.edits.length > 0)) return undefined;
  return { text: `${fmt.name}.Fprintf(${os.name}.Stderr, ${format}\\n", ${value})`, edits: [...fmt.edits, ...os.edits] };
}

/** The one named result that C reads as "it failed" when it is negative. */
function statusResult(text: string, fn: FixFunction): string | undefined {
  const [result, ...more] = fn.decl.sig.results;
  if (!result?.name || more.length > 0 || !/^(rc|ret|rv|err|errno|status|code|res|result)$/.test(result.name)) return undefined;
  const type = text.slice(fn.at + result.type.s, fn.at + result.type.e);
  return /^(C\.)?(s?char|short|int|long|longlong|ssize_t|int(8|16|32|64)(_t)?)$/.test(type) ? result.name : undefined;
}
