/** Builds or runs a package held as text with the Go toolchain and hands back what it says. */
import { join } from 'node:path';
import { go, type PackageText, type Witness } from '../../server/src/lint/rule-meta.ts';
import { goToolchain, inTemporaryFolderAsync, runAsync, writePackage } from '../support/go-toolchain.ts';
import { goLine } from '../support/vet.ts';

export interface Outcome {
  readonly failed: boolean;
  /** All that was printed. */
  readonly output: string;
}

/** Why there are no witnesses on this machine; undefined when there are. */
export function witnessGap(): string | undefined {
  const toolchain = goToolchain();
  if ('missing' in toolchain) return `no ${toolchain.missing} on this machine`;
  const [, minor] = toolchain.version;
  return minor < 25 ? `needs Go 1.25, this is 1.${minor}` : undefined;
}

/**
 * Why those with -asan cannot run: asks for what every leak witness stands on. The runtime library may be missing, or the kernel may forbid
 * LeakSanitizer to stop the threads.
 */
export async function sanitizerGap(): Promise<string | undefined> {
  const { output } = await outcome({ 'main.go': leaking }, { by: 'run', flags: ['-asan'], output: '' });
  if (output.includes('ERROR: LeakSanitizer: detected memory leaks')) return undefined;
  const said = output.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  return `no address sanitizer with leak report on this machine: ${said?.replaceAll(/[()]/g, '') ?? 'it says nothing of a leak'}`;
}

const leaking = go`
  package main

  // #include <stdlib.h>
  import "C"

  func main() {
  	for i := 0; i < 8; i++ {
  		C.malloc(8)
  	}
  }
`;

/** Settings of the user that would change what the runtime and the sanitizer say. */
const neutral = { GODEBUG: '', GOTRACEBACK: '', ASAN_OPTIONS: '', LSAN_OPTIONS: '' };

/** What the toolchain does with the package. */
export function outcome(files: PackageText, witness: Witness): Promise<Outcome> {
  return inTemporaryFolderAsync(async (folder) => {
    const env = { ...neutral, ...witness.env };
    const driver = witness.by === 'run' && witness.driver !== undefined ? { 'witness.go': witness.driver } : {};
    writePackage(folder, { ...files, ...driver, 'go.mod': files['go.mod'] ?? `module example.test/witness\n\ngo ${goLine(files)}\n` });
    if (witness.by === 'run') {
      const program = join(folder, 'witness.bin');
      const made = both(await runAsync('go', ['build', '-trimpath', ...(witness.flags ?? []), '-o', program, '.'], folder, env));
      return made.failed ? made : runToItsEnd(program, folder, env);
    }
    const built = both(await runAsync('go', ['build', '-trimpath', ...outputs(files), './...'], folder, env));
    // go build leaves test files alone.
    return built.failed || !Object.keys(files).some((name) => name.endsWith('_test.go')) ? built : both(await runAsync('go', ['vet', './...'], folder));
  });
}

/**
 * Runs a program that ends by itself within seconds. One that does not is ended and begun again, twice at most: in about one run of a
 * hundred on a busy machine the report of the address sanitizer waits for the lock of the dynamic loader, which is held by a thread that
 * is just beginning and waits for the sanitizer.
 */
async function runToItsEnd(program: string, folder: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const ran = await runAsync(program, [], folder, env, runLimitMs);
    if (!ran.ended || attempt === 3) return both(ran);
  }
}

const runLimitMs = 30_000;

/** A single command is written where go build is told to; a library is not. */
const outputs = (files: PackageText): readonly string[] => (Object.values(files).some((text) => /^package main\b/m.test(text)) ? ['-o', 'built/'] : []);

const both = ({ failed, stdout, stderr }: { readonly failed: boolean; readonly stdout: string; readonly stderr: string }): Outcome => ({ failed, output: stdout + stderr });
