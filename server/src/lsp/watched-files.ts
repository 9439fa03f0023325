/** What happens to files outside the editor: which ones matter, and telling the project. */
import { FileChangeType, type DidChangeWatchedFilesParams, type FileSystemWatcher } from 'vscode-languageserver';
import type { Documents, OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { fileIdOf } from './uris.ts';

/** Everything the analysis reads: Go, the C beside it, the module's Go version, the project file. */
export const watchers: FileSystemWatcher[] = [
  { globPattern: '**/*.{go,c,h,cc,cpp,cxx,hh,hpp,m}' },
  { globPattern: '**/go.mod' },
  { globPattern: '**/.cgo-guard.json' },
];

/** Tells the engine what changed on disk and returns the open documents whose findings may change with it. */
export function filesChanged(engine: Engine, documents: Documents, { changes }: DidChangeWatchedFilesParams): OpenDocument[] {
  const affected = new Set<OpenDocument>();
  for (const { uri, type } of changes) {
    const file = fileIdOf(uri);
    // What is on disk does not matter while the editor owns the text; saving is not news.
    if (documents.ofFile(file)?.isGo && type === FileChangeType.Changed) continue;
    engine.fileChanged(file);
    for (const document of documents.affectedBy(file)) affected.add(document);
  }
  return [...affected];
}
