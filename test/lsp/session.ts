/** A whole language server session over streams in memory: the client's end, as a test drives it. Waits on messages, never on a clock. */
import { PassThrough } from 'node:stream';
import { createConnection, type ClientCapabilities, type CodeAction, type Hover, type InitializeResult, type SemanticTokens } from 'vscode-languageserver';
import {
  CallHierarchyIncomingCallsRequest,
  CallHierarchyOutgoingCallsRequest,
  CallHierarchyPrepareRequest,
  CodeActionRequest,
  CodeActionResolveRequest,
  CompletionRequest,
  ConfigurationRequest,
  DefinitionRequest,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  DocumentSymbolRequest,
  ExitNotification,
  FileChangeType,
  FoldingRangeRequest,
  HoverRequest,
  InitializeRequest,
  InitializedNotification,
  LogMessageNotification,
  PublishDiagnosticsNotification,
  ReferencesRequest,
  RegistrationRequest,
  SemanticTokensRangeRequest,
  SemanticTokensRequest,
  ShutdownRequest,
  SignatureHelpRequest,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type CompletionItem,
  type CompletionList,
  type Diagnostic,
  type DocumentSymbol,
  type FoldingRange,
  type Location,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type SignatureHelp,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { startServer, type ServerParts } from '../../server/src/lsp/server.ts';
import { ManualClock } from './manual-clock.ts';

/** What VS Code can do, as far as the server asks. */
export const fullCapabilities: ClientCapabilities = {
  textDocument: {
    publishDiagnostics: { relatedInformation: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } }, resolveSupport: { properties: ['edit'] } },
    signatureHelp: { signatureInformation: { parameterInformation: { labelOffsetSupport: true } } },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
  },
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
};

export interface SessionOptions {
  readonly capabilities?: ClientCapabilities;
  /** The client's answer for the section `cgoGuard`. */
  readonly settings?: unknown;
  readonly initializationOptions?: unknown;
}

