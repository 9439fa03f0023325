/** Runs a whole command line in this process, over real files, with the fake engine unless a test brings another. */
import { Writable } from 'node:stream';
import type { CliContext } from '../../../server/src/cli/main.ts';
import { runCli } from '../../../server/src/cli/main.ts';
import { leakRule, panicRule } from '../report/sample.ts';
import { FakeChecker } from './fake-checker.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly checker: FakeChecker | undefined;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly prepare?: (checker: FakeChecker) => void;
  readonly context?: Partial<CliContext>;
}

/** Runs `cgo-guard` with `args` in the folder `cwd`. */
export async function run(cwd: string, args: readonly string[], { env = {}, isTTY = false, prepare, context }: RunOptions = {}): Promise<Outcome> {
  const stdout = new Capture(isTTY);
  const stderr = new Capture(false);
  let checker: FakeChecker | undefined;
  const code = await runCli(args, {
    terminal: { stdout, stderr, cwd, env },
    version: '1.2.3',
    rules: [panicRule, leakRule],
    createProject: (host) => {
      checker = new FakeChecker(host);
      prepare?.(checker);
      return Promise.resolve(checker);
    },
    startLsp: () => Promise.reject(new Error('no server here')),
    ...context,
  });
  return { code, stdout: stdout.text, stderr: stderr.text, checker };
}

/** Keeps what is written. */
export class Capture extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
