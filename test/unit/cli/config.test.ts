/** The project file: what it may hold, what is said of the rest, and which one applies to a folder. */
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import schema from '../../../server/src/lint/config-schema.json';
import { parseConfig } from '../../../server/src/lint/config.ts';
import { ConfigFiles } from '../../../server/src/project/config-file.ts';
import { nodeHost } from '../../../server/src/project/node-host.ts';
import { tempFolder } from './temp-folder.ts';

const ids = ['cstring-leak', 'malloc-leak'];
const problemOf = (text: string): string | undefined => {
  const parsed = parseConfig(text, ids);
  return parsed.ok ? undefined : parsed.error;
};

describe('parseConfig', () => {
  test('takes rules and globs', () => {
    const text = '\uFEFF{"$schema": "x", "rules": {"cstring-leak": "error", "malloc-leak": "off"}, "exclude": ["gen/**"]}';
    expect(parseConfig(text, ids)).toEqual({ ok: true, config: { rules: { 'cstring-leak': 'error', 'malloc-leak': 'off' }, exclude: ['gen/**'], contracts: {} } });
    expect(parseConfig('{}', ids)).toEqual({ ok: true, config: { rules: {}, exclude: [], contracts: {} } });
  });

  test.each([
    ['', 'not valid JSON'],
    ['{\n  "rules": {,}\n}', 'not valid JSON at line 2, column 13'],
    ['{"rules": {}} // why', 'not valid JSON at line 1, column 15'],
    ['[]', 'the file must hold one JSON object'],
    ['null', 'the file must hold one JSON object'],
    ['{"rulez": {}}', `unknown key 'rulez'; did you mean 'rules'?`],
    ['{"severity": {}}', `unknown key 'severity'`],
    ['{"$schema": 1}', `'$schema' must be a string`],
    ['{"rules": []}', `'rules' must be an object of rule id and severity`],
    ['{"rules": {"cstring-laek": "off"}}', `unknown rule 'cstring-laek'; did you mean 'cstring-leak'?`],
    ['{"rules": {"__proto__": "off"}}', `unknown rule '__proto__'`],
    ['{"rules": {"cstring-leak": "warn"}}', `rule 'cstring-leak' must be one of error, warning, info, hint, off, not "warn"`],
    ['{"rules": {"cstring-leak": {"a": 1}}}', `rule 'cstring-leak' must be one of error, warning, info, hint, off, not {"a":1}`],
    ['{"exclude": "gen"}', `'exclude' must be a list of globs`],
    ['{"exclude": ["a", 1]}', `'exclude' must be a list of globs, not hold 1`],
    ['{"contracts": []}', `'contracts' must be an object of C functions`],
    ['{"contracts": {"a b": {"returns": "value"}}}', `'contracts': 'a b' is no name of a C function`],
    ['{"contracts": {"f": {}}}', `contract of 'f': it must have 'returns' or 'params'`],
    ['{"contracts": {"f": {"returns": "owned"}}}', `contract of 'f': an owned result needs 'release'`],
    ['{"contracts": {"f": {"return": "owned"}}}', `contract of 'f': unknown key 'return'; did you mean 'returns'?`],
    ['{"contracts": {"f": {"params": [{"index": -1, "effect": "takes"}]}}}', `contract of 'f': 'index' must be a number from 0 on`],
    ['{"contracts": {"f": {"params": [{"index": 0, "effect": "eats"}]}}}', `contract of 'f': 'effect' must be one of takes, holds, releases, out-owned, out-borrowed, userdata-held, callback-held, copies`],
    ['{"exclude": ["!a"]}', `'exclude' cannot hold the negated glob "!a"`],
  ])('%s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

test('the schema for editors and the parser agree', () => {
  const validate = new Ajv().compile(schema);
  const values = [
    {},
    [],
    null,
    { $schema: 'x', rules: {}, exclude: [] },
    { $schema: 1 },
    { other: 1 },
    { contracts: { f: { returns: 'owned', release: 'g' }, h: { params: [{ index: 0, effect: 'takes' }] } } },
    { contracts: { f: { params: [{ index: 0.5, effect: 'takes' }] } } },
    { contracts: { f: { params: [{ index: 0, effect: 'takes', more: 1 }] } } },
    { contracts: { f: 1 } },
    { contracts: { 'a b': { returns: 'value' } } },
    { rules: { 'cstring-leak': 'hint' } },
    { rules: { 'cstring-leak': 'loud' } },
    { rules: { 'cstring-leak': null } },
    { rules: [] },
    { exclude: ['a'] },
    { exclude: [''] },
    { exclude: ['!a'] },
    { exclude: [1] },
    { exclude: {} },
  ];
  for (const value of values) expect([value, problemOf(JSON.stringify(value)) === undefined]).toEqual([value, validate(value)]);
});

describe('ConfigFiles', () => {
  test('the nearest file applies, alone', async () => {
    const folder = tempFolder({ '.cgo-guard.json': '{"exclude": ["outer"]}', 'a/b/c/x.go': '', 'a/b/.cgo-guard.json': '{"exclude": ["inner"]}' });
    const configs = new ConfigFiles(nodeHost, ids);
    expect(await configs.forFolder(join(folder, 'a'))).toMatchObject({ kind: 'file', file: join(folder, '.cgo-guard.json') });
    expect(await configs.forFolder(join(folder, 'a/b/c'))).toMatchObject({ file: join(folder, 'a/b/.cgo-guard.json'), config: { exclude: ['inner'] } });
  });

  test('globs start at the folder of the file', async () => {
    const globs = ['gen/', './made/*.go', '**/*_gen.go', 'third_party/**'];
    const folder = tempFolder({ 'x/.cgo-guard.json': JSON.stringify({ exclude: globs }) });
    const configs = new ConfigFiles(nodeHost, ids);
    const config = await configs.forFolder(join(folder, 'x'));
    const excluded = (path: string): boolean => configs.excludes(config, join(folder, path));
    expect(['x/gen', 'x/gen/a/b.go', 'x/made/a.go', 'x/a_gen.go', 'x/.hidden/a_gen.go', 'x/third_party/z/a.go'].filter((path) => !excluded(path))).toEqual([]);
    expect(['x', 'x/sub/gen', 'x/made/sub/a.go', 'x/gen.go', 'gen/a.go', 'y/a_gen.go'].filter(excluded)).toEqual([]);
  });

  test('a folder without any', async () => {
    const host = { readFile: () => Promise.resolve(undefined), readDirectory: () => Promise.resolve([]) };
    for (const folder of ['/a/b', '/', 'C:/a', 'vscode-vfs://host/a']) {
      expect(await new ConfigFiles(host, ids).forFolder(folder)).toEqual({ kind: 'none', config: { rules: {}, exclude: [], contracts: {} } });
    }
  });

  test('a file that is there but cannot be read is no missing file', async () => {
    const host = { readFile: () => Promise.resolve(undefined), readDirectory: () => Promise.resolve([{ name: '.cgo-guard.json', kind: 'file' } as const]) };
    expect(await new ConfigFiles(host, ids).forFolder('/a')).toEqual({ kind: 'bad', file: '/a/.cgo-guard.json', error: 'cannot be read' });
  });
});
