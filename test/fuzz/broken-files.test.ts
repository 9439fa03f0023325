/** Files that no compiler accepts, or only just: the engine neither fails nor hangs, and what it still says points at the right place. */
import { expect, onTestFinished, test } from 'vitest';
import { LineIndex } from '../../server/src/base/line-index.ts';
import type { Finding } from '../../server/src/lint/finding.ts';
import type { FileReport, Project } from '../../server/src/project/project.ts';
import { generateCgoFile } from '../bench/cgo-file.ts';
import { random } from '../bench/random.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { shelfPackage } from './shelf-package.ts';

const shelf = shelfPackage['shelf.go']!;

async function check(files: Readonly<Record<string, string | Uint8Array>>): Promise<Map<string, FileReport>> {
  const host = new MemoryHost();
  host.writeAll('/broken', files);
  return byName(await (await project(host)).checkDirectory('/broken'));
}

async function project(host: MemoryHost): Promise<Project> {
  const made = await createProject(host);
  onTestFinished(() => made.dispose());
  return made;
}

const byName = (reports: readonly FileReport[]): Map<string, FileReport> => new Map(reports.map((report) => [report.file.replace('/broken/', ''), report]));

/** `rule line:column "text"` of every finding: where a user sees it. */
function places(report: FileReport | undefined): string[] {
  if (!report) throw new Error('no report');
  const index = new LineIndex(report.text);
  return report.findings.map(({ rule, span }: Finding) => {
    const { line, character } = index.positionAt(span.start);
    return `${rule} ${line}:${character} ${JSON.stringify(report.text.slice(span.start, span.end).replaceAll('\r\n', '\n'))}`;
  });
}

/** Spans of findings, of their traces and of their fixes lie inside the text that they refer to. */
function outside(reports: ReadonlyMap<string, FileReport>): string[] {
  const lengths = new Map([...reports.values()].map(({ file, text }) => [file, text.length]));
  return [...reports.values()].flatMap(({ findings }) =>
    findings.flatMap((finding) => {
      const spans = [
        { file: finding.file, span: finding.span },
        ...finding.trace,
        ...finding.fixes().flatMap(({ edits }) => edits.flatMap(({ file, edits: all }) => all.map(({ span }) => ({ file, span })))),
      ];
      return spans
        .filter(({ file, span }) => span.start > span.end || span.end > (lengths.get(file) ?? -1))
        .map(({ file, span }) => `${finding.rule}: ${file} ${span.start}-${span.end}`);
    }),
  );
}

function junk(size: number, seed: number): Uint8Array {
  const chance = random(seed);
  return Uint8Array.from({ length: size }, () => chance.below(256));
}

const broken: Readonly<Record<string, string | Uint8Array>> = {
  'an empty file': '',
  'one newline': '\n',
  'only a byte order mark': new Uint8Array([0xef, 0xbb, 0xbf]),
  'a text without any Go': 'Dear reader,\n\nthis is a letter { with ( brackets " and `quotes\n/* that never end',
  'Go without a package clause': shelf.slice(shelf.indexOf('func ')),
  'the first half of a file': shelf.slice(0, shelf.length / 2),
  'the first half of a preamble': shelf.slice(0, shelf.indexOf('shelf_put')),
  'every bracket turned round': shelf.replace(/[{}()]/g, (c) => '}{)('.charAt('{}()'.indexOf(c))),
  'words in a wrong order': shelf.split(' ').sort().join(' '),
  'random bytes': junk(200_000, 1),
  'bytes of a program': Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), new Uint8Array(4096), junk(60_000, 2)]),
  'Go with a NUL in it': shelf.replace('errFull', 'err\0Full'),
  'UTF-16': Uint8Array.from([0xff, 0xfe, ...shelf].flatMap((c) => (typeof c === 'number' ? [c] : [c.charCodeAt(0), 0]))),
  'a line of a megabyte': shelf.replace('"shelf: full"', `"${'x'.repeat(1 << 20)}"`),
};

