/** What the editor knows of `C.` names: definition, hover, completion and signature, also while the file does not parse. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';
const header = 'file:///p/shapes.h';

const text = `package p

/*
#include <sqlite3.h>
#include "shapes.h"
#include <stdlib.h>
#include <string.h>

#define LIMIT 12

// Makes a label that the caller frees.
static char *label_new(const char *text, int size) { return strdup(text); }

static void label_free(char *label) { free(label); }
*/
import "C"

func use(db *C.sqlite3, text *C.char) {
	var at C.struct_point
	made := C.label_new(text, 3)
	C.label_free(made)
	C.draw(at, C.LIMIT)
	C.sqlite3_close(db)
	_ = "C.draw("
}

func typing() {
	C.
`;

const shapes = `/* Shapes. */
struct point {
	int x;
	int y;
};
enum color { RED, GREEN };
/* Draws a point. */
void draw(struct point where, int count);
`;

let session: Session;

beforeEach(async () => {
  const files = new MemoryHost();
  files.write('/p/shapes.h', shapes);
  session = await Session.start({ openEngine: () => createProject(files), rules });
  await session.open(main, text);
});
afterEach(() => session.end());

describe('definition', () => {
  test.each([
    ['label_new(text, 3', main, 'label_new(const'],
    ['LIMIT)', main, 'LIMIT 12'],
  ])('%s', async (needle, uri, place) => {
    expect(await session.definition(main, needle)).toEqual({ uri, range: { start: session.rangeOf(main, place).start, end: expect.anything() as unknown } });
  });

  test('leads into a header of the package', async () => {
    expect(await session.definition(main, 'draw(at')).toMatchObject({ uri: header, range: { start: { line: 7, character: 5 } } });
    expect(await session.definition(main, 'struct_point')).toMatchObject({ uri: header, range: { start: { line: 1 } } });
  });

  test.each(['draw("', 'made)', 'sqlite3_close'])('there is none for %s', async (needle) => {
    expect(await session.definition(main, needle)).toBeNull();
  });
});

describe('hover', () => {
  const hover = async (needle: string): Promise<unknown> => ((await session.hover(main, needle)) as { contents: { value: string } } | null)?.contents.value;

  test('shows the prototype, its comment and what the body does', async () => {
    const shown = await hover('label_new(text, 3');
    expect(shown).toContain('```c\nstatic char *label_new(const char *text, int size)\n```');
    expect(shown).toContain('Makes a label that the caller frees.');
    expect(shown).toContain('**You own the result**: release it with `C.free`');
    expect(await hover('label_free(made')).toContain('The first argument is **released**');
    expect(await hover('struct_point')).toContain('int x;');
  });

  test('shows the contract of a library function, with its source', async () => {
    const shown = await hover('sqlite3_close(');
    expect(shown).toContain('The first argument is **released**');
    expect(shown).toContain('SQLite: sqlite3.h');
  });
});

test('completion knows every name behind C. while the file does not parse, and nothing elsewhere', async () => {
  const items = await session.completions(main, 'typing() {\n\tC.');
  const kinds = new Map(items.map(({ label, kind }) => [label, kind]));
  expect(kinds.get('label_new')).toBe(CompletionItemKind.Function);
  expect(kinds.get('struct_point')).toBe(CompletionItemKind.Struct);
  expect(kinds.get('LIMIT')).toBe(CompletionItemKind.Constant);
  expect(kinds.get('GREEN')).toBe(CompletionItemKind.Constant);
  expect(kinds.get('CString')).toBe(CompletionItemKind.Function);
  // Of a library whose header nobody could read; of the C library only what is included.
  expect(items.find(({ label }) => label === 'sqlite3_open_v2')).toMatchObject({ kind: CompletionItemKind.Function, detail: 'SQLite' });
  expect([kinds.has('strdup'), kinds.has('opendir')]).toEqual([true, false]);
  expect(items.find(({ label }) => label === 'draw')).toMatchObject({ detail: 'void draw(struct point where, int count)', documentation: 'Draws a point.' });
  expect(await session.completions(main, 'func typing')).toEqual([]);
});

test('completion puts first what the package uses, and knows it where the header is missing', async () => {
  const unseen = 'package p\n\n// #include <far/away.h>\nimport "C"\n\nfunc a() { C.far_open() }\n\nfunc b(x *C.far_t) { C.far_open(); C.far_once(x) }\n\nfunc c(x *C.far_t) {\n\tC.fa\n';
  await session.open('file:///q/unseen.go', unseen);
  const items = await session.completions('file:///q/unseen.go', '\tC.fa');
  // A name that stands in one declaration only may be what somebody is typing.
  expect(items.filter(({ label }) => label.startsWith('fa')).map(({ label, detail }) => [label, detail])).toEqual([['far_open', 'used in this package'], ['far_t', 'used in this package']]);
  await session.edit('file:///q/unseen.go', { from: '\tC.fa', to: '\tC.in' });
  expect((await session.completions('file:///q/unseen.go', '\tC.in')).map(({ label }) => label).slice(0, 2)).toEqual(['int', 'uint']);
  await session.edit(main, { from: '\tC.\n', to: '\tC.L\n' });
  const [first] = await session.completions(main, 'typing() {\n\tC.L');
  expect(first).toMatchObject({ label: 'LIMIT', sortText: '0LIMIT' });
});

test('signature help follows the arguments', async () => {
  const first = await session.signature(main, 'made := C.label_new(');
  expect(first).toMatchObject({ activeParameter: 0, signatures: [{ label: 'static char *label_new(const char *text, int size)' }] });
  const [signature] = first?.signatures ?? [];
  expect(signature?.parameters?.map(({ label }) => signature.label.slice(...(label as [number, number])))).toEqual(['const char *text', 'int size']);
  expect(await session.signature(main, 'made := C.label_new(text, ')).toMatchObject({ activeParameter: 1 });
  expect(await session.signature(main, 'C.draw(at, C.LIMIT')).toMatchObject({ activeParameter: 1 });
  expect(await session.signature(main, '"C.draw(')).toBeNull();
});
