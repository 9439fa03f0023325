/** The names and shapes that client and server share beyond the protocol. Types only: the client imports this file with `import type`. */
import type { Severity } from '../lint/finding.ts';

/** The section `cgoGuard` of the client's settings; `initializationOptions` of other editors have the same shape. */
export interface CgoGuardSettings {
  /** False stops all work and clears every squiggle. */
  readonly enable?: boolean;
  /** Per-rule severity; a rule that is absent keeps its own. */
  readonly rules?: Readonly<Record<string, Severity | 'off'>>;
}

/** The kind of the code action that applies every safe fix of a file. */
export type FixAllKind = 'source.fixAll.cgoGuard';

/** What each diagnostic carries for the client: the finding's identity while lines move. */
export interface DiagnosticData {
  readonly fingerprint: string;
}
