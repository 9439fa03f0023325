/** A program starts with the code that its last run left, and no worse without. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { tempFolder } from '../cli/temp-folder.ts';

interface Started {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** A folder with the program `demo` and an empty home. `print` makes it a program that prints so many letters; `start` runs it as this build. */
function demo(): { folder: string; print: (text: string) => void; start: (build: string, env?: NodeJS.ProcessEnv) => Started; cached: () => string[] } {
  const folder = tempFolder({ 'home/.keep': '', 'cache/.keep': '' });
  const cache = join(folder, 'cache');
  return {
    folder,
    print: (text) => writeFileSync(join(folder, 'demo-program.js'), `console.log(${JSON.stringify(text)}, __filename, process.argv[2]); process.exitCode = 3;`),
    start(build, env = {}) {
      buildSync({
        entryPoints: [join(import.meta.dirname, '../../../server/src/start/start.ts')],
        outfile: join(folder, 'demo.js'),
        bundle: true,
        format: 'cjs',
        platform: 'node',
        define: { program: JSON.stringify({ name: 'demo', build }) },
      });
      const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'demo.js'), 'argument'], {
        encoding: 'utf8',
        // Where each system keeps caches.
        env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '', XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: join(folder, 'home'), ...env },
      });
      return { stdout: stdout.replace(`${folder}/`, ''), stderr, status };
    },
    cached: () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /[\\/]demo-[^\\/]+$/.test(file)),
  };
}

const printed = (text: string): Started => ({ stdout: `${text} demo.js argument\n`, stderr: '', status: 3 });

test('code is left once, for nobody else to read, and used from then on', () => {
  const { folder, print, start, cached } = demo();
  print('old');
  expect(start('one')).toEqual(printed('old'));
  const [file = ''] = cached();
  const { ino, mode } = statSync(join(folder, file));
  if (process.platform !== 'win32') expect(mode & 0o77).toBe(0);
  // V8 takes compiled code for any text of the same length: the old word shows that this happens.
  print('new');
  expect(start('one')).toEqual(printed('old'));
  expect(cached()).toEqual([file]);
  expect(statSync(join(folder, file)).ino).toBe(ino);
});

test('another build has code of its own, and the old one goes', () => {
  const { print, start, cached } = demo();
  print('old');
  start('one');
  print('new');
  expect(start('two')).toEqual(printed('new'));
  expect(cached()).toHaveLength(1);
  expect(cached()[0]).toContain('demo-two-');
});

test('code that V8 does not take is replaced', () => {
  const { folder, print, start, cached } = demo();
  print('old');
  start('one');
  const file = join(folder, cached()[0]!);
  writeFileSync(file, 'no code');
  expect(start('one')).toEqual(printed('old'));
  expect(statSync(file).size).toBeGreaterThan(100);
});

// Only root may give a file away.
test.skipIf(process.getuid?.() !== 0)('code of somebody else is not run, but replaced', () => {
  const { folder, print, start, cached } = demo();
  print('old');
  start('one');
  const file = join(folder, cached()[0]!);
  chownSync(file, 54321, 54321);
  print('new');
  expect(start('one')).toEqual(printed('new'));
  expect(statSync(file).uid).toBe(0);
});

test('without a folder to write to a program runs as well', () => {
  const { folder, print, start, cached } = demo();
  print('old');
  const nowhere = join(folder, 'demo.js');
  expect(start('one', { XDG_CACHE_HOME: nowhere, LOCALAPPDATA: nowhere, HOME: nowhere })).toEqual(printed('old'));
  expect(cached()).toEqual([]);
});

// Only root may start a process as somebody whom the system does not know.
test.skipIf(process.getuid?.() !== 0)('somebody without a home can start it', () => {
  const { folder, print, start, cached } = demo();
  print('old');
  start('one');
  const [cache = ''] = cached();
  chmodSync(folder, 0o755);
  const { stdout, status } = spawnSync(process.execPath, ['-e', `process.setgroups([]); process.setuid(54321); require(${JSON.stringify(join(folder, 'demo.js'))})`], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  expect(stdout).toContain('old');
  expect(status).toBe(3);
  expect(cached()).toEqual([cache]);
});

test('the variable that turns the cache of Node off turns this one off', () => {
  const { print, start, cached } = demo();
  print('old');
  expect(start('one', { NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(printed('old'));
  expect(cached()).toEqual([]);
});
