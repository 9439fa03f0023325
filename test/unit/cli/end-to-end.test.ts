/** The command line with the real engine: most of it in this process, and the built program where only a process can tell. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readWasm } from '../../../server/src/project/node-wasm.ts';
import { Project } from '../../../server/src/project/project.ts';
import { rules } from '../../../server/src/rules/index.ts';
import { filesBelow } from '../../support/source-files.ts';
import { run as runWith, type Outcome } from './run.ts';
import { tempFolder, textOf } from './temp-folder.ts';

const program = resolve('dist/cli.js');

const leaking = `package demo

/*
#include <stdlib.h>
static int length(const char *s) { int n = 0; while (s[n]) n++; return n; }
*/
import "C"
import "unsafe"

const size = unsafe.Sizeof(0)

func Length(name string) int {
	cs := C.CString(name)
	return int(C.length(cs))
}
`;

const freeing = leaking.replace('C.CString(name)', '$&\n\tdefer C.free(unsafe.Pointer(cs))');

const run = (cwd: string, ...args: string[]): Promise<Outcome> =>
  runWith(cwd, args, { context: { rules, createProject: (host) => Project.create(host, readWasm()) } });

describe('with the real engine', () => {
  test('finds, shows and counts', async () => {
    const folder = tempFolder({ 'pkg/a.go': leaking, 'pkg/pure/b.go': 'package pure\n' });
    const { code, stdout, stderr } = await run(folder, 'check');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^pkg\/a\.go:13:8: warning\[cstring-leak\]: .+\n {3}13 \| {5}cs := C\.CString\(name\)\n {6}\| {11}\^+\n/);
    expect(stdout).toMatch(/\n1 warning in 1 file \(1 checked\)\n$/);
  });

  test('fixes the file and is then content', async () => {
    const folder = tempFolder({ 'a.go': leaking });
    expect(await run(folder, 'check', '--fix')).toMatchObject({ code: 0, stderr: '' });
    expect(textOf(folder, 'a.go')).toBe(freeing);
    expect(await run(folder, 'check', 'a.go')).toMatchObject({ code: 0, stdout: 'No findings (1 checked)\n' });
  });

  test('keeps CRLF and byte order mark while fixing', async () => {
    const folder = tempFolder({ 'a.go': `\uFEFF${leaking.replaceAll('\n', '\r\n')}` });
    expect(await run(folder, 'check', '--fix')).toMatchObject({ code: 0, stderr: '' });
    expect(textOf(folder, 'a.go')).toBe(`\uFEFF${freeing.replaceAll('\n', '\r\n')}`);
  });

  test.each(['json', 'sarif'])('%s is one document', async (format) => {
    const { code, stdout } = await run(tempFolder({ 'a.go': leaking }), 'check', '--format', format, '--fail-on', 'never');
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(stdout))).toContain('cstring-leak');
  });

  test('annotates', async () => {
    const { stdout } = await run(tempFolder({ 'a.go': leaking }), 'check', '--format', 'github');
    expect(stdout).toMatch(/^::warning file=a\.go,line=13,.*title=cstring-leak::.+\n$/);
  });

  test('takes severities from the project file', async () => {
    const of = (level: string): Promise<Outcome> => run(tempFolder({ 'a.go': leaking, '.cgo-guard.json': `{"rules": {"cstring-leak": "${level}"}}` }), 'check');
    expect(await of('off')).toMatchObject({ code: 0, stdout: 'No findings (1 checked)\n' });
    expect((await of('error')).stdout).toContain('a.go:13:8: error[cstring-leak]');
  });

  test('takes contracts from the project file', async () => {
    const code = leaking.replace(/static int length.*\n/, 'int length(const char *s);\n');
    const of = (contracts: object): Promise<Outcome> => run(tempFolder({ 'a.go': code, '.cgo-guard.json': JSON.stringify({ contracts }) }), 'check');
    expect((await of({})).stdout).toContain('cstring-leak');
    expect(await of({ length: { params: [{ index: 0, effect: 'takes' }] } })).toMatchObject({ code: 0, stdout: 'No findings (1 checked)\n' });
  });

  test('a comment with a reason suppresses', async () => {
    const folder = tempFolder({ 'a.go': leaking.replace('C.CString(name)', 'C.CString(name) //cgoguard:ignore cstring-leak it lives on') });
    expect(await run(folder, 'check')).toMatchObject({ code: 0, stdout: 'No findings (1 checked, 1 suppressed)\n' });
    const { stdout } = await run(folder, 'check', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ suppressed: { reason: 'it lives on', range: { start: { line: 13 } } } }] });
  });

  test('survives files that are no Go', async () => {
    const junk = Buffer.concat([Buffer.from('import "C"\n'), Buffer.from([0, 255, 254, 192, 128, 10, 0])]);
    const folder = tempFolder({ 'junk.go': junk, 'empty.go': '', 'half.go': 'package demo\n\nimport "C"\n\nfunc f() {\n\tdefer func() {\n' });
    expect(await run(folder, 'check', '--min-severity', 'hint')).toMatchObject({ code: 0, stderr: '' });
  });

  test.each(rules.map(({ id }) => id))('explains %s', async (id) => {
    const { code, stdout } = await run(tempFolder({}), 'explain', id);
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^${id}: .+\n`))]);
  });
});

describe('the built program', () => {
  beforeAll(() => {
    const sources = [...filesBelow('server/src', '.ts'), ...filesBelow('server/tools', '.mjs'), 'package.json'];
    const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
    if (existsSync(program) && statSync(program).mtimeMs > newest) return;
    const { status, stderr } = spawnSync(process.execPath, ['server/tools/build.mjs'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  const shell = (cwd: string, ...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };

  test('checks and ends with the exit code', () => {
    const { code, stdout, stderr } = shell(tempFolder({ 'a.go': leaking }), 'check');
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^a\.go:13:8: warning\[cstring-leak\]: /);
  });

  test('tells a bad path in one line', () => {
    expect(shell(tempFolder({}), 'check', './nope')).toEqual({ code: 2, stdout: '', stderr: 'cgo-guard: cannot read ./nope: no such file or folder\n' });
  });

  test('knows its version', () => {
    const { version } = JSON.parse(textOf(resolve('.'), 'package.json')) as { version: string };
    expect(shell(tempFolder({}), '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('a pipe that closes early ends it quietly', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}/a.go`, leaking]));
    const child = spawn(process.execPath, [program, 'check'], { cwd: tempFolder(many), stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((done) => child.once('close', done));
    expect([code, stderr]).toEqual([1, '']);
  });

  test('serves an editor', async () => {
    const child = spawn(process.execPath, [program, 'lsp', '--stdio'], { stdio: 'pipe', cwd: join(program, '../..') });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    let answer = '';
    for await (const chunk of child.stdout) {
      answer += String(chunk);
      if (answer.endsWith('}')) break;
    }
    child.kill();
    expect(answer).toContain('"serverInfo":{"name":"cgo-guard"}');
  });
});
