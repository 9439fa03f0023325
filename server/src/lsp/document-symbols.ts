/** The outline of a preamble: the C functions, types and macros that no Go tool lists. Go's own symbols are left to gopls. */
import { SymbolKind, type DocumentSymbol, type DocumentSymbolParams, type SymbolInformation } from 'vscode-languageserver';
import type { OutlineSymbol } from '../semantics/preamble-outline.ts';
import { answerNow, type Context } from './context.ts';
import { rangeOf, type Lines } from './positions.ts';

const kinds: Readonly<Record<OutlineSymbol['kind'], SymbolKind>> = {
  function: SymbolKind.Function,
  struct: SymbolKind.Struct,
  union: SymbolKind.Struct,
  enum: SymbolKind.Enum,
  type: SymbolKind.Interface,
  constant: SymbolKind.Constant,
  macro: SymbolKind.Constant,
  variable: SymbolKind.Variable,
  field: SymbolKind.Field,
  value: SymbolKind.EnumMember,
};

/** One symbol for the preamble with all others below it; nothing for a preamble that declares nothing. */
export async function documentSymbols(context: Context, { textDocument }: DocumentSymbolParams): Promise<DocumentSymbol[] | SymbolInformation[]> {
  const found = await answerNow(context, textDocument.uri, async (document, engine) => {
    const preamble = await engine.preamble(document.file);
    if (!preamble || preamble.symbols.length === 0) return undefined;
    const lines = document.content;
    const range = rangeOf(lines, preamble.comment);
    const children = preamble.symbols.map((symbol) => symbolOf(symbol, lines));
    if (!context.client().nestedSymbols) return flat(children, textDocument.uri);
    return [{ name: 'C', detail: 'preamble', kind: SymbolKind.Namespace, range, selectionRange: { start: range.start, end: range.start }, children }];
  });
  return found ?? [];
}

function symbolOf({ name, kind, detail, span, extent, children }: OutlineSymbol, lines: Lines): DocumentSymbol {
  const all = { start: Math.min(span.start, extent.start), end: Math.max(span.end, extent.end) };
  return { name, detail, kind: kinds[kind], range: rangeOf(lines, all), selectionRange: rangeOf(lines, span), children: children.map((child) => symbolOf(child, lines)) };
}

const flat = (symbols: readonly DocumentSymbol[], uri: string, containerName = 'C'): SymbolInformation[] =>
  symbols.flatMap(({ name, kind, range, children }) => [{ name, kind, location: { uri, range }, containerName }, ...flat(children ?? [], uri, name)]);
