/** Chooses and orders what is offered behind `C.`: by what was typed so far, then by how near a name is to the package. Knows no protocol. */
import type { CNameOffer } from '../semantics/c-symbols.ts';

/** More are not sent at once: headers of a desktop toolkit declare ten thousand. The next letter chooses again, from all of them. */
const mostAtOnce = 500;

export interface Chosen {
  /** The best first. */
  readonly offers: readonly CNameOffer[];
  /** All that can follow what was typed are among them. */
  readonly all: boolean;
}

/** The offers that fit what was `typed`, as editors match: its letters in this order, not necessarily side by side. */
export function chooseNames(offers: readonly CNameOffer[], typed: string): Chosen {
  const lower = typed.toLowerCase();
  const groups = new Map<number, CNameOffer[]>();
  for (const offer of offers) {
    const fit = fitOf(offer.name, typed, lower);
    if (fit === undefined) continue;
    const rank = fit * nearest.length + nearest.indexOf(offer.nearness);
    const group = groups.get(rank);
    if (group) group.push(offer);
    else groups.set(rank, [offer]);
  }
  // Within a group offers keep their order: headers that are included directly come before what these include.
  const ranked = [...groups].sort(([a], [b]) => a - b).flatMap(([, group]) => group);
  return { offers: ranked.slice(0, mostAtOnce), all: ranked.length <= mostAtOnce };
}

/** The nearest first. */
const nearest: readonly CNameOffer['nearness'][] = ['used', 'own', 'outside'];

/** What is written before the name in lists that are ordered by text. */
export const nearnessRank = ({ nearness }: CNameOffer): number => nearest.indexOf(nearness);

/** How well a name fits, the best being 0; undefined when it does not. */
function fitOf(name: string, typed: string, lower: string): number | undefined {
  if (typed === '') return 0;
  if (name.startsWith(typed)) return name.length === typed.length ? 0 : 1;
  const small = name.toLowerCase();
  const at = small.indexOf(lower);
  if (at === 0) return 2;
  if (at > 0) return beginsWord(name, at) ? 3 : 4;
  return hasInOrder(name, small, lower) ? 5 : undefined;
}

/** `new` in `g_string_new` and in `SSLNew`. */
const beginsWord = (name: string, at: number): boolean => !/[a-zA-Z]/.test(name[at - 1]!) || (/[A-Z]/.test(name[at]!) && /[a-z]/.test(name[at - 1]!));

/** Whether the letters stand in the name in this order, the first of them at the beginning of a word. */
function hasInOrder(name: string, small: string, lower: string): boolean {
  for (let start = small.indexOf(lower[0]!); start >= 0; start = small.indexOf(lower[0]!, start + 1)) {
    if (start > 0 && !beginsWord(name, start)) continue;
    let at = start;
    let letter = 1;
    while (letter < lower.length && (at = small.indexOf(lower[letter]!, at + 1)) >= 0) letter++;
    // What does not fit behind this word does not fit behind a later one.
    return letter === lower.length;
  }
  return false;
}
