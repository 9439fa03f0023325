/**
 * Identities of findings that survive moved lines, renamed folders and edits elsewhere, for baselines and code-scanning services.
 * Made of what a finding is about, never of where its line is.
 */
import { LineIndex } from '../base/line-index.ts';
import type { Span } from '../base/span.ts';
import type { Finding } from './finding.ts';

/** What stands around a finding. */
export interface Surroundings {
  /** The name of the declaration, empty at file level. */
  readonly declaration: string;
  /** Names of its parameters and variables. */
  readonly locals: ReadonlySet<string>;
}

/**
 * The findings, which are of one file and in the order of its text, with their fingerprints. Of the path only the file's name counts: a
 * package that moves keeps its findings.
 */
export function fingerprints(file: string, text: string, findings: readonly Finding[], around: (span: Span) => Surroundings): Finding[] {
  if (findings.length === 0) return [];
  const lines = LineIndex.of(text);
  const name = file.slice(file.lastIndexOf('/') + 1);
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const line = lines.lineText(lines.positionAt(finding.span.start).line);
    const { declaration, locals } = around(finding.span);
    const key = [finding.rule, name, declaration, normalise(line, locals)].join('\n');
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return { ...finding, fingerprint: hash(`${key}\n${ordinal}`) };
  });
}

/** Formatting, trailing comments and the names of local variables do not make another finding; `//` inside a string is kept. */
function normalise(line: string, locals: ReadonlySet<string>): string {
  const numbers = new Map<string, number>();
  const rename = (part: string): string => {
    if (!locals.has(part)) return part;
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return `$${number}`;
  };
  return line
    .replace(/"(?:\\.|[^"\\])*"|`[^`]*`|\/\/.*$|\.?[\p{L}_][\p{L}\p{Nd}_]*/gu, (part) => (part.startsWith('//') ? '' : rename(part)))
    .replace(/\s+/g, ' ')
    .trim();
}

/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits in 16 hexadecimal digits. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0x01000193);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
