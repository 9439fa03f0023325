/** `npm start`: builds, and opens the extension on the sample cgo workspace in a real VS Code. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { buildAll } from '../../server/tools/build.mjs';
import { installExtension, quietSettings, seedSettings, startCodeServer } from './host/code-server.mjs';
import { whyNoCodeServer } from './host/install-tools.mjs';
import { packExtension } from './host/package-extension.mjs';
import { root, sample } from './host/paths.mjs';
import { hasDisplay, installedCommand } from './host/pick-host.mjs';

// A copy: what is tried out there must not change the project.
const scratch = mkdtempSync(path.join(tmpdir(), 'cgo-guard-'));
const workspace = path.join(scratch, 'sample');
cpSync(sample, workspace, { recursive: true });

const installed = hasDisplay() ? installedCommand() : undefined;
const unfit = whyNoCodeServer();
if (installed !== undefined) await openDesktop(installed);
else if (unfit === undefined) await serveInBrowser();
else await openDownloaded();

/** Opens the sample in a window of a desktop VS Code, with this project as an extension under development. */
async function openDesktop(command, ...options) {
  await buildAll({ production: false });
  const args = [...options, `--extensionDevelopmentPath=${root}`, '--new-window', workspace, path.join(workspace, 'greet.go')];
  // A .cmd file runs only through a shell, which wants quotes around paths with spaces.
  const isScript = command.endsWith('.cmd');
  const child = isScript ? spawn(`"${command}"`, args.map((arg) => `"${arg}"`), { stdio: 'inherit', shell: true }) : spawn(command, args, { stdio: 'inherit' });
  child.once('exit', (status) => {
    if (status === 0) console.log(`VS Code shows ${workspace}`);
    process.exitCode = status ?? 1;
  });
}

/** Where neither is: a desktop VS Code of our own, with a profile of its own. */
async function openDownloaded() {
  try {
    await openDesktop(await downloadAndUnzipVSCode('stable'), `--user-data-dir=${path.join(scratch, 'user')}`);
  } catch (error) {
    console.error(`There is no \`code\` command on PATH, ${unfit}, and desktop VS Code cannot be downloaded (${error.message}).\nInstall VS Code with its \`code\` command, then run npm start again.`);
    process.exitCode = 1;
  }
}

/** Serves VS Code on this machine, with the packed extension installed as a user would have it, until it is interrupted. */
async function serveInBrowser() {
  console.log('Building and packing Cgo Guard, starting VS Code …');
  let stopServer = async () => {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, async () => {
      await stopServer();
      process.exit(0);
    });
  }
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const profile = { userData: path.join(scratch, 'user'), extensions: path.join(scratch, 'extensions') };
  const vsix = path.join(scratch, 'cgo-guard.vsix');
  packExtension(vsix);
  installExtension(vsix, profile);
  seedSettings(profile.userData, { ...quietSettings, 'workbench.startupEditor': 'readme' });
  const server = await startCodeServer({
    ...profile,
    args: ['--disable-workspace-trust', workspace],
    onExit: (error) => {
      console.error(error.message);
      process.exit(1);
    },
  });
  stopServer = () => server.stop();
  console.log(`\nVS Code with Cgo Guard on a sample cgo package:\n\n  ${server.url}/\n\nOpen it in a browser. Ctrl+C ends it.`);
}
