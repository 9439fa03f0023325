/** The program `cgo-guard`: the command line with all rules, over the files of this machine. */
import { Worker, workerData } from 'node:worker_threads';
import { version } from '../../package.json';
import { runCli } from './cli/main.ts';
import { processTerminal } from './cli/terminal.ts';
import { isSharedWork, serveFolders } from './cli/threads.ts';
import type { Host } from './project/host.ts';
import { readContracts } from './project/node-contracts.ts';
import { readWasm } from './project/node-wasm.ts';
import { Project } from './project/project.ts';
import { rules } from './rules/index.ts';

const createProject = (host: Host): Promise<Project> => Project.create(host, readWasm(), readContracts());

if (isSharedWork(workerData)) void serveFolders(workerData, createProject);
else {
  void runCli(process.argv.slice(2), {
    terminal: processTerminal(),
    version,
    rules,
    createProject,
    // A thread runs this file once more.
    startThread: (work) => new Worker(__filename, { workerData: work }),
    // Loaded on demand: a check does not pay for the server.
    startLsp: async () => (await import('./lsp/node-server.ts')).startNodeServer(rules),
  }).then((code) => {
    // Setting the code instead of leaving at once lets a slow reader take everything that was printed.
    process.exitCode = code;
  });
}
