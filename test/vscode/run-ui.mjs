/** `npm run test:ui`: installs the packed extension as a user would, works with mouse and keyboard, and leaves screenshots. */
import * as assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { installExtension, quietSettings, seedSettings, startCodeServer } from './host/code-server.mjs';
import { launchChromium } from './host/chromium.mjs';
import { packExtension } from './host/package-extension.mjs';
import { sample, screenshots } from './host/paths.mjs';
import { browserHost, skip } from './host/pick-host.mjs';
import { openWorkbench } from './host/workbench.mjs';

const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' };
const viewport = { width: 1120, height: 720 };

const host = browserHost();
if (host.missing !== undefined) skip('the run as a user', host.missing);
else await runAsUser(host.executable);

async function runAsUser(chromium) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'cgv-'));
  const browser = await launchChromium(chromium);
  rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots);
  try {
    const vsix = path.join(scratch, 'cgo-guard.vsix');
    packExtension(vsix);
    for (const [name, theme] of Object.entries(themes)) await inTheme(name, theme, { scratch, browser, vsix });
    console.log(`Screenshots are in ${screenshots}`);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function inTheme(name, theme, { scratch, browser, vsix }) {
  const folder = path.join(scratch, name, 'greeter');
  cpSync(sample, folder, { recursive: true });
  const profile = { userData: path.join(scratch, name, 'user'), extensions: path.join(scratch, name, 'extensions') };
  installExtension(vsix, profile);
  seedSettings(profile.userData, { ...quietSettings, 'workbench.colorTheme': theme, 'editor.minimap.enabled': false, 'editor.hover.delay': 100 });
  const server = await startCodeServer({ ...profile, args: ['--disable-workspace-trust'], onExit: (error) => console.error(error.message) });
  const workbench = await openWorkbench(browser, server.url, folder, viewport);
  const shot = (what) => workbench.shot(path.join(screenshots, `${what}-${name}.png`));
  try {
    await useIt(workbench, shot);
    assert.deepEqual([...workbench.foreignHosts], [], 'hosts that the page asked for something');
  } catch (error) {
    await shot('error');
    throw error;
  } finally {
    await workbench.page.close();
    await server.stop();
  }
}

/** The story of a first minute: see, read, fix by keyboard, fix by mouse, write down why something is right. */
async function useIt(workbench, shot) {
  const warnings = workbench.squiggles('warning');
  await workbench.openFile('greet.go');
  await warnings.nth(1).waitFor();
  const found = await warnings.count();
  await workbench.colouredPreamble();
  await shot('squiggle');

  const second = lineOf('greet.go', 'cTwice := C.CString(name)');
  await workbench.goToLine(second);
  assert.match(await workbench.hover(workbench.word('cTwice := C.CString(name)', 'CString'), 'What to do'), /greeting failed|returns here/);
  await shot('hover');

  const first = lineOf('greet.go', 'cName := C.CString(name)');
  await workbench.click(workbench.word('cName := C.CString(name)', 'CString'), first);
  const fixes = await workbench.quickFixMenu();
  assert.ok(fixes.some((title) => title.includes('Free `cName`')), fixes.join(' | '));
  await shot('quick-fix');
  await workbench.choose('Free `cName`');
  await warnings.nth(found - 1).waitFor({ state: 'detached' });

  // One line further down than in the file: the fix above has added one.
  await workbench.click(workbench.word('cTwice := C.CString(name)', 'CString'), second + 1);
  const offered = await workbench.lightBulb();
  assert.ok(offered.some((title) => title.includes('Free `cTwice`')), offered.join(' | '));
  await shot('light-bulb');
  await workbench.choose('Free `cTwice`');
  await warnings.nth(found - 2).waitFor({ state: 'detached' });
  await shot('fixed');

  const errors = workbench.squiggles('error');
  await workbench.openFile('message.go');
  await workbench.goToLine(lineOf('message.go', 'handle *C.message'));
  await workbench.hover(workbench.word('handle *C.message', 'message'), '16 bytes, aligned to 8');
  await shot('layout');

  const call = lineOf('message.go', 'C.shout(cText)');
  await workbench.goToLine(call);
  await workbench.click(workbench.word('C.shout(cText)', 'shout'), call);
  await workbench.command('Peek Callers Across Go and C');
  await workbench.peek('C.shout(cText)');
  await shot('callers');
  await workbench.page.keyboard.press('Escape');

  const use = lineOf('message.go', 'return C.GoString(cText)');
  await workbench.goToLine(use);
  await errors.nth(1).waitFor();
  await workbench.click(workbench.word('return C.GoString(cText)', 'cText'), use);
  await workbench.quickFixMenu();
  await workbench.choose('Ignore use-after-free here');
  // The placeholder of the reason is selected, so that it is typed over.
  await workbench.page.keyboard.type('the demo wants it');
  await workbench.page.locator('.view-line', { hasText: '//cgoguard:ignore use-after-free the demo wants it' }).waitFor();
  await errors.nth(1).waitFor({ state: 'detached' });
  await shot('ignored');

  await workbench.goToLine(call);
  await workbench.suggestions('\nC.me', 'message_new');
  await shot('completion');
  await workbench.page.keyboard.press('Escape');
  await workbench.languageStatus('watching the Go/C border');
  await shot('status');
  await workbench.page.keyboard.press('Escape');
  await workbench.problems('gets a C resource');
  await shot('problems');
}

/** The number of the line of a sample file that contains `text`. */
function lineOf(file, text) {
  return readFileSync(path.join(sample, file), 'utf8').split('\n').findIndex((line) => line.includes(text)) + 1;
}