test.each(Object.keys(broken))('%s: no failure, alone and beside good files', async (kind) => {
  const content = broken[kind]!;
  const alone = await check({ 'a.go': content });
  expect(outside(alone)).toEqual([]);
  const beside = await check({ ...shelfPackage, 'a.go': content });
  expect(outside(beside)).toEqual([]);
  expect(beside.has('shelf.go')).toBe(true);
});

test.each(Object.keys(broken))('%s: no failure as the text of an open document', async (kind) => {
  const host = new MemoryHost();
  host.writeAll('/broken', shelfPackage);
  const made = await project(host);
  const content = broken[kind]!;
  const text = typeof content === 'string' ? content : new TextDecoder('latin1').decode(content);
  made.openDocument('/broken/shelf.go', shelf);
  const before = places(await made.checkFile('/broken/shelf.go'));
  made.changeDocument('/broken/shelf.go', [{ span: { start: 0, end: shelf.length }, newText: text }]);
  const report = await made.checkFile('/broken/shelf.go');
  expect(report.text).toBe(text);
  made.changeDocument('/broken/shelf.go', [{ span: { start: 0, end: text.length }, newText: shelf }]);
  expect(places(await made.checkFile('/broken/shelf.go'))).toEqual(before);
});

const deep = 20_000;
const nested: Readonly<Record<string, string>> = {
  'nested parentheses': `var x = ${'('.repeat(deep)}1${')'.repeat(deep)}\n`,
  'open parentheses': `var x = ${'('.repeat(deep)}\n`,
  'nested blocks': `func f() ${'{'.repeat(deep)}C.f()${'}'.repeat(deep)}\n`,
  'a long sum': `func f() string { return C.GoString(C.f()) + ${'"a" +\n'.repeat(deep)} "b" }\n`,
  'a long call chain': `func f() { x.${'y(C.f()).\n'.repeat(deep / 10)}z() }\n`,
  'a long else chain': `func f(a int) {\n\t${Array.from({ length: deep / 10 }, (_, i) => `if a == ${i} { C.f() } else`).join(' ')} {}\n}\n`,
  'nested closures': `func f() { ${'func() {'.repeat(deep / 10)}C.free(nil)${'}()'.repeat(deep / 10)} }\n`,
  'many labels and jumps': `func f() {\n${Array.from({ length: 500 }, (_, i) => `l${i}:\n\tif C.f() > ${i} {\n\t\tgoto l${(i * 7) % 500}\n\t}\n`).join('')}}\n`,
  'many branches over one resource': `func f(a int) {\n\tp := C.CString("")\n${'\tif a > 0 {\n\t\tC.free(unsafe.Pointer(p))\n\t\tp = C.CString("x")\n\t}\n'.repeat(300)}}\n`,
};

test.each(Object.keys(nested))('%s: neither the stack nor the time runs out', async (kind) => {
  const reports = await check({ 'a.go': `package a\n\n// #include <stdlib.h>\n// int f(void);\nimport "C"\n\nimport "unsafe"\n\n${nested[kind]!}` });
  expect(outside(reports)).toEqual([]);
  expect([...reports.keys()]).toEqual(['a.go']);
});

test('nested C in a preamble and in a header: neither the stack nor the time runs out', async () => {
  const c = `int f(void) { return ${'('.repeat(deep)}1${')'.repeat(deep)}; }\nvoid g(void) ${'{'.repeat(deep)}${'}'.repeat(deep)}\n`;
  const reports = await check({ 'a.go': `package a\n\n/*\n#include "a.h"\n${c}*/\nimport "C"\n`, 'a.h': c });
  expect(outside(reports)).toEqual([]);
});

test('headers that include each other end', async () => {
  const reports = await check({ ...shelfPackage, 'shelf.go': shelf.replace('#include <stdint.h>', '#include "a.h"'), 'a.h': '#include "b.h"\n', 'b.h': '#include "a.h"\n#include "b.h"\n' });
  expect(reports.has('shelf.go')).toBe(true);
});

