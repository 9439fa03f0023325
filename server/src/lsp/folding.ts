/** Folds the C of a preamble: bodies, structs, conditional branches, comments. To other tools all of it is one comment. */
import { FoldingRangeKind, type FoldingRange, type FoldingRangeParams } from 'vscode-languageserver';
import { answerNow, type Context } from './context.ts';

export async function foldingRanges(context: Context, { textDocument }: FoldingRangeParams): Promise<FoldingRange[]> {
  const found = await answerNow(context, textDocument.uri, async ({ file, content }, engine) => {
    const preamble = await engine.preamble(file);
    if (!preamble) return undefined;
    const text = content.getText();
    return preamble.folds().flatMap(({ start, end }): FoldingRange[] => {
      const startLine = content.positionAt(start).line;
      const last = content.positionAt(end).line;
      // The line with the closing brace stays in view, as editors do it for code; a comment goes whole.
      const isComment = text.startsWith('/*', start) || text.startsWith('//', start);
      const endLine = !isComment && /^[ \t]*(?:[})]|#[ \t]*endif\b)/.test(text.slice(content.offsetAt({ line: last, character: 0 }), end)) ? last - 1 : last;
      return endLine > startLine ? [{ startLine, endLine, ...(isComment ? { kind: FoldingRangeKind.Comment } : {}) }] : [];
    });
  });
  return found ?? [];
}
