/** Sessions with the real project over Go packages in memory: from the keystroke to the squiggle, the hover, the fix. */
import { CodeActionKind, type CodeAction, type Diagnostic } from 'vscode-languageserver/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import type { Host } from '../../server/src/project/host.ts';
import { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const title = 'file:///p/title.go';
const helper = 'file:///p/helper.go';

const leak = `package p

/*
#include <stdlib.h>

void show_title(const char *title);
*/
import "C"

import "unsafe"

func keep(p *C.char) unsafe.Pointer { return unsafe.Pointer(p) }

func title(s string) {
	cs := C.CString(s)
	C.show_title(cs)
}
`;

const frees = `package p

/*
#include <stdlib.h>
*/
import "C"

import "unsafe"

func done(p *C.char) { C.free(unsafe.Pointer(p)) }
`;

let host: MemoryHost;
let session: Session;

beforeEach(async () => {
  host = new MemoryHost();
  session = await Session.start({ openEngine: () => Project.create(host, readWasm()), rules });
});
afterEach(() => session.end());

/** The same a turn of the event loop later, as a host across a network answers. */
const later = <T>(read: () => Promise<T>): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(read())));

const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);
const quick = (actions: readonly CodeAction[]) => actions.filter(({ kind }) => kind === CodeActionKind.QuickFix);

describe('from the keystroke to the squiggle', () => {
  test('a leak is shown at the allocation, with its path', async () => {
    await session.open(title, leak);
    const [first, ...others] = await session.diagnostics(title);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ code: 'cstring-leak', source: 'cgo-guard', codeDescription: { href: expect.stringContaining('cstring-leak') } });
    expect(session.rangeOf(title, 'C.CString(s)').start).toEqual(first?.range.start);
    expect(first?.relatedInformation?.length).toBeGreaterThan(0);
  });

  test('an edit in an unsaved file takes it away and brings it back', async () => {
    await session.open(title, leak);
    await session.diagnostics(title);
    await session.edit(title, { from: '\tC.show_title(cs)\n', to: '\tdefer C.free(unsafe.Pointer(cs))\n\tC.show_title(cs)\n' });
    await session.calm();
    expect(await session.diagnostics(title)).toEqual([]);
    await session.edit(title, { from: 'package p\n', to: 'package p\n\n// 😀\n' }, { from: '\tdefer C.free(unsafe.Pointer(cs))\n', to: '' });
    await session.calm();
    const [back] = await session.diagnostics(title);
    expect(back?.range.start).toEqual(session.rangeOf(title, 'C.CString(s)').start);
  });

  test('a helper in another file decides, open or on disk', async () => {
    host.write('/p/helper.go', frees);
    await session.open(title, leak.replace('C.show_title(cs)', 'C.show_title(cs)\n\tdone(cs)'));
    expect(await session.diagnostics(title)).toEqual([]);
    await session.open(helper, frees);
    await session.edit(helper, { from: 'C.free(unsafe.Pointer(p))', to: 'println(p == nil)' });
    await session.calm();
    expect(codes(await session.untilShown(title, (shown) => shown.length > 0))).toEqual(['cstring-leak']);
    await session.edit(helper, { from: 'println(p == nil)', to: 'C.free(unsafe.Pointer(p))' });
    await session.calm();
    await session.untilShown(title, (shown) => shown.length === 0);
    await session.edit(helper, { from: 'C.free(unsafe.Pointer(p))', to: 'println(p == nil)' });
    await session.calm();
    await session.untilShown(title, (shown) => shown.length > 0);
    await session.close(helper);
    await session.untilShown(title, (shown) => shown.length === 0);
    host.remove('/p/helper.go');
    await session.changedOnDisk(helper, 3);
    await session.close(title);
  });

  test('whoever asks first, all of the package is read before anyone is answered', async () => {
    const slow: Host = {
      readFile: (file) => later(() => host.readFile(file)),
      readDirectory: (directory) => later(() => host.readDirectory(directory)),
    };
    const patient = await Session.start({ openEngine: () => Project.create(slow, readWasm()), rules });
    // Only with the helper in view is it known that nobody frees.
    host.write('/p/helper.go', frees.replace('C.free(unsafe.Pointer(p))', 'println(p == nil)'));
    await patient.open(title, leak.replace('C.show_title(cs)', 'C.show_title(cs)\n\tdone(cs)'));
    const [hover, actions] = await Promise.all([patient.hover(title, 'CString'), patient.actions(title, 'C.CString'), patient.hover(title, 'done')]);
    expect(hover).toMatchObject({ contents: { value: expect.stringContaining('**cstring-leak**') } });
    expect(actions).not.toEqual([]);
    expect(codes(await patient.diagnostics(title))).toEqual(['cstring-leak']);
    await patient.end();
  });

  test.each([
    ['an unclosed block', (text: string) => text.replace('{\n\tcs', '{\n\tif x {\n\tcs')],
    ['an open string', (text: string) => text.replace('CString(s)', 'CString("')],
    ['an open comment', (text: string) => text.replace('func title', '/* func title')],
    ['nothing', () => ''],
    ['junk', () => '\u0000\u0001\ufffd}}{{"`\ud800'],
  ])('%s is no reason to stop', async (_, spoil) => {
    await session.open(title, leak);
    expect(codes(await session.diagnostics(title))).toEqual(['cstring-leak']);
    await session.replaceAll(title, spoil(leak));
    await session.calm();
    await session.diagnostics(title);
    await session.replaceAll(title, leak);
    await session.calm();
    expect(codes(await session.diagnostics(title))).toEqual(['cstring-leak']);
    expect(session.log).toEqual([]);
  });

  test('a table of data in one long line is read once', async () => {
    await session.open(title, `${leak}\nvar data = []byte{${'1, '.repeat(100_000)}}\nvar text = "${'x'.repeat(500_000)}"\n`);
    expect(codes(await session.diagnostics(title))).toEqual(['cstring-leak']);
  });

  test('lines that end in CRLF have right positions', async () => {
    await session.open(title, leak.replaceAll('\n', '\r\n'));
    const [first] = await session.diagnostics(title);
    expect(first?.range).toEqual(session.rangeOf(title, 'C.CString(s)'));
  });

  test('settings change the severity and switch a rule off', async () => {
    await session.open(title, leak);
    await session.diagnostics(title);
    await session.changeSettings({ rules: { 'cstring-leak': 'error' } });
    await session.untilShown(title, ([first]) => first?.severity === 1);
    await session.changeSettings({ rules: { 'cstring-leak': 'off' } });
    await session.untilShown(title, (shown) => shown.length === 0);
  });
});

