/** Code that is being typed: a snippet without its end adds no finding to the declarations that it does not touch. */
import { expect, onTestFinished, test } from 'vitest';
import { LineIndex } from '../../server/src/base/line-index.ts';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { FileReport, Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { declarationAt, declarations, touches } from './declarations.ts';
import type { Declaration } from './declarations.ts';
import { goFiles, shelfPackage } from './shelf-package.ts';

const snippets = [
  'if x {', 'defer func() {', 'C.', '"open string', '/* open comment', '`open raw', 'func (',
  'for i := 0; i <', 'switch {', 'x := []C.int{', 'C.f(', '}',
];

/** A place where a line can be typed. */
interface Place {
  readonly file: string;
  /** The new line stands before this one. */
  readonly line: number;
  readonly offset: number;
  readonly indent: string;
}

const layout: ReadonlyMap<string, readonly Declaration[]> = new Map(goFiles.map((name) => [name, declarations(shelfPackage[name]!)]));

/** Every line boundary of the package, with the indentation that an editor would give the new line. */
const places: readonly Place[] = goFiles.flatMap((file) => {
  const lines = shelfPackage[file]!.split('\n');
  let offset = 0;
  return lines.map((text, line) => {
    const indent = /^\t*/.exec(text || (lines[line - 1] ?? ''))![0];
    const place = { file, line, offset, indent };
    offset += text.length + 1;
    return place;
  });
});

/** What tells two findings apart in this test; lines may move, so they are not of it. */
const keyOf = (file: string, declaration: string, finding: Finding): string => `${file} | ${declaration} | ${finding.rule} | ${finding.message}`;

const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/** The open findings of the untouched package. */
function keysOf(reports: readonly FileReport[]): string[] {
  return reports.flatMap(({ file, text, findings }) => {
    const index = new LineIndex(text);
    const name = baseName(file);
    return findings
      .filter((finding) => !finding.suppression)
      .map((finding) => keyOf(name, declarationAt(layout.get(name) ?? [], index.positionAt(finding.span.start).line), finding));
  });
}

/** Findings outside the declarations that the new line touches, by their declaration in the untouched package. */
function elsewhere(place: Place, reports: readonly FileReport[]): string[] {
  return reports.flatMap(({ file, text, findings }) => {
    const index = new LineIndex(text);
    const name = baseName(file);
    const all = layout.get(name) ?? [];
    return findings.flatMap((finding) => {
      const seen = index.positionAt(finding.span.start).line;
      const edited = name === place.file;
      if (finding.suppression || (edited && seen === place.line)) return [];
      const line = edited && seen > place.line ? seen - 1 : seen;
      const holder = all.find(({ from, to }) => from <= line && line <= to);
      return edited && holder && touches(holder, place.line) ? [] : [keyOf(name, holder?.name ?? '', finding)];
    });
  });
}

async function start(): Promise<{ host: MemoryHost; project: Project }> {
  const host = new MemoryHost();
  const project = await createProject(host);
  onTestFinished(() => project.dispose());
  return { host, project };
}

async function intactFindings(): Promise<string[]> {
  const { host, project } = await start();
  host.writeAll('/intact', shelfPackage);
  return keysOf(await project.checkDirectory('/intact'));
}

const typed = (place: Place, snippet: string, indent: string): string => {
  const text = shelfPackage[place.file]!;
  return `${text.slice(0, place.offset)}${indent}${snippet}\n${text.slice(place.offset)}`;
};

/** One line per finding that the snippet brought into being. */
function news(place: Place, before: ReadonlySet<string>, reports: readonly FileReport[]): string[] {
  return elsewhere(place, reports)
    .filter((key) => !before.has(key))
    .map((key) => `typed before ${place.file}:${place.line + 1}: ${key}`);
}

const fewOf = (problems: readonly string[]): string[] => [`${problems.length} new findings`, ...problems.slice(0, 12)];
const none = fewOf([]);

test('the intact package has findings in several declarations, and each of its hazards is told', async () => {
  const rules = new Set((await intactFindings()).map((key) => key.split(' | ')[2]));
  expect([...rules].sort()).toEqual([
    'c-memory-view', 'cleanup-captures-object', 'cstring-leak', 'export-panic', 'malloc-leak', 'missing-keepalive', 'pointer-field', 'struct-cast', 'use-after-free',
  ]);
});

test.each(snippets)('%s read from disk adds nothing elsewhere', { timeout: 120_000 }, async (snippet) => {
  const before = new Set(await intactFindings());
  const { host, project } = await start();
  const problems: string[] = [];
  for (const [at, place] of places.entries()) {
    const indents = place.indent === '' ? [''] : [place.indent, ''];
    for (const [variant, indent] of indents.entries()) {
      // A folder of its own: nothing can be remembered from a better time.
      const directory = `/case-${at}-${variant}`;
      host.writeAll(directory, { ...shelfPackage, [place.file]: typed(place, snippet, indent) });
      problems.push(...news(place, before, await project.checkDirectory(directory)));
    }
  }
  expect(fewOf(problems)).toEqual(none);
});

test.each(snippets)('%s typed into an open document adds nothing elsewhere, and taken back leaves no trace', { timeout: 120_000 }, async (snippet) => {
  const { host, project } = await start();
  host.writeAll('/open', shelfPackage);
  for (const name of goFiles) project.openDocument(`/open/${name}`, shelfPackage[name]!);
  const intact = keysOf(await project.checkDirectory('/open'));
  const before = new Set(intact);
  const problems: string[] = [];
  for (const { file, line, offset, indent } of places) {
    const newText = `${indent}${snippet}\n`;
    project.changeDocument(`/open/${file}`, [{ span: { start: offset, end: offset }, newText }]);
    problems.push(...news({ file, line, offset, indent }, before, await project.checkDirectory('/open')));
    project.changeDocument(`/open/${file}`, [{ span: { start: offset, end: offset + newText.length }, newText: '' }]);
    const after = keysOf(await project.checkDirectory('/open'));
    if (after.join('\n') !== intact.join('\n')) problems.push(`taken back before ${file}:${line + 1}, the findings differ: ${after.join('\n')}`);
  }
  expect(fewOf(problems)).toEqual(none);
});

test('a hazard stays visible while another function is half typed', async () => {
  const stays = (await intactFindings()).filter((key) => key.includes('| use-after-free |'));
  expect(stays.length).toBeGreaterThan(0);
  const holder = stays[0]!.split(' | ')[1]!;
  const { host, project } = await start();
  const lost: string[] = [];
  const functions = layout.get('shelf.go')!.filter(({ name }) => name.startsWith('func ') && name !== holder);
  for (const declaration of functions) {
    for (const [at, snippet] of ['if x {', 'C.f(', 'defer func() {', 'switch {'].entries()) {
      const place = places.find(({ file, line }) => file === 'shelf.go' && line === declaration.to)!;
      const directory = `/case-${place.line}-${at}`;
      host.writeAll(directory, { ...shelfPackage, [place.file]: typed(place, snippet, '\t') });
      const found = new Set(elsewhere(place, await project.checkDirectory(directory)));
      if (!stays.every((key) => found.has(key))) lost.push(`${snippet} at the end of ${declaration.name}`);
    }
  }
  expect(lost).toEqual([]);
});
