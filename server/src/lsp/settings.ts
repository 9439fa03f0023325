/** Reads the user's settings. What is wrong in them is ignored and said once, in words; a bad value never stops the server. */
import { severities, type Severity } from '../lint/finding.ts';
import { vetAnalysers, type VetAnalyser } from '../lint/rule-meta.ts';

export interface UserSettings {
  readonly enable: boolean;
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** Analysers of go vet whose part is left to them: the findings of the rules that they share are not shown. */
  readonly leaveToVet: readonly VetAnalyser[];
}

export const defaultSettings: UserSettings = { enable: true, rules: {}, leaveToVet: [] };

export interface ReadSettings {
  readonly settings: UserSettings;
  /** One plain sentence per value that was ignored. */
  readonly problems: readonly string[];
}

const levels: ReadonlySet<string> = new Set([...severities, 'off']);

/** Settings from the `cgoGuard` section, or from an object that holds it under that name. */
export function readSettings(value: unknown, knownRules: ReadonlySet<string>): ReadSettings {
  if (value === undefined || value === null) return { settings: defaultSettings, problems: [] };
  if (!isRecord(value)) return { settings: defaultSettings, problems: [`cgoGuard must be an object, not ${show(value)}`] };
  if (isRecord(value['cgoGuard'])) return readSettings(value['cgoGuard'], knownRules);
  const problems: string[] = [];
  const settings = { enable: readEnable(value['enable'], problems), rules: readRules(value['rules'], knownRules, problems), leaveToVet: readAnalysers(value['leaveToVet'], problems) };
  return { settings, problems };
}

function readEnable(value: unknown, problems: string[]): boolean {
  if (typeof value === 'boolean') return value;
  if (value !== undefined && value !== null) problems.push(`cgoGuard.enable must be true or false, not ${show(value)}`);
  return defaultSettings.enable;
}

function readRules(value: unknown, known: ReadonlySet<string>, problems: string[]): UserSettings['rules'] {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) {
    problems.push(`cgoGuard.rules must be an object, not ${show(value)}`);
    return {};
  }
  const rules: Record<string, Severity | 'off'> = {};
  for (const [id, level] of Object.entries(value)) {
    if (!known.has(id)) problems.push(`cgoGuard.rules: there is no rule "${id}"`);
    else if (isLevel(level)) rules[id] = level;
    else problems.push(`cgoGuard.rules.${id} must be one of ${[...levels].join(', ')}, not ${show(level)}`);
  }
  return rules;
}

function readAnalysers(value: unknown, problems: string[]): UserSettings['leaveToVet'] {
  const known: readonly string[] = vetAnalysers;
  if (value === undefined || value === null) return defaultSettings.leaveToVet;
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = names.filter((name) => typeof name !== 'string' || !known.includes(name));
  if (wrong.length > 0) problems.push(`cgoGuard.leaveToVet may list ${known.join(' and ')}, not ${wrong.map(show).join(', ')}`);
  return vetAnalysers.filter((name) => names.includes(name));
}

const isLevel = (value: unknown): value is Severity | 'off' => typeof value === 'string' && levels.has(value);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => JSON.stringify(value) ?? typeof value;
