/** Starts and stops one code-server on this machine's loopback; knows nothing of tests or browsers. */
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { installTools } from './install-tools.mjs';

/** User settings that keep the workbench quiet: no welcome page, no chat, no look-ups of any kind. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  // In a browser VS Code saves after a second by itself, and what a slow test has typed would stay.
  'files.autoSave': 'off',
};

/** Writes user settings unless the profile has some. */
export function seedSettings(userData, settings = quietSettings) {
  const file = path.join(userData, 'User', 'settings.json');
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(settings, undefined, 2));
}

/**
 * Starts code-server with a profile of its own and waits until it listens on a free port.
 * `onExit` is called when it ends without having been stopped.
 */
export async function startCodeServer({ userData, extensions, args = [], onExit, onLog }) {
  const tools = installTools();
  const child = spawn(tools.node, [...commandLine(tools, { userData, extensions }), '--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-telemetry',
    '--disable-update-check', '--disable-getting-started-override', ...args], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let stopping = false;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    const read = (data) => {
      log += data;
      onLog?.(String(data));
      const listening = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log);
      if (listening) resolve(listening[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const error = new Error(`code-server ended with ${code ?? signal}\n${log}`);
      reject(error);
      if (!stopping) onExit?.(error);
    });
  });
  return {
    url,
    log: () => log,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(patience);
    },
  };
}

/** Installs a packed extension into the profile; needs no network. */
export function installExtension(vsix, { userData, extensions }) {
  const tools = installTools();
  execFileSync(tools.node, [...commandLine(tools, { userData, extensions }), '--install-extension', vsix], { env: environment(), stdio: 'pipe' });
}

function commandLine(tools, { userData, extensions }) {
  mkdirSync(userData, { recursive: true });
  mkdirSync(extensions, { recursive: true });
  const config = path.join(userData, 'config.yaml');
  writeFileSync(config, '');
  return [tools.entry, '--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
}

function environment() {
  const env = { ...process.env };
  for (const key of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|npm_)/.test(key)) delete env[key];
  delete env.PORT;
  delete env.PASSWORD;
  // Without this it would ask the public extension gallery.
  env.EXTENSIONS_GALLERY = '{"serviceUrl":""}';
  return env;
}
