/**
 * Reads `//cgoguard:ignore rule-id[,rule-id] reason` and applies it to findings. Works on text and comment spans; where such a
 * comment may be written is the concern of ignore-edit.ts.
 */
import type { TextEdit } from '../base/edit.ts';
import { LineIndex } from '../base/line-index.ts';
import { contains, span } from '../base/span.ts';
import type { Span } from '../base/span.ts';
import { closest } from './closest.ts';
import type { Finding, Severity, Suppression } from './finding.ts';

export interface CommentedText {
  readonly text: string;
  readonly language: 'go' | 'c';
  /** Every comment that contains `cgoguard:`, in any order; other comments do no harm. */
  readonly comments: readonly Span[];
  /** The comment group above `import "C"`, whose text is C. */
  readonly preamble?: { readonly comment: Span; readonly form: 'block' | 'lines' };
}

/** One comment that asks for silence. */
export interface Directive {
  readonly rules: readonly { readonly id: string; readonly span: Span }[];
  readonly reason: string;
  readonly span: Span;
  /** The zero-based line whose findings it concerns. */
  readonly line: number;
  /** Whether it has its line to itself. */
  readonly isAlone: boolean;
}

/** Something wrong with a suppression, for the engine to report. */
export interface SuppressionProblem {
  readonly rule: 'suppression-without-reason' | 'unused-suppression';
  readonly severity: Severity;
  readonly span: Span;
  readonly message: string;
  /** Removes the comment, where that is the cure. */
  readonly removal?: TextEdit;
}

/** What is reported about suppressions themselves; their severity can be set like that of a rule. */
export const suppressionReports = [
  { id: 'suppression-without-reason', severity: 'warning', summary: 'Suppression that names no reason or no rule that exists' },
  { id: 'unused-suppression', severity: 'info', summary: 'Suppression of a rule that finds nothing there' },
] as const satisfies readonly { readonly id: SuppressionProblem['rule']; readonly severity: Severity; readonly summary: string }[];

export interface SuppressionContext {
  /** Every rule id there is. */
  readonly known: readonly string[];
  /** Whether a rule ran: a suppression of a rule that is off is not unused. */
  readonly isActive: (rule: string) => boolean;
  /** False while the file or its package cannot be read whole: then nothing is called unused. */
  readonly isComplete: boolean;
}

/** What the quick fix writes where the reason belongs. Left as it is, it counts as no reason. */
export const reasonPlaceholder = 'reason: why?';

/** Marks the findings that a comment with a reason suppresses, and says which comments are wrong or of no use. */
export function applySuppressions(
  source: CommentedText,
  findings: readonly Finding[],
  context: SuppressionContext,
): { findings: readonly Finding[]; problems: readonly SuppressionProblem[] } {
  const directives = readSuppressions(source);
  if (directives.length === 0) return { findings, problems: [] };
  const lines = LineIndex.of(source.text);
  const problems = directives.flatMap((directive) => wordingProblems(directive, context.known));
  const used = new Set<string>();
  const marked = findings.map((finding): Finding => {
    const line = lines.positionAt(finding.span.start).line;
    let suppression: Suppression | undefined;
    for (const [i, directive] of directives.entries()) {
      if (directive.line !== line || !directive.rules.some(({ id }) => id === finding.rule)) continue;
      used.add(`${i} ${finding.rule}`);
      if (directive.reason !== '') suppression ??= { reason: directive.reason, span: directive.span };
    }
    return suppression ? { ...finding, suppression } : finding;
  });
  if (!context.isComplete) return { findings: marked, problems };
  for (const [i, directive] of directives.entries()) {
    if (directive.reason === '') continue;
    const relevant = directive.rules.filter(({ id }) => context.known.includes(id) && context.isActive(id));
    const unused = relevant.filter(({ id }) => !used.has(`${i} ${id}`));
    if (unused.length === 0) continue;
    const isWhole = unused.length === directive.rules.length;
    const names = unused.map(({ id }) => id).join(', ');
    problems.push({
      rule: 'unused-suppression',
      severity: 'info',
      span: isWhole ? directive.span : unused[0]!.span,
      message: `Nothing is suppressed here: there is no ${names} on the line that this comment concerns.`,
      ...(isWhole ? { removal: removal(source, directive) } : {}),
    });
  }
  return { findings: marked, problems };
}

