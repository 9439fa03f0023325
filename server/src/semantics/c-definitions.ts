/** Which symbols a piece of C text gives the linker: functions with a body and variables that are neither static nor extern. Source: C11, 6.2.2 and 6.9. */
import type { Span } from '../base/span.ts';
import type { CUnit } from '../syntax/c/c-facts.ts';
import type { GoSource } from './package-files.ts';

export interface CDefinition {
  readonly name: string;
  /** `inline` without static: whether there is a symbol depends on the optimiser. */
  readonly kind: 'function' | 'inline' | 'variable';
  /** Of the name. */
  readonly span: Span;
  /** Where the declaration begins. */
  readonly start: number;
}

/** `text` is what the spans count in. What stands in a conditional, or is weak, is left out: whether it is there nobody knows. */
export function externalDefinitions(unit: CUnit, text: string, from = 0): CDefinition[] {
  if (unit.skipped) return [];
  const conditional = conditionals(text, from);
  const isPlain = (start: number, end: number): boolean => !/\bweak\b|selectany|\bstatic\b/.test(text.slice(start, end)) && !conditional.some((one) => one.start <= start && start < one.end);
  const out: CDefinition[] = [];
  // What a prototype declares as weak is weak where it is defined. Source: GCC, "Common Function Attributes".
  const weak = new Set(unit.prototypes.filter(({ extent }) => /\bweak\b|__weak__/.test(text.slice(extent.start, statementEnd(text, extent.end)))).map(({ name }) => name));
  for (const fn of unit.functions) {
    if (weak.has(fn.name)) continue;
    const head = text.indexOf('{', fn.span.end);
    if (!fn.static && isPlain(fn.extent.start, head < 0 ? fn.span.end : head)) out.push({ name: fn.name, kind: fn.inline ? 'inline' : 'function', span: fn.span, start: fn.extent.start });
  }
  for (const { name, static: isStatic, extern, span } of unit.variables) {
    const start = statementStart(text, span.start);
    const end = text.indexOf(';', span.end);
    if (!isStatic && !extern && isPlain(start, end < 0 ? span.end : end) && !/\bextern\b/.test(text.slice(start, span.start))) out.push({ name, kind: 'variable', span, start });
  }
  return out;
}

/** The same of a file's preamble, with spans of the file. */
export function preambleDefinitions({ go, cImport, preambleUnit }: GoSource): CDefinition[] {
  const comment = cImport?.preamble?.comment;
  return preambleUnit && comment ? externalDefinitions(preambleUnit, go.text.slice(0, comment.end), comment.start) : [];
}

/** Where the statement ends that a declaration belongs to. */
function statementEnd(text: string, at: number): number {
  const end = text.indexOf(';', Math.max(0, at - 1));
  return end < 0 ? at : end;
}

/** The first word of the declaration that a name is declared by, on its line at least. */
function statementStart(text: string, at: number): number {
  const before = Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf(';', at - 1), text.lastIndexOf('*/', at - 1) + 1, text.lastIndexOf('/*', at - 1) + 1) + 1;
  return before + /^[ \t]*(?:\/\/)?[ \t]*/.exec(text.slice(before, at))![0].length;
}

/** The parts between `#if` and `#endif`; the guard around a whole header is none. A preamble of `//` lines has its slashes in front. */
function conditionals(text: string, from: number): Span[] {
  const out: Span[] = [];
  const open: { readonly start: number; readonly isGuard: boolean }[] = [];
  const directive = /^[ \t]*(?:\/\/)?[ \t]*#[ \t]*(if|ifdef|ifndef|endif)\b(.*)$/gm;
  directive.lastIndex = from;
  for (let match = directive.exec(text); match; match = directive.exec(text)) {
    if (match[1] !== 'endif') {
      const name = /^[ \t]+(\w+)/.exec(match[2]!)?.[1];
      const isGuard = match[1] === 'ifndef' && name !== undefined && new RegExp(`^\\s*(?://)?[ \\t]*#[ \\t]*define[ \\t]+${name}\\b`).test(text.slice(match.index + match[0].length));
      open.push({ start: match.index, isGuard });
      continue;
    }
    const top = open.pop();
    if (top && !top.isGuard) out.push({ start: top.start, end: match.index });
  }
  return [...out, ...open.filter(({ isGuard }) => !isGuard).map(({ start }) => ({ start, end: text.length }))];
}
