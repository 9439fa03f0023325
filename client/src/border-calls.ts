/**
 * Calls across the border from the cursor, in the editor's own peek view. VS Code asks one extension only for a call hierarchy, which is the one
 * for Go where it is installed, and that knows no C.
 */
import { commands, Location, Range, Uri, window } from 'vscode';
import type { CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Range as LspRange } from 'vscode-languageclient';
import type { LanguageServer } from './language-server.ts';

export type Direction = 'callers' | 'callees';

/**
 * Shows where the function at the cursor is called, or what it calls, on both sides, and returns these places. Where there are none the editor
 * says so in its own words.
 */
export async function peekCalls(server: Pick<LanguageServer, 'ask'>, direction: Direction): Promise<readonly Location[]> {
  const editor = window.activeTextEditor;
  if (editor === undefined) return [];
  const { document, selection } = editor;
  const places = await callsAt(server, document.uri, selection.active, direction);
  await commands.executeCommand('editor.action.peekLocations', document.uri, selection.active, places, 'peek');
  return places;
}

async function callsAt(server: Pick<LanguageServer, 'ask'>, uri: Uri, position: { readonly line: number; readonly character: number }, direction: Direction): Promise<Location[]> {
  const { line, character } = position;
  const [item] = (await server.ask<readonly CallHierarchyItem[]>('textDocument/prepareCallHierarchy', { textDocument: { uri: uri.toString() }, position: { line, character } })) ?? [];
  if (item === undefined) return [];
  if (direction === 'callers') {
    const calls = (await server.ask<readonly CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item })) ?? [];
    return calls.flatMap(({ from, fromRanges }) => fromRanges.map((range) => locationOf(from.uri, range)));
  }
  // What is called: the place of the function, which says more than the place of the call in view.
  const calls = (await server.ask<readonly CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item })) ?? [];
  return calls.map(({ to }) => locationOf(to.uri, to.selectionRange));
}

const locationOf = (uri: string, { start, end }: LspRange): Location => new Location(Uri.parse(uri), new Range(start.line, start.character, end.line, end.character));
