/** The server costs nothing until a file that matters is opened. Runs first: the very first document must not matter. */
import * as assert from 'node:assert/strict';
import { ConfigurationTarget, workspace } from 'vscode';
import { append, cgoGuard, forgetGoDocuments, openGo, openUntitled, untilServer } from './editor.ts';

const plainText = 'package plain\n\nfunc one() int { return 1 }\n';

async function setEnabled(enabled: boolean | undefined): Promise<void> {
  await workspace.getConfiguration('cgoGuard').update('enable', enabled, ConfigurationTarget.Global);
}

describe('waking up', () => {
  afterEach(async () => {
    await forgetGoDocuments();
    await setEnabled(false);
    await untilServer('idle');
    await setEnabled(undefined);
  });

  after(async () => {
    await openGo('greet.go');
    await untilServer('running');
  });

  it('stays asleep for Go that reaches neither C nor unsafe', async () => {
    await openGo('plain/plain.go');
    const { server, decided } = await cgoGuard();
    await decided();
    assert.equal(server.state, 'idle');
  });

  it('starts for a file that imports C', async () => {
    await openGo('greet.go');
    await untilServer('running');
  });

  it('starts for a file whose package imports C elsewhere', async () => {
    const document = await openGo('names.go');
    assert.doesNotMatch(document.getText(), /import/);
    await untilServer('running');
  });

  it('starts when an edit adds an import of unsafe', async () => {
    const document = await openUntitled(plainText.slice(0, plainText.indexOf('func')));
    const { server, decided } = await cgoGuard();
    await decided();
    assert.equal(server.state, 'idle');
    await append(document, 'import "unsafe"\n');
    await untilServer('running');
  });

  it('does not start for other edits', async () => {
    const document = await openUntitled(plainText);
    await append(document, 'var s = "C"\n');
    const { server, decided } = await cgoGuard();
    await decided();
    assert.equal(server.state, 'idle');
  });

  it('stops when it is disabled and sleeps on', async () => {
    await openGo('greet.go');
    await untilServer('running');
    await setEnabled(false);
    await untilServer('idle');
    await openGo('message.go');
    const { server, decided } = await cgoGuard();
    await decided();
    assert.equal(server.state, 'idle');
  });
});
