/** Which folders a path stands for. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { displayPath } from '../../../server/src/cli/paths.ts';
import { walk } from '../../../server/src/cli/walk.ts';
import { ConfigFiles } from '../../../server/src/project/config-file.ts';
import { nodeHost } from '../../../server/src/project/node-host.ts';
import { tempFolder } from './temp-folder.ts';

const cgo = 'package a\n\nimport "C"\n';

async function folders(cwd: string, ...paths: string[]): Promise<string[]> {
  const { targets } = await walk(paths, cwd, new ConfigFiles(nodeHost, []), (file) => displayPath(file, cwd));
  return targets.map(({ directory, only }) => displayPath(directory, cwd) + (only === undefined ? '' : `: ${[...only].map((file) => displayPath(file, cwd)).join(' ')}`));
}

describe('walk', () => {
  test('takes the folders whose Go files meet C or unsafe', async () => {
    const folder = tempFolder({
      'c/a.go': cgo,
      'raw/a.go': 'package a\nimport `C`',
      'unsafe/plain.go': 'package a',
      'unsafe/z.go': 'package a\nimport "unsafe"',
      'tests/a_test.go': 'package a\nimport "unsafe"',
      'pure/a.go': 'package a\nimport "fmt"\nvar C = 1',
      'only-c/a.c': '#include "C"',
      'hidden-file/_a.go': cgo,
      'hidden-file/.a.go': cgo,
      'deep/er/and/deeper/a.go': cgo,
    });
    expect(await folders(folder, '.')).toEqual(['c', 'deep/er/and/deeper', 'raw', 'unsafe']);
  });

  test('passes over what the go command passes over', async () => {
    const names = ['.git', '_old', 'testdata', 'vendor', 'node_modules'];
    const folder = tempFolder({ 'a.go': cgo, ...Object.fromEntries(names.flatMap((name) => [[`${name}/a.go`, cgo], [`sub/${name}/b/a.go`, cgo]])) });
    expect(await folders(folder, '.')).toEqual(['.']);
    expect(await folders(folder, 'testdata', '.git')).toEqual(['.git', 'testdata']);
  });

  test('does not follow links to folders, and so never goes in a circle', async () => {
    const folder = tempFolder({ 'a/a.go': cgo, 'elsewhere/b.go': cgo });
    symlinkSync('..', join(folder, 'a/up'));
    symlinkSync('self', join(folder, 'a/self'));
    symlinkSync('nowhere.go', join(folder, 'a/broken.go'));
    symlinkSync('../elsewhere', join(folder, 'a/link'));
    expect(await folders(folder, 'a')).toEqual(['a']);
    expect(await folders(folder, 'a/link')).toEqual(['a/link']);
  });

  test('a folder that is named like a file is no file', async () => {
    const folder = tempFolder({ 'a/x.txt': '' });
    mkdirSync(join(folder, 'a/dir.go'));
    expect(await folders(folder, '.')).toEqual([]);
  });

  test('takes each folder once, and whole when it was asked for whole', async () => {
    const folder = tempFolder({ 'a/a.go': cgo, 'a/b.go': cgo, 'c/c.go': 'package c', 'c/d.c': '' });
    expect(await folders(folder, '.', 'a', './a/../a/a.go', join(folder, 'a'))).toEqual(['a']);
    expect(await folders(folder, 'a/b.go', 'a/a.go', 'c/d.c')).toEqual(['a: a/b.go a/a.go', 'c: c/d.c']);
  });

  test('leaves out excluded folders, with everything below', async () => {
    const folder = tempFolder({ 'gen/x/a.go': cgo, 'sub/gen/a.go': cgo, 'x/third_party/a.go': cgo, '.cgo-guard.json': '{"exclude": ["gen/", "**/third_party"]}' });
    expect(await folders(folder, '.')).toEqual(['sub/gen']);
  });

  test('what is named is not excluded', async () => {
    const folder = tempFolder({ 'gen/x/a.go': cgo, 'gen/x/skip/a.go': cgo, '.cgo-guard.json': '{"exclude": ["gen", "**/skip"]}' });
    expect(await folders(folder, 'gen')).toEqual(['gen/x']);
    expect(await folders(folder, '.', 'gen/x/skip')).toEqual(['gen/x/skip']);
    expect(await folders(folder, 'gen/x/a.go')).toEqual(['gen/x: gen/x/a.go']);
  });
});