describe('fixes', () => {
  test('the free that is missing is inserted, and the squiggle goes', async () => {
    await session.open(title, leak);
    await session.diagnostics(title);
    const [fix] = quick(await session.actions(title, 'C.CString'));
    expect(fix).toBeDefined();
    await session.apply(fix!);
    expect(session.text(title)).toContain('\tdefer C.free(unsafe.Pointer(cs))\n');
    await session.calm();
    expect(await session.diagnostics(title)).toEqual([]);
  });

  test('all safe ones at once share their imports and name their variables apart', async () => {
    const calls = ['n := int(C.length(C.CString(a)))', 'm := int(C.length(C.CString(b)))', 'return n + m + int(C.both(C.CString(a), C.CString(b)))'];
    await session.open(
      title,
      `package p

/*
static int length(const char *s) { int n = 0; while (s[n]) n++; return n; }
static int both(const char *a, const char *b) { return length(a) + length(b); }
*/
import "C"

func sum(a, b string) int {
	${calls.join('\n\t')}
}
`,
    );
    expect(await session.diagnostics(title)).toHaveLength(4);
    const [offered] = await session.actions(title, 'sum', ['source.fixAll']);
    await session.apply(await session.resolve(offered!));
    const text = session.text(title);
    expect(text.match(/#include <stdlib.h>|import "unsafe"/g)).toEqual(['#include <stdlib.h>', 'import "unsafe"']);
    const variables = [...text.matchAll(/(\w+) := C\.CString/g)].map(([, name]) => name);
    expect(new Set(variables).size).toBe(4);
    await session.calm();
    expect(await session.diagnostics(title)).toEqual([]);
  });

  test('the comment that ignores a finding silences it', async () => {
    await session.open(title, leak);
    await session.diagnostics(title);
    const ignore = quick(await session.actions(title, 'C.CString')).find((action) => action.title.startsWith('Ignore cstring-leak'));
    await session.apply(ignore!);
    await session.edit(title, { from: 'reason: why?', to: 'the title lives as long as the program' });
    await session.calm();
    expect(await session.diagnostics(title)).toEqual([]);
  });
});

describe('hover', () => {
  test('over a finding tells the risk, the page and what to do', async () => {
    await session.open(title, leak);
    const hover = await session.hover(title, 'CString');
    expect(hover).toMatchObject({ contents: { value: expect.stringMatching(/^\*\*cstring-leak\*\*.*\]\(https:.*\*\*What to do:\*\*/s) } });
  });

  test.each([
    ['CString', 'func C.CString'],
    ['free', 'func C.free'],
    ['Pointer(', 'type unsafe.Pointer'],
    ['"C"', 'import "C"'],
  ])('over %s without a finding tells who owns what', async (name, told) => {
    await session.open(title, leak.replace('\tC.show_title', '\tdefer C.free(unsafe.Pointer(cs))\n\tC.show_title'));
    expect(await session.diagnostics(title)).toEqual([]);
    expect(await session.hover(title, name)).toMatchObject({ contents: { value: expect.stringContaining(told) } });
  });

  test('in comments and strings tells nothing', async () => {
    await session.open(title, leak.replace('func title', '// about C.free\nvar s = "C.malloc"\n\nfunc title'));
    expect(await session.hover(title, 'free')).toBeNull();
    expect(await session.hover(title, 'malloc')).toBeNull();
  });
});

describe('beside go vet', () => {
  const roundTrip = `package p

import "unsafe"

func kept(b *[8]byte) unsafe.Pointer {
	address := uintptr(unsafe.Pointer(b))
	println()
	return unsafe.Pointer(address)
}
`;

  test('a finding says which analyser of vet may tell the same', async () => {
    await session.open(title, roundTrip);
    expect(await session.diagnostics(title)).toMatchObject([{ code: 'uintptr-roundtrip', data: { vet: 'unsafeptr' } }]);
  });

  test('what is left to vet is not shown, and can still be mended here', async () => {
    await session.open(title, roundTrip);
    await session.changeSettings({ leaveToVet: ['unsafeptr'] });
    await session.untilShown(title, (diagnostics) => diagnostics.length === 0);
    expect(quick(await session.actions(title, 'return unsafe.Pointer(address)')).map((action) => action.title)).toEqual([expect.stringMatching(/^Ignore uintptr-roundtrip here/)]);
    await session.changeSettings({ leaveToVet: ['cgocall'] });
    await session.untilShown(title, (diagnostics) => diagnostics.length === 1);
    await session.changeSettings({ leaveToVet: ['printf'] });
    await session.until(() => session.log.find((line) => line.includes('cgoGuard.leaveToVet may list cgocall and unsafeptr, not "printf"')));
  });
});
