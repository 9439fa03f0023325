/** Reads the `#cgo` lines of a preamble the way the go command does. Source: go/build saveCgo; cmd/cgo, "Using cgo with the go command". */
import { span, type Span } from '../base/span.ts';
import type { CImport, Preamble } from './preamble.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

export interface CgoDirective {
  /** From `#` to the last character of the line. */
  readonly span: Span;
  /** GOOS, GOARCH, tags: each word is one alternative, commas inside a word join. */
  readonly conditions: readonly Word[];
  /** CFLAGS, LDFLAGS, pkg-config, noescape … as written. */
  readonly verb?: Word;
  /** Flags without their quotes; the function's name after noescape and nocallback. */
  readonly args: readonly Word[];
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
  if (/^#[ \t]+cgo[ \t]/.test(line)) return { span: whole, conditions: [], args: [], problem: 'spaced' };
  if (!/^#cgo[ \t]/.test(line)) return undefined;
  const fields = words(line, 4, line.length, at);
  if (fields.length === 2 && promises.includes(fields[0]!.text)) return { span: whole, conditions: [], verb: fields[0]!, args: [fields[1]!] };
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

/** Words as a shell splits them, single and double quotes and backslashes included; undefined when one of these is not closed. */
function splitQuoted(line: string, from: number, at: number): Word[] | undefined {
  const out: Word[] = [];
  let quote = '';
  let word: string | undefined;
  let start = from;
  for (let i = from; i < line.length; i++) {
    const char = line[i]!;
    if (word === undefined && !/\s/.test(char)) {
      word = '';
      start = i;
    }
    if (char === '\\') {
      if (++i >= line.length) return undefined;
      word = (word ?? '') + line[i]!;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") quote = char;
    else if (!/\s/.test(char)) word += char;
    else if (word !== undefined) {
      out.push({ text: word, span: span(at + start, at + i) });
      word = undefined;
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) out.push({ text: word, span: span(at + start, at + line.length) });
  return out;
}
