/** Wraps request handlers: a cancelled request gets the protocol's answer, and a failure is logged once and never ends the server. */
import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver';

export type Answer<P, R> = (params: P, token: CancellationToken) => Promise<R | ResponseError<void>>;

/** A handler that answers `fallback` when `handler` fails. */
export function answering<P, R>(handler: (params: P) => Promise<R>, fallback: R, log: (message: string) => void): Answer<P, R> {
  return async (params, token) => {
    if (token.isCancellationRequested) return cancelled();
    try {
      const answer = await handler(params);
      return token.isCancellationRequested ? cancelled() : answer;
    } catch (error) {
      if (token.isCancellationRequested) return cancelled();
      if (error instanceof ResponseError) return error;
      log(describe(error));
      return fallback;
    }
  };
}

/** What went wrong, with the place for whoever reads the log. */
export const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

const cancelled = (): ResponseError<void> => new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
