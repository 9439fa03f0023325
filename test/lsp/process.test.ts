/** The server as the process that an editor starts, alone or as `cgo-guard lsp`: bundled as in the build, over standard input and output. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import {
  ExitNotification,
  InitializeRequest,
  InitializedNotification,
  PublishDiagnosticsNotification,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
  type ProtocolConnection,
} from 'vscode-languageserver/node';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
// Below the root, where the server finds the parsers as it does from source.
const output = join(root, 'node_modules/.cache/cgo-guard-test');

beforeAll(async () => {
  await build({
    entryPoints: { server: join(root, 'server/src/main-lsp.ts'), cli: join(root, 'server/src/main-cli.ts') },
    outdir: output,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    alias: { 'web-tree-sitter': join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
    logLevel: 'error',
  });
});

function start(program: string, args: readonly string[]): { process: ChildProcessWithoutNullStreams; client: ProtocolConnection; code: Promise<number | null> } {
  const child = spawn(process.execPath, [join(output, `${program}.js`), ...args]);
  const code = once(child, 'exit').then(([status]: unknown[]) => (typeof status === 'number' ? status : null));
  const client = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  client.listen();
  return { process: child, client, code };
}

const initialize = (client: ProtocolConnection) =>
  client.sendRequest(InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities: {} });

test.each([
  ['server', ['--stdio']],
  ['server', []],
  ['cli', ['lsp', '--stdio']],
  ['cli', ['lsp']],
])('%s %j serves and ends with 0', async (program, args) => {
  const { client, code } = start(program, args);
  expect((await initialize(client)).serverInfo?.name).toBe('cgo-guard');
  const shown = new Promise<readonly unknown[]>((resolve) => {
    client.onNotification(PublishDiagnosticsNotification.type, ({ diagnostics }) => resolve(diagnostics));
  });
  await client.sendNotification(InitializedNotification.type, {});
  const text = 'package p\n\n// #include <stdlib.h>\n// void f(const char *s);\nimport "C"\n\nfunc f() { C.f(C.CString("x")) }\n';
  await client.sendNotification('textDocument/didOpen', { textDocument: { uri: 'untitled:Untitled-1', languageId: 'go', version: 1, text } });
  expect(await shown).toMatchObject([{ code: 'cstring-leak' }]);
  await client.sendRequest(ShutdownRequest.type);
  await client.sendNotification(ExitNotification.type);
  expect(await code).toBe(0);
});

test('ends with 1 when nobody shut it down, by message or by silence', async () => {
  const told = start('server', ['--stdio']);
  await initialize(told.client);
  await told.client.sendNotification(ExitNotification.type);
  expect(await told.code).toBe(1);
  const left = start('server', ['--stdio']);
  await initialize(left.client);
  left.process.stdin.end();
  expect(await left.code).toBe(1);
});
