/** Turns the path of a flow fact into trace steps: the branches that were taken on the way. */
import type { PathNode } from '../../flow/resource/state.ts';
import type { Place } from '../../flow/knowledge.ts';
import type { GoFunction } from '../../semantics/package-model.ts';

export interface TraceEntry {
  readonly place: Place;
  readonly text: string;
}

/** At most this many branches are told; the ones nearest to the end explain most. */
const most = 6;

export function branchTrace(fn: GoFunction, path: readonly PathNode[]): TraceEntry[] {
  const unit = fn.top.syntax;
  return path.slice(-most).map((node) => {
    const text = unit.text.slice(node.span.start, node.span.end).replace(/\s+/g, ' ');
    if (node.isCase) return { place: { unit, span: node.span }, text: node.taken ? `case ${text}` : `not case ${text}` };
    return { place: { unit, span: node.span }, text: `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\` is ${wording(text, node.taken)}` };
  });
}

/** The condition of a branch on `!=` is lowered as the negated `==`, so the outcome is turned back for the reader. */
const wording = (text: string, taken: boolean): string => String(/(?<![=!<>])!=(?!=)/.test(text) && !/&&|\|\|/.test(text) ? !taken : taken);
