/** What is pushed to the client, when, and for which version; settings and files on disk. An engine of words stands in for the project. */
import { DiagnosticSeverity, FileChangeType } from 'vscode-languageserver/node';
import { describe, expect, test } from 'vitest';
import { pageUrl } from '../../server/src/lint/rule-meta.ts';
import { a, b, elsewhere, endSessions, gate, start } from './start.ts';

endSessions();

describe('diagnostics', () => {
  test('tell everything about a finding', async () => {
    const { session, engine } = await start();
    engine.disk.set('/p/x y.go', 'word');
    await session.open(a, 'one\n😀 leak\n');
    expect(await session.diagnostics(a)).toEqual([
      {
        range: { start: { line: 1, character: 3 }, end: { line: 1, character: 7 } },
        severity: DiagnosticSeverity.Warning,
        code: 'word-leak',
        codeDescription: { href: pageUrl('word-leak') },
        source: 'cgo-guard',
        message: 'this leaks',
        relatedInformation: [
          { location: { uri: a, range: { start: { line: 1, character: 3 }, end: { line: 1, character: 7 } } }, message: 'said here' },
          { location: { uri: 'file:///p/x%20y.go', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } }, message: 'meant there' },
        ],
        data: { fingerprint: '/p/a.go:1' },
      },
    ]);
  });

  test('come without related information for a client that cannot show it', async () => {
    const { session } = await start({ capabilities: {} });
    await session.open(a, 'leak');
    expect(await session.diagnostics(a)).toEqual([expect.not.objectContaining({ relatedInformation: expect.anything() })]);
  });

  test('about a suppression have no page, no path and nothing to ignore', async () => {
    const { session } = await start();
    await session.open(a, 'unused');
    const [diagnostic] = await session.diagnostics(a);
    expect(diagnostic).toMatchObject({ code: 'unused-suppression', severity: DiagnosticSeverity.Information });
    expect(diagnostic).not.toHaveProperty('codeDescription');
    expect(await session.actions(a, 'unused')).toEqual([]);
    expect(await session.hover(a, 'unused')).toMatchObject({ contents: { value: 'of no use' } });
  });

  test('leave suppressed findings out', async () => {
    const { session } = await start();
    await session.open(a, 'leak? leak');
    expect(await session.diagnostics(a)).toHaveLength(1);
  });

  test('come after calm while typing, at once on save', async () => {
    const { session } = await start();
    await session.open(a, 'word');
    await session.diagnostics(a);
    await session.edit(a, { from: 'word', to: 'leak' });
    await session.edit(a, { from: 'leak', to: 'leak leak' });
    await session.settle();
    expect(session.published).toHaveLength(1);
    session.clock.tick();
    expect(await session.diagnostics(a)).toHaveLength(2);
    expect(session.published.map(({ version }) => version)).toEqual([1, 3]);
    await session.edit(a, { from: 'leak leak', to: 'leak' });
    await session.save(a);
    expect(await session.diagnostics(a)).toHaveLength(1);
  });

  test('of an old version are never sent', async () => {
    const { session, engine } = await start();
    const { promise, open } = gate();
    engine.gate = promise;
    const begun = engine.nextCheck();
    await session.open(a, 'leak');
    await begun;
    await session.edit(a, { from: 'leak', to: 'word' });
    await session.settle();
    open();
    engine.gate = undefined;
    session.clock.tick();
    expect(await session.diagnostics(a)).toEqual([]);
    expect(session.published.map(({ version }) => version)).toEqual([2]);
  });

  test('of another open file of the folder follow, those of other folders stay', async () => {
    const { session } = await start();
    await session.open(a, 'leak');
    await session.open(b, 'word');
    await session.open(elsewhere, 'leak');
    await session.untilShown(elsewhere, (shown) => shown.length === 1);
    await session.edit(b, { from: 'word', to: 'freed' });
    await session.calm();
    expect(await session.untilShown(a, (shown) => shown.length === 0)).toEqual([]);
    await session.edit(b, { from: 'freed', to: 'word' });
    await session.calm();
    await session.untilShown(a, (shown) => shown.length === 1);
    expect(session.published.filter(({ uri }) => uri === elsewhere)).toHaveLength(1);
  });

  test('are not sent again when nothing changed', async () => {
    const { session } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    await session.open(b, 'leak');
    await session.diagnostics(b);
    await session.save(a);
    await session.settle();
    expect(session.published.map(({ uri }) => uri)).toEqual([a, b]);
  });

  test('are cleared on close, and the disk owns the text again', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    await session.close(a);
    await session.untilShown(a, (shown) => shown.length === 0);
    expect([...engine.open.keys()]).toEqual([]);
  });

  test('of a document that is closed during its check are not sent', async () => {
    const { session, engine } = await start();
    await session.open(b, 'leak');
    await session.diagnostics(b);
    const { promise, open } = gate();
    engine.gate = promise;
    const begun = engine.nextCheck();
    await session.open(a, 'leak');
    await begun;
    await session.close(a);
    await session.settle();
    open();
    await session.edit(b, { from: 'leak', to: 'word' });
    await session.save(b);
    await session.diagnostics(b);
    expect(session.published.filter(({ uri }) => uri === a)).toEqual([{ uri: a, diagnostics: [] }]);
  });

  test('survive a check that fails, which is logged once', async () => {
    const { session, engine } = await start();
    engine.failure = new Error('this is broken');
    await session.open(a, 'leak');
    await session.save(a);
    await session.open(b, 'leak');
    await session.until(() => session.log.find((line) => line.includes('this is broken')));
    await session.settle();
    engine.failure = undefined;
    await session.edit(a, { from: 'leak', to: 'leak leak' });
    await session.save(a);
    expect(await session.diagnostics(a)).toHaveLength(2);
    expect(session.log.filter((line) => line.includes('this is broken'))).toHaveLength(1);
  });

  test('a rule that fails is logged once', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    const error = new Error('this rule is broken');
    engine.onError('word-leak', error);
    engine.onError('word-leak', error);
    await session.open(b, 'leak');
    await session.diagnostics(b);
    expect(session.log).toEqual([expect.stringMatching(/^Rule word-leak failed and was left out: .*this rule is broken/)]);
  });

  test('C text comes from the disk: its saving counts, not its editing', async () => {
    const header = 'file:///p/a.h';
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    await session.open(header, 'int f(void);', 'c');
    await session.edit(header, { from: 'int', to: 'long' });
    await session.settle();
    expect(session.clock.waiting).toBe(0);
    expect([...engine.open.keys()]).toEqual(['/p/a.go']);
    engine.disk.set('/p/a.h', 'freed');
    await session.save(header);
    await session.untilShown(a, (shown) => shown.length === 0);
    expect(engine.changed).toEqual(['/p/a.h']);
    await session.close(header);
    expect([...engine.open.keys()]).toEqual(['/p/a.go']);
  });

  test('of documents opened while the parsers load come when they have', async () => {
    const { promise, open } = gate();
    const { session } = await start({}, (engine) => promise.then(() => engine));
    await session.open(a, 'word');
    await session.edit(a, { from: 'word', to: 'leak' });
    await session.settle();
    open();
    expect(await session.diagnostics(a)).toHaveLength(1);
  });

  test('a server that cannot load its parsers says so and answers nothing', async () => {
    const { session } = await start({}, () => Promise.reject(new Error('no parser')));
    await session.open(a, 'leak');
    expect(await session.hover(a, 'leak')).toBeNull();
    await session.until(() => session.log.find((line) => line.includes('no parser')));
  });

  test('a change of a document that is not open does no harm', async () => {
    const { session } = await start();
    await session.client.sendNotification('textDocument/didChange', { textDocument: { uri: 'file:///p/none.go', version: 2 }, contentChanges: [{ text: '' }] });
    await session.client.sendNotification('textDocument/didClose', { textDocument: { uri: 'file:///p/none.go' } });
    await session.open(a, 'leak');
    expect(await session.diagnostics(a)).toHaveLength(1);
  });
});

