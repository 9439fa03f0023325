/** The outside world of a run as a value, so that a test can be the terminal. Knows no command. */
import type { Writable } from 'node:stream';
import { Failure, reasonOf } from './failure.ts';

export interface Output extends Writable {
  readonly isTTY?: boolean;
}

export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // `write` tells what went wrong; without a listener the same error would also end the process.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return { stdout: process.stdout, stderr: process.stderr, cwd: process.cwd(), env: process.env };
}

/** Whether output to `stream` may be coloured; the person's word counts before the program's guess. */
export function wantsColor(stream: Output, env: Terminal['env']): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Writes all of `text`; a reader that has gone away, as `head` does, is no error. Throws a Failure for every other fault. */
export function write(stream: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error?: (Error & { code?: string }) | null) => {
      if (error === undefined || error === null || error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') resolve();
      else reject(new Failure(`cannot write the output: ${reasonOf(error)}`));
    });
  });
}
