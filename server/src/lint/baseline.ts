/** The file that records which findings a project has already: its format, and how findings are matched with it. Reads and writes no disk. */
import type { Finding } from './finding.ts';

/** One accepted finding. Only the fingerprint counts; the rest is for the person who reads the file or its changes. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly file: string;
  readonly message: string;
}

export type ParsedBaseline =
  | { readonly ok: true; readonly fingerprints: readonly string[] }
  /** One line that says what is wrong, without the file's name. */
  | { readonly ok: false; readonly error: string };

/** The text of a baseline file: one finding a line and in a fixed order, so that a change of it reads well. */
export function renderBaseline(entries: readonly BaselineEntry[]): string {
  const key = ({ file, rule, fingerprint }: BaselineEntry): string => `${file}\n${rule}\n${fingerprint}`;
  const lines = entries
    .map(({ fingerprint, rule, file, message }) => ({ sort: key({ fingerprint, rule, file, message }), line: `    ${JSON.stringify({ fingerprint, rule, file, message })}` }))
    .sort((a, b) => (a.sort < b.sort ? -1 : a.sort > b.sort ? 1 : 0))
    .map(({ line }) => line);
  return `{\n  "version": 1,\n  "findings": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

/** Reads what `renderBaseline` wrote. */
export function parseBaseline(text: string): ParsedBaseline {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { ok: false, error: 'not valid JSON' };
  }
  if (!isObject(value) || !Array.isArray(value['findings'])) return { ok: false, error: 'not a baseline of Cgo Guard' };
  if (value['version'] !== 1) return { ok: false, error: 'written by another version of Cgo Guard; write it anew' };
  const fingerprints = (value['findings'] as unknown[]).map((entry) => (isObject(entry) ? entry['fingerprint'] : undefined));
  return fingerprints.every((f) => typeof f === 'string') ? { ok: true, fingerprints } : { ok: false, error: 'a finding in it has no fingerprint' };
}

/**
 * Findings that are no news. Equal fingerprints are counted: a package that was copied has each of its findings twice, and only as many
 * as were known are known.
 */
export class KnownFindings {
  readonly #left = new Map<string, number>();

  add(fingerprint: string): void {
    this.#left.set(fingerprint, (this.#left.get(fingerprint) ?? 0) + 1);
  }

  /** The same findings, to be taken anew. */
  copy(): KnownFindings {
    const copy = new KnownFindings();
    for (const [fingerprint, left] of this.#left) copy.#left.set(fingerprint, left);
    return copy;
  }

  /** Whether the finding is known; each one that was added answers once. */
  take({ fingerprint }: Pick<Finding, 'fingerprint'>): boolean {
    const left = this.#left.get(fingerprint) ?? 0;
    if (left > 0) this.#left.set(fingerprint, left - 1);
    return left > 0;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
