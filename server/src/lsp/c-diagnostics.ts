/** Pushes what is found in C files that nobody has open: clients list such findings, and show them as soon as the file is. */
import type { PublishDiagnosticsParams } from 'vscode-languageserver';
import { directoryOf, type FileId } from '../project/host.ts';
import type { FileReport } from '../project/project.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import { linesOfFiles } from './positions.ts';
import { filesOf, toDiagnostic } from './to-diagnostic.ts';
import { uriOf } from './uris.ts';

export interface CDiagnostics {
  /** Shows the reports of a folder's C files, and nothing more of those that have none now. */
  show(engine: Engine, directory: FileId, reports: readonly FileReport[]): Promise<void>;
  /** Takes back what was shown of folders in which no Go file is open. */
  tidy(): void;
}

export function cDiagnostics(context: Context, send: (params: PublishDiagnosticsParams) => void): CDiagnostics {
  const shown = new Map<FileId, string>();

  function publish(file: FileId, diagnostics: PublishDiagnosticsParams['diagnostics']): void {
    const key = JSON.stringify(diagnostics);
    if (shown.get(file) === key) return;
    if (diagnostics.length > 0) shown.set(file, key);
    else if (!shown.delete(file)) return;
    // A document that is open is pushed with its version.
    if (!context.documents.ofFile(file)) send({ uri: uriOf(file), diagnostics });
  }

  return {
    async show(engine, directory, reports) {
      for (const { file, findings } of reports) {
        const open = findings.filter((finding) => !finding.suppression);
        const lines = await linesOfFiles(engine, context.documents, filesOf(open));
        publish(file, open.flatMap((finding) => toDiagnostic(context, finding, lines) ?? []));
      }
      const told = new Set(reports.map(({ file }) => file));
      for (const file of [...shown.keys()]) if (directoryOf(file) === directory && !told.has(file)) publish(file, []);
    },
    tidy() {
      const directories = new Set(context.documents.all().flatMap(({ file, isGo }) => (isGo ? [directoryOf(file)] : [])));
      for (const file of [...shown.keys()]) if (!directories.has(directoryOf(file))) publish(file, []);
    },
  };
}
