/** What every feature needs: the engine once it is ready, the open documents, the rules' own words, what the client can do. */
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Finding } from '../lint/finding.ts';
import type { RuleMeta, VetAnalyser } from '../lint/rule-meta.ts';
import type { ClientFacts } from './client-facts.ts';
import type { Documents, OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';

export interface Context {
  readonly documents: Documents;
  readonly rules: ReadonlyMap<string, RuleMeta>;
  /** What the client can do; nothing until it has said so. */
  readonly client: () => ClientFacts;
  /** Resolves when the parsers are loaded and the settings read; every open document is known to it by then. */
  readonly engine: () => Promise<Engine>;
  /** False when the user switched Cgo Guard off. */
  readonly enabled: () => boolean;
  /** Analysers of go vet to which the user leaves what they report, too. */
  readonly leftToVet: () => readonly VetAnalyser[];
  /** Says something to the user's log, the same thing only once. */
  readonly log: (message: string) => void;
}

/**
 * An answer about a document as it is now; undefined when it is closed or Cgo Guard is off. Rejects with what the protocol
 * wants when the text changed meanwhile: the answer would point at the wrong places, and the client asks again.
 */
export async function answerNow<T>(
  context: Context,
  uri: string,
  answer: (document: OpenDocument, engine: Engine) => Promise<T>,
): Promise<T | undefined> {
  const engine = await context.engine();
  const document = context.documents.ofUri(uri);
  if (!document || !context.enabled()) return undefined;
  const { version } = document.content;
  const result = await answer(document, engine);
  if (isCurrent(context, document, version)) return result;
  throw new ResponseError(LSPErrorCodes.ContentModified, 'The document changed meanwhile.');
}

/** The findings of a document that nobody suppressed. */
export async function findingsOf(engine: Engine, document: OpenDocument): Promise<readonly Finding[]> {
  const report = await engine.checkFile(document.file);
  return report.findings.filter((finding) => !finding.suppression);
}

/** Whether the document is still open and at this version. */
export const isCurrent = (context: Context, document: OpenDocument, version: number): boolean =>
  context.documents.ofUri(document.uri) === document && document.content.version === version;
