#!/usr/bin/env node
/**
 * Looks like a `code` executable to @vscode/test-electron and runs the same tests in code-server and headless Chromium.
 * Ends with 0 when they passed, 1 when they failed, 2 when this harness itself failed.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, parseArgs } from 'node:util';
import { seedSettings, startCodeServer } from './code-server.mjs';
import { findChromium, launchChromium } from './chromium.mjs';

const limit = Number(process.env.CODE_SHIM_TIMEOUT_MS ?? 300_000);
const verbose = Boolean(process.env.CODE_SHIM_VERBOSE);
/** The workbench's own log comes through the same pipe as the tests' output. */
const workbenchLog = /^(%c|\[|Ignoring fetching|Resolv(ing|ed) connection|Creating a socket|Updating additional|Loading development|Canceled|Trying to add a disposable|Creation of workbench contribution|Timed out waiting for authentication)/;
/** Native parts that are left out on purpose (no compiler needed); VS Code says at length that it does without. */
const absentParts = /@vscode\/(spdlog|native-watchdog)/;

const scratch = mkdtempSync(path.join(tmpdir(), 'code-'));
let server;
let browser;
let ending = false;

process.on('uncaughtException', (error) => fail(error));
process.on('unhandledRejection', (error) => fail(error));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(2));

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  strict: false,
  allowPositionals: true,
  options: {
    extensionDevelopmentPath: { type: 'string', multiple: true },
    extensionTestsPath: { type: 'string' },
    'user-data-dir': { type: 'string' },
    'extensions-dir': { type: 'string' },
  },
});
await run();

async function run() {
  const chromium = findChromium();
  if (chromium.missing !== undefined) return fail(new Error(chromium.missing));
  const userData = values['user-data-dir'] ?? path.join(scratch, 'user');
  const extensions = values['extensions-dir'] ?? path.join(scratch, 'extensions');
  seedSettings(userData);
  const { beside } = underDevelopment();
  for (const folder of beside) cpSync(folder, path.join(extensions, path.basename(folder)), { recursive: true });
  server = await startCodeServer({
    userData,
    extensions,
    args: [
      ...(values['disable-workspace-trust'] ? ['--disable-workspace-trust'] : []),
      // New builds ignore the test keys of the page's payload without it.
      '--vscode-option', 'enable-smoke-test-driver',
    ],
    onExit: fail,
    onLog: (text) => verbose && process.stderr.write(text),
  });
  browser = await launchChromium(chromium.executable);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('crash', () => fail(new Error('the page crashed')));
  if (verbose) page.on('console', (message) => console.error(`console.${message.type()} ${message.text().slice(0, 500)}`));
  const exitCode = new Promise((resolve) => void page.exposeFunction('codeAutomationExit', (code) => resolve(code)));
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const text = format(...args);
    if (!verbose && (workbenchLog.test(text) || absentParts.test(text))) return;
    (type === 'error' ? process.stderr : process.stdout).write(`${text}\n`);
  });
  const patience = setTimeout(() => fail(new Error(`no result after ${limit} ms`)), limit);
  const response = await page.goto(workbenchUrl(server.url));
  if (!response?.ok()) return fail(new Error(`code-server answered ${response?.status()}\n${server.log()}`));
  const code = await exitCode;
  clearTimeout(patience);
  // VS Code reports 0 when its remote extension host dies half-way; the server's log knows better.
  const deaths = [...server.log().matchAll(/Extension Host Process exited with code: (\S+), signal: (\S+)\./g)];
  const died = deaths.find(([, exit, signal]) => exit !== '0' || signal !== 'null');
  if (died) console.error(died[0]);
  await end(code === 0 && !died ? 0 : 1);
}

/** The page that a desktop VS Code with these arguments would be. */
function workbenchUrl(base) {
  const remote = (file) => `vscode-remote://${new URL(base).host}${absolute(file)}`;
  const { one, beside } = underDevelopment();
  const payload = one === undefined ? [] : [['extensionDevelopmentPath', remote(one)]];
  if (values.extensionTestsPath !== undefined) payload.push(['extensionTestsPath', remote(values.extensionTestsPath)]);
  // Nothing but those is installed in a new extensions folder; disabled, they would be gone, too.
  if (values['disable-extensions'] && beside.length === 0) payload.push(['disableExtensions', 'true']);
  payload.push(['skipWelcome', 'true']);
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  const [target] = positionals;
  if (target === undefined) query.set('ew', 'true');
  else query.set(target.endsWith('.code-workspace') ? 'workspace' : 'folder', absolute(target));
  return `${base}/?${query}`;
}

/** The page takes one extension under development; the others are installed like any. */
function underDevelopment() {
  const [one, ...beside] = values.extensionDevelopmentPath ?? [];
  return { one, beside };
}

function absolute(file) {
  return path.resolve(file.startsWith('file:') ? fileURLToPath(file) : file);
}

function fail(error) {
  if (!ending) console.error(error);
  void end(2);
}

async function end(code) {
  if (ending) return;
  ending = true;
  await browser?.close().catch(() => undefined);
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
  process.exit(code);
}
