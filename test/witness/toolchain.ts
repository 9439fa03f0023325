/** Builds or runs a package held as text with the Go toolchain and hands back what it says. */
import type { PackageText, Witness } from '../../server/src/lint/rule-meta.ts';
import { goToolchain, inTemporaryFolder, run, writePackage } from '../support/go-toolchain.ts';
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

/** What the toolchain does with the package. */
export function outcome(files: PackageText, witness: Witness): Outcome {
  return inTemporaryFolder((folder) => {
    writePackage(folder, { ...files, 'go.mod': files['go.mod'] ?? `module example.test/witness\n\ngo ${goLine(files)}\n` });
    if (witness.by === 'run') return both(run('go', ['run', '-trimpath', ...(witness.flags ?? []), '.'], folder, witness.env));
    const built = both(run('go', ['build', '-trimpath', ...outputs(files), './...'], folder));
    // go build leaves test files alone.
    return built.failed || !Object.keys(files).some((name) => name.endsWith('_test.go')) ? built : both(run('go', ['vet', './...'], folder));
  });
}

/** A single command is written where go build is told to; a library is not. */
const outputs = (files: PackageText): readonly string[] => (Object.values(files).some((text) => /^package main\b/m.test(text)) ? ['-o', 'built/'] : []);

const both = ({ failed, stdout, stderr }: { readonly failed: boolean; readonly stdout: string; readonly stderr: string }): Outcome => ({ failed, output: stdout + stderr });
