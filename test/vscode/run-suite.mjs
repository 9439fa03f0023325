/** `npm run test:vscode`: builds, then runs the suite inside the extension host of a real VS Code. */
import { mkdtempSync, readFileSync, rmSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { buildSuite } from './build-suite.mjs';
import { root, sample, suiteOutput, vetStandIn } from './host/paths.mjs';
import { pickTestHost, skip } from './host/pick-host.mjs';

const host = await pickTestHost();
if (host.missing !== undefined) skip('tests in VS Code', host.missing);
else process.exitCode = await runSuite(host);

async function runSuite({ executable, name }) {
  console.log(`Testing in ${name}`);
  await buildSuite();
  // Short: VS Code makes Unix sockets below it, whose paths may not pass about 107 characters.
  const scratch = mkdtempSync(path.join(tmpdir(), 'cgv-'));
  const result = path.join(scratch, 'result.json');
  const workspace = path.join(scratch, 'ws');
  cpSync(sample, workspace, { recursive: true });
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: [root, vetStandIn],
      extensionTestsPath: path.join(suiteOutput, 'index.js'),
      extensionTestsEnv: { TEST_RESULT: result },
      launchArgs: [workspace, '--disable-extensions', `--user-data-dir=${scratch}/u`, `--extensions-dir=${scratch}/e`],
    });
    // VS Code also ends with 0 when the extension host dies half-way, so the suite itself must have said that it ran.
    const { tests, failures } = JSON.parse(readFileSync(result, 'utf8'));
    if (!tests || failures) throw new Error(`${tests} tests, ${failures} failures`);
    console.log(`${tests} tests in VS Code passed`);
    return 0;
  } catch (error) {
    console.error(String(error));
    return 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
