/**
 * Writes everything that follows from the rule files: registry, pages, tables, settings. `npm run generate` writes,
 * `npm run generate -- --check` only compares.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { loadRules, ruleFiles, ruleProblems } from './generate/load-rules.ts';
import { contractFolder, contractIndex, contractPage, readLibraries } from './generate/contracts.ts';
import { outputs, pageFolder } from './generate/outputs.ts';

/** What is not as the rules say, as lines for a person. */
export interface Drift {
  readonly problems: readonly string[];
  /** Files to write, with their content. */
  readonly stale: ReadonlyMap<string, string>;
  /** Pages of rules that are gone. */
  readonly orphans: readonly string[];
}

/** Compares the tree at `root` with what the rules say. */
export async function findDrift(root: string): Promise<Drift> {
  const rules = await loadRules(root, ruleFiles(root));
  const read = (file: string): string | undefined => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined);
  const wanted = outputs(rules, { manifest: read('package.json') ?? '{}', readme: read('README.md') });
  if (existsSync(path.join(root, contractFolder))) {
    const libraries = readLibraries(root);
    wanted.set(`${contractFolder}/index.json`, contractIndex(libraries));
    wanted.set('server/docs/contracts.md', contractPage(libraries));
  }
  const folder = path.join(root, pageFolder);
  const pages = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
  return {
    problems: ruleProblems(rules),
    stale: new Map([...wanted].filter(([file, text]) => read(file)?.replaceAll('\r\n', '\n') !== text)),
    orphans: pages.map((name) => `${pageFolder}/${name}`).filter((file) => !wanted.has(file)),
  };
}

/** The command; returns the exit code. */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const drift = await findDrift(root);
  const check = args.includes('--check');
  for (const problem of drift.problems) console.error(problem);
  for (const [file, text] of drift.stale) {
    console.error(check ? `${file} is out of date: npm run generate` : `wrote ${file}`);
    if (check) continue;
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  for (const file of drift.orphans) {
    console.error(check ? `${file} belongs to no rule: npm run generate` : `removed ${file}`);
    if (!check) rmSync(path.join(root, file));
  }
  return drift.problems.length > 0 || (check && drift.stale.size + drift.orphans.length > 0) ? 1 : 0;
}
