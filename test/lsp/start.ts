/** Starts sessions with an engine of words and ends them after each test. */
import { afterEach } from 'vitest';
import { Session, type SessionOptions } from './session.ts';
import { WordEngine, wordRule } from './word-engine.ts';

/** Documents of one package, and one of another. */
export const a = 'file:///p/a.go';
export const b = 'file:///p/b.go';
export const elsewhere = 'file:///q/c.go';

const running = new Set<Session>();

/** For a test file to call at its top: ends what `start` started. */
export function endSessions(): void {
  afterEach(async () => {
    for (const session of running) await session.end();
    running.clear();
  });
}

/** A session with a fresh engine, or with what `openEngine` gives. */
export async function start(options: SessionOptions = {}, openEngine?: (engine: WordEngine) => Promise<WordEngine>) {
  const engine = new WordEngine();
  const session = await Session.start({ openEngine: () => openEngine?.(engine) ?? Promise.resolve(engine), rules: [wordRule] }, options);
  running.add(session);
  return { session, engine };
}

/** Takes a session out of those that are ended in good order. */
export const forget = (session: Session): void => void running.delete(session);

/** A promise and what ends its waiting. */
export function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
