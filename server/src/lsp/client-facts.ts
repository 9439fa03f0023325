/** What the connected client can do, read once from its capabilities. Features ask here and never look at the protocol's tree themselves. */
import { MarkupKind, type ClientCapabilities } from 'vscode-languageserver';

export interface ClientFacts {
  readonly relatedInformation: boolean;
  /** Understands workspace edits that name the version they are for. */
  readonly documentChanges: boolean;
  readonly snippetEdits: boolean;
  /** Takes code actions; a client from before there were any takes commands. */
  readonly codeActions: boolean;
  /** Takes the places of parameters in a signature, else their text. */
  readonly parameterPlaces: boolean;
  /** Asks for the edit of a code action only when it is chosen. */
  readonly resolvesEdits: boolean;
  readonly markdownHover: boolean;
  /** Takes document symbols as a tree. */
  readonly nestedSymbols: boolean;
  /** Answers workspace/configuration. */
  readonly configuration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly refreshesTokens: boolean;
}

/** Reads the facts; whatever the client does not say, it cannot do. */
export function clientFacts({ textDocument, workspace }: ClientCapabilities): ClientFacts {
  return {
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    snippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    codeActions: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    parameterPlaces: textDocument?.signatureHelp?.signatureInformation?.parameterInformation?.labelOffsetSupport === true,
    resolvesEdits: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) === true,
    nestedSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    configuration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    refreshesTokens: workspace?.semanticTokens?.refreshSupport === true,
  };
}
