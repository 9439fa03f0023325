/** Decides which VS Code the tests and `npm start` use; the only place that knows the order. */
import { existsSync, realpathSync } from 'node:fs';
import * as path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { findChromium, onPath } from './chromium.mjs';
import { whyNoCodeServer } from './install-tools.mjs';

/** Whether a window can be opened. */
export function hasDisplay(platform = process.platform, env = process.env) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** The `code` command of an installed VS Code, or undefined. */
export function installedCommand() {
  return onPath(process.platform === 'win32' ? 'code.cmd' : 'code');
}

/** The program behind an installed `code` command, which is a script that returns at once; undefined when there is none. */
function installedProgram() {
  const command = installedCommand();
  if (command === undefined) return undefined;
  const bin = path.dirname(realpathSync(command));
  return ['../code', '../Code.exe', '../../../MacOS/Code', '../../../MacOS/Electron'].map((file) => path.resolve(bin, file)).find((file) => existsSync(file));
}

/**
 * The VS Code to run the suite in: VSCODE_EXECUTABLE, an installed one, a downloaded one, else code-server in headless Chromium.
 * Returns its executable and a name for the log, or why there is none.
 */
export async function pickTestHost() {
  if (process.env.VSCODE_EXECUTABLE) return { executable: path.resolve(process.env.VSCODE_EXECUTABLE), name: 'VSCODE_EXECUTABLE' };
  const reasons = [];
  if (hasDisplay()) {
    const installed = installedProgram();
    if (installed !== undefined) return { executable: installed, name: 'the installed VS Code' };
    try {
      return { executable: await downloadAndUnzipVSCode('stable'), name: 'a downloaded VS Code' };
    } catch (error) {
      reasons.push(`desktop VS Code cannot be downloaded (${error.message})`);
    }
  } else {
    reasons.push('desktop VS Code has no display');
  }
  const browser = browserHost();
  if (browser.missing === undefined) return { executable: path.join(import.meta.dirname, 'code-shim.mjs'), name: 'code-server in headless Chromium' };
  return { missing: [...reasons, browser.missing].join('; ') };
}

/** The Chromium that shows code-server, or why the browser host cannot run here. */
export function browserHost() {
  const unfit = whyNoCodeServer();
  return unfit === undefined ? findChromium() : { missing: unfit };
}

/** Says that nothing ran and why; a failure only where VSCODE_TESTS=required demands a run. */
export function skip(what, reason) {
  console.log(`SKIPPED ${what}: ${reason}`);
  process.exitCode = process.env.VSCODE_TESTS === 'required' ? 1 : 0;
}
