/** Quick fixes and "fix all" as the protocol wants them. An engine of words stands in for the project. */
import { CodeActionKind, LSPErrorCodes, type CodeAction } from 'vscode-languageserver/node';
import { describe, expect, test } from 'vitest';
import { fullCapabilities } from './session.ts';
import { a, endSessions, gate, start } from './start.ts';
import { WordEngine } from './word-engine.ts';

endSessions();

describe('code actions', () => {
  test('are the fixes at the place, the safe first one preferred, an unsafe one with its reason', async () => {
    const { session } = await start();
    await session.open(a, 'leak\nleak');
    const diagnostics = await session.diagnostics(a);
    const actions = await session.actions(a, 'leak', [CodeActionKind.QuickFix]);
    expect(actions.slice(0, 2)).toMatchObject([
      { title: 'Keep it', kind: 'quickfix', isPreferred: true, diagnostics: [diagnostics[0]] },
      { title: 'Drop it (unsafe: it may be wanted)', kind: 'quickfix', diagnostics: [diagnostics[0]] },
    ]);
    expect(actions.filter(({ isPreferred }) => isPreferred)).toHaveLength(1);
    await session.apply(actions[0]!);
    expect(session.text(a)).toBe('note\nkept\nleak');
    await session.calm();
    expect(await session.diagnostics(a)).toHaveLength(1);
  });

  test('an unsafe fix is never preferred', async () => {
    const { session } = await start();
    await session.open(a, 'leak!');
    const actions = await session.actions(a, 'leak', [CodeActionKind.QuickFix]);
    expect(actions[0]).toMatchObject({ title: 'Drop it (unsafe: it may be wanted)' });
    expect(actions.some(({ isPreferred }) => isPreferred)).toBe(false);
  });

  test('are made for the text of now, although its diagnostics are yet to come', async () => {
    const { session } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    await session.edit(a, { from: 'leak', to: 'some words, leak' });
    const [keep] = await session.actions(a, 'leak');
    await session.apply(keep!);
    expect(session.text(a)).toBe('note\nsome words, kept');
  });

  test('are refused when the text changes while they are made', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    const { promise, open } = gate();
    engine.gate = promise;
    const begun = engine.nextCheck();
    const answer = session.actions(a, 'leak').catch((error: unknown) => error);
    await begun;
    await session.edit(a, { from: 'leak', to: 'leak leak' });
    await session.settle();
    open();
    expect(await answer).toMatchObject({ code: LSPErrorCodes.ContentModified });
  });

  test('away from a finding there are none of its', async () => {
    const { session } = await start();
    await session.open(a, 'leak word');
    await session.diagnostics(a);
    expect(await session.actions(a, 'word', [CodeActionKind.QuickFix])).toEqual([]);
  });

  test('are written as plain changes for a client without versioned ones', async () => {
    const { session } = await start({ capabilities: { textDocument: { codeAction: fullCapabilities.textDocument!.codeAction! } } });
    await session.open(a, 'leak');
    const [keep] = await session.actions(a, 'leak');
    expect(keep?.edit).toEqual({ changes: { [a]: [expect.objectContaining({ newText: 'note\n' }), expect.objectContaining({ newText: 'kept' })] } });
  });
});

describe('the comment that ignores', () => {
  const ignore = (actions: readonly CodeAction[]) => actions.filter(({ title }) => title === 'Ignore word-leak here…');

  test('comes last, with a placeholder for the reason', async () => {
    const { session } = await start();
    await session.open(a, 'leak');
    const actions = await session.actions(a, 'leak', [CodeActionKind.QuickFix]);
    expect(ignore(actions)).toEqual(actions.slice(-1));
    await session.apply(actions.at(-1)!);
    expect(session.text(a)).toBe('leak{$ ignore reason: why? }');
  });

  test('has the reason selected where the client can', async () => {
    const workspaceEdit = { documentChanges: true, snippetEditSupport: true };
    const { session } = await start({ capabilities: { ...fullCapabilities, workspace: { ...fullCapabilities.workspace, workspaceEdit } } });
    await session.open(a, 'leak');
    const [action] = ignore(await session.actions(a, 'leak'));
    const end = { line: 0, character: 4 };
    expect(action?.edit?.documentChanges).toEqual([
      {
        textDocument: { uri: a, version: 1 },
        edits: [{ range: { start: end, end }, snippet: { kind: 'snippet', value: '{\\$ ignore ${1:reason: why?} \\}' } }],
      },
    ]);
  });

  test('is not offered where none can stand', async () => {
    const { session } = await start();
    await session.open(a, 'leak!');
    expect(ignore(await session.actions(a, 'leak'))).toEqual([]);
  });
});

describe('fix all', () => {
  const kind = 'source.fixAll.cgoGuard';

  test('applies every safe fix, each for the text after the one before', async () => {
    const { session } = await start();
    await session.open(a, 'leak leak! leak\nleak?');
    await session.diagnostics(a);
    const [offered, ...others] = await session.actions(a, 'leak', ['source.fixAll']);
    expect(offered).toMatchObject({ kind, title: 'Apply all safe fixes of Cgo Guard' });
    expect(offered).not.toHaveProperty('edit');
    expect(others).toEqual([]);
    await session.apply(await session.resolve(offered!));
    expect(session.text(a)).toBe('note\nkept leak! kept\nleak?');
  });

  test('is computed at once for a client that cannot ask later', async () => {
    const { session } = await start({ capabilities: { textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } } }, workspace: { workspaceEdit: { documentChanges: true } } } });
    await session.open(a, 'leak leak');
    const [action] = await session.actions(a, 'leak', [kind]);
    await session.apply(action!);
    expect(session.text(a)).toBe('note\nkept kept');
  });

  test('leaves the documents of the engine that answers the editor alone', async () => {
    const engines: WordEngine[] = [];
    const { session } = await start({}, () => {
      const engine = new WordEngine();
      engines.push(engine);
      return Promise.resolve(engine);
    });
    await session.open(a, 'leak');
    const [offered] = await session.actions(a, 'leak', [kind]);
    await session.resolve(offered!);
    await session.resolve(offered!);
    expect(engines).toHaveLength(2);
    expect(engines[0]?.open.get('/p/a.go')).toBe('leak');
    expect(engines[1]?.open.size).toBe(0);
  });

  test('is not offered where no fix is safe', async () => {
    const { session } = await start();
    await session.open(a, 'leak!');
    expect(await session.actions(a, 'leak', [kind])).toEqual([]);
  });
});
