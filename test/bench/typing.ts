/** Measures what the server does after one typed character in a large file: apply the edit, check the file again. */
import { readContracts } from '../../server/src/project/node-contracts.ts';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import { Project } from '../../server/src/project/project.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { generateCgoFile } from './cgo-file.ts';
import { random } from './random.ts';
import type { Random } from './random.ts';
import { inMs, quantile } from './stats.ts';
import type { Measurement } from './stats.ts';

const lines = 10_000;
const keystrokes = 200;
const budget = 30;
const file = '/bench/media.go';

/** Letters mostly, as people type, and the characters that leave code without an end. */
const keys = 'abcdefghijklmnopqrstuvwxyz012345 .({"`})\n/:=,';

/** The 95th percentile over keystrokes at varied places of a generated file; each is taken back before the next. */
export async function measureTyping(): Promise<Measurement[]> {
  const text = generateCgoFile(lines);
  const host = new MemoryHost();
  host.write('/bench/go.mod', 'module example.test/media\n\ngo 1.24\n');
  host.write(file, text);
  const project = await Project.create(host, readWasm(), readContracts());
  try {
    project.openDocument(file, text);
    const before = performance.now();
    const first = await project.checkFile(file);
    const cold = performance.now() - before;
    const chance = random(95);
    const times: number[] = [];
    for (let n = 0; n < keystrokes; n++) {
      const at = place(text, chance);
      const key = keys.charAt(chance.below(keys.length));
      times.push(await timed(project, at, 0, key));
      await timed(project, at, key.length, '');
    }
    const last = await project.checkFile(file);
    if (last.text !== text || last.findings.length !== first.findings.length) throw new Error('the edits that were taken back left a trace');
    const shape = `${first.findings.length} findings in ${text.split('\n').length} lines`;
    return [
      {
        name: 'check after one typed character, p95',
        budget,
        value: quantile(times, 0.95),
        unit: 'ms',
        detail: `${keystrokes} keystrokes, median ${inMs(quantile(times, 0.5))}, slowest ${inMs(Math.max(...times))}; ${shape}`,
      },
      { name: 'first check of the same file', value: cold, unit: 'ms', detail: 'parsers loaded, program not warm' },
    ];
  } finally {
    project.dispose();
  }
}

async function timed(project: Project, start: number, removed: number, newText: string): Promise<number> {
  const before = performance.now();
  project.changeDocument(file, [{ span: { start, end: start + removed }, newText }]);
  await project.checkFile(file);
  return performance.now() - before;
}

/** Mostly the end of a line of code, as when writing; sometimes anywhere. The preamble gets its share. */
function place(text: string, chance: Random): number {
  const anywhere = chance.below(text.length);
  const end = text.indexOf('\n', anywhere);
  return chance.below(4) === 0 || end < 0 ? anywhere : end;
}
