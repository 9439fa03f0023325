/** House rules that no compiler knows: who may import whom, one name per rule everywhere, files a person can read. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { suppressionReports } from '../../server/src/lint/suppression.ts';
import { rules } from '../../server/src/rules/index.ts';
import { fixtureCases } from '../support/fixture-cases.ts';
import { filesBelow, importsOf, repository, resolveImport, textOf } from '../support/source-files.ts';

const sources = filesBelow('server/src', '.ts');

/** Layer to the layers it may import besides itself. A file directly in server/src is a composition root and may import all. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  syntax: ['base'],
  semantics: ['base', 'syntax'],
  flow: ['base', 'syntax', 'semantics'],
  lint: ['base', 'syntax', 'semantics', 'flow'],
  rules: ['base', 'semantics', 'flow', 'lint'],
  report: ['base', 'lint'],
  project: ['base', 'syntax', 'semantics', 'flow', 'lint', 'rules'],
  lsp: ['base', 'syntax', 'semantics', 'flow', 'lint', 'project'],
  cli: ['base', 'syntax', 'semantics', 'flow', 'lint', 'project', 'report'],
  start: ['cli'],
};

/** Packages that only some places may import. */
const reserved: readonly { readonly what: RegExp; readonly where: RegExp }[] = [
  { what: /^web-tree-sitter/, where: /^server\/src\/syntax\// },
  { what: /^vscode-languageserver/, where: /^server\/src\/lsp\// },
  { what: /^node:/, where: /^server\/src\/(project\/node-[a-z]+\.ts$|cli\/|start\/|main-(lsp|cli)\.ts$)/ },
  { what: /^vscode$/, where: /^client\/src\// },
];

const layerOf = (path: string): string | undefined => /^server\/src\/([^/]+)\//.exec(path)?.[1];

describe('imports', () => {
  test('each layer imports only layers below it', () => {
    const wrong = sources.flatMap((path) => {
      const layer = layerOf(path);
      if (layer === undefined) return [];
      const allowed = layers[layer];
      if (!allowed) return [`${path}: no layer "${layer}"`];
      return importsOf(path)
        .map(({ from }) => resolveImport(path, from))
        .filter((target) => target !== undefined)
        .filter((target) => {
          const other = layerOf(target);
          return other === undefined || (other !== layer && !allowed.includes(other));
        })
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('a rule imports no other rule', () => {
    const wrong = sources
      .filter((path) => /^server\/src\/rules\/.+\//.test(path))
      .flatMap((path) => importsOf(path).map(({ from }) => [path, resolveImport(path, from) ?? ''] as const))
      .filter(([, target]) => target.startsWith('server/src/rules/'));
    expect(wrong).toEqual([]);
  });

  test('packages stay where they belong', () => {
    const all = [...sources, ...filesBelow('client/src', '.ts')];
    const wrong = all.flatMap((path) =>
      importsOf(path)
        .filter(({ from }) => reserved.some(({ what, where }) => what.test(from) && !where.test(path)))
        .map(({ from }) => `${path} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the client takes nothing but types from the server', () => {
    const wrong = filesBelow('client/src', '.ts').flatMap((path) =>
      importsOf(path)
        .filter(({ from, typeOnly }) => resolveImport(path, from)?.startsWith('server/') && !typeOnly)
        .map(({ from }) => `${path} imports ${from}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('one name per rule', () => {
  const ids = rules.map((rule) => rule.id).sort();

  test('the file is named after the id and stands in the folder of its family', () => {
    const files = sources.filter((path) => /^server\/src\/rules\/.+\//.test(path));
    expect(files).toEqual(rules.map((rule) => `server/src/rules/${rule.family}/${rule.id}.ts`).sort());
  });

  test.each(ids)('%s has a page', (id) => {
    expect(existsSync(`${repository}/server/docs/rules/${id}.md`)).toBe(true);
  });

  test('no page is left of a rule that is gone', () => {
    expect(filesBelow('server/docs/rules', '.md')).toEqual(ids.map((id) => `server/docs/rules/${id}.md`));
  });

  test.each(ids)('%s has fixtures', (id) => {
    expect(fixtureCases().filter(({ group }) => group === id)).not.toEqual([]);
  });

  test('each has a setting', () => {
    const manifest: unknown = JSON.parse(textOf('package.json'));
    expect(settingKeys(manifest).sort()).toEqual([...ids, ...suppressionReports.map(({ id }) => id)].sort());
  });
});

describe('files', () => {
  test.each(sources)('%s', (path) => {
    const text = textOf(path);
    expect(text.split('\n').length, 'lines; split it by meaning').toBeLessThanOrEqual(500);
    expect(text.trimStart(), 'starts with a comment: what it is responsible for').toMatch(/^(#!.*\n)?\/[*/]/);
    expect(path.slice(path.lastIndexOf('/') + 1), 'name in kebab case').toMatch(/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?\.ts$/);
  });
});

/** The keys of the settings object that gives each rule its severity. */
function settingKeys(manifest: unknown): string[] {
  const path = ['contributes', 'configuration', 'properties', 'cgoGuard.rules', 'properties'];
  let at = manifest;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return typeof at === 'object' && at !== null ? Object.keys(at) : [];
}
