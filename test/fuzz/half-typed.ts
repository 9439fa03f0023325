/** What the half-typed tests share: the snippets, the places, and which findings stand elsewhere than the new line. */
import { onTestFinished } from 'vitest';
import { LineIndex } from '../../server/src/base/line-index.ts';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { FileReport, Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { declarationAt, declarations, touches } from './declarations.ts';
import type { Declaration } from './declarations.ts';
import { goFiles, shelfPackage } from './shelf-package.ts';

export const snippets = [
  'if x {', 'defer func() {', 'C.', '"open string', '/* open comment', '`open raw', 'func (',
  'for i := 0; i <', 'switch {', 'x := []C.int{', 'C.f(', '}',
];

/** A place where a line can be typed. */
export interface Place {
  readonly file: string;
  /** The new line stands before this one. */
  readonly line: number;
  readonly offset: number;
  readonly indent: string;
}

export const layout: ReadonlyMap<string, readonly Declaration[]> = new Map(goFiles.map((name) => [name, declarations(shelfPackage[name]!)]));

/** Every line boundary of the package, with the indentation that an editor would give the new line. */
export const places: readonly Place[] = goFiles.flatMap((file) => {
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
export function keysOf(reports: readonly FileReport[]): string[] {
  return reports.flatMap(({ file, text, findings }) => {
    const index = new LineIndex(text);
    const name = baseName(file);
    return findings
      .filter((finding) => !finding.suppression)
      .map((finding) => keyOf(name, declarationAt(layout.get(name) ?? [], index.positionAt(finding.span.start).line), finding));
  });
}

/** Findings outside the declarations that the new line touches, by their declaration in the untouched package. */
export function elsewhere(place: Place, reports: readonly FileReport[]): string[] {
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

/** A project over an empty host; it goes when the test ends. */
export async function start(): Promise<{ host: MemoryHost; project: Project }> {
  const host = new MemoryHost();
  const project = await createProject(host);
  onTestFinished(() => project.dispose());
  return { host, project };
}

/** The keys of the untouched package's findings. */
export async function intactFindings(): Promise<string[]> {
  const { host, project } = await start();
  host.writeAll('/intact', shelfPackage);
  return keysOf(await project.checkDirectory('/intact'));
}

/** The file of `place` with one line more. */
export const typed = (place: Place, snippet: string): string => {
  const text = shelfPackage[place.file]!;
  return `${text.slice(0, place.offset)}${place.indent}${snippet}\n${text.slice(place.offset)}`;
};

/** One line per finding that the snippet brought into being. */
export function news(place: Place, before: ReadonlySet<string>, reports: readonly FileReport[]): string[] {
  return elsewhere(place, reports)
    .filter((key) => !before.has(key))
    .map((key) => `typed before ${place.file}:${place.line + 1}: ${key}`);
}

/** The first problems and their number: a diff that a person can read. */
export const fewOf = (problems: readonly string[]): string[] => [`${problems.length} new findings`, ...problems.slice(0, 12)];
export const none = fewOf([]);
