/** Sessions as other editors hold them: with fewer capabilities than VS Code has, or with others. */
import { ApplyWorkspaceEditRequest, CodeActionRequest, ExecuteCommandRequest, type ClientCapabilities, type Command, type WorkspaceEdit } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';

const leak = `package p

// #include <stdlib.h>
// void show(const char *text, int size);
import "C"

import "unsafe"

func keep(p *C.char) unsafe.Pointer { return unsafe.Pointer(p) }

func show(s string) {
	/* Grüße 🎈 */ cs := C.CString(s)
	C.show(cs, 1)
}
`;

let host: MemoryHost;
let session: Session;

async function start(capabilities: ClientCapabilities): Promise<void> {
  host = new MemoryHost();
  session = await Session.start({ openEngine: () => createProject(host), rules }, { capabilities, settings: { rules: { 'no-cgo-fallback': 'off' } } });
}

afterEach(() => session.end());

const codes = async (): Promise<unknown[]> => (await session.diagnostics(main)).map(({ code }) => code);

/** What Neovim says of itself, as far as it matters here: it offers several encodings, pulls diagnostics, and watches no files on Linux. */
const neovim: ClientCapabilities = {
  general: { positionEncodings: ['utf-8', 'utf-16', 'utf-32'] },
  textDocument: {
    publishDiagnostics: { relatedInformation: true },
    diagnostic: { dynamicRegistration: false },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['', 'quickfix'] } }, resolveSupport: { properties: ['edit'] } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    signatureHelp: { signatureInformation: { parameterInformation: { labelOffsetSupport: true } } },
  },
  workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: false }, didChangeWatchedFiles: { dynamicRegistration: false }, workspaceFolders: true },
};

describe('a client that offers other encodings and pulls diagnostics', () => {
  test('gets UTF-16, says so, and has them pushed', async () => {
    await start(neovim);
    expect(session.initialized.capabilities).toMatchObject({ positionEncoding: 'utf-16' });
    expect(session.initialized.capabilities.diagnosticProvider).toBeUndefined();
    await session.open(main, leak);
    const [finding] = await session.diagnostics(main);
    expect(finding).toMatchObject({ code: 'cstring-leak', range: { start: { line: 11, character: '\t/* Grüße 🎈 */ cs := '.length } } });
  });

  test('is not asked to register what it cannot', async () => {
    await start(neovim);
    await session.open(main, leak);
    await session.diagnostics(main);
    expect(session.registered).toEqual([]);
  });
});

describe('a client that watches no files', () => {
  const helper = 'package p\n\n// #include <stdlib.h>\nimport "C"\n\nimport "unsafe"\n\nfunc done(p *C.char) { C.free(unsafe.Pointer(p)) }\n';
  const calls = leak.replace('C.show(cs, 1)', 'done(cs)');

  test('hears of a switched branch when it saves or opens', async () => {
    await start(neovim);
    host.write('/p/done.go', helper);
    await session.open(main, calls);
    expect(await codes()).toEqual([]);
    host.write('/p/done.go', helper.replace('C.free(unsafe.Pointer(p))', '_ = p'));
    await session.save(main);
    await session.untilShown(main, (found) => found.some(({ code }) => code === 'cstring-leak'));
    host.write('/p/done.go', helper);
    await session.open('file:///p/new.go', 'package p\n');
    await session.untilShown(main, (found) => found.length === 0);
  });
});

describe('a client that can almost nothing', () => {
  test('has findings without a path, hovers without marks, and parameters as text', async () => {
    await start({});
    await session.open(main, leak);
    const [finding] = await session.diagnostics(main);
    expect(finding).toMatchObject({ code: 'cstring-leak' });
    expect(finding?.relatedInformation).toBeUndefined();
    const hover = (await session.hover(main, 'CString')) as { contents: { kind: string; value: string } };
    expect(hover.contents.kind).toBe('plaintext');
    expect(hover.contents.value).not.toMatch(/\*\*|`/);
    const signature = await session.signature(main, 'C.show(');
    expect(signature?.signatures[0]?.parameters?.map(({ label }) => label)).toEqual(['const char *text', 'int size']);
    expect(session.registered).toEqual([]);
  });

  test('gets its fixes as commands', async () => {
    await start({});
    expect(session.initialized.capabilities).toMatchObject({ codeActionProvider: true, executeCommandProvider: { commands: ['cgoGuard.applyEdit'] } });
    await session.open(main, leak.replace('/* Grüße 🎈 */ ', ''));
    await session.diagnostics(main);
    const range = session.rangeOf(main, 'C.CString(s)');
    const offered = (await session.client.sendRequest(CodeActionRequest.type, { textDocument: { uri: main }, range, context: { diagnostics: [] } })) as Command[];
    const free = offered.find(({ title }) => title.includes('defer C.free'));
    expect(free).toMatchObject({ command: 'cgoGuard.applyEdit' });
    const applied = new Promise<WorkspaceEdit>((resolve) => {
      session.client.onRequest(ApplyWorkspaceEditRequest.type, ({ edit }) => {
        resolve(edit);
        return { applied: true };
      });
    });
    await session.client.sendRequest(ExecuteCommandRequest.type, { command: free!.command, arguments: free!.arguments ?? [] });
    await session.apply({ title: '', edit: await applied });
    await session.calm();
    expect(await codes()).toEqual([]);
  });
});
