/** `--fix` writes to people's files: what it changes, what it keeps, and when it keeps its hands off. */
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fix } from '../../../server/src/lint/finding.ts';
import type { FakeChecker } from './fake-checker.ts';
import { run } from './run.ts';
import { tempFolder, textOf } from './temp-folder.ts';

const cgo = 'package a\n\nimport "C"\n';

/** A fix of one edit at the place of the finding. */
const edit = (file: string, at: number, newText: string, safety: 'safe' | 'unsafe' = 'safe', title = newText): Fix => ({
  title,
  safety,
  edits: [{ file, edits: [{ span: { start: at, end: at }, newText }] }],
});

describe('what is applied', () => {
  test('the safe fixes, and the run is judged by what is left', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)\nLEAK(y)\n`, 'b/b.go': `${cgo}LEAK(z)` });
    const outcome = await run(folder, ['check', '--fix']);
    expect(outcome).toMatchObject({ code: 0, stderr: '', stdout: 'Fixed 3 findings in 2 files\nNo findings (2 checked)\n' });
    expect(textOf(folder, 'a.go')).toBe(`${cgo}LEAK(x)\nFREE(x)\nLEAK(y)\nFREE(y)\n`);
    expect(textOf(folder, 'b/b.go')).toBe(`${cgo}LEAK(z)\nFREE(z)`);
    expect(readdirSync(folder).sort()).toEqual(['a.go', 'b']);
  });

  test('no unsafe fix, but a safe one behind it', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)` });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file, span }) => [edit(file, span.end, '\nFREE(bad)', 'unsafe'), edit(file, span.end, '\nFREE(x)'), edit(file, span.end, '\nFREE(late)')];
    };
    await run(folder, ['check', '--fix'], { prepare });
    expect(textOf(folder, 'a.go')).toBe(`${cgo}LEAK(x)\nFREE(x)`);
  });

  test('nothing suppressed, less grave than asked for, excluded or not named', async () => {
    const files = { 'a.go': `${cgo}QUIET(x)\nNOTE(y)`, 'b.go': `${cgo}LEAK(b)`, 'c.go': `${cgo}LEAK(c)`, '.cgo-guard.json': '{"exclude": ["b.go"]}' };
    const folder = tempFolder(files);
    await run(folder, ['check', '--fix', '--min-severity', 'warning', 'a.go']);
    for (const name of ['a.go', 'b.go', 'c.go'] as const) expect(textOf(folder, name)).toBe(files[name]);
    await run(folder, ['check', '--fix', '--min-severity', 'warning']);
    expect([textOf(folder, 'a.go'), textOf(folder, 'b.go')]).toEqual([files['a.go'], files['b.go']]);
    expect(textOf(folder, 'c.go')).toBe(`${cgo}LEAK(c)\nFREE(c)`);
  });

  test('what two fixes both need is done once', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)\nLEAK(y)` });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file, span, message }, text) => {
        const name = message.split(' ')[0] ?? '';
        const include = text.includes('INCLUDE') ? [] : [{ span: { start: 0, end: 0 }, newText: 'INCLUDE\n' }];
        return [{ title: `Free ${name}`, safety: 'safe', edits: [{ file, edits: [...include, { span: { start: span.end, end: span.end }, newText: `\nFREE(${name})` }] }] }];
      };
    };
    const { stdout } = await run(folder, ['check', '--fix'], { prepare });
    expect(textOf(folder, 'a.go')).toBe(`INCLUDE\n${cgo}LEAK(x)\nFREE(x)\nLEAK(y)\nFREE(y)`);
    expect(stdout).toContain('Fixed 2 findings in 1 file');
  });

  test('fixes of the same place wait for each other', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)\nLEAK(y)` });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file, message }, text) => [edit(file, text.length, `\nEND ${message}`)];
    };
    const { stdout, checker } = await run(folder, ['check', '--fix'], { prepare });
    expect(textOf(folder, 'a.go')).toBe(`${cgo}LEAK(x)\nLEAK(y)\nEND x is never freed\nEND y is never freed`);
    expect(stdout).toContain('Fixed 2 findings in 1 file\n2 warnings');
    expect(checker?.checked).toHaveLength(3);
  });

  test('a fix that does not help is not applied for ever', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)` });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file }, text) => [edit(file, 0, '//\n', 'safe', `Try ${text.length}`)];
    };
    const { code, checker } = await run(folder, ['check', '--fix'], { prepare });
    expect(code).toBe(1);
    expect(checker?.checked).toHaveLength(51);
  });
});

describe('what is kept', () => {
  test('byte order mark and line ends', async () => {
    const folder = tempFolder({ 'a.go': '\uFEFFpackage a\r\nimport "C"\r\nLEAK(x)\r\n' });
    await run(folder, ['check', '--fix']);
    expect(textOf(folder, 'a.go')).toBe('\uFEFFpackage a\r\nimport "C"\r\nLEAK(x)\r\nFREE(x)\r\n');
  });

  test('the mode of the file, and a symbolic link to it', async () => {
    const folder = tempFolder({ 'real/a.txt': `${cgo}LEAK(x)`, 'pkg/b.go': cgo });
    chmodSync(join(folder, 'real/a.txt'), 0o640);
    symlinkSync('../real/a.txt', join(folder, 'pkg/a.go'));
    await run(folder, ['check', '--fix']);
    expect(textOf(folder, 'real/a.txt')).toBe(`${cgo}LEAK(x)\nFREE(x)`);
    expect(statSync(join(folder, 'real/a.txt')).mode & 0o777).toBe(0o640);
    expect(lstatSync(join(folder, 'pkg/a.go')).isSymbolicLink()).toBe(true);
  });
});

describe('what is left alone', () => {
  test('a file that is not valid UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from(`${cgo}LEAK(x)\n// `), Buffer.from([0xff, 0xfe])]);
    const folder = tempFolder({ 'a.go': bytes, 'b.go': `${cgo}LEAK(y)` });
    const outcome = await run(folder, ['check', '--fix']);
    expect(outcome).toMatchObject({ code: 2, stderr: 'cgo-guard: cannot fix a.go: it is not valid UTF-8\n' });
    expect(readFileSync(join(folder, 'a.go')).equals(bytes)).toBe(true);
    expect(textOf(folder, 'b.go')).toBe(`${cgo}LEAK(y)\nFREE(y)`);
  });

  test('a file that changes while it is checked', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)` });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file, span }) => {
        writeFileSync(file, `${cgo}SAVED BY ITS OWNER`);
        return [edit(file, span.end, '\nFREE(x)')];
      };
    };
    const outcome = await run(folder, ['check', '--fix'], { prepare });
    expect(outcome).toMatchObject({ code: 2, stderr: 'cgo-guard: cannot fix a.go: it changed meanwhile\n' });
    expect(textOf(folder, 'a.go')).toBe(`${cgo}SAVED BY ITS OWNER`);
    expect(readdirSync(folder)).toEqual(['a.go']);
  });

  test('both files of a fix when one of them cannot be written', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)`, 'b.go': Buffer.concat([Buffer.from(cgo), Buffer.from([0xff])]) });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = ({ file, span }) => [
        { title: 'Both', safety: 'safe', edits: [...edit(file, span.end, '\nFREE(x)').edits, ...edit(file.replace('a.go', 'b.go'), 0, '// b\n').edits] },
      ];
    };
    expect((await run(folder, ['check', '--fix'], { prepare })).stderr).toBe('cgo-guard: cannot fix b.go: it is not valid UTF-8\n');
    expect(textOf(folder, 'a.go')).toBe(`${cgo}LEAK(x)`);
  });

  test('files of another folder', async () => {
    const folder = tempFolder({ 'a/a.go': `${cgo}LEAK(x)`, 'b/b.go': cgo });
    const prepare = (checker: FakeChecker): void => {
      checker.fixesOf = () => [edit(join(folder, 'b/b.go'), 0, '// changed\n')];
    };
    expect((await run(folder, ['check', '--fix'], { prepare })).code).toBe(1);
    expect(textOf(folder, 'b/b.go')).toBe(cgo);
  });
});
