/** The names and shapes that client and server share beyond the protocol. Types only: the client imports this file with `import type`. */

/** The kind of the code action that applies every safe fix of a file. */
export type FixAllKind = 'source.fixAll.cgoGuard';

/** What each diagnostic carries for the client: the finding's identity while lines move. */
export interface DiagnosticData {
  readonly fingerprint: string;
  /** The analyser of go vet that may say the same thing at the same place. */
  readonly vet?: string;
}
