/** Composition root of the desktop extension: creates the parts and connects them; nothing else. */
import { type ExtensionContext, window } from 'vscode';
import { registerCommands } from './commands.ts';
import { LanguageServer } from './language-server.ts';
import { createStatusItem } from './status-item.ts';
import { WakeUp } from './wake-up.ts';

/** What `activate` returns: for tests, which wait on events and never on a clock. */
export interface CgoGuardApi {
  readonly server: Pick<LanguageServer, 'state' | 'onDidChangeState'>;
  /** Resolves when it is decided, for every document opened or changed so far, whether it needs the server. */
  decided(): Promise<void>;
}

let server: LanguageServer | undefined;

export function activate(context: ExtensionContext): CgoGuardApi {
  const log = window.createOutputChannel('Cgo Guard', { log: true });
  const languageServer = new LanguageServer(context.asAbsolutePath('dist/server.js'), log);
  const wakeUp = new WakeUp(languageServer, log);
  server = languageServer;
  context.subscriptions.push(log, languageServer, wakeUp, createStatusItem(languageServer), ...registerCommands(context, languageServer, log));
  wakeUp.considerAll();
  return { server: languageServer, decided: () => wakeUp.decided() };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
