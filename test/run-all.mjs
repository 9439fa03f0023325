/** `npm test`: every check, one after another, up to the first that fails. `npm run check`: only those that need neither VS Code nor a packed extension. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const results = resultsOf('vitest');
const witnesses = resultsOf('witness');
mkdirSync(path.dirname(results), { recursive: true });

/** Title, command, and whether it belongs to the quick half. */
const steps = [
  { title: 'Types', run: ['npx', 'tsc', '-p', '.'], quick: true },
  { title: 'Generated files are current', run: ['npm', 'run', '-s', 'generate', '--', '--check'], quick: true },
  { title: 'Build', run: ['npm', 'run', '-s', 'build'], quick: true },
  { title: 'Unit tests, LSP sessions, random edits', run: ['npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`], quick: true, skipped: () => skippedByVitest(results) },
  { title: 'Grammar', run: ['npm', 'run', '-s', 'test:grammar'], quick: true },
  { title: 'Witnesses: the Go toolchain shows each hazard', run: ['npm', 'run', '-s', 'test:witness', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${witnesses}`], skipped: () => skippedByVitest(witnesses) },
  { title: 'Packed extension', run: ['npm', 'run', '-s', 'test:package'] },
  { title: 'Inside VS Code', run: ['npm', 'run', '-s', 'test:vscode'] },
  { title: 'As a user, with mouse and keyboard', run: ['npm', 'run', '-s', 'test:ui'] },
];

const chosen = process.argv.includes('--quick') ? steps.filter((step) => step.quick) : steps;
const skipped = [];
const times = [];
let failed;
for (const file of [results, witnesses]) rmSync(file, { force: true });
for (const [index, step] of chosen.entries()) {
  heading(`${index + 1}/${chosen.length}  ${step.title}`);
  const started = Date.now();
  const { status, output } = await execute(step.run);
  times.push(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${step.title}`);
  for (const [, what] of output.matchAll(/^SKIPPED (.*)$/gm)) skipped.push(what);
  skipped.push(...(step.skipped?.() ?? []));
  if (status !== 0) {
    failed = step.title;
    break;
  }
}
heading(failed === undefined ? 'All passed' : `FAILED: ${failed}`);
console.log(times.join('\n'));
if (skipped.length > 0) console.log(`\nNot checked on this machine:\n${skipped.map((what) => `  - ${what}`).join('\n')}`);
process.exitCode = failed === undefined ? 0 : 1;

function resultsOf(name) {
  return path.join(root, `node_modules/.cache/cgo-guard/${name}.json`);
}

function heading(text) {
  console.log(`\n━━ ${text} ${'━'.repeat(Math.max(3, 96 - text.length))}\n`);
}

/** Runs a command in the project, shows what it prints and returns that too. */
function execute([command, ...args]) {
  // A pipe is no terminal; colour is asked for where ours is one.
  const env = { ...process.env, ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {}) };
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['inherit', 'pipe', 'inherit'], shell: process.platform === 'win32' });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.once('error', (error) => {
      console.error(error.message);
      resolve({ status: 1, output });
    });
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** The tests that vitest skipped, counted by the reason that their names give. */
function skippedByVitest(results) {
  if (!existsSync(results)) return [];
  const counts = new Map();
  for (const { assertionResults } of JSON.parse(readFileSync(results, 'utf8')).testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'skipped' && status !== 'pending') continue;
      const reason = /\(skipped: ([^)]*)\)/.exec(fullName)?.[1] ?? `no reason given: ${fullName}`;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return [...counts].map(([reason, count]) => `${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`);
}
