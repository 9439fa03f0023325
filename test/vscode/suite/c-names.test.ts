/** C names in the editor: every question is asked through VS Code's own commands, while another file of the package does not parse. */
import * as assert from 'node:assert/strict';
import { type CallHierarchyIncomingCall, type CallHierarchyItem, type CompletionList, commands, type Disposable, type DocumentSymbol, extensions, type FoldingRange, type Hover, type Location, type LocationLink, type MarkdownString, Selection, type SignatureHelp, type TextDocument, window } from 'vscode';
import { append, openGo, rangeOf, revert, untilServer } from './editor.ts';

describe('C names', () => {
  let half: TextDocument;
  let document: TextDocument;

  before(async () => {
    half = await openGo('greet.go');
    await append(half, '\nfunc half(n int) {\n\tif n > (\n');
    document = await openGo('message.go');
    await untilServer('running');
  });

  after(async () => {
    await revert(document);
    await revert(half);
  });

  const at = (needle: string) => rangeOf(document, needle).start;
  const lineOf = (range: { readonly start: { readonly line: number } }): string => document.lineAt(range.start.line).text.trim();

  it('lead to their declaration', async () => {
    const found = await commands.executeCommand<(Location | LocationLink)[]>('vscode.executeDefinitionProvider', document.uri, at('message_new(cText)'));
    assert.deepEqual(found.map((one) => lineOf('range' in one ? one.range : one.targetRange)), ['static message *message_new(const char *text) {']);
  });

  it('tell in the hover who owns what, and where fields lie', async () => {
    const text = async (needle: string): Promise<string> => {
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at(needle));
      return hovers.flatMap(({ contents }) => contents as MarkdownString[]).map(({ value }) => value).join('\n');
    };
    assert.match(await text('message_new(cText)'), /You own the result.*message_free/);
    assert.match(await text('message\n}'), /\| `length` \| 8 \| 8 \|/);
  });

  it('are offered behind C. and behind a C struct, with their signature', async () => {
    await append(document, '\nfunc typing(m *Message) {\n\tC.message_new(\n\tm.handle.\n');
    const { end } = rangeOf(document, 'm.handle.\n');
    const behind = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, end.translate(-1, '\tm.handle.'.length));
    assert.deepEqual(behind.items.filter(({ detail }) => detail === 'char *' || detail === 'size_t').map(({ label }) => label), ['text', 'length']);
    const open = rangeOf(document, 'typing(m *Message) {\n\tC.message_new(').end;
    const help = await commands.executeCommand<SignatureHelp>('vscode.executeSignatureHelpProvider', document.uri, open, '(');
    assert.match(help.signatures[0]?.label ?? '', /message_new\(const char \*text\)/);
    const names = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, open.translate(0, -'message_new('.length));
    assert.ok(names.items.some(({ label }) => label === 'message_free'));
  });

  it('are found from both sides', async () => {
    const found = await commands.executeCommand<Location[]>('vscode.executeReferenceProvider', document.uri, at('shout(char *text)'));
    assert.deepEqual(found.map(({ range }) => lineOf(range)), ['static void shout(char *text) {', 'C.shout(cText)']);
  });

  it('are in the outline and fold', async () => {
    const symbols = await commands.executeCommand<DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', document.uri);
    assert.deepEqual(symbols.find(({ name }) => name === 'C')?.children.map(({ name }) => name), ['message', 'message_new', 'message_free', 'shout']);
    const folds = await commands.executeCommand<FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri);
    assert.ok(folds.some(({ start }) => document.lineAt(start).text.startsWith('static message *message_new')));
  });

  it('have callers on the other side', async () => {
    const [item] = await commands.executeCommand<CallHierarchyItem[]>('vscode.prepareCallHierarchy', document.uri, at('shout(char *text)'));
    assert.equal(item?.name, 'C.shout');
    const calls = await commands.executeCommand<CallHierarchyIncomingCall[]>('vscode.provideIncomingCalls', item);
    assert.deepEqual(calls.map(({ from }) => from.name), ['Shout']);
  });

  it('show their calls in a command of their own, where another extension has the call hierarchy', async () => {
    const standIn = extensions.getExtension<{ takeCalls(): Disposable }>('cgo-guard-tests.vet-stand-in');
    const taken = (await standIn?.activate())?.takeCalls();
    try {
      const [item] = await commands.executeCommand<CallHierarchyItem[]>('vscode.prepareCallHierarchy', document.uri, at('shout(char *text)'));
      assert.equal(item?.name, 'gopls');
      const peek = async (command: string, needle: string): Promise<string[]> => {
        const editor = await window.showTextDocument(document);
        editor.selection = new Selection(at(needle), at(needle));
        const places = await commands.executeCommand<Location[]>(command);
        await commands.executeCommand('closeReferenceSearch');
        return places.map(({ range }) => lineOf(range));
      };
      assert.deepEqual(await peek('cgoGuard.peekCallers', 'shout(char *text)'), ['C.shout(cText)']);
      assert.deepEqual(await peek('cgoGuard.peekCalls', 'NewMessage(text'), ['static message *message_new(const char *text) {']);
      assert.deepEqual(await peek('cgoGuard.peekCallers', 'handle *C.message'), []);
    } finally {
      taken?.dispose();
    }
  });
});
