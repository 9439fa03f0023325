/** The server process: starts, stops and restarts it. Decides nothing about when. */
import { type Disposable, EventEmitter, type LogOutputChannel, workspace } from 'vscode';
import { LanguageClient, RevealOutputChannelOn, State, TransportKind } from 'vscode-languageclient/node';

export type ServerState = 'idle' | 'starting' | 'running' | 'failed';

/** The documents that the server reads from the editor; everything else it reads from disk. */
export const documentSelector = [
  { language: 'go', scheme: 'file' },
  { language: 'go', scheme: 'untitled' },
];

/** What a package is made of, and what changes how it is read. */
const watched = ['**/*.{go,c,h,cc,cpp,cxx,hh,hpp,m}', '**/go.mod', '**/.cgo-guard.json'];

export class LanguageServer implements Disposable {
  readonly #module: string;
  readonly #log: LogOutputChannel;
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #watchers = watched.map((pattern) => workspace.createFileSystemWatcher(pattern));
  #client: LanguageClient | undefined;
  #state: ServerState = 'idle';
  /** Starts and stops run one after the other. */
  #queue: Promise<void> = Promise.resolve();

  readonly onDidChangeState = this.#stateChanged.event;

  constructor(module: string, log: LogOutputChannel) {
    this.#module = module;
    this.#log = log;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Whether it was asked to run, even if it is not up yet or gave up. */
  get wanted(): boolean {
    return this.#client !== undefined;
  }

  /** Starts the server unless it was started. Never rejects: a failure is logged and shows in the state. */
  start(): Promise<void> {
    if (this.#client !== undefined) return this.#queue;
    const client = this.#createClient();
    this.#client = client;
    return this.#enqueue(() => client.start());
  }

  stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return this.#queue;
    return this.#enqueue(async () => {
      // A client whose start failed has nothing to stop.
      if (client.needsStop()) await client.stop();
      await client.dispose();
      if (this.#client === undefined) this.#setState('idle');
    });
  }

  restart(): Promise<void> {
    void this.stop();
    return this.start();
  }

  /** Lets go of what is held in this process; `stop` ends the server. */
  dispose(): void {
    this.#stateChanged.dispose();
    for (const watcher of this.#watchers) watcher.dispose();
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(step).catch((error: unknown) => {
      this.#log.error(error instanceof Error ? error : String(error));
      this.#setState('failed');
    });
    return this.#queue;
  }

  #createClient(): LanguageClient {
    const server = { module: this.#module, transport: TransportKind.ipc };
    // The id is also the settings section in which the client looks up `trace.server`.
    const client = new LanguageClient('cgoGuard', 'Cgo Guard', { run: server, debug: { ...server, options: { execArgv: ['--nolazy', '--inspect=6017'] } } }, {
      documentSelector,
      outputChannel: this.#log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      synchronize: { fileEvents: this.#watchers },
      diagnosticCollectionName: 'cgo-guard',
    });
    client.onDidChangeState(({ newState }) => {
      if (this.#client === client) this.#setState(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'failed');
    });
    return client;
  }

  #setState(state: ServerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}
