/** Edits of the comment above `import "C"`: attaching it, and putting its form right. */
import type { TextEdit } from '../../base/edit.ts';
import { span, type Span } from '../../base/span.ts';
import type { FixFile } from './fix-file.ts';
import { eolOf, lineEnd, lineStart } from './go-text.ts';

/** Makes a comment the preamble: the blank lines go, or the import gets a declaration of its own. Undefined where a declaration is in the way. */
export function attachPreamble(file: FixFile, comment: Span, by: 'blank' | 'group' | 'declaration'): TextEdit[] | undefined {
  const { text, imports } = file;
  const spec = imports.find((one) => one.path === 'C');
  if (!spec || by === 'declaration' || spec.name !== undefined) return undefined;
  const eol = eolOf(text);
  if (by === 'group') {
    const start = lineStart(text, spec.span.start);
    const end = lineEnd(text, spec.span.end);
    const line = text.slice(start, end);
    if (line.trim() !== '"C"') return undefined;
    return [
      { span: span(spec.decl.start, spec.decl.start), newText: `import "C"${eol}${eol}` },
      { span: span(start, end + eol.length), newText: '' },
    ];
  }
  if (spec.grouped) return undefined;
  // Another comment may stand between: they become one.
  const next = file.preamble?.comment.start ?? spec.decl.start;
  const gap = text.slice(comment.end, next);
  return gap.trim() === '' ? [{ span: span(comment.end, next), newText: eol }] : undefined;
}

/** Takes the second star from `/**`, and the stars that begin the lines of such a comment. Undefined when the lines are not all alike. */
export function plainBlockComment({ text }: FixFile, comment: Span): TextEdit[] {
  const edits: TextEdit[] = [{ span: span(comment.start + 2, comment.start + 2 + /^\**/.exec(text.slice(comment.start + 2, comment.end - 2))![0].length), newText: '' }];
  const body = text.slice(comment.start, comment.end);
  const lines = [...body.matchAll(/\n([ \t]*\*(?!\/)[ \t]?)?/g)].filter(({ index }) => !/^\n[ \t]*\*\/$/.test(body.slice(index)));
  if (lines.every(([, lead]) => lead !== undefined)) {
    for (const { index, 1: lead = '' } of lines) edits.push({ span: span(comment.start + index + 1, comment.start + index + 1 + lead.length), newText: '' });
  }
  return edits;
}
