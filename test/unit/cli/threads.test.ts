/** A run with several threads prints what a run with one prints, whatever becomes of the threads. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { run } from './run.ts';
import { tempFolder } from './temp-folder.ts';

const root = join(import.meta.dirname, '../../..');

test('the built program prints the same with one thread and with three', async () => {
  // Below the root, where it finds the parsers as it does from source.
  const cli = join(root, 'node_modules/.cache/cgo-guard-test/threads-cli.js');
  await build({
    entryPoints: [join(root, 'server/src/main-cli.ts')],
    outfile: cli,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    alias: { 'web-tree-sitter': join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    logLevel: 'error',
  });
  const report = (jobs: number): string => execFileSync(process.execPath, [cli, 'check', '--fail-on', 'never', '--format', 'json', '--jobs', String(jobs), 'test/fixtures/pinner-leak', 'test/fixtures/suppression'], { cwd: root, encoding: 'utf8' });
  const alone = report(1);
  expect(alone).toContain('"pinner-leak"');
  expect(report(3)).toBe(alone);
});

const files = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`p${i}/x.go`, `package p\nimport "C"\nLEAK(a${i})\n`]));

test.each([
  ['do not start', 'throw new Error("no")'],
  ['end while they check a folder', 'Atomics.add(require("node:worker_threads").workerData.taken, 0, 1)'],
])('threads that %s leave nothing undone', async (_what, code) => {
  const folder = tempFolder(files);
  const alone = await run(folder, ['check', '--jobs', '1']);
  const helped = await run(folder, ['check', '--jobs', '3'], { context: { startThread: (workerData) => new Worker(code, { eval: true, workerData }) } });
  expect(helped.stdout).toBe(alone.stdout);
  expect(helped.stdout).toContain('a7');
  expect(helped.code).toBe(1);
});

test('a number of folders that is none is wrong use', async () => {
  const { code, stderr } = await run(tempFolder({}), ['check', '--jobs', '0']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^cgo-guard: .*--jobs.*above 0\.\n$/);
});
