/** While code is half typed, squiggles neither flicker nor outlive what they are about. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';
const other = 'file:///p/other.go';

const text = `package p

// #include <stdlib.h>
// void show(char *s);
import "C"

import "unsafe"

func leaks(s string) {
	cs := C.CString(s)
	C.show(cs)
}

func calm(s string) {
	cs := C.CString(s)
	defer C.free(unsafe.Pointer(cs))
	C.show(cs)
}
`;

/** A hint that argues from what the whole file says. */
const missingInclude = 'package p\n\n// #include "far/away.h"\nimport "C"\n\nimport "unsafe"\n\nfunc give(p unsafe.Pointer) { C.free(p) }\n';

let session: Session;
beforeEach(async () => {
  session = await Session.start({ openEngine: () => createProject(new MemoryHost()), rules }, { settings: { rules: { 'no-cgo-fallback': 'off' } } });
  await session.open(main, text);
  await session.open(other, missingInclude);
  expect(await shown(other)).toEqual(['missing-stdlib-include C.free']);
  expect(await shown(main)).toEqual(['cstring-leak C.CString(s)']);
});
afterEach(() => session.end());

/** What is shown of the text of now, each with the text that is underlined. */
async function shown(uri: string): Promise<string[]> {
  const diagnostics = await session.diagnostics(uri);
  return diagnostics.map(({ code, range }) => `${code} ${session.textIn(uri, range)}`);
}

/** Types `what` before the first `place`, and tells what is shown then. */
async function type(uri: string, place: string, what: string): Promise<string[]> {
  await session.editAt(uri, [{ at: session.text(uri).indexOf(place), length: 0, insert: what }]);
  await session.calm();
  return shown(uri);
}

async function erase(uri: string, what: string): Promise<string[]> {
  await session.edit(uri, { from: what, to: '' });
  await session.calm();
  return shown(uri);
}

const leak = ['cstring-leak C.CString(s)'];

describe('a finding stays where it was', () => {
  test('while its own function is half typed, and moves with the text', async () => {
    expect(await type(main, '}\n\nfunc calm', '\tif s == "" {\n')).toEqual(leak);
    expect(await type(main, '\tcs :=', '\tvar (\n')).toEqual(leak);
    const [finding] = await session.diagnostics(main);
    expect(finding?.relatedInformation?.map(({ location }) => session.textIn(main, location.range))).toEqual(['C.CString(s)', '}']);
    expect(await erase(main, '\tvar (\n')).toEqual(leak);
    expect(await erase(main, '\tif s == "" {\n')).toEqual(leak);
  });

  test('while something else of the file is, and while another file is', async () => {
    expect(await type(other, 'func give', 'func half(\n\n')).toEqual(['missing-stdlib-include C.free']);
    expect(await type(main, 'func calm', 'func half(\n\n')).toEqual(leak);
    expect(await shown(other)).toEqual(['missing-stdlib-include C.free']);
  });

  test('until what is typed is whole', async () => {
    expect(await type(main, '\tC.show(cs)', '\tdefer C.free(unsafe.Pointer(\n')).toEqual(leak);
    expect(await type(main, '\n\tC.show(cs)', 'cs))')).toEqual([]);
  });
});

describe('a finding goes at once', () => {
  test('when it is mended while something else is half typed', async () => {
    await type(main, 'func calm', 'func half(\n\n');
    expect(await type(main, '\tC.show(cs)', '\tdefer C.free(unsafe.Pointer(cs))\n')).toEqual([]);
  });

  test('when its own text is touched', async () => {
    await type(main, '}\n\nfunc calm', '\tif {\n');
    expect(await type(main, 'String(s)', 'X')).toEqual([]);
  });

  test('when its rule is switched off', async () => {
    await type(main, '}\n\nfunc calm', '\tif {\n');
    await session.changeSettings({ rules: { 'cstring-leak': 'off', 'no-cgo-fallback': 'off' } });
    await session.untilShown(main, (diagnostics) => diagnostics.length === 0);
  });
});
