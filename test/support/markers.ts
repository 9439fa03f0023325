/**
 * Reads the expectations that stand in fixture files as comments: `// want rule-id[:severity] ["text"]` and `// misses rule-id`.
 * Knows lines and comments only; it neither parses Go nor runs a check.
 */
import { severities } from '../../server/src/lint/finding.ts';
import type { Severity } from '../../server/src/lint/finding.ts';

export interface Want {
  readonly rule: string;
  readonly severity?: Severity;
  /** A part of the message. */
  readonly text?: string;
  /** Zero-based line on which the finding starts. */
  readonly line: number;
}

/** A hazard the engine is known not to see. It fails its test when it is found after all, so it never goes stale. */
export interface Miss {
  readonly rule: string;
  readonly line: number;
}

export interface Markers {
  readonly wants: readonly Want[];
  readonly misses: readonly Miss[];
}

const marker = /(?:\/\/|\/\*)[ \t]*(want|misses)(\^*)(?=[ \t]|$)(.*)$/;
const item = /^[ \t]+([a-z][a-z0-9-]*)(?::([a-z]+))?(?:[ \t]+(?:"([^"]*)"|`([^`]*)`))?/;

/** The markers of one file. Throws on a comment that begins like a marker and is none: a typo must not make a test pass. */
export function readMarkers(source: string): Markers {
  const wants: Want[] = [];
  const misses: Miss[] = [];
  for (const [index, lineText] of source.split(/\r\n|\r|\n/).entries()) {
    const found = marker.exec(lineText);
    if (!found) continue;
    const [, kind, carets, rest] = found;
    const line = index - carets!.length;
    const fail = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${lineText.trim()}`);
    };
    if (line < 0) fail('marker points above the file');
    let left = rest!.replace(/\*\/.*$/, '').trimEnd();
    do {
      const part = item.exec(left);
      if (!part) return fail('not a marker');
      const [whole, rule, severity, quoted, raw] = part;
      const text = quoted ?? raw;
      if (severity !== undefined && !isSeverity(severity)) return fail(`no severity "${severity}"`);
      if (kind === 'misses' && (severity !== undefined || text !== undefined)) fail('"misses" names a rule and nothing else');
      if (kind === 'misses') misses.push({ rule: rule!, line });
      else wants.push({ rule: rule!, line, ...(severity && { severity }), ...(text !== undefined && { text }) });
      left = left.slice(whole.length);
    } while (left.trim() !== '');
  }
  return { wants, misses };
}

const isSeverity = (word: string): word is Severity => (severities as readonly string[]).includes(word);
