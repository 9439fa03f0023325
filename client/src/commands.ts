/** The commands of the palette. */
import { commands, type Disposable, type ExtensionContext, l10n, type LogOutputChannel, Uri, window } from 'vscode';
import { peekCalls } from './border-calls.ts';
import type { LanguageServer } from './language-server.ts';
import { ruleChoices } from './rule-choices.ts';

/** Registers every command that the manifest contributes. */
export function registerCommands(context: ExtensionContext, server: Pick<LanguageServer, 'restart' | 'ask'>, log: LogOutputChannel): Disposable[] {
  return [
    commands.registerCommand('cgoGuard.restartServer', () => server.restart()),
    commands.registerCommand('cgoGuard.showOutput', () => log.show()),
    commands.registerCommand('cgoGuard.peekCallers', () => peekCalls(server, 'callers')),
    commands.registerCommand('cgoGuard.peekCalls', () => peekCalls(server, 'callees')),
    commands.registerCommand('cgoGuard.explainRule', (rule?: unknown) => explainRule(context, typeof rule === 'string' ? rule : undefined)),
  ];
}

/** Opens the page of `rule`, or of one that the user picks; pages ship with the extension, so nothing is fetched. */
async function explainRule(context: ExtensionContext, rule: string | undefined): Promise<void> {
  const choices = ruleChoices(context.extension.packageJSON);
  const picked = choices.find(({ label }) => label === rule) ?? (await window.showQuickPick(choices, { title: l10n.t('Explain a rule'), matchOnDetail: true }));
  if (picked === undefined) return;
  await commands.executeCommand('markdown.showPreview', Uri.joinPath(context.extensionUri, 'server/docs/rules', `${picked.label}.md`));
}
