/** The program that editors start: the language server with all rules. */
import { startNodeServer } from './lsp/node-server.ts';
import { rules } from './rules/index.ts';

void startNodeServer(rules);
