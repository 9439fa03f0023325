/** The entry in the language status menu of Go files: quiet unless the server failed. */
import { Disposable, l10n, languages, LanguageStatusSeverity } from 'vscode';
import { documentSelector, type LanguageServer, type ServerState } from './language-server.ts';

/** Shows the state of `server` and leads to its log. */
export function createStatusItem(server: Pick<LanguageServer, 'state' | 'onDidChangeState'>): Disposable {
  const item = languages.createLanguageStatusItem('cgoGuard.status', documentSelector);
  const show = (state: ServerState): void => {
    item.text = 'Cgo Guard';
    item.detail = detailOf(state);
    item.busy = state === 'starting';
    item.severity = state === 'failed' ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    item.command = state === 'failed' ? { title: l10n.t('Restart'), command: 'cgoGuard.restartServer' } : { title: l10n.t('Show Log'), command: 'cgoGuard.showOutput' };
  };
  item.name = 'Cgo Guard';
  show(server.state);
  return Disposable.from(item, server.onDidChangeState(show));
}

function detailOf(state: ServerState): string {
  switch (state) {
    case 'idle':
      return l10n.t('asleep: no open file reaches C or unsafe memory');
    case 'starting':
      return l10n.t('starting');
    case 'running':
      return l10n.t('watching the Go/C border');
    case 'failed':
      return l10n.t('the server stopped; the log says why');
  }
}
