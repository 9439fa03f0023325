/** Runs `go vet` once over many packages held as text and hands back what it says about each. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import { inTemporaryFolder, run, writePackage } from './go-toolchain.ts';

/**
 * Go's complaints by package name; a package without any is absent. Names are paths of lower-case words. One workspace holds all
 * packages as modules of their own, so that each keeps its go version, and one run shares the cost of starting up.
 */
export function vet(packages: ReadonlyMap<string, PackageText>): Map<string, string> {
  return inTemporaryFolder((folder) => {
    const names = [...packages.keys()];
    for (const [name, files] of packages) {
      writePackage(join(folder, name), underModule(`example.test/${name}`, files));
    }
    const newest = [...packages.values()].map(goLine).sort(byVersion).at(-1) ?? '1.21';
    writeFileSync(join(folder, 'go.work'), `go ${newest}\n\nuse (\n${names.map((name) => `\t./${name}\n`).join('')})\n`);
    // vet's own unsafeptr and copylocks would report what hazards show on purpose. -trimpath lets the build cache serve every
    // temporary folder.
    const flags = ['-trimpath', '-unsafeptr=false', '-copylocks=false'];
    // What the C compiler warns of, and only when its cache is cold, is not what vet says.
    const { failed, stdout, stderr } = run('go', ['vet', ...flags, ...names.map((name) => `./${name}/...`)], folder, { CGO_CFLAGS: '-O2 -w' });
    const complaints = byPackage(stdout + stderr);
    if (failed && complaints.size === 0) throw new Error(`go vet failed: ${stdout}${stderr}`);
    return complaints;
  });
}

/** The package under another module path, so that cases of one name may stand side by side. */
function underModule(path: string, files: PackageText): PackageText {
  const own = /^module (\S+)/m.exec(files['go.mod'] ?? '')?.[1] ?? path;
  const moved = Object.entries(files).map(([file, text]) => [file, text.replaceAll(`"${own}/`, `"${path}/`)] as const);
  return { ...Object.fromEntries(moved), 'go.mod': `module ${path}\n\ngo ${goLine(files)}\n` };
}

/** The `go` line of a package's go.mod; an example without one is read by the oldest version that the project supports. */
export const goLine = (files: PackageText): string => /^go (\d+\.\d+)/m.exec(files['go.mod'] ?? '')?.[1] ?? '1.21';

/** Orders versions such as 1.9 and 1.21. */
export function byVersion(a: string, b: string): number {
  const [majorA, minorA] = a.split('.').map(Number);
  const [majorB, minorB] = b.split('.').map(Number);
  return majorA! - majorB! || minorA! - minorB!;
}

function byPackage(output: string): Map<string, string> {
  const out = new Map<string, string>();
  let name = '';
  for (const line of output.split('\n')) {
    const header = /^# \[?example\.test\/([^\s\]]+)/.exec(line);
    if (header) name = header[1]!;
    else if (line !== '') out.set(name, `${out.get(name) ?? ''}${line.replace(/[^\s:]*\/(?=[^/\s:]+\.(?:go|h|c):)/g, '')}\n`);
  }
  return out;
}
