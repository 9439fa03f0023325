/**
 * An engine that knows words instead of Go: every `leak` is a finding unless some file of the folder says `freed`. It stands in for the
 * project where a test is about the protocol, and lets the test hold a check, break it and count.
 */
import { applyEdits, type TextEdit } from '../../server/src/base/edit.ts';
import { span, type Span } from '../../server/src/base/span.ts';
import type { Finding, Fix } from '../../server/src/lint/finding.ts';
import type { IgnoreEdit } from '../../server/src/lint/ignore-edit.ts';
import type { RuleMeta } from '../../server/src/lint/rule-meta.ts';
import { reasonPlaceholder } from '../../server/src/lint/suppression.ts';
import type { Engine } from '../../server/src/lsp/engine.ts';
import { directoryOf, type FileId } from '../../server/src/project/host.ts';
import type { FileReading, FileReport, NameAt, Settings } from '../../server/src/project/project.ts';
import type { CToken } from '../../server/src/syntax/c/c-tokens.ts';

export const wordRule: RuleMeta = {
  id: 'word-leak',
  family: 'memory',
  severity: 'warning',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'a word that leaks',
  fix: { offered: 'sometimes', safety: 'either', because: 'words' },
  docs: {
    why: 'Words leak.\n',
    advice: 'Say `kept`.',
    limits: 'Other words.\n\n- Other `folders`.\n- Other languages.',
    references: [],
  },
  examples: [],
};

/** Words know no C. */
const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const none = (): Promise<[]> => Promise.resolve([]);

export class WordEngine implements Engine {
  settings: Settings = { rules: {} };
  onError: Engine['onError'] = () => undefined;
  readonly disk = new Map<FileId, string>();
  /** Files that were reported as changed on disk. */
  readonly changed: FileId[] = [];
  /** Set to make the next checks wait until it resolves. */
  gate: Promise<void> | undefined;
  failure: Error | undefined;
  checks = 0;
  disposed = false;
  tokens: readonly CToken[] = [];
  readonly open = new Map<FileId, string>();
  readonly #onCheck: (() => void)[] = [];

  openDocument(file: FileId, text: string): void {
    this.open.set(file, text);
  }

  changeDocument(file: FileId, edits: readonly TextEdit[]): void {
    for (const edit of edits) this.open.set(file, applyEdits(this.open.get(file)!, [edit])!);
  }

  closeDocument(file: FileId): void {
    this.open.delete(file);
  }

  fileChanged(file: FileId): void {
    this.changed.push(file);
  }

  diskChanged(directory: FileId): void {
    this.changed.push(directory);
  }

  text(file: FileId): Promise<string | undefined> {
    return Promise.resolve(this.open.get(file) ?? this.disk.get(file));
  }

  /** Resolves when the next check has begun. */
  nextCheck(): Promise<void> {
    return new Promise((resolve) => this.#onCheck.push(resolve));
  }

  async checkFile(file: FileId): Promise<FileReport> {
    this.checks++;
    for (const told of this.#onCheck.splice(0)) told();
    const text = (await this.text(file)) ?? '';
    await this.gate;
    if (this.failure) throw this.failure;
    const freed = [...this.disk, ...this.open].find(([other, words]) => directoryOf(other) === directoryOf(file) && words.includes('freed'));
    const severity = this.settings.rules['word-leak'] ?? 'warning';
    if (freed || severity === 'off') return { file, text, findings: [] };
    const findings = [...text.matchAll(/leak/g)].map((match) => ({ ...this.#finding(file, text, match.index), severity }));
    return { file, text, findings: [...findings, ...this.#wordless(file, text)] };
  }

  /** Lines are declarations; one that ends in `(` is broken. */
  reading(file: FileId): FileReading {
    const of = (text: string): { declarations: Span[]; broken: Span[] } => {
      const lines = [...text.matchAll(/.+/g)].map((line) => ({ text: line[0], at: span(line.index, line.index + line[0].length) }));
      return { declarations: lines.map(({ at }) => at), broken: lines.filter((line) => line.text.endsWith('(')).map(({ at }) => at) };
    };
    const whole = [...this.open].every(([other, text]) => directoryOf(other) !== directoryOf(file) || of(text).broken.length === 0);
    return { whole, ...of(this.open.get(file) ?? '') };
  }

  readonly cName = nothing;
  readonly cNames = nothing;
  readonly cNameAt = nothing;
  readonly cFields = nothing;
  readonly functionAt = nothing;
  readonly functionOf = nothing;
  readonly preamble = nothing;
  readonly cReferences = none;
  readonly calls = none;

  async nameAt(file: FileId, offset: number): Promise<NameAt | undefined> {
    const text = (await this.text(file)) ?? '';
    for (const match of text.matchAll(/(?:([\w.]+)\.)?(\w+)/g)) {
      const [all, qualifier, name = ''] = match;
      const start = match.index + all.length - name.length;
      if (start <= offset && offset <= match.index + all.length) return { name, span: span(start, start + name.length), ...(qualifier ? { qualifier } : {}) };
    }
    return undefined;
  }

  preambleTokens(): Promise<readonly CToken[]> {
    return Promise.resolve(this.tokens);
  }

  /** At the end of the text; `leak!` is a place where none can stand. */
  ignoreEdit(finding: Finding): Promise<IgnoreEdit | undefined> {
    const text = this.open.get(finding.file)!;
    if (text[finding.span.end] === '!') return Promise.resolve(undefined);
    const at = text.length;
    const newText = `{$ ignore ${reasonPlaceholder} }`;
    return Promise.resolve({ edits: [{ span: span(at, at), newText }], placeholder: span(at + 10, at + 10 + reasonPlaceholder.length) });
  }

  dispose(): void {
    this.disposed = true;
  }

  /** The text `unused` is a finding about a suppression, of no rule. */
  #wordless(file: FileId, text: string): Finding[] {
    if (text !== 'unused') return [];
    const place = span(0, text.length);
    const of = { rule: 'unused-suppression', severity: 'info', confidence: 'certain', message: 'of no use', fingerprint: 'unused' } as const;
    return [{ ...of, file, span: place, trace: [], fixes: () => [] }];
  }

  #finding(file: FileId, text: string, at: number): Finding {
    const place = span(at, at + 'leak'.length);
    const other = [...this.disk.keys()].find((id) => id !== file && directoryOf(id) === directoryOf(file));
    return {
      rule: 'word-leak',
      severity: 'warning',
      confidence: 'certain',
      file,
      span: place,
      message: 'this leaks',
      trace: [{ file, span: place, text: 'said here' }, ...(other ? [{ file: other, span: span(0, 1), text: 'meant there' }] : [])],
      fixes: () => fixes(file, text, place),
      fingerprint: `${file}:${text.slice(0, at).split('leak').length}`,
      // `leak?` is suppressed.
      ...(text[place.end] === '?' ? { suppression: { reason: 'asked', span: place } } : {}),
    };
  }
}

/** `leak` becomes `kept`, and the first line gets a note, as an import would; `leak!` has only a fix that is unsafe. */
function fixes(file: FileId, text: string, place: { start: number; end: number }): Fix[] {
  const keep = { span: place, newText: 'kept' };
  const note = text.startsWith('note\n') ? [] : [{ span: span(0, 0), newText: 'note\n' }];
  const drop: Fix = { title: 'Drop it', safety: 'unsafe', because: 'it may be wanted.', edits: [{ file, edits: [{ span: place, newText: '' }] }] };
  if (text[place.end] === '!') return [drop];
  return [{ title: 'Keep it', safety: 'safe', edits: [{ file, edits: [keep, ...note] }] }, drop];
}
