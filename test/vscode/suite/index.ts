/** Runs mocha inside the extension host; `run` is what @vscode/test-electron and the workbench call. */
import { readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import Mocha from 'mocha';

/** Runs every bundled *.test.js beside this file, reports counts to the runner, and fails if a test did. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 180_000, reporter: 'spec', color: false });
  for (const name of testFiles()) mocha.addFile(path.join(__dirname, name));
  let tests = 0;
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve).on('test end', () => tests++);
  });
  if (process.env['TEST_RESULT']) writeFileSync(process.env['TEST_RESULT'], JSON.stringify({ tests, failures }));
  if (failures > 0) throw new Error(`${failures} test(s) failed`);
}

/** The wake-up tests come first: they need an editor that has seen no Go file. */
function testFiles(): string[] {
  const names = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  return names.sort((a, b) => Number(b.startsWith('wake-up')) - Number(a.startsWith('wake-up')) || a.localeCompare(b));
}
