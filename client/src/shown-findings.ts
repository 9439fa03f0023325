/** Stands between the server's findings and the editor: holds back those that another tool shows, and lets them through when it stops to. */
import { type Diagnostic, Disposable, languages, Uri, workspace } from 'vscode';
import { ownSource, withoutDuplicates } from './vet-duplicates.ts';

type Show = (uri: Uri, diagnostics: Diagnostic[]) => void;

interface Known {
  readonly uri: Uri;
  readonly all: readonly Diagnostic[];
  readonly show: Show;
  shown: readonly Diagnostic[];
}

export class ShownFindings implements Disposable {
  readonly #known = new Map<string, Known>();
  readonly #parts: readonly Disposable[] = [
    languages.onDidChangeDiagnostics(({ uris }) => {
      for (const uri of uris) this.#again(uri);
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('cgoGuard.hideWhatVetShows')) for (const { uri } of [...this.#known.values()]) this.#again(uri);
    }),
  ];

  /** Takes what the server found in a document; `show` hands it to the editor. */
  readonly take = (uri: Uri, all: readonly Diagnostic[], show: Show): void => {
    const shown = select(uri, all);
    if (all.length === 0) this.#known.delete(uri.toString());
    else this.#known.set(uri.toString(), { uri, all, show, shown });
    show(uri, shown);
  };

  /** The server is gone, and its findings with it. */
  forget(): void {
    this.#known.clear();
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  #again(uri: Uri): void {
    const known = this.#known.get(uri.toString());
    if (known === undefined) return;
    const shown = select(uri, known.all);
    if (shown.length === known.shown.length && shown.every((one, i) => one === known.shown[i])) return;
    known.shown = shown;
    known.show(uri, shown);
  }
}

function select(uri: Uri, all: readonly Diagnostic[]): Diagnostic[] {
  if (!workspace.getConfiguration('cgoGuard', uri).get('hideWhatVetShows', true)) return [...all];
  return withoutDuplicates(all, languages.getDiagnostics(uri).filter(({ source }) => source !== ownSource));
}
