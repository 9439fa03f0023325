/** The quick fix that silences one finding with a comment and a reason. Where the comment may stand is known elsewhere. */
import { CodeActionKind, type CodeAction } from 'vscode-languageserver';
import type { Finding } from '../lint/finding.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine.ts';
import { workspaceEdit } from './workspace-edit.ts';

/** The action, or undefined where no comment can stand without changing the program. */
export async function ignoreAction(context: Context, engine: Engine, finding: Finding): Promise<CodeAction | undefined> {
  return undefined;
}
