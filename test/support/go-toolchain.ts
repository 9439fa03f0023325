/** The Go toolchain of this machine, for tests that ask it whether a package builds. Absent is a normal answer. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';

/** Go's version as [major, minor], or the program that is missing. */
export type Toolchain = { readonly version: readonly [number, number] } | { readonly missing: string };

/** Looks for go, gofmt and a C compiler. */
export function goToolchain(): Toolchain {
  const version = /go(\d+)\.(\d+)/.exec(run('go', ['env', 'GOVERSION']).stdout);
  if (!version) return { missing: 'go' };
  if (run('gofmt', ['-h']).failed) return { missing: 'gofmt' };
  const compiler = run('go', ['env', 'CC']).stdout.trim().split(' ')[0] || 'gcc';
  if (run(compiler, ['--version']).failed) return { missing: compiler };
  return { version: [Number(version[1]), Number(version[2])] };
}

/** What gofmt would change in the Go files of a package, as a diff; empty when nothing. */
export function gofmtDiff(files: PackageText): string {
  return inTemporaryFolder((folder) => {
    writePackage(folder, files);
    const { stdout, stderr } = run('gofmt', ['-d', '.'], folder);
    return stdout + stderr;
  });
}

/** Writes a package below `folder`. */
export function writePackage(folder: string, files: PackageText): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Runs `use` with a new folder that is gone afterwards. */
export function inTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'cgo-guard-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Like `inTemporaryFolder` for what takes its time. */
export async function inTemporaryFolderAsync<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cgo-guard-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ran {
  /** Also when there is no such program. */
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** It was ended because it took longer than it may. */
  readonly ended?: boolean;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], cwd?: string, variables: Readonly<Record<string, string>> = {}): Ran {
  const done = spawnSync(program, args, { cwd, env: environment(variables), encoding: 'utf8', maxBuffer });
  return { failed: done.error !== undefined || done.status !== 0, stdout: done.stdout ?? '', stderr: done.stderr ?? '' };
}

/** Runs a program while others run; it is ended after `limitMs` milliseconds, 0 for never. */
export function runAsync(program: string, args: readonly string[], cwd?: string, variables: Readonly<Record<string, string>> = {}, limitMs = 0): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, env: environment(variables), encoding: 'utf8', maxBuffer, timeout: limitMs, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (error, stdout, stderr) => resolve({ failed: error !== null, stdout, stderr, ended: error?.killed === true }));
  });
}

const maxBuffer = 64 << 20;

const environment = (variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C', CGO_ENABLED: '1', GOTOOLCHAIN: 'local', GOFLAGS: '', GO111MODULE: 'on', ...variables });
