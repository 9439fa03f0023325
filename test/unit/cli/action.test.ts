/** The scripts of the GitHub action, run by a real shell around a program that only tells its arguments. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './run.ts';
import { tempFolder } from './temp-folder.ts';

const action = readFileSync(resolve('action.yml'), 'utf8');

/** The text of each `run: |` block. */
const scripts = [...action.matchAll(/^( *)run: \|\n((?:\1 {2}.*\n|\n)+)/gm)].map(([, indent = '', body = '']) => body.replaceAll(`\n${indent}  `, '\n').trimStart());

/** The value that an input has when nobody sets it. */
const defaultOf = (input: string): string => new RegExp(`^  ${input}:\\n(?:    .*\\n)*?    default: "?(.*?)"?$`, 'm').exec(action)?.[1] ?? 'no such input';

function step(index: number, program: string, inputs: Readonly<Record<string, string>> = {}): { status: number | null; commands: string[][]; stdout: string } {
  const folder = tempFolder({ 'dist/cli.js': program });
  const env = {
    PATH: process.env['PATH'],
    ACTION: folder,
    CHECK_PATHS: defaultOf('paths'),
    MIN_SEVERITY: defaultOf('min-severity'),
    FAIL_ON: defaultOf('fail-on'),
    SARIF_FILE: defaultOf('sarif-file'),
    BASELINE: defaultOf('baseline'),
    DIFF: defaultOf('diff'),
    ...inputs,
  };
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-c', scripts[index] ?? 'exit 99'], { env, cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return { status, stdout, commands: stdout.split('\n').filter((line) => line.startsWith('[')).map((line) => JSON.parse(line) as string[]) };
}

const tell = 'console.log(JSON.stringify(process.argv.slice(2)));';

test('what is built already is not built again', () => {
  expect(step(0, tell)).toMatchObject({ status: 0, stdout: '' });
});

test('by default the whole repository is checked, with options that the command line takes', async () => {
  const { status, commands } = step(1, tell);
  expect([status, commands]).toEqual([0, [['check', '--min-severity', 'info', '--format', 'github', '--fail-on', 'warning', '--', '.']]]);
  expect(await run(tempFolder({}), commands[0] ?? [])).toMatchObject({ code: 0, stderr: '' });
});

test('one path a line, and nothing in it is obeyed', () => {
  const { commands } = step(1, tell, { CHECK_PATHS: 'a b\n\n$(touch x)\n--fix\n', SARIF_FILE: 'out dir/x.sarif', FAIL_ON: 'never' });
  const paths = ['--', 'a b', '$(touch x)', '--fix'];
  expect(commands).toEqual([
    ['check', '--min-severity', 'info', '--format', 'sarif', '--fail-on', 'never', '--output', 'out dir/x.sarif', ...paths],
    ['check', '--min-severity', 'info', '--format', 'github', '--fail-on', 'never', ...paths],
  ]);
});

test('findings from before are left out in both runs', () => {
  const { commands } = step(1, tell, { BASELINE: 'known.json', DIFF: 'origin/main', SARIF_FILE: 'x.sarif' });
  expect(commands.map((command) => command.slice(0, 7))).toEqual(Array(2).fill(['check', '--min-severity', 'info', '--baseline', 'known.json', '--diff', 'origin/main']));
});

test.each([1, 2])('exit code %i is passed on, also by the first of two runs', (code) => {
  expect(step(1, `${tell} process.exit(${code});`)).toMatchObject({ status: code });
  const { status, commands } = step(1, `${tell} process.exit(${code});`, { SARIF_FILE: 'x.sarif' });
  expect([status, commands.length]).toEqual([code, 1]);
});
