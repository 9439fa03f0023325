/** Calls across the border: from Go into C, through C, and back into the Go function that is exported. */
import {
  SymbolKind,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CallHierarchyPrepareParams,
} from 'vscode-languageserver';
import type { BorderFunction, FunctionId } from '../semantics/border-calls.ts';
import type { FileId } from '../project/host.ts';
import { answerNow, type Context } from './context.ts';
import type { Engine } from './engine.ts';
import { linesOfFiles, rangeOf, type Lines } from './positions.ts';
import { uriOf } from './uris.ts';

/** What an item carries for the questions that follow: the function, and an open document of its package. */
interface ItemData extends FunctionId {
  readonly from: string;
}

export async function prepareCalls(context: Context, { textDocument, position }: CallHierarchyPrepareParams): Promise<CallHierarchyItem[] | null> {
  const found = await answerNow(context, textDocument.uri, async (document, engine) => {
    const fn = await engine.functionAt(document.file, document.content.offsetAt(position));
    return fn && items(context, engine, [fn], textDocument.uri);
  });
  return found && found.length > 0 ? found : null;
}

export async function incomingCalls(context: Context, { data }: CallHierarchyItem): Promise<CallHierarchyIncomingCall[]> {
  const calls = isItemData(data) ? await related(context, data, 'callers') : [];
  return calls.map(({ item, spans }) => ({ from: item, fromRanges: spans }));
}

export async function outgoingCalls(context: Context, { data }: CallHierarchyItem): Promise<CallHierarchyOutgoingCall[]> {
  const calls = isItemData(data) ? await related(context, data, 'callees') : [];
  return calls.map(({ item, spans }) => ({ to: item, fromRanges: spans }));
}

/** The functions on the other end of the calls, with the places of the calls in the caller's file. */
async function related(context: Context, data: ItemData, which: 'callers' | 'callees'): Promise<{ readonly item: CallHierarchyItem; readonly spans: CallHierarchyIncomingCall['fromRanges'] }[]> {
  const found = await answerNow(context, data.from, async (document, engine) => {
    const calls = await engine.calls(document.file, data, which);
    const own = which === 'callees' ? await engine.functionOf(document.file, data) : undefined;
    const lines = await linesOfFiles(engine, context.documents, [...calls.map(({ fn }) => fn.file), ...(own ? [own.file] : [])]);
    return calls.flatMap(({ fn, calls: spans }) => {
      const item = itemOf(context, fn, lines, data.from);
      const of = lines.get(own?.file ?? fn.file);
      return item && of ? [{ item, spans: spans.map((span) => rangeOf(of, span)) }] : [];
    });
  });
  return found ?? [];
}

async function items(context: Context, engine: Engine, functions: readonly BorderFunction[], from: string): Promise<CallHierarchyItem[]> {
  const lines = await linesOfFiles(engine, context.documents, functions.map(({ file }) => file));
  return functions.flatMap((fn) => itemOf(context, fn, lines, from) ?? []);
}

function itemOf(context: Context, { side, name, file, span, extent, detail }: BorderFunction, lines: ReadonlyMap<FileId, Lines>, from: string): CallHierarchyItem | undefined {
  const of = lines.get(file);
  const data: ItemData = { side, name, from };
  return of && { name: side === 'c' ? `C.${name}` : name, kind: SymbolKind.Function, ...(detail === '' ? {} : { detail }), uri: context.documents.ofFile(file)?.uri ?? uriOf(file), range: rangeOf(of, extent), selectionRange: rangeOf(of, span), data };
}

const isItemData = (data: unknown): data is ItemData => typeof data === 'object' && data !== null && 'side' in data && 'name' in data && 'from' in data;
