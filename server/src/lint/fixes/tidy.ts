/**
 * Keeps what gofmt lines up lined up: trailing comments and the bodies of one-line functions next to an edit. Where the text was
 * not aligned before, it is left as it is.
 */
import { applyEdits, conflict, sortEdits } from '../../base/edit.ts';
import type { TextEdit } from '../../base/edit.ts';
import { LineIndex } from '../../base/line-index.ts';
import { span } from '../../base/span.ts';
import { lineEnd, scanGo } from './go-text.ts';

/** Two parts of a line with blanks between them: code and its comment, or the head of a one-line function and its body. */
interface Gap {
  readonly indent: string;
  readonly start: number;
  readonly end: number;
  /** Characters of the first part, indentation excluded. */
  readonly width: number;
  /** Nothing above this line lines up with it. */
  readonly breaks: boolean;
}

type GapOf = (line: number) => Gap | undefined;

/** The edits, extended by what keeps the lines around them as gofmt would align them; undefined when they overlap. */
export function tidy(text: string, edits: readonly TextEdit[]): TextEdit[] | undefined {
  if (conflict(edits)) return undefined;
  const near = edits.map(({ span: at, newText }) => surroundings(text, at.start, at.end) + newText).join('\n');
  const kinds = [...(/^func .*\}/m.test(near) ? [bodyGaps] : []), ...(/\S[ \t]+\/[/*]/.test(near) ? [commentGaps] : [])];
  return kinds.reduce<TextEdit[]>((done, gaps) => realign(text, done, gaps), sortEdits(edits));
}

/** The lines of an edit and one line on either side: most edits have nothing aligned there, and scanning a whole file takes time. */
function surroundings(text: string, start: number, end: number): string {
  const from = text.lastIndexOf('\n', text.lastIndexOf('\n', start - 1) - 1) + 1;
  return text.slice(start === 0 ? 0 : from, lineEnd(text, Math.min(text.length, lineEnd(text, end) + 2)));
}

function realign(text: string, edits: readonly TextEdit[], gapsOf: (text: string, lines: LineIndex) => GapOf): TextEdit[] {
  const next = applyEdits(text, edits)!;
  const oldLines = new LineIndex(text);
  const newLines = new LineIndex(next);
  const oldGap = gapsOf(text, oldLines);
  const newGap = gapsOf(next, newLines);
  const moved = positions(edits);
  const touched = (lines: LineIndex, spans: readonly { start: number; end: number }[]): number[] =>
    spans.flatMap(({ start, end }) => {
      const from = lines.positionAt(start).line - 1;
      return Array.from({ length: lines.positionAt(end).line + 2 - from }, (_, i) => from + i);
    });
  const wasAligned = runs(touched(oldLines, edits.map((edit) => edit.span)), oldGap).every(isAligned);
  if (!wasAligned) return [...edits];
  const padding = runs(touched(newLines, moved), newGap).flatMap((run) => {
    const column = Math.max(...run.map((gap) => gap.width));
    return run
      .filter((gap) => gap.end - gap.start !== column - gap.width + 1)
      .map((gap): TextEdit => ({ span: span(gap.start, gap.end), newText: ' '.repeat(column - gap.width + 1) }));
  });
  return compose(edits, moved, padding);
}

const isAligned = (run: readonly Gap[]): boolean => {
  const column = Math.max(...run.map((gap) => gap.width));
  return run.every((gap) => gap.end - gap.start === column - gap.width + 1);
};

/** The runs of lines with a gap that contain one of `lines`. */
function runs(lines: readonly number[], gapOf: GapOf): Gap[][] {
  const seen = new Set<number>();
  const out: Gap[][] = [];
  for (const line of lines) {
    if (seen.has(line) || !gapOf(line)) continue;
    let from = line;
    while (joins(gapOf(from - 1), gapOf(from))) from--;
    const run: Gap[] = [];
    for (let at = from; at === from || joins(gapOf(at - 1), gapOf(at)); at++) {
      seen.add(at);
      run.push(gapOf(at)!);
    }
    out.push(run);
  }
  return out;
}

const joins = (above: Gap | undefined, below: Gap | undefined): boolean =>
  above !== undefined && below !== undefined && above.indent === below.indent && !below.breaks;

/** Trailing comments. A closing bracket ends a construct of several lines, after which gofmt starts a new column. */
function commentGaps(text: string, lines: LineIndex): GapOf {
  const { comments } = scanGo(text);
  const startOf = new Map(comments.map((c) => [lines.positionAt(c.start).line, c] as const));
  const codeOf = (line: number): string => text.slice(lines.lineStart(line), startOf.get(line)?.start ?? lines.lineEnd(line)).trim();
  return (line) => {
    const comment = startOf.get(line);
    if (!comment || text.slice(comment.end, lines.lineEnd(line)).trim() !== '' || comment.end > lines.lineEnd(line)) return undefined;
    return gap(text, lines.lineStart(line), comment.start, /^[)}\]]/.test(codeOf(line - 1)));
  };
}

/** One-line functions. */
function bodyGaps(text: string, lines: LineIndex): GapOf {
  const { masked } = scanGo(text);
  return (line) => {
    const start = lines.lineStart(line);
    const code = masked.slice(start, lines.lineEnd(line)).trimEnd();
    if (!code.startsWith('func ') || !code.endsWith('}')) return undefined;
    let depth = 0;
    for (let i = code.length - 1; i >= 0; i--) {
      if (code[i] === '}') depth++;
      else if (code[i] === '{' && --depth === 0) return gap(text, start, start + i, false);
    }
    return undefined;
  };
}

function gap(text: string, lineStart: number, end: number, breaks: boolean): Gap | undefined {
  const head = text.slice(lineStart, end);
  const code = head.trim();
  const start = lineStart + head.trimEnd().length;
  if (code === '' || start === end || /\t/.test(text.slice(start, end))) return undefined;
  return { indent: head.slice(0, head.length - head.trimStart().length), start, end, width: [...code].length, breaks };
}

/** Where the new texts of sorted edits stand in the edited text. */
function positions(edits: readonly TextEdit[]): { start: number; end: number }[] {
  let moved = 0;
  return edits.map((edit) => {
    const start = edit.span.start + moved;
    moved += edit.newText.length - (edit.span.end - edit.span.start);
    return { start, end: start + edit.newText.length };
  });
}

/** One set of edits with the effect of `first` and then `second`, whose spans are of the text after `first`. */
function compose(first: readonly TextEdit[], moved: readonly { start: number; end: number }[], second: readonly TextEdit[]): TextEdit[] {
  const texts = first.map((edit) => edit.newText);
  const added: TextEdit[] = [];
  for (const edit of sortEdits(second).reverse()) {
    const within = moved.findIndex(({ start, end }) => start <= edit.span.start && edit.span.end <= end);
    if (within >= 0) {
      const { start } = moved[within]!;
      const old = texts[within]!;
      texts[within] = old.slice(0, edit.span.start - start) + edit.newText + old.slice(edit.span.end - start);
      continue;
    }
    const crosses = moved.some(({ start, end }) => start < edit.span.end && edit.span.start < end);
    if (crosses) return [...first];
    const before = moved.findLastIndex(({ end }) => end <= edit.span.start);
    const back = before < 0 ? 0 : first[before]!.span.end - moved[before]!.end;
    added.push({ span: span(edit.span.start + back, edit.span.end + back), newText: edit.newText });
  }
  return sortEdits([...first.map((edit, i) => ({ span: edit.span, newText: texts[i]! })), ...added]);
}
