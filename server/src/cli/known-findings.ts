/** Which findings of a run are no news: those of a baseline file, and those that the code had before a change. Decides nothing about how they are shown. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KnownFindings, parseBaseline } from '../lint/baseline.ts';
import type { FileId, Host } from '../project/host.ts';
import { directoryOf } from '../project/host.ts';
import type { Checker } from './check-folder.ts';
import { Failure, reasonOf } from './failure.ts';
import { type BaseState, baseState } from './git.ts';
import type { Target } from './walk.ts';

/** What a run is compared with. */
export interface Comparison {
  /** Whether something in the folder's package could be news at all. */
  readonly mayDiffer: (target: Target) => boolean;
  /** What was there before. */
  readonly known: KnownFindings;
}

export interface ComparisonOptions {
  readonly baseline?: string;
  readonly diff?: string;
}

/** Undefined when nothing is to be compared. Throws a Failure for a baseline that cannot be read and a commit that there is not. */
export async function comparison(options: ComparisonOptions, cwd: string, targets: readonly Target[], createProject: (host: Host) => Promise<Checker>): Promise<Comparison | undefined> {
  if (options.baseline === undefined && options.diff === undefined) return undefined;
  const known = new KnownFindings();
  if (options.baseline !== undefined) for (const fingerprint of readBaseline(options.baseline, cwd)) known.add(fingerprint);
  let touched: ((target: Target) => boolean) | undefined;
  if (options.diff !== undefined) {
    const state = await baseState(cwd, options.diff);
    touched = touchedBy(state.changed);
    await addFindings(known, state, targets.filter(touched), createProject);
  }
  return { mayDiffer: touched ?? (() => true), known };
}

function readBaseline(file: string, cwd: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new Failure(`cannot read ${file}: ${reasonOf(error)}`);
  }
  const parsed = parseBaseline(text);
  if (!parsed.ok) throw new Failure(`${file}: ${parsed.error}`);
  return parsed.fingerprints;
}

/** A folder may read headers from anywhere, and severities and Go version from any folder above; a changed C or project file may thus matter to all. */
function touchedBy(changed: ReadonlySet<FileId>): (target: Target) => boolean {
  const everywhere = [...changed].some((file) => !file.endsWith('.go') && /\.(?:c|h|cc|cpp|cxx|hh|hpp|hxx|m|mm|mod|json)$/i.test(file));
  const folders = new Set([...changed].map(directoryOf));
  return ({ directory }) => everywhere || folders.has(directory);
}

/** Checks the folders as they were, with today's rules and settings: a finding that only a newer rule sees is not the change's. */
async function addFindings(known: KnownFindings, state: BaseState, targets: readonly Target[], createProject: (host: Host) => Promise<Checker>): Promise<void> {
  const folders = new Map(targets.map(({ directory, config }) => [directory, config.kind === 'bad' ? {} : config.config.rules]));
  // What was moved out of a folder is known where it is now.
  for (const file of state.changed) if (file.endsWith('.go') && !existsSync(file) && !folders.has(directoryOf(file))) folders.set(directoryOf(file), {});
  if (folders.size === 0) return;
  const checker = await createProject(state.host);
  try {
    for (const [directory, rules] of folders) {
      checker.settings = { rules };
      for (const { findings } of await checker.checkDirectory(directory)) for (const finding of findings) known.add(finding.fingerprint);
    }
  } finally {
    checker.dispose();
  }
}
