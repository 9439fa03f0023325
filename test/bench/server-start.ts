/** Measures what a user waits for after opening the first file: process start, handshake, parsers, first squiggle. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { inMs, median } from './stats.ts';
import type { Measurement } from './stats.ts';

const runs = 7;
const budget = 400;

const source = `package greet

// #include <stdlib.h>
// static int greet(const char *name) { return name[0]; }
import "C"

// Greet leaks its text.
func Greet(name string) int {
	return int(C.greet(C.CString(name)))
}
`;

/** Median of several fresh server processes, each with one small file. */
export async function measureServerStart(server: string): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'cgo-guard-bench-'));
  try {
    writeFileSync(join(folder, 'go.mod'), 'module example.test/greet\n\ngo 1.24\n');
    writeFileSync(join(folder, 'greet.go'), source);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await firstDiagnostics(server, folder));
    return {
      name: 'server start to first diagnostics',
      budget,
      value: median(times),
      unit: 'ms',
      detail: `median of ${runs} processes, ${inMs(Math.min(...times))} to ${inMs(Math.max(...times))}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function firstDiagnostics(server: string, folder: string): Promise<number> {
  const uri = pathToFileURL(join(folder, 'greet.go')).href;
  const started = performance.now();
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before its first diagnostics`)));
    child.once('error', reject);
  });
  const published = new Promise<number>((resolve) => {
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      if (params.uri === uri && params.diagnostics.length > 0) resolve(performance.now() - started);
    });
  });
  // A client answers whatever a server may ask of it.
  connection.onRequest('workspace/configuration', ({ items }: { items: readonly unknown[] }) => items.map(() => null));
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  try {
    return await Promise.race([ended, handshake().then(() => published)]);
  } finally {
    ended.catch(() => {});
    connection.dispose();
    child.kill();
  }

  async function handshake(): Promise<void> {
    const rootUri = pathToFileURL(folder).href;
    const params = { processId: process.pid, rootUri, capabilities: {}, workspaceFolders: [{ uri: rootUri, name: 'greet' }] };
    await Promise.race([ended, connection.sendRequest('initialize', params)]);
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'go', version: 1, text: source } });
  }
}
