/** The server process: starts, stops and restarts it. Decides nothing about when. */
import { type Disposable, EventEmitter, type LogOutputChannel } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { ShownFindings } from './shown-findings.ts';

export type ServerState = 'idle' | 'starting' | 'running' | 'failed';

/** The documents that the server reads from the editor; everything else it reads from disk, and says itself what to watch there. */
export const documentSelector = [
  { language: 'go', scheme: 'file' },
  { language: 'go', scheme: 'untitled' },
];

export class LanguageServer implements Disposable {
  readonly #module: string;
  readonly #log: LogOutputChannel;
  readonly #findings = new ShownFindings();
  readonly #stateChanged = new EventEmitter<ServerState>();
  #client: LanguageClient | undefined;
  #wanted = false;
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
    return this.#wanted;
  }

  /** Starts the server unless it was started. Never rejects: a failure is logged and shows in the state. */
  start(): Promise<void> {
    if (this.#wanted) return this.#queue;
    this.#wanted = true;
    return this.#enqueue(() => this.#run());
  }

  stop(): Promise<void> {
    if (!this.#wanted) return this.#queue;
    this.#wanted = false;
    return this.#enqueue(() => this.#end());
  }

  restart(): Promise<void> {
    void this.stop();
    return this.start();
  }

  /** Asks the server something that no feature of the editor asks; undefined when it does not run or cannot tell. */
  async ask<Answer>(method: string, params: object): Promise<Answer | undefined> {
    if (this.#state !== 'running' || this.#client === undefined) return undefined;
    try {
      return (await this.#client.sendRequest<Answer | null>(method, params)) ?? undefined;
    } catch (error) {
      this.#log.warn(String(error));
      return undefined;
    }
  }

  /** Lets go of what is held in this process; `stop` ends the server. */
  dispose(): void {
    this.#stateChanged.dispose();
    this.#findings.dispose();
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(step).catch((error: unknown) => {
      this.#log.error(error instanceof Error ? error : String(error));
      this.#setState('failed');
    });
    return this.#queue;
  }

  async #run(): Promise<void> {
    this.#setState('starting');
    // Loaded here, not at activation: most Go files never need it.
    const { LanguageClient, RevealOutputChannelOn, State, TransportKind } = await import('vscode-languageclient/node');
    const server = { module: this.#module, transport: TransportKind.ipc };
    // The id is also the settings section in which the client looks up `trace.server`.
    const client = new LanguageClient('cgoGuard', 'Cgo Guard', { run: server, debug: { ...server, options: { execArgv: ['--nolazy', '--inspect=6017'] } } }, {
      documentSelector,
      outputChannel: this.#log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: 'cgo-guard',
      middleware: { handleDiagnostics: this.#findings.take },
    });
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running) this.#findings.forget();
      if (this.#client === client) this.#setState(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'failed');
    });
    await client.start();
  }

  async #end(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#findings.forget();
    try {
      // A client whose start failed has nothing to stop; one that is on its way up (after a crash, too) cannot be stopped before it is there.
      if (client?.needsStop()) {
        await client.start();
        await client.dispose();
      }
    } catch (error) {
      // One that is too busy to say goodbye in time is killed; it is gone all the same.
      this.#log.warn(String(error));
    } finally {
      this.#setState('idle');
    }
  }

  #setState(state: ServerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }
}
