/** The language server in a Node process: its connection, files and parsers. Both the editor's server and `cgo-guard lsp` start here. */
import { LSPErrorCodes, Message, createConnection, type ConnectionOptions } from 'vscode-languageserver/node';
import type { RuleMeta } from '../lint/rule-meta.ts';
import { nodeHost } from '../project/node-host.ts';
import { readContracts } from '../project/node-contracts.ts';
import { readWasm } from '../project/node-wasm.ts';
import { Project } from '../project/project.ts';
import { describe } from './answering.ts';
import { startServer } from './server.ts';

const options: ConnectionOptions = {
  connectionStrategy: {
    // A request that is cancelled before its turn is answered at once and never worked on.
    cancelUndispatched: (message) =>
      Message.isRequest(message)
        ? { jsonrpc: '2.0', id: message.id, error: { code: LSPErrorCodes.RequestCancelled, message: 'The request was cancelled.' } }
        : undefined,
  },
};

/**
 * Serves the client that the command line names: `--node-ipc`, `--pipe=…`, `--socket=…`, else standard input and output. Resolves
 * when the client says goodbye; the process then ends, with 0 after a shutdown and 1 without.
 */
export function startNodeServer(rules: readonly RuleMeta[]): Promise<void> {
  if (!process.argv.some((arg) => /^--(node-ipc|stdio|pipe|socket)\b/.test(arg))) process.argv.push('--stdio');
  const connection = createConnection(options);
  const ended = new Promise<void>((resolve) => connection.onExit(resolve));
  // Node would end the process, and with it every squiggle of the user.
  process.on('unhandledRejection', (reason) => connection.console.error(describe(reason)));
  startServer(connection, { rules, openEngine: async () => Project.create(nodeHost, readWasm(), readContracts()) });
  return ended;
}
