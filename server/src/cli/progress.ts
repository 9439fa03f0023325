/** Shows on a terminal that a long run is alive. Silent when standard error is no terminal. */
import spinner from 'yocto-spinner';
import type { Output } from './terminal.ts';

export interface Progress {
  /** `done` of `total` folders are finished; `name` is next. */
  report(done: number, total: number, name: string): void;
  /** Removes the line. */
  stop(): void;
}

const silent: Progress = { report() {}, stop() {} };

/** Short runs stay quiet; drawing for every folder would cost more than checking it. */
const interval = 100;

/** Progress on `stream`. */
export function startProgress(stream: Output): Progress {
  if (stream.isTTY !== true) return silent;
  const started = performance.now();
  // The cast is for the type only: every terminal stream is a Node write stream.
  const line = spinner({ stream: stream as NodeJS.WriteStream, handleSignals: true });
  let last = started;
  return {
    report(done, total, name) {
      const now = performance.now();
      if (now - last < interval) return;
      last = now;
      line.text = `Checking ${done + 1} of ${total}: ${name}`;
      if (!line.isSpinning) line.start();
    },
    stop() {
      if (line.isSpinning) line.stop();
    },
  };
}
