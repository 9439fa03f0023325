/** Pushes the findings of open documents to the client: calmly while typing, at once on open and save, never for an old version. */
import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver';
import type { TextEdit } from '../base/edit.ts';
import { directoryOf, type FileId } from '../project/host.ts';
import type { FileReport } from '../project/project.ts';
import { describe } from './answering.ts';
import { cDiagnostics } from './c-diagnostics.ts';
import { isCurrent, type Context } from './context.ts';
import type { OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { HeldFindings } from './held-findings.ts';
import { linesOfFiles } from './positions.ts';
import { scheduler, type After } from './scheduler.ts';
import { filesOf, toDiagnostic } from './to-diagnostic.ts';

/** Long enough to stay silent between two keystrokes, short enough to feel immediate after the last. */
const calm = 150;

export interface Diagnostics {
  /** The text of a document changed in the editor. */
  edited(document: OpenDocument, edits: readonly TextEdit[]): void;
  /** Something other than typing happened to these documents or to what they depend on. */
  refresh(documents: readonly OpenDocument[]): void;
  closed(document: OpenDocument): void;
  /** The settings changed: all that is shown is in question. */
  reset(): void;
  stop(): void;
}

/** Starts pushing; `send` is the client's end. */
export function pushDiagnostics(context: Context, send: (params: PublishDiagnosticsParams) => void, start?: After): Diagnostics {
  const shown = new Map<string, string>();
  const inC = cDiagnostics(context, send);
  const held = new HeldFindings();
  const queue = scheduler<FileId>(check, calm, start);

  async function check(file: FileId): Promise<void> {
    try {
      const engine = await context.engine();
      const document = context.documents.ofFile(file);
      if (!document) return;
      const { version } = document.content;
      const report = context.enabled() ? await engine.checkFile(file) : undefined;
      const diagnostics = report ? await diagnosticsOf(context, engine, report) : [];
      // An edit meanwhile has put the document into the queue again.
      if (!isCurrent(context, document, version)) return;
      show(document, version, report ? held.show(document.uri, diagnostics, engine.reading(file), document.content) : []);
      if (document.isGo) await inC.show(engine, directoryOf(file), report?.inC ?? []);
    } catch (error) {
      context.log(`Checking a file failed: ${describe(error)}`);
    }
  }

  function show(document: OpenDocument, version: number, diagnostics: readonly Diagnostic[]): void {
    const key = `${version} ${JSON.stringify(diagnostics)}`;
    if (shown.get(document.uri) === key) return;
    shown.set(document.uri, key);
    send({ uri: document.uri, version, diagnostics: [...diagnostics] });
  }

  return {
    edited(document, edits) {
      for (const edit of edits) held.edited(document.uri, edit);
      queue.later([document.file, ...context.documents.affectedBy(document.file).map(({ file }) => file)]);
    },
    refresh: (documents) => queue.now(documents.map(({ file }) => file)),
    closed(document) {
      shown.delete(document.uri);
      held.closed(document.uri);
      send({ uri: document.uri, diagnostics: [] });
      inC.tidy();
    },
    reset: () => held.clear(),
    stop: queue.clear,
  };
}

/** Whether the user reads this from go vet: hover and quick fixes stay, the squiggle is vet's. */
function isLeftToVet({ rules, leftToVet }: Context, rule: string): boolean {
  const vet = rules.get(rule)?.vet;
  return vet !== undefined && leftToVet().includes(vet);
}

async function diagnosticsOf(context: Context, engine: Engine, report: FileReport): Promise<Diagnostic[]> {
  const findings = report.findings.filter(({ rule, suppression }) => !suppression && !isLeftToVet(context, rule));
  const lines = await linesOfFiles(engine, context.documents, filesOf(findings));
  return findings.flatMap((finding) => toDiagnostic(context, finding, lines) ?? []);
}
