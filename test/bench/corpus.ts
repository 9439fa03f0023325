/** What the command line is measured on: bindings of C libraries that people use, or a generated one where they cannot be had. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateCgoFile } from './cgo-file.ts';

/** Bindings of many sizes and styles: databases, graphics, networks, containers, cryptography; written by hand and generated. Fixed versions: figures can be compared. */
const modules = [
  'github.com/ceph/go-ceph@v0.30.0',
  'github.com/google/gopacket@v1.1.19',
  'github.com/gotk3/gotk3@v0.6.3',
  'github.com/libgit2/git2go/v34@v34.0.0',
  'github.com/lxc/go-lxc@v0.0.0-20240606200241-27b3d116511f',
  'github.com/mattn/go-sqlite3@v1.14.24',
  'github.com/miekg/pkcs11@v1.1.2',
  'github.com/spacemonkeygo/openssl@v0.0.0-20181017203307-c2dcc5cca94a',
  'github.com/veandco/go-sdl2@v0.4.39',
  'gocv.io/x/gocv@v0.41.0',
  'libvirt.org/go/libvirt@v1.11002.0',
];

const generatedPackages = 40;

export interface Corpus {
  readonly folders: readonly string[];
  /** What it is, for people. */
  readonly name: string;
  /** Removes what was made for it. */
  dispose(): void;
}

/** The folder that somebody named; else the modules, which the go command downloads to its own cache; else a generated binding. */
export function corpus(folder: string | undefined): Corpus {
  if (folder !== undefined) return { folders: [folder], name: folder, dispose: () => {} };
  const folders = downloaded();
  return folders === undefined ? generated() : { folders, name: `${modules.length} real bindings`, dispose: () => {} };
}

function downloaded(): string[] | undefined {
  // Outside of any module, and with no flags of the user's: the versions are those above.
  const { stdout, status } = spawnSync('go', ['mod', 'download', '-json', ...modules], { cwd: tmpdir(), env: { ...process.env, GOFLAGS: '', GOWORK: 'off' }, encoding: 'utf8', maxBuffer: 1 << 24 });
  if (status !== 0) return undefined;
  return stdout.split(/^(?=\{)/m).map((module) => (JSON.parse(module) as { readonly Dir: string }).Dir);
}

function generated(): Corpus {
  const folder = mkdtempSync(join(tmpdir(), 'cgo-guard-bench-'));
  for (let i = 0; i < generatedPackages; i++) {
    const directory = join(folder, `media${i}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'go.mod'), 'module example.test/media\n\ngo 1.24\n');
    // From some hundred lines to some thousand.
    writeFileSync(join(directory, 'media.go'), generateCgoFile(300 + (i % 8) * 500, i + 1));
  }
  return { folders: [folder], name: 'a generated binding, as no real ones could be downloaded', dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
