/** Reads the text of a `.cgo-guard.json`. Knows the format (described for editors in config-schema.json), not where the file lies. */
import { LineIndex } from '../base/line-index.ts';
import { type ContractRow } from '../semantics/c/contracts.ts';
import { closest } from './closest.ts';
import { parseContracts } from './config-contracts.ts';
import { severities, type Severity } from './finding.ts';

export interface Config {
  /** Per-rule severities; a rule that is absent keeps its own. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** Globs of files and folders that are not checked, relative to the folder of the config file. */
  readonly exclude: readonly string[];
  /** What the project says of C functions, by name. */
  readonly contracts: Readonly<Record<string, ContractRow>>;
}

export const emptyConfig: Config = { rules: {}, exclude: [], contracts: {} };

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  /** One line that says what is wrong, without the file's name. */
  | { readonly ok: false; readonly error: string };

const levels: readonly string[] = [...severities, 'off'];
const keys = ['$schema', 'rules', 'exclude', 'contracts'];

/** Parses and checks a project file; `ruleIds` are the rules that may be named. */
export function parseConfig(text: string, ruleIds: readonly string[]): ParsedConfig {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return bad(syntaxProblem(text, error));
  }
  if (!isObject(value)) return bad('the file must hold one JSON object');
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) return bad(`unknown key '${key}'${meant(key, keys)}`);
  }
  const schema = value['$schema'];
  if (schema !== undefined && typeof schema !== 'string') return bad(`'$schema' must be a string`);

  const rules = value['rules'] ?? {};
  if (!isObject(rules)) return bad(`'rules' must be an object of rule id and severity`);
  const checkedRules: Record<string, Severity | 'off'> = {};
  for (const [id, level] of Object.entries(rules)) {
    if (!ruleIds.includes(id)) return bad(`unknown rule '${id}'${meant(id, ruleIds)}`);
    if (!isLevel(level)) return bad(`rule '${id}' must be one of ${levels.join(', ')}, not ${shown(level)}`);
    checkedRules[id] = level;
  }

  const exclude = value['exclude'] ?? [];
  if (!Array.isArray(exclude)) return bad(`'exclude' must be a list of globs`);
  const globs: string[] = [];
  for (const glob of exclude as unknown[]) {
    if (typeof glob !== 'string' || glob === '') return bad(`'exclude' must be a list of globs, not hold ${shown(glob)}`);
    // A negated glob would exclude everything else, which nobody means.
    if (glob.startsWith('!')) return bad(`'exclude' cannot hold the negated glob ${shown(glob)}`);
    globs.push(glob);
  }
  const contracts = parseContracts(value['contracts'] ?? {});
  if (typeof contracts === 'string') return bad(contracts);
  return { ok: true, config: { rules: checkedRules, exclude: globs, contracts } };
}

const bad = (error: string): ParsedConfig => ({ ok: false, error });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isLevel = (value: unknown): value is Severity | 'off' => typeof value === 'string' && levels.includes(value);

function meant(name: string, candidates: readonly string[]): string {
  const near = closest(name, candidates);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** A value of the file, short enough for one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** V8 words the same fault differently from release to release; only the position is taken from it. */
function syntaxProblem(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) return 'not valid JSON';
  const { line, character } = new LineIndex(text).positionAt(Number(position));
  return `not valid JSON at line ${line + 1}, column ${character + 1}`;
}
