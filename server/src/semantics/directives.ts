/** Reads the `#cgo` lines of a preamble the way the go command does. Source: go/build saveCgo; cmd/cgo, "Using cgo with the go command". */
import { span, type Span } from '../base/span.ts';
import type { CImport, Preamble } from './preamble.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** A word whose quotes and backslashes are taken away. */
export interface Argument extends Word {
  /** Where each character of `text` stands. */
  readonly at: readonly number[];
}

export interface CgoDirective {
  /** From `#` to the last character of the line. */
  readonly span: Span;
  /** GOOS, GOARCH, tags: each word is one alternative, commas inside a word join. */
  readonly conditions: readonly Word[];
  /** What stands between `#` and `cgo`, where something does. */
  readonly gap?: Span;
  /** CFLAGS, LDFLAGS, pkg-config, noescape … as written. */
  readonly verb?: Word;
  /** Flags without their quotes; the function's name after noescape and nocallback. */
  readonly args: readonly Argument[];
  /**
   * `spaced`: `# cgo`, which is left to the C compiler. `colon`: no colon behind the verb. `quoting`: a quote or backslash without its end.
   * `characters`: an argument holds what the go command lets through to no program.
   */
  readonly problem?: 'spaced' | 'colon' | 'quoting' | 'characters';
}

export const flagVerbs: readonly string[] = ['CFLAGS', 'CPPFLAGS', 'CXXFLAGS', 'FFLAGS', 'LDFLAGS'];
const promises: readonly string[] = ['noescape', 'nocallback'];

export const isPromise = (directive: CgoDirective): boolean => promises.includes(directive.verb?.text ?? '') && directive.problem === undefined;

const read = new WeakMap<CImport, readonly CgoDirective[]>();

export interface SearchPath {
  readonly flag: '-I' | '-L';
  /** As it is written, without quotes. */
  readonly path: string;
  /** The path from the folder of the file on, empty for that folder itself. */
  readonly below: string;
  /** What `${SRCDIR}/` takes the place of: nothing, or the dot in front. */
  readonly lead: Span;
}

/** The folder that an argument adds to a search path, where it is written relative to whatever folder the compiler runs in. */
export function relativeSearchPath({ text, at }: Argument): SearchPath | undefined {
  const flag = text.startsWith('-I') ? '-I' : text.startsWith('-L') ? '-L' : undefined;
  const path = text.slice(2);
  if (flag === undefined || path === '' || '/\\$'.includes(path[0]!) || path[1] === ':') return undefined;
  const below = path === '.' ? '' : path.startsWith('./') ? path.slice(2) : path;
  const start = at[2]!;
  const lead = path.length - below.length;
  return { flag, path, below, lead: span(start, lead === 0 ? start : at[1 + lead]! + 1) };
}

/** The directives above an import of "C". The preamble of an import never changes: its object is the key. */
export function cgoDirectives(text: string, cImport: CImport | undefined): readonly CgoDirective[] {
  if (!cImport?.preamble) return [];
  let found = read.get(cImport);
  if (!found) read.set(cImport, (found = directivesIn(text, cImport.preamble)));
  return found;
}

function directivesIn(text: string, { ranges }: Preamble): CgoDirective[] {
  const out: CgoDirective[] = [];
  for (const { start, end } of ranges) {
    for (let at = start; at <= end; ) {
      const newline = text.indexOf('\n', at);
      const stop = newline < 0 || newline > end ? end : newline;
      const line = text.slice(at, stop);
      const lead = line.length - line.trimStart().length;
      const directive = line.startsWith('#', lead) ? readLine(line.trim(), at + lead) : undefined;
      if (directive) out.push(directive);
      at = stop + 1;
    }
  }
  return out;
}

function readLine(line: string, at: number): CgoDirective | undefined {
  const whole = span(at, at + line.length);
  const gap = /^#([ \t]+)cgo[ \t]/.exec(line)?.[1]?.length;
  if (gap !== undefined) return { span: whole, gap: span(at + 1, at + 1 + gap), conditions: [], args: [], problem: 'spaced' };
  if (!/^#cgo[ \t]/.test(line)) return undefined;
  const fields = words(line, 4, line.length, at);
  if (fields.length === 2 && promises.includes(fields[0]!.text)) return { span: whole, conditions: [], verb: fields[0]!, args: [asWritten(fields[1]!)] };
  const colon = line.indexOf(':');
  const head = words(line, 4, colon < 0 ? line.length : colon, at);
  const verb = head.at(-1);
  if (colon < 0 || verb === undefined) return { span: whole, conditions: [], ...(head[0] ? { verb: head[0] } : {}), args: [], problem: 'colon' };
  const args = splitQuoted(line, colon + 1, at);
  const problem = args === undefined ? 'quoting' : args.every(({ text }) => isPlain(text)) ? undefined : 'characters';
  return { span: whole, conditions: head.slice(0, -1), verb, args: args ?? [], ...(problem ? { problem } : {}) };
}

/** Source: go/build, safeString. */
const isPlain = (arg: string): boolean => /^[-+.,/0-9=A-Za-z_:$@%! ~^\u0080-\uffff]+$/.test(arg.replaceAll('${SRCDIR}', '/'));

function words(line: string, from: number, to: number, at: number): Word[] {
  return [...line.slice(from, to).matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, span: span(at + from + index, at + from + index + text.length) }));
}

const asWritten = (word: Word): Argument => ({ ...word, at: Array.from(word.text, (_, i) => word.span.start + i) });

/** Words as a shell splits them, single and double quotes and backslashes included; undefined when one of these is not closed. */
function splitQuoted(line: string, from: number, at: number): Argument[] | undefined {
  const out: Argument[] = [];
  let quote = '';
  let word: string | undefined;
  let places: number[] = [];
  let start = from;
  const take = (i: number): void => {
    word = (word ?? '') + line[i]!;
    places.push(at + i);
  };
  const end = (i: number): void => {
    if (word !== undefined) out.push({ text: word, at: places, span: span(at + start, at + i) });
    word = undefined;
    places = [];
  };
  for (let i = from; i < line.length; i++) {
    const char = line[i]!;
    if (word === undefined && !/\s/.test(char)) {
      word = '';
      start = i;
    }
    if (char === '\\') {
      if (++i >= line.length) return undefined;
      take(i);
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else take(i);
    } else if (char === '"' || char === "'") quote = char;
    else if (!/\s/.test(char)) take(i);
    else end(i);
  }
  if (quote !== '') return undefined;
  end(line.length);
  return out;
}
