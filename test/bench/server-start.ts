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

/** Medians of several fresh server processes, each with one small file: those that are the first after an installation, and those of every later day. */
export async function measureServerStart(server: string): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cgo-guard-bench-'));
  try {
    writeFileSync(join(folder, 'go.mod'), 'module example.test/greet\n\ngo 1.24\n');
    writeFileSync(join(folder, 'greet.go'), source);
    const [first, later]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      rmSync(join(folder, compiled), { recursive: true, force: true });
      first.push(await firstDiagnostics(server, folder));
      later.push(await firstDiagnostics(server, folder));
    }
    return [
      { name: 'server start to first diagnostics', budget, value: median(later), unit: 'ms', detail: spread(later) },
      { name: '  the first one after an installation', budget, value: median(first), unit: 'ms', detail: `${spread(first)}; nothing is compiled yet` },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const spread = (times: readonly number[]): string => `median of ${times.length} processes, ${inMs(Math.min(...times))} to ${inMs(Math.max(...times))}`;

/** What is below the folder of a measurement instead of in the cache of the person who measures. */
const compiled = 'compiled';

/** Environment in which programs keep what they cache below `folder`, on every system. */
const cacheIn = (folder: string): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, HOME: folder });

async function firstDiagnostics(server: string, folder: string): Promise<number> {
  const uri = pathToFileURL(join(folder, 'greet.go')).href;
  const started = performance.now();
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...cacheIn(join(folder, compiled)) } });
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
    const time = await Promise.race([ended, handshake().then(() => published)]);
    await goodbye();
    return time;
  } finally {
    ended.catch(() => {});
    connection.dispose();
    child.kill();
  }

  /** As editors do: compiled code is left at the end. */
  async function goodbye(): Promise<void> {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    await exited;
  }

  async function handshake(): Promise<void> {
    const rootUri = pathToFileURL(folder).href;
    const params = { processId: process.pid, rootUri, capabilities: {}, workspaceFolders: [{ uri: rootUri, name: 'greet' }] };
    await Promise.race([ended, connection.sendRequest('initialize', params)]);
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'go', version: 1, text: source } });
  }
}
