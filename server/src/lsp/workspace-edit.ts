/** Edits of the project as the protocol's workspace edits, for the versions that the client has open. */
import type { WorkspaceEdit } from 'vscode-languageserver';
import { conflict, sortEdits, type FileEdit } from '../base/edit.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import { linesOfFiles, rangeOf } from './positions.ts';
import { uriOf } from './uris.ts';

/** The edits for the client; undefined when a file cannot be read or edits overlap, so that nothing is applied half. */
export async function workspaceEdit(context: Context, engine: Engine, files: readonly FileEdit[]): Promise<WorkspaceEdit | undefined> {
  const lines = await linesOfFiles(engine, context.documents, files.map(({ file }) => file));
  if (files.some(({ file, edits }) => !lines.has(file) || conflict(edits))) return undefined;
  const changes = files.map(({ file, edits }) => {
    const document = context.documents.ofFile(file);
    return {
      uri: document?.uri ?? uriOf(file),
      version: document?.content.version ?? null,
      edits: sortEdits(edits).map(({ span, newText }) => ({ range: rangeOf(lines.get(file)!, span), newText })),
    };
  });
  if (!context.client().documentChanges) return { changes: Object.fromEntries(changes.map(({ uri, edits }) => [uri, edits])) };
  return { documentChanges: changes.map(({ uri, version, edits }) => ({ textDocument: { uri, version }, edits })) };
}
