/** Offers the fixes of the findings at a place, "ignore it here", and "fix all that is safe". Builds no fix itself. */
import { CodeActionKind, type CodeAction, type CodeActionParams, type Command, type Diagnostic } from 'vscode-languageserver';
import { overlaps } from '../base/span.ts';
import type { Finding, Fix } from '../lint/finding.ts';
import { answerNow, findingsOf, type Context } from './context.ts';
import type { OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import type { SafeFixes } from './fix-all.ts';
import { ignoreAction } from './ignore-action.ts';
import { linesOfFiles, spanOf } from './positions.ts';
import type { DiagnosticData, FixAllKind } from './protocol.ts';
import { filesOf, toDiagnostic } from './to-diagnostic.ts';
import { workspaceEdit } from './workspace-edit.ts';

export const fixAllKind: FixAllKind = 'source.fixAll.cgoGuard';

/** The kinds the server offers, for its capabilities. */
export const codeActionKinds: CodeActionKind[] = [CodeActionKind.QuickFix, fixAllKind];

/** The actions for a range, from the text as it is now. */
export async function codeActions(context: Context, safeFixes: SafeFixes, params: CodeActionParams): Promise<CodeAction[]> {
  const { only } = params.context;
  const actions = await answerNow(context, params.textDocument.uri, async (document, engine) => {
    const findings = await findingsOf(engine, document);
    const here = findings.filter((finding) => overlaps(finding.span, spanOf(document.content, params.range)));
    const quick = wants(only, CodeActionKind.QuickFix) ? await quickFixes(context, engine, here, params.context.diagnostics) : [];
    const all = wants(only, fixAllKind) ? await fixAll(context, safeFixes, document, findings, only !== undefined) : [];
    return [...quick, ...all];
  });
  return actions ?? [];
}

/** Fills in the edit of a fix-all action that was offered without one. */
export async function resolveCodeAction(context: Context, safeFixes: SafeFixes, action: CodeAction): Promise<CodeAction> {
  const uri: unknown = action.data;
  if (action.kind !== fixAllKind || typeof uri !== 'string') return action;
  const edit = await answerNow(context, uri, async (document, engine) => workspaceEdit(context, engine, await safeFixes.of(document)));
  return edit ? { ...action, edit } : action;
}

/** The command in which an edit comes to a client that knows no code actions. */
export const applyEdit = 'cgoGuard.applyEdit';

export const asCommands = (actions: readonly CodeAction[]): Command[] => actions.flatMap(({ title, edit }) => (edit ? [{ title, command: applyEdit, arguments: [edit] }] : []));

/** A client that names no kinds wants all; a kind stands for those below it. */
const wants = (only: readonly string[] | undefined, kind: string): boolean =>
  only === undefined || only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`));

async function quickFixes(context: Context, engine: Engine, findings: readonly Finding[], sent: readonly Diagnostic[]): Promise<CodeAction[]> {
  const lines = await linesOfFiles(engine, context.documents, filesOf(findings));
  const actions: CodeAction[] = [];
  for (const finding of findings) {
    const same = sent.filter((diagnostic) => isOf(diagnostic, finding));
    const own = toDiagnostic(context, finding, lines);
    const diagnostics = same.length > 0 || !own ? same : [own];
    for (const [i, fix] of finding.fixes().entries()) {
      const edit = await workspaceEdit(context, engine, fix.edits);
      if (!edit) continue;
      const preferred = i === 0 && fix.safety === 'safe' ? { isPreferred: true } : {};
      actions.push({ title: titleOf(fix), kind: CodeActionKind.QuickFix, diagnostics, ...preferred, edit });
    }
    const ignore = await ignoreAction(context, engine, finding);
    if (ignore) actions.push({ ...ignore, diagnostics });
  }
  return actions;
}

/** Whether a diagnostic that the client sent back tells this finding. */
const isOf = ({ code, data }: Diagnostic, finding: Finding): boolean =>
  code === finding.rule && isData(data) && data.fingerprint === finding.fingerprint;

const isData = (data: unknown): data is DiagnosticData => typeof data === 'object' && data !== null && 'fingerprint' in data;

const titleOf = ({ title, safety, because }: Fix): string =>
  safety === 'safe' ? title : `${title} (unsafe${because === undefined ? '' : `: ${because.replace(/\.$/, '')}`})`;

async function fixAll(
  context: Context,
  safeFixes: SafeFixes,
  document: OpenDocument,
  findings: readonly Finding[],
  asked: boolean,
): Promise<CodeAction[]> {
  if (!findings.some((finding) => finding.fixes().some((fix) => fix.safety === 'safe'))) return [];
  const action: CodeAction = { title: 'Apply all safe fixes of Cgo Guard', kind: fixAllKind, data: document.uri };
  if (context.client().resolvesEdits) return [action];
  // Computed ahead only for a client that asked for it by name: it costs a check per fix.
  return asked ? [await resolveCodeAction(context, safeFixes, action)] : [];
}
