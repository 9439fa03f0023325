/** Finds a Chromium for the headless workbench, installing the system's package where that is allowed. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import * as path from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The executable on PATH, or undefined. */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** A Chromium executable (CHROMIUM_PATH, the system's, or freshly installed), or why there is none. */
export function findChromium() {
  const found = process.env.CHROMIUM_PATH ?? names.map(onPath).find((file) => file !== undefined);
  if (found !== undefined) return { executable: found };
  const how = 'install Chromium (on Debian: apt-get install chromium fonts-dejavu-core) or set CHROMIUM_PATH';
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return { missing: `no Chromium found; ${how}` };
  console.error('Installing Chromium from the system’s packages (once) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'pipe' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env, stdio: 'pipe' });
  } catch (error) {
    return { missing: `apt-get could not install Chromium (${String(error.stderr ?? error.message).trim().split('\n').at(-1)}); ${how}` };
  }
  const installed = names.map(onPath).find((file) => file !== undefined);
  return installed === undefined ? { missing: `apt-get installed no Chromium; ${how}` } : { executable: installed };
}

/** Launches it headless, with everything off that would reach beyond this machine. */
export function launchChromium(executable) {
  return chromium.launch({
    executablePath: executable,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--disable-dev-shm-usage'],
  });
}
