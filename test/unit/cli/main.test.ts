/** The command line from outside: commands, options, exit codes and the one line that a failure is told in. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../../server/src/cli/main.ts';
import { leakRule } from '../report/sample.ts';
import { FakeChecker } from './fake-checker.ts';
import { Capture, run } from './run.ts';
import { tempFolder, textOf } from './temp-folder.ts';

const cgo = 'package a\n\nimport "C"\n';

describe('exit codes', () => {
  const code = async (content: string, ...args: string[]): Promise<number> => (await run(tempFolder({ 'a.go': cgo + content }), ['check', ...args])).code;

  test('0 without findings', async () => {
    expect(await code('')).toBe(0);
    expect(await code('QUIET(a)')).toBe(0);
  });

  test('1 from --fail-on upwards', async () => {
    expect(await code('LEAK(a)')).toBe(1);
    expect(await code('NOTE(a)')).toBe(0);
    expect(await code('NOTE(a)', '--fail-on', 'info')).toBe(1);
    expect(await code('LEAK(a)', '--fail-on', 'error')).toBe(0);
    expect(await code('LEAK(a)', '--fail-on', 'never')).toBe(0);
  });

  test('what --min-severity leaves out does not fail a run either', async () => {
    expect(await code('LEAK(a)', '--min-severity', 'error')).toBe(0);
  });
});

describe('failures: one line on standard error, exit code 2', () => {
  test.each([
    [[], `no command given; 'cgo-guard --help' shows them`],
    [['chekc'], `unknown command 'chekc' (Did you mean check?)`],
    [['./pkg'], `unknown command './pkg'; did you mean 'cgo-guard check ./pkg'?`],
    [['check', '--fxi'], `unknown option '--fxi' (Did you mean --fix?)`],
    [['check', '--format', 'xml'], `option '--format <format>' argument 'xml' is invalid. Allowed choices are text, json, sarif, github.`],
    [['check', '--output'], `option '-o, --output <file>' argument missing`],
    [['check', './nope'], 'cannot read ./nope: no such file or folder'],
    [['check', 'a.go/b'], 'cannot read a.go/b: no such file or folder'],
    [['check', 'notes.txt'], 'notes.txt is neither a folder nor a Go or C file'],
    [['check', '-o', 'nope/out.txt'], 'cannot write nope/out.txt: no such file or folder'],
    [['explain', 'cstring-leek'], `unknown rule 'cstring-leek'; did you mean 'cstring-leak'?`],
    [['explain', 'qqq'], `unknown rule 'qqq'; 'cgo-guard rules' lists them`],
    [['explain'], `missing required argument 'rule'`],
  ])('%j', async (args, line) => {
    const outcome = await run(tempFolder({ 'a.go': cgo, 'notes.txt': '' }), args);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: `cgo-guard: ${line}\n` });
  });

  test.each([
    ['{', 'not valid JSON at line 1, column 2'],
    ['{"rules": {"cstring-leek": "off"}}', `unknown rule 'cstring-leek'; did you mean 'cstring-leak'?`],
    ['{"exclude": "gen"}', `'exclude' must be a list of globs`],
  ])('a bad project file: %s', async (config, problem) => {
    const folder = tempFolder({ 'sub/a.go': cgo, '.cgo-guard.json': config });
    expect(await run(folder, ['check', 'sub'])).toMatchObject({ code: 2, stdout: '', stderr: `cgo-guard: .cgo-guard.json: ${problem}\n` });
  });

  test('an engine that fails in one folder hides nothing of the others', async () => {
    const folder = tempFolder({ 'a/a.go': `${cgo}CRASH`, 'b/b.go': `${cgo}LEAK(x)`, 'c/c.go': `${cgo}CRASH` });
    const outcome = await run(folder, ['check']);
    expect(outcome.stdout).toContain('b/b.go:4:1: warning[cstring-leak]');
    expect(outcome).toMatchObject({ code: 2, stderr: 'cgo-guard: internal error in a: the engine fell over (and 1 more)\n' });
    expect(outcome.checker?.disposed).toBe(true);
  });

  test('a rule that fails is told, and the others go on', async () => {
    const outcome = await run(tempFolder({ 'a/a.go': `${cgo}STUMBLE\nLEAK(x)` }), ['check']);
    expect(outcome.stdout).toContain('a/a.go:5:1: warning[cstring-leak]');
    expect(outcome).toMatchObject({ code: 2, stderr: 'cgo-guard: internal error in a: rule cstring-leak: it stumbled\n' });
  });

  test('an engine that does not start', async () => {
    const context = { createProject: () => Promise.reject(new Error('no parsers')) };
    const outcome = await run(tempFolder({ 'a.go': cgo }), ['check'], { context });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/^cgo-guard: internal error: Error: no parsers\n/);
  });
});

describe('check', () => {
  test('prints paths relative to the working directory, in order', async () => {
    const folder = tempFolder({ 'z.go': `${cgo}LEAK(z)`, 'b/x.go': `${cgo}LEAK(x)\nLEAK(y)`, 'a-b/w.go': `${cgo}LEAK(w)` });
    const { stdout } = await run(folder, ['check', '.']);
    expect(stdout.match(/^\S+: warning/gm)).toEqual(['a-b/w.go:4:1: warning', 'b/x.go:4:1: warning', 'b/x.go:5:1: warning', 'z.go:4:1: warning']);
    expect((await run(join(folder, 'b'), ['check', '..'])).stdout.match(/^\S+: warning/gm)).toEqual([
      '../a-b/w.go:4:1: warning',
      '../z.go:4:1: warning',
      'x.go:4:1: warning',
      'x.go:5:1: warning',
    ]);
  });

  test('a file is checked within its folder, and only its findings are told', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(x)`, 'b.go': `${cgo}LEAK(y)` });
    const { stdout, checker } = await run(folder, ['check', 'b.go', './b.go']);
    expect(stdout.match(/^\S+: warning/gm)).toEqual(['b.go:4:1: warning']);
    expect(stdout).toContain('1 warning in 1 file (1 checked)');
    expect(checker?.checked).toEqual([folder]);
  });

  test('rule severities come from the nearest project file', async () => {
    const folder = tempFolder({
      'a/a.go': `${cgo}LEAK(a)`,
      'b/b.go': `${cgo}LEAK(b)`,
      'b/.cgo-guard.json': '{"rules": {"cstring-leak": "error"}}',
      '.cgo-guard.json': '{"rules": {"cstring-leak": "off"}}',
    });
    const { stdout } = await run(folder, ['check']);
    expect(stdout.match(/^\S+: \w+/gm)).toEqual(['b/b.go:4:1: error']);
  });

  test('excluded files are no findings, unless they are named', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(a)`, 'gen.go': `${cgo}LEAK(g)`, '.cgo-guard.json': '{"exclude": ["gen.go"]}' });
    expect((await run(folder, ['check'])).stdout.match(/^\S+: \w+/gm)).toEqual(['a.go:4:1: warning']);
    expect((await run(folder, ['check', 'gen.go'])).stdout.match(/^\S+: \w+/gm)).toEqual(['gen.go:4:1: warning']);
  });

  test('does not start the engine where there is nothing for it', async () => {
    const outcome = await run(tempFolder({ 'a.go': 'package a\n' }), ['check']);
    expect(outcome).toMatchObject({ code: 0, stderr: '', checker: undefined });
    expect(outcome.stdout).toBe('Nothing to check: no Go file here imports "C" or unsafe\n');
  });

  test('--output takes the whole report', async () => {
    const folder = tempFolder({ 'a.go': `${cgo}LEAK(a)` });
    const outcome = await run(folder, ['check', '--format', 'sarif', '-o', 'out.sarif'], { isTTY: true });
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: '' });
    expect(JSON.parse(textOf(folder, 'out.sarif'))).toMatchObject({
      runs: [{ results: [{ ruleId: 'cstring-leak' }], originalUriBaseIds: { '%SRCROOT%': { uri: expect.stringMatching(/^file:\/\/\/.*\/$/) as string } } }],
    });
  });

  test('JSON counts suppressed findings apart', async () => {
    const { stdout } = await run(tempFolder({ 'a.go': `${cgo}LEAK(a)\nQUIET(b)` }), ['check', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ summary: { findings: { warning: 1 }, suppressed: 1 }, findings: [{ suppressed: null }, { suppressed: { reason: 'on purpose' } }] });
  });

  test('annotations are told from the root of the repository', async () => {
    const folder = tempFolder({ 'sub/a.go': `${cgo}LEAK(a)` });
    const args = ['check', '--format', 'github'];
    expect((await run(join(folder, 'sub'), args, { env: { GITHUB_WORKSPACE: folder } })).stdout).toMatch(/^::warning file=sub\/a\.go,/);
    expect((await run(join(folder, 'sub'), args)).stdout).toMatch(/^::warning file=a\.go,/);
    expect((await run(folder, args, { env: { GITHUB_WORKSPACE: join(folder, 'sub') } })).stdout).toMatch(/^::warning file=sub\/a\.go,/);
  });

  test.each([
    [{ isTTY: true }, true],
    [{ isTTY: false }, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
    [{ isTTY: true, env: { TERM: 'dumb' } }, false],
    [{ isTTY: false, env: { FORCE_COLOR: '1' } }, true],
    [{ isTTY: true, env: { FORCE_COLOR: '0' } }, false],
  ])('colour with %j: %j', async (options, colored) => {
    const { stdout } = await run(tempFolder({ 'a.go': `${cgo}LEAK(a)` }), ['check'], options);
    expect(stdout.includes('\u001b[')).toBe(colored);
  });

  test.each([
    ['EPIPE', 1, ''],
    ['ENOSPC', 2, 'cgo-guard: cannot write the output: no space left\n'],
  ])('standard output fails with %s', async (code, exitCode, line) => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('write'), { code })) });
    broken.on('error', () => {});
    const stderr = new Capture(false);
    const outcome = await runCli(['check'], {
      terminal: { stdout: broken, stderr, cwd: tempFolder({ 'a.go': `${cgo}LEAK(a)` }), env: {} },
      version: '1.2.3',
      rules: [leakRule],
      createProject: (host) => Promise.resolve(new FakeChecker(host)),
      startLsp: () => Promise.resolve(),
    });
    expect([outcome, stderr.text]).toEqual([exitCode, line]);
  });
});

describe('the other commands', () => {
  const anywhere = (): string => tempFolder({});

  test('--version', async () => {
    expect(await run(anywhere(), ['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' });
  });

  test('--help names every command', async () => {
    const { code, stdout, stderr } = await run(anywhere(), ['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['check', 'explain', 'rules', 'lsp']) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect((await run(anywhere(), ['check', '--help'])).stdout).toContain('Exit status: 0');
  });

  test('rules', async () => {
    expect((await run(anywhere(), ['rules'])).stdout).toBe(`RULE          FAMILY    SEVERITY  FIX     SUMMARY
cstring-leak  memory    warning   either  C.CString result that is never freed
export-panic  callback  info      none    panic that leaves an exported function
`);
    expect(JSON.parse((await run(anywhere(), ['rules', '--format', 'json'])).stdout)).toMatchObject([
      { id: 'cstring-leak', family: 'memory', fix: 'either', since: '0.1.0' },
      { id: 'export-panic', fix: 'none' },
    ]);
  });

  test('explain', async () => {
    const { code, stdout } = await run(anywhere(), ['explain', 'cstring-leak']);
    expect(code).toBe(0);
    expect(stdout).toBe(`cstring-leak: C.CString result that is never freed
memory · warning · likely · since 0.1.0

Why it is a hazard

\`C.CString\` copies to the **C heap**; \`**T\` stays.

What to do

Free it with \`defer\`.

What the rule cannot see

C code out of view. See [cgo](https://pkg.go.dev/cmd/cgo).

Quick fix

Sometimes offered; --fix applies it where it is safe. Otherwise it is to be reviewed: C may keep the pointer.

Hazard: early return

    package a

    var bad int

Instead

    package a

References

- cmd/cgo: https://pkg.go.dev/cmd/cgo
- Page of the rule: https://github.com/cgo-guard/cgo-guard/blob/main/server/docs/rules/cstring-leak.md
`);
  });

  test('lsp starts the server, whatever an editor adds', async () => {
    let started = 0;
    const startLsp = (): Promise<void> => {
      started++;
      return Promise.resolve();
    };
    expect(await run(anywhere(), ['lsp', '--stdio', '--clientProcessId=1'], { context: { startLsp } })).toMatchObject({ code: 0, stdout: '' });
    expect(started).toBe(1);
  });
});