test('a file of 50,000 lines: its last hazard is found at its place', async () => {
  const text = generateCgoFile(50_000);
  const report = (await check({ 'media.go': text })).get('media.go')!;
  expect(report.text).toBe(text);
  const last = report.findings.at(-1)!;
  expect(last.rule).toBe('cstring-leak');
  expect(text.slice(last.span.start, last.span.end)).toBe('C.CString(path)');
  expect(last.span.start).toBe(text.lastIndexOf('C.CString(path)'));
});

test('CRLF: every finding stands on the same line, column and text', async () => {
  const intact = await check(shelfPackage);
  const crlf = await check(Object.fromEntries(Object.entries(shelfPackage).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')])));
  for (const name of ['shelf.go', 'close.go']) {
    expect(places(intact.get(name)).length).toBeGreaterThan(0);
    expect(places(crlf.get(name))).toEqual(places(intact.get(name)));
  }
  expect(outside(crlf)).toEqual([]);
});

test('CRLF: fixes end their new lines as the file does', async () => {
  const crlf = await check({ ...shelfPackage, 'shelf.go': shelf.replaceAll('\n', '\r\n') });
  const added = crlf.get('shelf.go')!.findings.flatMap((finding) => finding.fixes().flatMap(({ edits }) => edits.flatMap((all) => all.edits.map(({ newText }) => newText))));
  expect(added.filter((text) => text.includes('\n')).length).toBeGreaterThan(0);
  expect(added.filter((text) => /(?<!\r)\n/.test(text))).toEqual([]);
});

test('a byte order mark moves no finding', async () => {
  const intact = places((await check(shelfPackage)).get('shelf.go'));
  const marked = await check({ ...shelfPackage, 'shelf.go': `\ufeff${shelf}` });
  expect(intact.length).toBeGreaterThan(0);
  expect(places(marked.get('shelf.go'))).toEqual(intact);
});

/** A package with one leak, on its eighth line. */
const leak = (line: string): string => `package a\n\n// #include <stdlib.h>\n// void f(char *);\nimport "C"\n\nfunc f(s string) {\n\t${line}\n}\n`;

test('bytes that are no UTF-8 count as one character each', async () => {
  const [head, tail] = leak('/* ? */ C.f(C.CString(s))').split('?') as [string, string];
  const report = (await check({ 'a.go': Buffer.concat([Buffer.from(head), new Uint8Array([0xff, 0xfe, 0x80]), Buffer.from(tail)]) })).get('a.go');
  expect(places(report)).toEqual(['cstring-leak 7:15 "C.CString(s)"']);
});

test('columns count UTF-16 units behind characters of every width', async () => {
  const text = leak('/* é 漢 \u{1f512} */ C.f(C.CString("é漢\u{1f512}" + s))');
  const report = (await check({ 'a.go': text })).get('a.go');
  const line = text.split('\n')[7]!;
  expect(places(report)).toEqual([`cstring-leak 7:${line.indexOf('C.CString')} ${JSON.stringify('C.CString("é漢\u{1f512}" + s)')}`]);
});

test('a lone surrogate in an open document moves no finding', async () => {
  const host = new MemoryHost();
  host.writeAll('/broken', shelfPackage);
  const made = await project(host);
  const before = places(await made.checkFile('/broken/shelf.go'));
  made.openDocument('/broken/shelf.go', shelf.replace('is too long', 'is t\ud800o long'));
  expect(before.length).toBeGreaterThan(0);
  expect(places(await made.checkFile('/broken/shelf.go'))).toEqual(before);
});

test('a file that vanishes or cannot be read leaves the rest of its package alone', async () => {
  const host = new MemoryHost();
  host.writeAll('/broken', shelfPackage);
  const made = await project(host);
  const before = places(await made.checkFile('/broken/shelf.go'));
  host.remove('/broken/free.go');
  made.fileChanged('/broken/free.go');
  expect((await made.checkFile('/broken/free.go')).findings).toEqual([]);
  await made.checkDirectory('/broken');
  host.write('/broken/free.go', shelfPackage['free.go']!);
  made.fileChanged('/broken/free.go');
  expect(places(await made.checkFile('/broken/shelf.go'))).toEqual(before);
  expect((await made.checkDirectory('/nowhere')).length).toBe(0);
});
