/** Baselines and `--diff`, over real files and a real repository. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readWasm } from '../../../server/src/project/node-wasm.ts';
import { Project } from '../../../server/src/project/project.ts';
import { rules } from '../../../server/src/rules/index.ts';
import { run as runWith, type Outcome } from './run.ts';
import { tempFolder, textOf } from './temp-folder.ts';

const run = (cwd: string, ...args: string[]): Promise<Outcome> => runWith(cwd, args, { context: { rules, createProject: (host) => Project.create(host, readWasm()) } });

const head = `package demo

// #include <stdlib.h>
// static void show(const char *s) { (void)s; }
import "C"

`;
const leak = (name: string, local = 'text'): string => `func ${name}(s string) {\n\t${local} := C.CString(s)\n\tC.show(${local})\n}\n`;

const cleanEnd = /\nNo findings|^No (?:new )?findings/;

describe('a baseline', () => {
  test('takes what there is and leaves what is new', async () => {
    const folder = tempFolder({ 'a.go': head + leak('One') });
    expect(await run(folder, 'check', '--write-baseline', 'known.json')).toMatchObject({ code: 0, stdout: 'Wrote 1 finding to known.json\n' });
    expect(await run(folder, 'check', '--baseline', 'known.json')).toMatchObject({ code: 0, stdout: 'No new findings (1 checked, 1 known)\n' });
    // Moved lines and other names of locals are no news, another function is.
    writeFileSync(join(folder, 'a.go'), `${head}${leak('Two')}\n${leak('One', 'moved')}`);
    const { code, stdout } = await run(folder, 'check', '--baseline', 'known.json', '--format', 'json');
    const report = JSON.parse(stdout) as { summary: { known: number }; findings: { known: boolean; range: { start: { line: number } } }[] };
    expect([code, report.summary.known, report.findings.map(({ known, range }) => [range.start.line, known])]).toEqual([1, 1, [[8, false], [13, true]]]);
  });

  test('keeps --fix to the news', async () => {
    const folder = tempFolder({ 'a.go': head + leak('One') });
    await run(folder, 'check', '--write-baseline', 'known.json');
    writeFileSync(join(folder, 'a.go'), `${head}${leak('One')}\n${leak('Two')}`);
    expect(await run(folder, 'check', '--fix', '--baseline', 'known.json')).toMatchObject({ code: 0 });
    expect(textOf(folder, 'a.go').split('C.free').length - 1).toBe(1);
  });

  test('is told apart in SARIF', async () => {
    const folder = tempFolder({ 'a.go': head + leak('One') });
    await run(folder, 'check', '--write-baseline', 'known.json');
    const { stdout } = await run(folder, 'check', '--baseline', 'known.json', '--format', 'sarif');
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ results: [{ baselineState: 'unchanged' }] }] });
  });

  test.each([
    [['--baseline', 'none.json'], /^cgo-guard: cannot read none\.json: no such file or folder\n$/],
    [['--baseline', 'a.go'], /^cgo-guard: a\.go: not valid JSON\n$/],
    [['--baseline', 'a.go', '--write-baseline', 'b.json'], /^cgo-guard: option .*cannot be used with option.*\n$/],
    [['--diff', 'main'], /^cgo-guard: --diff needs a git repository\n$/],
  ])('%j is refused in one line', async (args, message) => {
    const { code, stderr } = await run(tempFolder({ 'a.go': head + leak('One') }), 'check', ...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

const hasGit = ((): boolean => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasGit)(`a diff${hasGit ? '' : ' (skipped: no git program)'}`, () => {
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main', ...args], { cwd, encoding: 'utf8' });
  const repository = (): string => {
    const folder = tempFolder({ 'one/a.go': head + leak('One'), 'two/b.go': head + leak('Two') });
    git(folder, 'init', '-q');
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'start');
    return folder;
  };

  test('without a change says nothing', async () => {
    const { code, stdout } = await run(repository(), 'check', '--diff', 'main');
    expect([code, stdout]).toEqual([0, 'No findings (nothing that matters here was changed)\n']);
  });

  test('reports what the working tree adds: edits and new files, not what was moved', async () => {
    const folder = repository();
    writeFileSync(join(folder, 'one/a.go'), `${head}${leak('New')}\n${leak('One')}`);
    rmSync(join(folder, 'two'), { recursive: true });
    mkdirSync(join(folder, 'three'));
    writeFileSync(join(folder, 'three/b.go'), head + leak('Two'));
    writeFileSync(join(folder, 'three/c.go'), head + leak('Fresh'));
    const { code, stdout } = await run(folder, 'check', '--diff', 'main');
    expect(code).toBe(1);
    expect([...stdout.matchAll(/^(\S+\.go):(\d+):\d+: warning/gm)].map(([, file, line]) => `${file}:${line}`)).toEqual(['one/a.go:8', 'three/c.go:8']);
  });

  test('compares with where the branch began, and from any folder', async () => {
    const folder = repository();
    git(folder, 'checkout', '-qb', 'work');
    git(folder, 'checkout', '-q', 'main');
    writeFileSync(join(folder, 'one/a.go'), head);
    git(folder, 'commit', '-qam', 'mended on main');
    git(folder, 'checkout', '-q', 'work');
    writeFileSync(join(folder, 'one/other.go'), head + leak('Other'));
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', 'more');
    const { stdout } = await run(join(folder, 'one'), 'check', '--diff', 'main');
    expect([...stdout.matchAll(/^(\S+\.go):\d+:\d+: warning/gm)].map(([, file]) => file)).toEqual(['other.go']);
    expect(stdout).not.toMatch(cleanEnd);
  });

  test('an unknown commit is refused', async () => {
    expect(await run(repository(), 'check', '--diff', 'nowhere')).toMatchObject({ code: 2, stderr: `cgo-guard: --diff: git knows no commit 'nowhere'\n` });
  });
});
