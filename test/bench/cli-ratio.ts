/** Measures a whole run of the command line against the time that the parsers alone need for the text it reads. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Parser } from 'web-tree-sitter';
import { check } from '../../server/src/cli/check.ts';
import type { Host } from '../../server/src/project/host.ts';
import { readContracts } from '../../server/src/project/node-contracts.ts';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { loadGrammars } from '../../server/src/syntax/grammars.ts';
import { maxLength } from '../../server/src/syntax/c/read-c.ts';
import { corpus } from './corpus.ts';
import { inMs, median } from './stats.ts';
import type { Measurement } from './stats.ts';

const repetitions = 5;
const budget = 3;

/** Medians of the ratios of several pairs of runs in this process, by the clock and by processor time, and one run of the built program for comparison. */
export async function measureCli(root: string, named: string | undefined): Promise<Measurement[]> {
  const { folders, name: what, dispose } = corpus(named);
  try {
    const texts = await textsRead(folders);
    const { go, c } = await loadGrammars(readWasm());
    const cli = join(root, 'dist/cli.js');
    const pairs: { cli: Cost; parse: Cost }[] = [];
    for (let n = 0; n < repetitions; n++) {
      const parse = await costOf(() => parseAll(texts, go, c));
      pairs.push({ parse, cli: await costOf(() => runCheck(folders, (host) => Project.create(host, readWasm(), readContracts()), cli)) });
    }
    const size = texts.reduce((sum, { text }) => sum + text.length, 0) / 1e6;
    const ratio = (name: string, of: keyof Cost, detail: string): Measurement => {
      const times = `${inMs(median(pairs.map((pair) => pair.cli[of])))} for ${inMs(median(pairs.map((pair) => pair.parse[of])))}`;
      return { name, budget, value: median(pairs.map((pair) => pair.cli[of] / pair.parse[of])), unit: '×', detail: `median of ${repetitions}: ${times}; ${detail}` };
    };
    const cold = coldRun(cli, folders);
    return [
      ratio('command line, times the parsing alone', 'wall', `${what}: ${texts.length} files, ${size.toFixed(2)} MB, up to ${availableParallelism()} threads; the parser has one`),
      ratio('  the same in processor time', 'cpu', 'of all threads together'),
      {
        name: 'command line as a program of its own', value: cold, unit: 'ms',
        detail: `${(cold / median(pairs.map((pair) => pair.parse.wall))).toFixed(2)} times the parsing, start included`,
      },
    ];
  } finally {
    dispose();
  }
}

interface Source {
  readonly isGo: boolean;
  readonly text: string;
}

/** What the engine reads during one run: the parsers alone get the same. */
async function textsRead(folders: readonly string[]): Promise<Source[]> {
  const read = new Map<string, Uint8Array>();
  await runCheck(folders, (host) => Project.create(recording(host, read), readWasm(), readContracts()));
  const sources = [...read].filter(([file]) => /\.(?:go|c|h)$/.test(file));
  const texts = sources.map(([file, bytes]) => ({ isGo: file.endsWith('.go'), text: new TextDecoder().decode(bytes) }));
  // What the engine leaves alone the parsers need not read either.
  return texts.filter(({ isGo, text }) => isGo || text.length <= maxLength);
}

const recording = (host: Host, read: Map<string, Uint8Array>): Host => ({
  readDirectory: (directory) => host.readDirectory(directory),
  async readFile(file) {
    const bytes = await host.readFile(file);
    if (bytes) read.set(file, bytes);
    return bytes;
  },
});

function parseAll(texts: readonly Source[], go: Parser, c: Parser): void {
  for (const { isGo, text } of texts) (isGo ? go : c).parse(text)?.delete();
}

/** With the file of the built program in `cli` it helps itself with threads. */
async function runCheck(folders: readonly string[], createProject: (host: Host) => Promise<Project>, cli?: string): Promise<void> {
  const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = { stdout: nowhere(), stderr: nowhere(), cwd: tmpdir(), env: {} };
  await check(
    [...folders],
    { format: 'json', minSeverity: 'info', failOn: 'never', fix: false },
    { terminal, version: '0', rules, createProject, ...(cli === undefined ? {} : { startThread: (workerData) => new Worker(cli, { workerData }) }) },
  );
}

/** In ms. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function costOf(run: () => void | Promise<void>): Promise<Cost> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - wall, cpu: (user + system) / 1000 };
}

function coldRun(cli: string, folders: readonly string[]): number {
  const before = performance.now();
  const { status, error } = spawnSync(process.execPath, [cli, 'check', '--format', 'json', '--fail-on', 'never', ...folders], { maxBuffer: 1 << 28 });
  if (error || status !== 0) throw new Error(`${cli} ended with ${status}`, { cause: error });
  return performance.now() - before;
}
