/** Finds the rule files and reads what they declare. Bundles them on the fly; nothing is written. */
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';
import { families } from '../../src/lint/rule-meta.ts';
import type { RuleMeta } from '../../src/lint/rule-meta.ts';

export interface RuleFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly family: string;
  readonly id: string;
}

export interface LoadedRule extends RuleFile {
  readonly meta: RuleMeta;
}

/** The rule files below `folder` of the root, sorted by path. */
export function ruleFiles(root: string, folder = 'server/src/rules'): RuleFile[] {
  return entries(`${root}/${folder}`, 'directory').flatMap((family) =>
    entries(`${root}/${folder}/${family}`, 'file')
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ path: `${folder}/${family}/${name}`, family, id: name.slice(0, -'.ts'.length) })),
  );
}

/** The rules in the order of tables: by family, then by id. */
export async function loadRules(root: string, files: readonly RuleFile[]): Promise<LoadedRule[]> {
  if (files.length === 0) return [];
  const contents = files.map((file, i) => `export { default as rule${i} } from './${file.path}';`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString('base64');
  const module = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as Readonly<Record<string, RuleMeta>>;
  const order: readonly string[] = families;
  return files
    .map((file, i) => ({ ...file, meta: module[`rule${i}`]! }))
    .sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family) || (a.id < b.id ? -1 : 1));
}

/** What is missing or contradictory in the rules, as lines for the author. */
export function ruleProblems(rules: readonly LoadedRule[]): string[] {
  return rules.flatMap(({ path, family, id, meta }) => {
    const say: string[] = [];
    const demand = (holds: boolean, what: string): void => {
      if (!holds) say.push(`${path}: ${what}`);
    };
    demand(meta.id === id, `the id must be "${id}", as the file is called`);
    demand(meta.family === family, `the family must be "${family}", as the folder is called`);
    demand(/^\S.*[^.\s]$/.test(meta.summary), 'the summary must be one sentence without a full stop');
    for (const section of ['why', 'advice', 'limits'] as const) demand(meta.docs[section].trim() !== '', `docs.${section} is empty`);
    demand(meta.docs.references.length > 0, 'docs.references names no source');
    demand(meta.examples.length > 0, 'there is no example');
    return say;
  });
}

function entries(folder: string, kind: 'file' | 'directory'): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => entry.name)
    .sort();
}
