/** Many files change on disk at once, as when a branch is switched: what is shown is what a fresh start would show. */
import { FileChangeType, type Diagnostic } from 'vscode-languageserver/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';

const holder = `package p

// #include "thing.h"
import "C"

type Holder struct {
	thing *C.thing_t
}

func New() *Holder { return &Holder{thing: C.thing_new()} }
`;

const header = '#include <stdlib.h>\ntypedef struct { int a; } thing_t;\nstatic thing_t *thing_new(void) { return malloc(sizeof(thing_t)); }\n';
const closes = 'package p\n\n// #include <stdlib.h>\nimport "C"\n\nimport "unsafe"\n\nfunc (h *Holder) Close() { C.free(unsafe.Pointer(h.thing)) }\n';

let host: MemoryHost;
let session: Session;
beforeEach(async () => {
  host = new MemoryHost();
  host.write('/p/thing.h', header);
  host.write('/p/other.go', 'package p\n');
  session = await Session.start({ openEngine: () => createProject(host), rules }, { settings: { rules: { 'no-cgo-fallback': 'off' } } });
  await session.open(main, holder);
  expect(await codes()).toEqual(['pointer-field']);
});
afterEach(() => session.end());

const codes = async (): Promise<unknown[]> => (await session.diagnostics(main)).map(({ code }) => code);
const shows = (expected: readonly string[]): Promise<unknown> => session.untilShown(main, (found) => JSON.stringify(found.map(({ code }) => code)) === JSON.stringify(expected));

async function change(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
  for (const [name, text] of Object.entries(changes)) {
    if (text === undefined) host.remove(`/p/${name}`);
    else host.write(`/p/${name}`, text);
  }
  for (const [name, text] of Object.entries(changes)) await session.changedOnDisk(`file:///p/${name}`, text === undefined ? FileChangeType.Deleted : FileChangeType.Changed);
}

test('a file that appears decides, and one that vanishes leaves nothing behind', async () => {
  await change({ 'close.go': closes });
  await shows([]);
  await change({ 'close.go': undefined });
  await shows(['pointer-field']);
  // The package is whole: what argues from absence goes on.
  await change({ 'other.go': undefined });
  await session.settle();
  await session.edit(main, { from: 'func New', to: '\nfunc New' });
  await session.calm();
  expect(await codes()).toEqual(['pointer-field']);
});

test('a header that vanishes is pointed at no longer, and again when it is back', async () => {
  const inHeader = (found: readonly Diagnostic[]): boolean => found.some(({ relatedInformation }) => relatedInformation?.some(({ location }) => location.uri.endsWith('thing.h')) ?? false);
  expect(inHeader(await session.diagnostics(main))).toBe(true);
  await change({ 'thing.h': undefined });
  await session.untilShown(main, (found) => !inHeader(found));
  await change({ 'thing.h': header });
  await session.untilShown(main, inHeader);
});

test('a file that was open and never on disk is forgotten when it is closed', async () => {
  const draft = 'file:///p/draft.go';
  await session.open(draft, closes);
  await shows([]);
  await session.close(draft);
  await shows(['pointer-field']);
});

test('a renamed file is one file', async () => {
  await session.close(main);
  host.write('/p/renamed.go', holder);
  await session.open('file:///p/renamed.go', holder);
  await session.until(() => (session.published.findLast(({ uri }) => uri === main)?.diagnostics.length === 0 ? true : undefined));
  await change({ 'main.go': undefined });
  expect((await session.diagnostics('file:///p/renamed.go')).map(({ code }) => code)).toEqual(['pointer-field']);
});
