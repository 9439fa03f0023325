/**
 * Keeps what V8 compiled for the next start. Reading the text of a program takes longer than all else that a start does; compiled code is read in a tenth
 * of that. Node does the same with `module.enableCompileCache`, from version 22.1 on.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { threadId } from 'node:worker_threads';

export interface Program {
  /** Path of a CommonJS file, in ASCII. */
  readonly file: string;
  /** Name for the compiled code. */
  readonly name: string;
  /** Changes with the text of the file: V8 itself compares no more than the length. */
  readonly build: string;
}

/** When most of what a start needs is compiled, and what it ran once not yet forgotten. In ms. */
const settled = 5000;

/**
 * Runs the program as if `startedAs` were its file. Compiled code is taken from `folder` and, where there is none for this build, this version of V8 and its
 * flags, left there after some seconds or at the end. A folder that cannot be used makes a start slower and is no error.
 */
export function run({ file, name, build }: Program, startedAs: string, folder: string | undefined): void {
  // The tag stands for version, flags and processor. Source: documentation of node:v8.
  const cache = folder === undefined ? undefined : join(folder, `${name}-${build}-${cachedDataVersionTag()}`);
  const cachedData = cache === undefined ? undefined : readOwn(cache);
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
  const script = new Script(text, { filename: file, ...(cachedData ? { cachedData } : {}) });
  if (cache !== undefined && (cachedData === undefined || script.cachedDataRejected === true)) {
    let isSaved = false;
    const saveOnce = (): void => {
      if (!isSaved) save(script, cache, name, build);
      isSaved = true;
    };
    setTimeout(saveOnce, settled).unref();
    process.once('exit', saveOnce);
  }
  const module = { exports: {} };
  const load = script.runInThisContext() as (...args: readonly unknown[]) => void;
  load(module.exports, createRequire(file), module, startedAs, dirname(file));
}

/** What is in the file, if it is of the person who runs this: somebody else could have written anything into it. */
function readOwn(file: string): Buffer | undefined {
  try {
    return process.getuid === undefined || statSync(file).uid === process.getuid() ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the code in one piece, for the user's eyes only: it is run. What other builds left goes. */
function save(script: Script, file: string, name: string, build: string): void {
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The threads of a program may all come to this.
    const unfinished = `${file}.${process.pid}.${threadId}`;
    writeFileSync(unfinished, script.createCachedData(), { mode: 0o600 });
    renameSync(unfinished, file);
    for (const old of readdirSync(folder)) if (old.startsWith(`${name}-`) && !old.startsWith(`${name}-${build}-`)) rmSync(join(folder, old), { force: true });
  } catch {
    // A home that cannot be written to, a disk that is full: the next start takes as long as this one.
  }
}
