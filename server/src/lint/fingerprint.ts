/**
 * Identities of findings that survive moved lines, renamed folders and edits elsewhere, for baselines and code-scanning services.
 * Made of what a finding is about, never of where its line is.
 */
import { LineIndex } from '../base/line-index.ts';
import type { Span } from '../base/span.ts';
import type { Finding } from './finding.ts';

/**
 * The findings, which are of one file and in the order of its text, with their fingerprints. Of the path only the file's name counts: a
 * package that moves keeps its findings. `declarationOf` names the declaration around a span, empty at file level.
 */
export function fingerprints(file: string, text: string, findings: readonly Finding[], declarationOf: (span: Span) => string): Finding[] {
  const lines = new LineIndex(text);
  const name = file.slice(file.lastIndexOf('/') + 1);
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const line = lines.lineText(lines.positionAt(finding.span.start).line);
    const key = [finding.rule, name, declarationOf(finding.span), normalise(line)].join('\n');
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return { ...finding, fingerprint: hash(`${key}\n${ordinal}`) };
  });
}

/** Formatting and trailing comments do not make another finding; `//` inside a string is kept. */
const normalise = (line: string): string =>
  line
    .replace(/"(?:\\.|[^"\\])*"|`[^`]*`|\/\/.*$/g, (part) => (part.startsWith('//') ? '' : part))
    .replace(/\s+/g, ' ')
    .trim();

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