export class Session {
  readonly clock = new ManualClock();
  /** Everything that was published, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly log: string[] = [];
  readonly registered: string[] = [];
  settings: unknown;
  initialized!: InitializeResult;
  readonly exited: Promise<number>;

  readonly #client: ProtocolConnection;
  readonly #documents = new Map<string, TextDocument>();
  readonly #watchers = new Set<() => void>();

  /** Starts a server and shakes hands. */
  static async start(parts: Omit<ServerParts, 'after'>, options: SessionOptions = {}): Promise<Session> {
    const session = new Session(parts, options);
    session.initialized = await session.#client.sendRequest(InitializeRequest.type, {
      processId: null,
      rootUri: null,
      capabilities: options.capabilities ?? fullCapabilities,
      initializationOptions: options.initializationOptions,
    });
    await session.#client.sendNotification(InitializedNotification.type, {});
    return session;
  }

  private constructor(parts: Omit<ServerParts, 'after'>, options: SessionOptions) {
    this.settings = options.settings ?? null;
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    let exit: (code: number) => void;
    this.exited = new Promise((resolve) => {
      exit = resolve;
    });
    const server = createConnection(
      (logger) => createProtocolConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient), logger),
      { initialize: () => undefined, shutdownReceived: false, exit: (code) => exit(code) },
    );
    startServer(server, { ...parts, after: this.clock.after });

    this.#client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    this.#client.onNotification(PublishDiagnosticsNotification.type, (params) => this.#record(() => this.published.push(params)));
    this.#client.onNotification(LogMessageNotification.type, ({ message }) => this.#record(() => this.log.push(message)));
    this.#client.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => this.settings));
    this.#client.onRequest(RegistrationRequest.type, ({ registrations }) => {
      this.#record(() => this.registered.push(...registrations.map(({ method }) => method)));
    });
    this.#client.listen();
  }

  open(uri: string, text: string, languageId = 'go'): Promise<void> {
    const document = TextDocument.create(uri, languageId, 1, text);
    this.#documents.set(uri, document);
    return this.#client.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Replaces each `from`, which must occur, one change after the other in one notification. */
  edit(uri: string, ...replacements: readonly { readonly from: string; readonly to: string }[]): Promise<void> {
    return this.#change(uri, replacements.map(({ from, to }) => () => ({ range: this.rangeOf(uri, from), text: to })));
  }

  /** Replaces text by offset, which is taken to the border of the text, one change after the other in one notification. */
  editAt(uri: string, edits: readonly { readonly at: number; readonly length: number; readonly insert: string }[]): Promise<void> {
    const range = ({ at, length }: { at: number; length: number }): Range => {
      const document = this.#document(uri);
      return { start: document.positionAt(at), end: document.positionAt(at + length) };
    };
    return this.#change(uri, edits.map((edit) => () => ({ range: range(edit), text: edit.insert })));
  }

  /** Replaces the whole text, as clients without incremental sync do. */
  replaceAll(uri: string, text: string): Promise<void> {
    const document = this.#document(uri);
    const version = document.version + 1;
    TextDocument.update(document, [{ text }], version);
    return this.#client.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges: [{ text }] });
  }

  close(uri: string): Promise<void> {
    this.#documents.delete(uri);
    return this.#client.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
  }

  save(uri: string): Promise<void> {
    return this.#client.sendNotification(DidSaveTextDocumentNotification.type, { textDocument: { uri } });
  }

  changeSettings(settings: unknown): Promise<void> {
    this.settings = settings;
    return this.#client.sendNotification(DidChangeConfigurationNotification.type, { settings: { cgoGuard: settings } });
  }

  changedOnDisk(uri: string, type: FileChangeType = FileChangeType.Changed): Promise<void> {
    return this.#client.sendNotification(DidChangeWatchedFilesNotification.type, { changes: [{ uri, type }] });
  }

  hover(uri: string, needle: string): Promise<Hover | null> {
    return this.#client.sendRequest(HoverRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).start });
  }

  /** Where the name at the start of `needle` is declared. */
  definition(uri: string, needle: string): Promise<unknown> {
    return this.#client.sendRequest(DefinitionRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).start });
  }

  /** What may be written right behind `needle`. */
  async completions(uri: string, needle: string): Promise<CompletionItem[]> {
    return (await this.completionList(uri, needle)).items;
  }

  async completionList(uri: string, needle: string): Promise<CompletionList> {
    const answer = await this.#client.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).end });
    return Array.isArray(answer) ? { isIncomplete: false, items: answer } : (answer ?? { isIncomplete: false, items: [] });
  }

  /** The signature of the call that is open right behind `needle`. */
  signature(uri: string, needle: string): Promise<SignatureHelp | null> {
    return this.#client.sendRequest(SignatureHelpRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).end });
  }

  /** Where the C name at the start of `needle` stands. */
  async references(uri: string, needle: string, includeDeclaration = true): Promise<Location[]> {
    return (await this.#client.sendRequest(ReferencesRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).start, context: { includeDeclaration } })) ?? [];
  }

  async symbols(uri: string): Promise<readonly DocumentSymbol[]> {
    return ((await this.#client.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } })) ?? []) as DocumentSymbol[];
  }

  async folds(uri: string): Promise<FoldingRange[]> {
    return (await this.#client.sendRequest(FoldingRangeRequest.type, { textDocument: { uri } })) ?? [];
  }

  /** The function at the start of `needle`, as the root of a call hierarchy. */
  async calls(uri: string, needle: string): Promise<CallHierarchyItem | undefined> {
    return (await this.#client.sendRequest(CallHierarchyPrepareRequest.type, { textDocument: { uri }, position: this.rangeOf(uri, needle).start }))?.[0];
  }

  async callers(item: CallHierarchyItem): Promise<CallHierarchyIncomingCall[]> {
    return (await this.#client.sendRequest(CallHierarchyIncomingCallsRequest.type, { item })) ?? [];
  }

  async callees(item: CallHierarchyItem): Promise<CallHierarchyOutgoingCall[]> {
    return (await this.#client.sendRequest(CallHierarchyOutgoingCallsRequest.type, { item })) ?? [];
  }

  /** The actions at `needle`, for the diagnostics that were published there. */
  async actions(uri: string, needle: string, only?: string[]): Promise<CodeAction[]> {
    const range = this.rangeOf(uri, needle);
    const diagnostics = (this.#latest(uri)?.diagnostics ?? []).filter(({ range: { start, end } }) => !before(end, range.start) && !before(range.end, start));
    const context = { diagnostics, ...(only ? { only } : {}) };
    const answer = await this.#client.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range, context });
    return (answer ?? []).filter((action) => !('command' in action) || typeof action.command !== 'string') as CodeAction[];
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.#client.sendRequest(CodeActionResolveRequest.type, action);
  }

  /** Does to the open documents what an editor does when an action is chosen. Throws for an edit of another version. */
  async apply({ edit }: CodeAction): Promise<void> {
    for (const { uri, version, edits } of fileEdits(edit)) {
      const document = this.#document(uri);
      if (version !== undefined && version !== document.version) throw new Error(`edit for version ${version} of ${uri}, which is at ${document.version}`);
      await this.replaceAll(uri, TextDocument.applyEdits(document, edits));
    }
  }

  tokens(uri: string): Promise<SemanticTokens | null> {
    return this.#client.sendRequest(SemanticTokensRequest.type, { textDocument: { uri } });
  }

  tokensIn(uri: string, range: Range): Promise<SemanticTokens | null> {
    return this.#client.sendRequest(SemanticTokensRangeRequest.type, { textDocument: { uri }, range });
  }

  text(uri: string): string {
    return this.#document(uri).getText();
  }

  textIn(uri: string, range: Range): string {
    return this.#document(uri).getText(range);
  }

  /** The range of the first `needle` in the text as the client has it. */
  rangeOf(uri: string, needle: string): Range {
    const document = this.#document(uri);
    const at = document.getText().indexOf(needle);
    if (at < 0) throw new Error(`"${needle}" does not occur in ${uri}`);
    return { start: document.positionAt(at), end: document.positionAt(at + needle.length) };
  }

  /** The diagnostics of the document's present version, as soon as they are there. */
  async diagnostics(uri: string): Promise<Diagnostic[]> {
    const { version } = this.#document(uri);
    return (await this.until(() => this.published.findLast((params) => params.uri === uri && params.version === version))).diagnostics;
  }

  /** Waits until the last word on a document satisfies. */
  async untilShown(uri: string, satisfies: (diagnostics: readonly Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    const found = await this.until(() => {
      const latest = this.#latest(uri);
      return latest && satisfies(latest.diagnostics) ? latest : undefined;
    });
    return found.diagnostics;
  }

  /** The first value that is not undefined, looked for now and after each message of the server. */
  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        this.#watchers.delete(check);
        resolve(found);
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** Returns when the server has worked through everything that was sent before. */
  async settle(): Promise<void> {
    await this.#client.sendRequest('test/settle').catch(() => undefined);
  }

  /** Lets the calm after the last edit come, once the server has seen all edits. */
  async calm(): Promise<void> {
    await this.settle();
    this.clock.tick();
  }

  async shutdown(): Promise<void> {
    await this.#client.sendRequest(ShutdownRequest.type);
  }

  /** Says goodbye and returns the exit code. */
  async exit(): Promise<number> {
    await this.#client.sendNotification(ExitNotification.type);
    return this.exited;
  }

  /** Ends the session in good order; for the end of every test. */
  async end(): Promise<void> {
    await this.shutdown();
    await this.exit();
    this.#client.dispose();
  }

  /** The raw connection, for what no method does. */
  get client(): ProtocolConnection {
    return this.#client;
  }

  /** Sends the changes, each made when the ones before are in the client's text. */
  #change(uri: string, makes: readonly (() => { range: Range; text: string })[]): Promise<void> {
    const document = this.#document(uri);
    const version = document.version + 1;
    const contentChanges = makes.map((make) => {
      const change = make();
      TextDocument.update(document, [change], version);
      return change;
    });
    return this.#client.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges });
  }

  #latest(uri: string): PublishDiagnosticsParams | undefined {
    return this.published.findLast((params) => params.uri === uri);
  }

  #document(uri: string): TextDocument {
    const document = this.#documents.get(uri);
    if (!document) throw new Error(`${uri} is not open`);
    return document;
  }

  #record(write: () => void): void {
    write();
    for (const check of [...this.#watchers]) check();
  }
}

const before = (a: Position, b: Position): boolean => a.line < b.line || (a.line === b.line && a.character < b.character);

function fileEdits(edit: WorkspaceEdit | undefined): { uri: string; version?: number; edits: TextEdit[] }[] {
  if (!edit) throw new Error('the action has no edit');
  if (edit.changes) return Object.entries(edit.changes).map(([uri, edits]) => ({ uri, edits }));
  return (edit.documentChanges ?? []).map((change) => {
    if (!('textDocument' in change)) throw new Error('only text edits are expected');
    const { uri, version } = change.textDocument;
    const edits = change.edits.map((one) => {
      if (!('newText' in one)) throw new Error('no snippet is expected');
      return one;
    });
    return { uri, edits, ...(version === null ? {} : { version }) };
  });
}
