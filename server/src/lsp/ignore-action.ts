/** The quick fix that silences one finding with a comment and a reason. Where the comment may stand is known elsewhere. */
import { CodeActionKind, StringValue, type CodeAction, type TextDocumentEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { Finding } from '../lint/finding.ts';
import { reasonPlaceholder } from '../lint/suppression.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import { workspaceEdit } from './workspace-edit.ts';

/** The action, or undefined where no comment can stand without changing the program, or the finding is about such a comment. */
export async function ignoreAction(context: Context, engine: Engine, finding: Finding): Promise<CodeAction | undefined> {
  if (!context.rules.has(finding.rule)) return undefined;
  const ignore = await engine.ignoreEdit(finding);
  const plain = ignore && (await workspaceEdit(context, engine, [{ file: finding.file, edits: ignore.edits }]));
  if (!plain) return undefined;
  const edit = context.client().snippetEdits ? withReasonSelected(plain) : plain;
  return { title: `Ignore ${finding.rule} here…`, kind: CodeActionKind.QuickFix, edit };
}

/** The same edit with the placeholder of the reason selected, for the author to type over. */
function withReasonSelected(edit: WorkspaceEdit): WorkspaceEdit {
  const documentChanges = edit.documentChanges?.map((change) => ('textDocument' in change ? { ...change, edits: change.edits.map(asSnippet) } : change));
  return documentChanges ? { documentChanges } : edit;
}

function asSnippet(edit: TextDocumentEdit['edits'][number]): TextDocumentEdit['edits'][number] {
  if (!('newText' in edit) || !edit.newText.includes(reasonPlaceholder)) return edit;
  const [before = '', after = ''] = edit.newText.split(reasonPlaceholder, 2);
  return { range: edit.range, snippet: StringValue.createSnippet(`${literal(before)}\${1:${reasonPlaceholder}}${literal(after)}`) };
}

/** Text that a snippet shows as it is. */
const literal = (text: string): string => text.replace(/[\\$}]/g, '\\$&');