/** The suppressions of a file, sorted by position, also those without rules or reason. */
export function readSuppressions({ text, language, comments, preamble }: CommentedText): Directive[] {
  const found = new Map<number, Found>();
  for (const comment of comments) {
    for (const { index } of text.slice(comment.start, comment.end).matchAll(/cgoguard:ignore\b/g)) {
      const at = comment.start + index;
      const isC = language === 'c' || (preamble !== undefined && contains(preamble.comment, comment));
      const one = isC ? cComment(text, at, preamble?.form) : goComment(text, at, comment);
      if (one) found.set(at, one);
    }
  }
  const lines = LineIndex.of(text);
  const read = [...found.values()].sort((a, b) => a.span.start - b.span.start).map((one) => ({ one, ...extent(text, one.span, lines) }));
  const alone = new Set(read.filter(({ isAlone }) => isAlone).map(({ line }) => line));
  return read.map(({ one, line, isAlone }) => {
    let target = line;
    if (isAlone) while (alone.has(target)) target++;
    return { ...parse(one), line: target, isAlone };
  });
}

interface Found {
  /** The comment. */
  readonly span: Span;
  /** What it says, from `cgoguard:ignore` on, and where that begins. */
  readonly words: string;
  readonly at: number;
}

/** In Go the words follow the slashes at once, as for every directive; a comment that merely mentions them is prose. */
function goComment(text: string, at: number, comment: Span): Found | undefined {
  const lead = text.slice(comment.start, at);
  if (lead === '//') return { span: comment, words: text.slice(at, comment.end), at };
  if (!/^\/\*[ \t]*$/.test(lead)) return undefined;
  const words = text.slice(at, comment.end).replace(/\*\/$/, '');
  return words.includes('\n') ? undefined : { span: comment, words, at };
}

/** A comment of the C text. In a preamble of `//` lines the first slashes are Go's. */
function cComment(text: string, at: number, form: 'block' | 'lines' | undefined): Found | undefined {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const go = form === 'lines' ? (/^[ \t]*\/\//.exec(text.slice(lineStart, at))?.[0].length ?? 0) : 0;
  const lead = /(\/\/|\/\*)[ \t]*$/.exec(text.slice(lineStart + go, at));
  if (!lead) return undefined;
  const start = lineStart + go + lead.index;
  const rest = /^[^\r\n]*/.exec(text.slice(at))![0];
  // The comment of a block preamble ends where Go's comment does.
  const close = rest.indexOf('*/');
  if (lead[1] === '/*') return close < 0 ? undefined : { span: span(start, at + close + 2), words: rest.slice(0, close), at };
  const words = (form === 'block' && close >= 0 ? rest.slice(0, close) : rest).trimEnd();
  return { span: span(start, at + words.length), words, at };
}

function extent(text: string, at: Span, lines: LineIndex): { line: number; isAlone: boolean } {
  const { line } = lines.positionAt(at.start);
  const before = text.slice(lines.lineStart(line), at.start);
  const after = text.slice(at.end, lines.lineEnd(line));
  return { line, isAlone: /^[ \t]*(\/\/[ \t]*)?$/.test(before) && after.trim() === '' };
}

function parse({ span: comment, words, at }: Found): Pick<Directive, 'rules' | 'reason' | 'span'> {
  const match = /^(cgoguard:ignore[ \t]+)([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)(.*)$/s.exec(words);
  if (!match) return { rules: [], reason: '', span: comment };
  const [, head = '', list = '', rest = ''] = match;
  const rules = [...list.matchAll(/[\w-]+/g)].map(({ 0: id, index }) => {
    const start = at + head.length + index;
    return { id, span: span(start, start + id.length) };
  });
  const reason = rest.trim();
  return { rules, reason: reason === reasonPlaceholder ? '' : reason.replace(/^reason:[ \t]*/, ''), span: comment };
}

function wordingProblems(directive: Directive, known: readonly string[]): SuppressionProblem[] {
  const problem = (at: Span, message: string): SuppressionProblem => ({ rule: 'suppression-without-reason', severity: 'warning', span: at, message });
  if (directive.rules.length === 0) return [problem(directive.span, 'This suppression names no rule and therefore suppresses nothing; write the rule id and the reason.')];
  const unknown = directive.rules.filter(({ id }) => !known.includes(id));
  return [
    ...unknown.map(({ id, span: at }) => {
      const near = closest(id, known);
      return problem(at, `There is no rule ${id}${near === undefined ? '' : `; did you mean ${near}?`}`);
    }),
    ...(directive.reason === '' ? [problem(directive.span, 'This suppression has no reason and therefore suppresses nothing; write the reason behind the rule id.')] : []),
  ];
}

/** Deletes the comment, with its line when nothing else stands there. */
function removal({ text, preamble }: CommentedText, directive: Directive): TextEdit {
  const { start, end } = directive.span;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  if (directive.isAlone && newline >= 0) return { span: span(lineStart, newline + 1), newText: '' };
  const before = text.slice(0, start).trimEnd().length;
  const keepsMarker = preamble?.form === 'lines' && text.slice(lineStart, before).trim() === '//';
  return { span: span(keepsMarker ? start : Math.max(lineStart, before), end), newText: '' };
}
