/** A stand-in for the engine: a line `LEAK(x)` is a finding and `FREE(x)` on the next line its fix. Reads the disk on every check. */
import type { Finding, Fix, Severity } from '../../../server/src/lint/finding.ts';
import type { FileId, Host } from '../../../server/src/project/host.ts';
import type { FileReport, Settings } from '../../../server/src/project/project.ts';
import type { Checker } from '../../../server/src/cli/check-folder.ts';

export class FakeChecker implements Checker {
  settings: Settings = { rules: {} };
  onError: Checker['onError'] = () => undefined;
  /** The folders in the order in which they were checked. */
  readonly checked: FileId[] = [];
  /** Says the fixes of a finding, where a test wants others. */
  fixesOf: (finding: Omit<Finding, 'fixes'>, text: string) => readonly Fix[] = freeAfter;
  disposed = false;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async checkDirectory(directory: FileId): Promise<readonly FileReport[]> {
    this.checked.push(directory);
    const reports: FileReport[] = [];
    for (const { name, kind } of (await this.#host.readDirectory(directory)) ?? []) {
      if (kind === 'file' && /\.(?:go|c)$/.test(name)) reports.push(await this.#checkFile(`${directory}/${name}`));
    }
    return reports;
  }

  fileChanged(): void {}

  async text(file: FileId): Promise<string | undefined> {
    const bytes = await this.#host.readFile(file);
    return bytes && new TextDecoder().decode(bytes);
  }

  dispose(): void {
    this.disposed = true;
  }

  async #checkFile(file: FileId): Promise<FileReport> {
    const text = (await this.text(file)) ?? '';
    if (text.includes('CRASH')) throw new Error('the engine fell over');
    if (text.includes('STUMBLE')) this.onError('cstring-leak', new Error('it stumbled'));
    const findings: Finding[] = [];
    for (const match of text.matchAll(/(LEAK|NOTE|QUIET)\((\w+)\)(?!\r?\nFREE)/g)) {
      const [whole, word, name] = match;
      const severity = this.#severity(word === 'NOTE' ? 'info' : 'warning');
      if (severity === undefined) continue;
      const span = { start: match.index, end: match.index + whole.length };
      const finding = {
        rule: 'cstring-leak',
        severity,
        confidence: 'likely',
        file,
        span,
        message: `${name} is never freed`,
        trace: [{ file, span, text: 'allocated here' }],
        fingerprint: `cstring-leak/${name}`,
        ...(word === 'QUIET' ? { suppression: { reason: 'on purpose', span } } : {}),
      } as const;
      findings.push({ ...finding, fixes: () => this.fixesOf(finding, text) });
    }
    return { file, text, findings };
  }

  #severity(own: Severity): Severity | undefined {
    const set = this.settings.rules['cstring-leak'];
    return set === 'off' ? undefined : (set ?? own);
  }
}

function freeAfter({ file, span, message }: Omit<Finding, 'fixes'>): readonly Fix[] {
  const name = message.split(' ')[0] ?? '';
  return [{ title: `Free ${name}`, safety: 'safe', edits: [{ file, edits: [{ span: { start: span.end, end: span.end }, newText: `\nFREE(${name})` }] }] }];
}