describe('settings', () => {
  test('are asked for before the first check', async () => {
    const { session } = await start({ settings: { rules: { 'word-leak': 'hint' } } });
    await session.open(a, 'leak');
    expect(await session.diagnostics(a)).toMatchObject([{ severity: DiagnosticSeverity.Hint }]);
    expect(session.registered).toEqual(expect.arrayContaining(['workspace/didChangeConfiguration', 'workspace/didChangeWatchedFiles']));
  });

  test('change what is shown', async () => {
    const { session } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    await session.changeSettings({ rules: { 'word-leak': 'error' } });
    await session.untilShown(a, ([first]) => first?.severity === DiagnosticSeverity.Error);
    await session.changeSettings({ rules: { 'word-leak': 'off' } });
    await session.untilShown(a, (shown) => shown.length === 0);
    await session.changeSettings({});
    await session.untilShown(a, (shown) => shown.length === 1);
  });

  test('switch everything off and on', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak C.CString');
    await session.diagnostics(a);
    await session.changeSettings({ enable: false });
    await session.untilShown(a, (shown) => shown.length === 0);
    const { checks } = engine;
    expect(await session.hover(a, 'CString')).toBeNull();
    expect(await session.actions(a, 'leak')).toEqual([]);
    expect(await session.tokens(a)).toBeNull();
    expect(engine.checks).toBe(checks);
    await session.changeSettings({ enable: true });
    await session.untilShown(a, (shown) => shown.length === 1);
  });

  test('bad ones are logged in one clear line and ignored', async () => {
    const { session } = await start({ settings: { rules: { 'word-leak': 'loud' } } });
    await session.open(a, 'leak');
    expect(await session.diagnostics(a)).toMatchObject([{ severity: DiagnosticSeverity.Warning }]);
    expect(session.log).toEqual(['Settings: cgoGuard.rules.word-leak must be one of error, warning, info, hint, off, not "loud". Ignored.']);
  });

  test('of other editors come with initialize and by notification', async () => {
    const { session } = await start({ capabilities: {}, initializationOptions: { rules: { 'word-leak': 'hint' } } });
    await session.open(a, 'leak');
    expect(await session.diagnostics(a)).toMatchObject([{ severity: DiagnosticSeverity.Hint }]);
    await session.changeSettings({ rules: { 'word-leak': 'error' } });
    await session.untilShown(a, ([first]) => first?.severity === DiagnosticSeverity.Error);
    expect(session.registered).toEqual([]);
  });
});

describe('files on disk', () => {
  test('that change are read again, and what depends on them is checked', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    engine.disk.set('/p/helper.go', 'freed');
    await session.changedOnDisk('file:///p/helper.go', FileChangeType.Created);
    await session.untilShown(a, (shown) => shown.length === 0);
    expect(engine.changed).toEqual(['/p/helper.go']);
  });

  test('that the editor owns are not', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.changedOnDisk(a);
    await session.changedOnDisk(b);
    await session.settle();
    expect(engine.changed).toEqual(['/p/b.go']);
  });
});
