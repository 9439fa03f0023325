/** Builds or runs a package held as text with the Go toolchain and hands back what it says. */
import type { PackageText, Witness } from '../../server/src/lint/rule-meta.ts';
import { goToolchain, inTemporaryFolder, run, writePackage } from '../support/go-toolchain.ts';
import { goLine } from '../support/vet.ts';

export interface Outcome {
  readonly failed: boolean;
  /** All that was printed. */
  readonly output: string;
}

/** Why this machine cannot run the witness; undefined when it can. */
export function witnessGap(witness?: Witness): string | undefined {
  return (noToolchain ??= { reason: toolchainGap() }).reason ?? (witness?.by === 'run' && witness.flags?.includes('-asan') ? (noSanitizer ??= { reason: sanitizerGap() }).reason : undefined);
}

let noToolchain: { readonly reason: string | undefined } | undefined;
let noSanitizer: { readonly reason: string | undefined } | undefined;

function toolchainGap(): string | undefined {
  const toolchain = goToolchain();
  if ('missing' in toolchain) return `no ${toolchain.missing} on this machine`;
  const [, minor] = toolchain.version;
  return minor < 25 ? `needs Go 1.25, this is 1.${minor}` : undefined;
}

/** Asks for what every leak witness stands on. The runtime library may be missing, or the kernel may forbid LeakSanitizer to stop the threads. */
function sanitizerGap(): string | undefined {
  const { output } = outcome({ 'main.go': 'package main\n\n// #include <stdlib.h>\nimport "C"\n\nfunc main() {\n\tfor i := 0; i < 8; i++ {\n\t\tC.malloc(8)\n\t}\n}\n' }, { by: 'run', flags: ['-asan'], output: '' });
  if (output.includes('ERROR: LeakSanitizer: detected memory leaks')) return undefined;
  const said = output.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  return `no address sanitizer with leak report on this machine: ${said?.replaceAll(/[()]/g, '') ?? 'it says nothing of a leak'}`;
}

/** Settings of the user that would change what the runtime and the sanitizer say. */
const neutral = { GODEBUG: '', GOTRACEBACK: '', ASAN_OPTIONS: '', LSAN_OPTIONS: '' };

/** What the toolchain does with the package. */
export function outcome(files: PackageText, witness: Witness): Outcome {
  return inTemporaryFolder((folder) => {
    const env = { ...neutral, ...witness.env };
    const driver = witness.by === 'run' && witness.driver !== undefined ? { 'witness.go': witness.driver } : {};
    writePackage(folder, { ...files, ...driver, 'go.mod': files['go.mod'] ?? `module example.test/witness\n\ngo ${goLine(files)}\n` });
    if (witness.by === 'run') return both(run('go', ['run', '-trimpath', ...(witness.flags ?? []), '.'], folder, env));
    const built = both(run('go', ['build', '-trimpath', ...outputs(files), './...'], folder, env));
    // go build leaves test files alone.
    return built.failed || !Object.keys(files).some((name) => name.endsWith('_test.go')) ? built : both(run('go', ['vet', './...'], folder));
  });
}

/** A single command is written where go build is told to; a library is not. */
const outputs = (files: PackageText): readonly string[] => (Object.values(files).some((text) => /^package main\b/m.test(text)) ? ['-o', 'built/'] : []);

const both = ({ failed, stdout, stderr }: { readonly failed: boolean; readonly stdout: string; readonly stderr: string }): Outcome => ({ failed, output: stdout + stderr });
