/** The program `cgo-guard`: the command line with all rules, over the files of this machine. */
import { version } from '../../package.json';
import { runCli } from './cli/main.ts';
import { processTerminal } from './cli/terminal.ts';
import { readContracts } from './project/node-contracts.ts';
import { readWasm } from './project/node-wasm.ts';
import { Project } from './project/project.ts';
import { rules } from './rules/index.ts';

void runCli(process.argv.slice(2), {
  terminal: processTerminal(),
  version,
  rules,
  createProject: (host) => Project.create(host, readWasm(), readContracts()),
  // Loaded on demand: a check does not pay for the server.
  startLsp: async () => (await import('./lsp/node-server.ts')).startNodeServer(rules),
}).then((code) => {
  // Setting the code instead of leaving at once lets a slow reader take everything that was printed.
  process.exitCode = code;
});
