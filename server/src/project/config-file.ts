/** Finds the `.cgo-guard.json` that applies to a folder, for both doors. Reads through the host only; the format is lint/config.ts's. */
import picomatch from 'picomatch';
import { emptyConfig, parseConfig, type Config } from '../lint/config.ts';
import { suppressionReports } from '../lint/suppression.ts';
import { directoryOf, type FileId, type Host } from './host.ts';

export const configName = '.cgo-guard.json';

/** The settings of a folder, or why its project file cannot be used. */
export type FolderConfig =
  | { readonly kind: 'none'; readonly config: Config }
  | { readonly kind: 'file'; readonly file: FileId; readonly config: Config }
  | { readonly kind: 'bad'; readonly file: FileId; readonly error: string };

const none: FolderConfig = { kind: 'none', config: emptyConfig };

/** Answers for many folders of one run; every file is read once. */
export class ConfigFiles {
  readonly #host: Host;
  readonly #ruleIds: readonly string[];
  readonly #folders = new Map<FileId, Promise<FolderConfig>>();
  readonly #matchers = new Map<FileId, (path: string) => boolean>();

  constructor(host: Host, ruleIds: readonly string[]) {
    this.#host = host;
    this.#ruleIds = [...ruleIds, ...suppressionReports.map(({ id }) => id)];
  }

  /** The nearest project file at or above `directory` applies, alone: files do not add up. */
  forFolder(directory: FileId): Promise<FolderConfig> {
    let found = this.#folders.get(directory);
    if (found === undefined) {
      found = this.#find(directory);
      this.#folders.set(directory, found);
    }
    return found;
  }

  /**
   * Whether the file or folder, or a folder above it, matches an exclude glob of `config`. What was asked for by name,
   * `asked`, and the folders above that do not count.
   */
  excludes(config: FolderConfig, path: FileId, asked?: FileId): boolean {
    if (config.kind !== 'file' || config.config.exclude.length === 0) return false;
    let matches = this.#matchers.get(config.file);
    if (matches === undefined) {
      matches = picomatch(config.config.exclude.map((glob) => glob.replace(/^\.\//, '').replace(/\/$/, '')), { dot: true });
      this.#matchers.set(config.file, matches);
    }
    const prefix = `${directoryOf(config.file).replace(/\/$/, '')}/`;
    if (!path.startsWith(prefix)) return false;
    const parts = path.slice(prefix.length).split('/');
    const first = asked?.startsWith(prefix) ? asked.slice(prefix.length).split('/').length : 0;
    return parts.some((_, i) => i >= first && matches(parts.slice(0, i + 1).join('/')));
  }

  async #find(directory: FileId): Promise<FolderConfig> {
    const file = `${directory.replace(/\/$/, '')}/${configName}`;
    const bytes = await this.#host.readFile(file);
    if (bytes !== undefined) {
      const parsed = parseConfig(new TextDecoder().decode(bytes), this.#ruleIds);
      return parsed.ok ? { kind: 'file', file, config: parsed.config } : { kind: 'bad', file, error: parsed.error };
    }
    const entries = await this.#host.readDirectory(directory);
    if (entries?.some((entry) => entry.name === configName && entry.kind === 'file') === true) {
      return { kind: 'bad', file, error: 'cannot be read' };
    }
    const parent = directoryOf(directory);
    return parent === directory || !directory.includes('/') ? none : this.forFolder(parent);
  }
}
