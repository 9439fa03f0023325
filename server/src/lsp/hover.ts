/** Answers a hover: what a finding means, else who owns what at a name of the border. Writes Markdown from the rules' own words. */
import { MarkupKind, type Hover, type HoverParams, type Range } from 'vscode-languageserver';
import { contains, span, type Span } from '../base/span.ts';
import type { Finding } from '../lint/finding.ts';
import { pageUrl, type RuleMeta } from '../lint/rule-meta.ts';
import type { FileId } from '../project/host.ts';
import type { NameAt } from '../project/project.ts';
import { boundaryName, shownType, type BoundaryName } from '../semantics/cgo-names.ts';
import { cNameText } from './c-name-text.ts';
import { answerNow, findingsOf, type Context } from './context.ts';
import type { Documents, OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { linesOfFiles, rangeOf, type Lines } from './positions.ts';
import { uriOf } from './uris.ts';

/** The hover at a position, or null where there is nothing to say. */
export async function hoverAt(context: Context, { textDocument, position }: HoverParams): Promise<Hover | null> {
  const text = await answerNow(context, textDocument.uri, async (document, engine) => {
    const at = document.content.offsetAt(position);
    return (await overFinding(context, document, engine, at)) ?? (await overName(document, engine, at));
  });
  return text ? toHover(text, context.client().markdownHover) : null;
}

interface HoverText {
  readonly markdown: string;
  readonly range: Range;
}

async function overFinding(context: Context, document: OpenDocument, engine: Engine, at: number): Promise<HoverText | undefined> {
  const found = (await findingsOf(engine, document)).filter((finding) => contains(finding.span, span(at, at)));
  if (found.length === 0) return undefined;
  const files = found.flatMap(({ trace }) => trace.map(({ file }) => file));
  const lines = await linesOfFiles(engine, context.documents, files);
  const parts = found.map((finding) => findingText(finding, context.rules.get(finding.rule), lines, context.documents));
  return { markdown: [...new Set(parts)].join('\n\n---\n\n'), range: rangeOf(document.content, smallest(found.map((finding) => finding.span))) };
}

async function overName(document: OpenDocument, engine: Engine, at: number): Promise<HoverText | undefined> {
  const text = document.content.getText();
  const name = cgoImportAt(text, at) ?? (await engine.nameAt(document.file, at)) ?? (await inPreamble(document, engine, at));
  if (!name) return undefined;
  const range = rangeOf(document.content, name.span);
  const known = boundaryName(name.name, name.qualifier) ?? methodAt(text, name);
  if (known) return known.onlyWithC && !text.includes('"C"') ? undefined : { markdown: nameText(known), range };
  const facts = name.qualifier === 'C' ? await engine.cName(document.file, name.name) : undefined;
  return facts && { markdown: cNameText(name.name, facts), range };
}

/** A C name in the preamble is told as Go would write it. */
async function inPreamble(document: OpenDocument, engine: Engine, at: number): Promise<NameAt | undefined> {
  const name = await engine.cNameAt(document.file, at);
  return name && { ...name, qualifier: 'C' };
}

function methodAt(text: string, { name, qualifier }: NameAt): BoundaryName | undefined {
  const type = qualifier === undefined ? undefined : shownType(text, qualifier);
  return type && boundaryName(name, type);
}

/** The `"C"` of an import that stands alone on its line: a string, hence no name to the engine. */
function cgoImportAt(text: string, at: number): NameAt | undefined {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const found = /^import[ \t]+"C"/.exec(text.slice(line, line + 40));
  if (!found || at > line + found[0].length) return undefined;
  return { name: 'C', span: span(line + found[0].length - '"C"'.length, line + found[0].length) };
}

const toHover = ({ markdown, range }: HoverText, styled: boolean): Hover => ({
  contents: styled ? { kind: MarkupKind.Markdown, value: markdown } : { kind: MarkupKind.PlainText, value: plain(markdown) },
  range,
});

function findingText(finding: Finding, meta: RuleMeta | undefined, lines: ReadonlyMap<FileId, Lines>, documents: Documents): string {
  if (!meta) return finding.message;
  // An editor shows few lines without scrolling, and above them the message: what to do comes first.
  return [
    `**${meta.id}** · ${meta.summary} · [more](${pageUrl(meta.id)})`,
    `**What to do:** ${meta.docs.advice.trim()}`,
    meta.docs.why.trim(),
    path(finding, lines, documents),
    `**Not seen:** ${oneParagraph(meta.docs.limits)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The way the program takes, each step linked to its line. One step alone is where the squiggle stands and tells nothing new. */
function path({ trace }: Finding, lines: ReadonlyMap<FileId, Lines>, documents: Documents): string {
  if (trace.length < 2) return '';
  const steps = trace.map((step, i) => {
    const line = lines.get(step.file)?.positionAt(step.span.start).line;
    const uri = documents.ofFile(step.file)?.uri ?? uriOf(step.file);
    const where = line === undefined ? '' : `[line ${line + 1}](${uri}#L${line + 1}): `;
    return `${i + 1}. ${where}${step.text}`;
  });
  return `**Path**\n\n${steps.join('\n')}`;
}

function nameText({ signature, summary, facts, since, source }: BoundaryName): string {
  return [
    `\`\`\`go\n${signature}\n\`\`\``,
    summary,
    facts.map((fact) => `- ${fact}`).join('\n'),
    `${since === undefined ? '' : `Since Go ${since} · `}[${source.title}](${source.url})`,
  ].join('\n\n');
}

/** Paragraphs and list items run together, for text that is there to be known but not to be in the way. */
const oneParagraph = (markdown: string): string =>
  markdown
    .split('\n')
    .map((line) => line.trim().replace(/^[-*] /, ''))
    .filter((line) => line !== '')
    .join(' ');

/** Markdown for a client that shows plain text only: emphasis, fences and code marks gone, addresses kept. */
const plain = (markdown: string): string =>
  markdown
    .replace(/^```\w*\n?/gm, '')
    .replace(/\*\*|`/g, '')
    .replace(/\[([^\]]*)\]\(([^)]*)\)/g, '$1 ($2)');

const smallest = (spans: readonly Span[]): Span => spans.reduce((a, b) => (b.end - b.start < a.end - a.start ? b : a));
