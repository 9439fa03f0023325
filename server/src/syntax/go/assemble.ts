/** Puts the items of a file together: declarations with the comments above them, the package clause, what could not be read. */
import type { Span } from '../../base/span.ts';
import type { GoFile, TopDecl } from './go-file.ts';
import type { Item } from './known-items.ts';

/** `addressed` are comments inside of declarations that address this product; undefined when no comment does. */
export function assemble(text: string, items: readonly Item[], addressed: readonly Span[] | undefined): GoFile {
  const decls: TopDecl[] = [];
  const broken: Span[] = [];
  const comments: Span[] = [];
  let clause: Item | undefined;
  let group: Span | undefined;
  for (const item of items) {
    const between = group && text.slice(group.end, item.start);
    const touches = between !== undefined && (between === '\n' || /^[ \t]*(?:\r\n|\n|\r)[ \t]*$/.test(between));
    const sameLine = between !== undefined && !touches && /^[ \t]*$/.test(between);
    if (item.kind === 'comment') {
      comments.push({ start: item.start, end: item.end });
      // A comment behind a declaration on the same line starts no group.
      group = (touches || sameLine) && group ? { start: group.start, end: item.end } : { start: item.start, end: item.end };
      continue;
    }
    if (item.kind === 'package') clause ??= item;
    else if (item.syntax === undefined) broken.push({ start: item.start, end: item.end });
    else {
      const { start, end, syntax } = item;
      decls.push((touches || sameLine) && group ? { start, end, syntax, doc: group } : { start, end, syntax });
    }
    group = undefined;
  }
  const name = clause && /^package\s+(?:\/\*.*?\*\/\s*)*([\p{L}_][\p{L}\p{N}_]*)/su.exec(text.slice(clause.start, clause.end))?.[1];
  const inside = addressed?.filter((span) => !comments.some((other) => other.start === span.start)) ?? [];
  const all = inside.length === 0 ? comments : [...comments, ...inside].sort((a, b) => a.start - b.start);
  return {
    text,
    ...(name !== undefined ? { packageName: name } : {}),
    packageClause: clause ? { start: clause.start, end: clause.end } : { start: 0, end: 0 },
    decls,
    broken,
    comments: all,
    addressed: addressed ? all.filter((span) => text.slice(span.start, span.end).includes('cgoguard:')) : [],
  };
}
