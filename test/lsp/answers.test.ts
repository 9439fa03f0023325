/** Hovers, semantic tokens, and the life of a server. An engine of words stands in for the project. */
import { CancellationTokenSource, HoverRequest, LSPErrorCodes, MarkupKind } from 'vscode-languageserver/node';
import { describe, expect, test } from 'vitest';
import { pageUrl } from '../../server/src/lint/rule-meta.ts';
import type { CToken } from '../../server/src/syntax/c/c-tokens.ts';
import { fullCapabilities } from './session.ts';
import { a, endSessions, forget, gate, start } from './start.ts';

endSessions();

describe('hover', () => {
  test('over a finding: the risk and its page, what to do, why, the path, what is not seen', async () => {
    const { session, engine } = await start();
    engine.disk.set('/p/x.go', 'word');
    await session.open(a, 'one\n leak');
    expect(await session.hover(a, 'leak')).toEqual({
      contents: {
        kind: MarkupKind.Markdown,
        value: [
          `**word-leak** · a word that leaks · [more](${pageUrl('word-leak')})`,
          '**What to do:** Say `kept`.',
          'Words leak.',
          '**Path**',
          `1. [line 2](${a}#L2): said here\n2. [line 1](file:///p/x.go#L1): meant there`,
          '**Not seen:** Other words. Other `folders`. Other languages.',
        ].join('\n\n'),
      },
      range: session.rangeOf(a, 'leak'),
    });
  });

  test('over a name of the border: who owns what', async () => {
    const { session } = await start();
    await session.open(a, 'x C.CString y');
    const hover = await session.hover(a, 'CString');
    expect(hover).toMatchObject({ contents: { value: expect.stringMatching(/func C\.CString.*\*\*You own it\*\*/s) }, range: session.rangeOf(a, 'CString') });
  });

  test('over a method, where the file shows what it is called on', async () => {
    const { session } = await start();
    await session.open(a, 'h := cgo.NewHandle(v)\nh.Delete()\nm.Delete()\n');
    expect(await session.hover(a, 'Delete')).toMatchObject({ contents: { value: expect.stringContaining('cgo.Handle) Delete()') } });
    await session.edit(a, { from: 'h.Delete()\n', to: '' });
    expect(await session.hover(a, 'Delete')).toBeNull();
  });

  test('over the import of C', async () => {
    const { session } = await start();
    await session.open(a, 'package p\n\nimport "C"\n');
    expect(await session.hover(a, '"C"')).toMatchObject({ contents: { value: expect.stringContaining('pseudo-package') }, range: session.rangeOf(a, '"C"') });
  });

  test('says nothing about unsafe.Pointer where no C is', async () => {
    const { session } = await start();
    await session.open(a, 'unsafe.Pointer unsafe.Slice');
    expect(await session.hover(a, 'Pointer')).toBeNull();
    expect(await session.hover(a, 'Slice')).not.toBeNull();
    await session.edit(a, { from: 'unsafe.Pointer', to: 'import "C"\nunsafe.Pointer' });
    expect(await session.hover(a, 'Pointer')).not.toBeNull();
  });

  test('is plain text for a client that shows nothing else', async () => {
    const { session } = await start({ capabilities: {} });
    await session.open(a, 'leak');
    const hover = await session.hover(a, 'leak');
    expect(hover).toMatchObject({ contents: { kind: MarkupKind.PlainText, value: expect.stringContaining('What to do: Say kept.') } });
  });

  test('elsewhere there is none', async () => {
    const { session } = await start();
    await session.open(a, 'word');
    expect(await session.hover(a, 'word')).toBeNull();
  });
});

describe('semantic tokens', () => {
  const text = '/*\nint f(char *s);\n*/\nimport "C"\n';
  const tokens: CToken[] = [
    { span: { start: 3, end: 6 }, type: 'type', modifiers: [] },
    { span: { start: 7, end: 8 }, type: 'function', modifiers: ['declaration', 'static'] },
  ];

  /** Line, character, length, type, modifiers of each token. */
  const decode = (data: number[], legend: { tokenTypes: string[]; tokenModifiers: string[] }) => {
    let line = 0;
    let character = 0;
    const out: [number, number, number, string, string[]][] = [];
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0, type = 0, bits = 0] = data.slice(i, i + 5);
      line += down;
      character = down > 0 ? right : character + right;
      out.push([line, character, length, legend.tokenTypes[type]!, legend.tokenModifiers.filter((_, bit) => bits & (1 << bit))]);
    }
    return out;
  };

  test('are those of the preamble, in the legend that was announced', async () => {
    const { session, engine } = await start();
    engine.tokens = tokens;
    await session.open(a, text);
    const provider = session.initialized.capabilities.semanticTokensProvider!;
    expect(provider).toMatchObject({ full: true, range: true, documentSelector: [{ language: 'go' }] });
    expect(decode((await session.tokens(a))!.data, provider.legend)).toEqual([
      [1, 0, 3, 'type', []],
      [1, 4, 1, 'function', ['declaration', 'static']],
    ]);
    const range = { start: { line: 1, character: 4 }, end: { line: 1, character: 5 } };
    expect(decode((await session.tokensIn(a, range))!.data, provider.legend)).toEqual([[1, 4, 1, 'function', ['declaration', 'static']]]);
  });

  test('without a preamble leave the file to other servers', async () => {
    const { session } = await start();
    await session.open(a, 'package p\n');
    expect(await session.tokens(a)).toBeNull();
  });
});

describe('the life of a server', () => {
  test('a cancelled request is answered as cancelled', async () => {
    const { session, engine } = await start();
    await session.open(a, 'leak');
    await session.diagnostics(a);
    const { promise, open } = gate();
    engine.gate = promise;
    const source = new CancellationTokenSource();
    const begun = engine.nextCheck();
    const params = { textDocument: { uri: a }, position: { line: 0, character: 0 } };
    const answer = session.client.sendRequest(HoverRequest.type, params, source.token).catch((error: unknown) => error);
    await begun;
    source.cancel();
    await session.settle();
    open();
    expect(await answer).toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  test('announces what it can do', async () => {
    const { session } = await start({ capabilities: fullCapabilities });
    expect(session.initialized).toMatchObject({
      serverInfo: { name: 'cgo-guard' },
      capabilities: {
        textDocumentSync: { openClose: true, change: 2 },
        hoverProvider: true,
        codeActionProvider: { codeActionKinds: ['quickfix', 'source.fixAll.cgoGuard'], resolveProvider: true },
      },
    });
  });

  test('ends with 0 after a shutdown, which frees the engine, and with 1 without', async () => {
    const orderly = await start();
    forget(orderly.session);
    await orderly.session.shutdown();
    expect(await orderly.session.exit()).toBe(0);
    expect(orderly.engine.disposed).toBe(true);
    const abrupt = await start();
    forget(abrupt.session);
    expect(await abrupt.session.exit()).toBe(1);
  });
});
