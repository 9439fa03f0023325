/** Puts the language server together: which message reaches which feature. Knows neither Node nor any rule; both come from outside. */
import {
  BulkRegistration,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  MessageType,
  PositionEncodingKind,
  ShowMessageNotification,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type ServerCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { RuleMeta } from '../lint/rule-meta.ts';
import { suppressionReports } from '../lint/suppression.ts';
import { directoryOf } from '../project/host.ts';
import { answering, describe } from './answering.ts';
import { incomingCalls, outgoingCalls, prepareCalls } from './call-hierarchy.ts';
import { clientFacts } from './client-facts.ts';
import { applyEdit, asCommands, codeActionKinds, codeActions, resolveCodeAction } from './code-actions.ts';
import { completionsAt, definitionAt, signatureAt } from './c-names.ts';
import type { Context } from './context.ts';
import { pushDiagnostics } from './diagnostics.ts';
import { Documents, type OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { documentSymbols } from './document-symbols.ts';
import { safeFixes } from './fix-all.ts';
import { foldingRanges } from './folding.ts';
import { hoverAt } from './hover.ts';
import { referencesOf } from './references.ts';
import type { After } from './scheduler.ts';
import { semanticTokens, tokenLegend } from './semantic-tokens.ts';
import { defaultSettings, readSettings } from './settings.ts';
import { filesChanged, watchers } from './watched-files.ts';

export interface ServerParts {
  /** Makes an engine; called once at the start and once more when a client first asks for all safe fixes. */
  readonly openEngine: () => Promise<Engine>;
  readonly rules: readonly RuleMeta[];
  /** How time passes; tests turn it by hand. */
  readonly after?: After;
}

const capabilities: ServerCapabilities = {
  // The offsets of the project count as the protocol's own unit does, which every client understands, whatever else it offers.
  positionEncoding: PositionEncodingKind.UTF16,
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
  hoverProvider: true,
  definitionProvider: true,
  completionProvider: { triggerCharacters: ['.'] },
  referencesProvider: true,
  documentSymbolProvider: { label: 'Cgo Guard' },
  foldingRangeProvider: true,
  // Editors ask one server only. The selector is weaker than that of gopls, which keeps Go's own calls where both are there.
  callHierarchyProvider: { documentSelector: [{ language: '*' }] },
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  codeActionProvider: { codeActionKinds, resolveProvider: true },
  semanticTokensProvider: { legend: tokenLegend, full: true, range: true, documentSelector: [{ language: 'go' }] },
};

/** For a client that takes commands in place of code actions. */
const withCommands: ServerCapabilities = { codeActionProvider: true, executeCommandProvider: { commands: [applyEdit] } };

/** Answers the client on this connection until it ends. */
export function startServer(connection: Connection, parts: ServerParts): void {
  const documents = new Documents();
  const ids: ReadonlySet<string> = new Set([...parts.rules.map(({ id }) => id), ...suppressionReports.map(({ id }) => id)]);
  const log = once((message) => {
    // What is still under way at the end may fail, and nobody is there to read it.
    if (!ended) connection.console.error(message);
  });
  let client = clientFacts({});
  let settings = defaultSettings;
  let initialOptions: unknown;
  let loaded: Engine | undefined;
  let ended = false;

  const configured = deferred();
  const loading = parts.openEngine().then((engine) => {
    for (const { file, content, isGo } of documents.all()) if (isGo) engine.openDocument(file, content.getText());
    engine.settings = { rules: settings.rules };
    engine.onError = (rule, error) => log(`Rule ${rule} failed and was left out: ${describe(error)}`);
    loaded = engine;
    return engine;
  });
  loading.catch((error: unknown) => {
    log(`Cgo Guard cannot start: ${describe(error)}`);
    connection
      .sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message: 'Cgo Guard cannot start; its output says why.' })
      .catch(ignore);
  });

  const context: Context = {
    documents,
    rules: new Map(parts.rules.map((rule) => [rule.id, rule])),
    client: () => client,
    engine: () => configured.promise.then(() => loading),
    enabled: () => settings.enable,
    leftToVet: () => settings.leaveToVet,
    log,
  };
  const diagnostics = pushDiagnostics(context, (params) => void connection.sendDiagnostics(params).catch(ignore), parts.after);
  const fixes = safeFixes(documents, parts.openEngine, () => ({ rules: settings.rules }));

  connection.onInitialize((params: InitializeParams) => {
    client = clientFacts(params.capabilities);
    initialOptions = params.initializationOptions;
    return { capabilities: client.codeActions ? capabilities : { ...capabilities, ...withCommands }, serverInfo: { name: 'cgo-guard' } };
  });

  connection.onInitialized(async () => {
    register().catch((error: unknown) => log(`The client watches neither files nor settings: ${describe(error)}`));
    useSettings(await askSettings(initialOptions));
    configured.resolve();
  });

  connection.onDidChangeConfiguration(async ({ settings: pushed }) => {
    useSettings(await askSettings(sectionOf(pushed)));
    diagnostics.reset();
    diagnostics.refresh(documents.all());
    if (client.refreshesTokens) connection.languages.semanticTokens.refresh().catch(ignore);
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    const document = documents.open(uri, languageId, version, text);
    if (document.isGo) loaded?.openDocument(document.file, text);
    lookAtDisk(document);
    diagnostics.refresh(withOthers(document));
  });

  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const document = documents.ofUri(textDocument.uri);
    if (!document) return;
    const edits = documents.change(document, textDocument.version, contentChanges);
    if (!document.isGo) return;
    loaded?.changeDocument(document.file, edits);
    diagnostics.edited(document, edits);
  });

  connection.onDidSaveTextDocument(({ textDocument }) => {
    const document = documents.ofUri(textDocument.uri);
    if (!document) return;
    // The disk has its text; not every client watches files.
    if (!document.isGo) loaded?.fileChanged(document.file);
    lookAtDisk(document);
    diagnostics.refresh(withOthers(document));
  });

  connection.onDidCloseTextDocument(({ textDocument }) => {
    const document = documents.close(textDocument.uri);
    if (!document) return;
    if (document.isGo && !documents.ofFile(document.file)) loaded?.closeDocument(document.file);
    diagnostics.closed(document);
    diagnostics.refresh(documents.affectedBy(document.file));
  });

  connection.onDidChangeWatchedFiles((params) => {
    if (loaded) diagnostics.refresh(filesChanged(loaded, documents, params));
  });

  connection.onHover(answering((params) => hoverAt(context, params), null, log));
  connection.onDefinition(answering((params) => definitionAt(context, params), null, log));
  connection.onCompletion(answering((params) => completionsAt(context, params), { isIncomplete: false, items: [] }, log));
  connection.onSignatureHelp(answering((params) => signatureAt(context, params), null, log));
  connection.onReferences(answering((params) => referencesOf(context, params), [], log));
  connection.onDocumentSymbol(answering((params) => documentSymbols(context, params), [], log));
  connection.onFoldingRanges(answering((params) => foldingRanges(context, params), [], log));
  connection.languages.callHierarchy.onPrepare(answering((params) => prepareCalls(context, params), null, log));
  connection.languages.callHierarchy.onIncomingCalls(answering(({ item }) => incomingCalls(context, item), [], log));
  connection.languages.callHierarchy.onOutgoingCalls(answering(({ item }) => outgoingCalls(context, item), [], log));
  connection.onCodeAction(answering(async (params) => {
    const actions = await codeActions(context, fixes, params);
    return client.codeActions ? actions : asCommands(actions);
  }, [], log));
  connection.onExecuteCommand(({ command, arguments: given }) => {
    if (command === applyEdit && given?.[0]) connection.workspace.applyEdit(given[0] as WorkspaceEdit).catch(ignore);
    return null;
  });
  connection.onCodeActionResolve((action, token) =>
    answering(() => resolveCodeAction(context, fixes, action), action, log)(action, token));
  connection.languages.semanticTokens.on(answering(({ textDocument }) => semanticTokens(context, textDocument.uri), null, log));
  connection.languages.semanticTokens.onRange(
    answering(({ textDocument, range }) => semanticTokens(context, textDocument.uri, range), null, log));

  connection.onShutdown(() => {
    ended = true;
    diagnostics.stop();
    fixes.dispose();
    loading.then((engine) => engine.dispose(), ignore);
  });

  connection.listen();

  async function register(): Promise<void> {
    const wanted = BulkRegistration.create();
    if (client.registersConfiguration) wanted.add(DidChangeConfigurationNotification.type, { section: 'cgoGuard' });
    if (client.registersWatchers) wanted.add(DidChangeWatchedFilesNotification.type, { watchers });
    if (client.registersConfiguration || client.registersWatchers) await connection.client.register(wanted);
  }

  async function askSettings(fallback: unknown): Promise<unknown> {
    if (!client.configuration) return fallback;
    try {
      return (await connection.workspace.getConfiguration('cgoGuard')) ?? fallback;
    } catch (error) {
      log(`The client does not tell its settings: ${describe(error)}`);
      return fallback;
    }
  }

  function useSettings(value: unknown): void {
    const read = readSettings(value, ids);
    for (const problem of read.problems) log(`Settings: ${problem}. Ignored.`);
    settings = read.settings;
    if (loaded) loaded.settings = { rules: settings.rules };
  }

  /** Opening and saving are when a client that watches no files may have seen others change: a branch was switched, a header written. */
  function lookAtDisk({ file, isGo }: OpenDocument): void {
    if (isGo && !client.registersWatchers) loaded?.diskChanged(directoryOf(file));
  }

  /** The document first: it is the one that the user looks at. */
  function withOthers(document: OpenDocument): OpenDocument[] {
    return [document, ...documents.affectedBy(document.file)];
  }
}

const ignore = (): void => undefined;

function sectionOf(pushed: unknown): unknown {
  return typeof pushed === 'object' && pushed !== null && 'cgoGuard' in pushed ? pushed.cgoGuard : pushed;
}

function once(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    say(message);
  };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = ignore;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
