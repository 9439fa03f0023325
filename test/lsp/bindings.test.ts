/** Five small bindings in the shapes that real ones have. Each answers for its C names while another file of the package does not parse. */
import { CompletionItemKind } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test } from 'vitest';
import type { SystemFolders } from '../../server/src/project/host.ts';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

/** A file as it looks in the middle of a keystroke. */
const broken = 'package binding\n\nfunc half(n int) {\n\tif n > (\n';

interface Shape {
  readonly files: Readonly<Record<string, string>>;
  readonly system?: SystemFolders;
}

let session: Session | undefined;
afterEach(async () => {
  await session?.end();
  session = undefined;
});

/** Opens the binding, whose files are in `/work/binding` unless their names say otherwise. */
async function open({ files, system }: Shape): Promise<Session> {
  const host = new MemoryHost();
  if (system) host.system = system;
  for (const [name, text] of Object.entries(files)) host.write(name.startsWith('/') ? name : `/work/binding/${name}`, text);
  session = await Session.start({ openEngine: () => createProject(host), rules });
  await session.open(uri('half.go'), broken);
  await session.open(uri('binding.go'), files['binding.go']!);
  return session;
}

const uri = (name: string): string => `file://${name.startsWith('/') ? name : `/work/binding/${name}`}`;
const main = uri('binding.go');

async function hover(of: Session, needle: string): Promise<string> {
  const shown = (await of.hover(main, needle)) as { contents: { value: string } } | null;
  return shown?.contents.value ?? '';
}

async function labels(of: Session, needle: string): Promise<string[]> {
  return (await of.completions(main, needle)).map(({ label }) => label);
}

describe('pkg-config and a header of the system', () => {
  const shape: Shape = {
    system: { headers: ['/usr/include'], packages: ['/usr/lib/pkgconfig'] },
    files: {
      'binding.go': `package binding

// #cgo pkg-config: --static lamp
// #include <lamp.h>
import "C"

func On(l *C.lamp_t) error {
	C.lamp_switch(l, C.LAMP_ON)
	C.
	return nil
}
`,
      '/usr/lib/pkgconfig/lamp.pc': 'prefix=/opt/lamp\nincludedir=${prefix}/include\n\nName: lamp\nRequires: wire >= 2\nCflags: -I${includedir}/lamp-2 -DX\n',
      '/usr/lib/pkgconfig/wire.pc': 'Name: wire\nCflags: -I/opt/wire\n',
      '/opt/lamp/include/lamp-2/lamp.h': `#ifndef LAMP_H
#define LAMP_H
#include <wire.h>
#include "lamp-types.h"

#define LAMP_API __attribute__((visibility("default")))
#define LAMP_ON 1
#define P(args) args

/* Switches a lamp; the state is LAMP_ON or 0. */
LAMP_API int lamp_switch P((lamp_t *lamp, int state)) LAMP_NONNULL(1);
void _lamp_private(void);
#endif
`,
      '/opt/lamp/include/lamp-2/lamp-types.h': '#define LAMP_NONNULL(n) __attribute__((nonnull(n)))\ntypedef struct lamp lamp_t;\n',
      '/opt/wire/wire.h': 'struct wire { int length; };\n',
    },
  };

  test('answers from the installed headers', async () => {
    const s = await open(shape);
    expect(await hover(s, 'lamp_switch')).toContain('int lamp_switch (lamp_t *lamp, int state)');
    expect(await hover(s, 'lamp_switch')).toContain('Switches a lamp');
    expect(await s.definition(main, 'lamp_switch')).toMatchObject({ uri: uri('/opt/lamp/include/lamp-2/lamp.h'), range: { start: { line: 10, character: 13 } } });
    expect(await s.definition(main, 'lamp_t')).toMatchObject({ uri: uri('/opt/lamp/include/lamp-2/lamp-types.h') });
    expect(await hover(s, 'LAMP_ON')).toContain('#define LAMP_ON 1');
    expect(await s.signature(main, 'C.lamp_switch(l, ')).toMatchObject({ activeParameter: 1, signatures: [{ label: 'int lamp_switch (lamp_t *lamp, int state)' }] });
    const offered = await labels(s, ')\n\tC.');
    expect(offered).toEqual(expect.arrayContaining(['lamp_switch', 'lamp_t', 'struct_wire', 'LAMP_ON', 'CString']));
    expect(offered).not.toContain('_lamp_private');
  });

  test('does without them where nothing is installed', async () => {
    const s = await open({ files: { 'binding.go': shape.files['binding.go']! } });
    expect(await s.definition(main, 'lamp_switch')).toBeNull();
    expect(await labels(s, ')\n\tC.')).toContain('CString');
  });

  test('finds the same in Go code with and without them', async () => {
    const leak = { ...shape.files, 'binding.go': shape.files['binding.go']!.replace('\tC.\n', '\tC.lamp_name(C.CString("x"))\n') };
    const at = async (files: Shape): Promise<unknown> => {
      const s = await open(files);
      const found = await s.diagnostics(main);
      await s.end();
      session = undefined;
      return found;
    };
    expect(await at({ ...shape, files: leak })).toEqual(await at({ files: { 'binding.go': leak['binding.go'] } }));
  });
});

test('a vendored amalgamation beside the Go files', async () => {
  const s = await open({
    files: {
      'binding.go': `package binding

/*
#cgo CFLAGS: -DTINYDB_THREADSAFE=1
#include "tinydb.h"
*/
import "C"

func Open(name *C.char) *C.tinydb {
	var db *C.tinydb
	if C.tinydb_open(name, &db) != C.TINYDB_OK {
		return nil
	}
	return db
}
`,
      'tinydb.h': '#define TINYDB_OK 0\ntypedef struct tinydb tinydb;\nint tinydb_open(const char *name, tinydb **out);\n',
      'tinydb.c': `#include "tinydb.h"
#include <stdlib.h>

struct tinydb { int pages; };

/* Opens a database. */
int tinydb_open(const char *name, tinydb **out) {
	*out = malloc(sizeof **out);
	return TINYDB_OK;
}
`,
    },
  });
  expect(await s.definition(main, 'tinydb_open')).toMatchObject({ uri: uri('tinydb.c'), range: { start: { line: 6 } } });
  expect(await hover(s, 'tinydb_open')).toContain('Through the second argument you get memory that you own');
  expect(await hover(s, 'TINYDB_OK')).toContain('#define TINYDB_OK 0');
  expect(await s.signature(main, 'C.tinydb_open(name')).toMatchObject({ activeParameter: 0 });
});

test('headers below -I${SRCDIR}, in angle brackets', async () => {
  const s = await open({
    files: {
      'binding.go': `package binding

// #cgo CFLAGS: -I\${SRCDIR}/include -I../shared
// #include <shapes/shape.h>
// #include "units.h"
import "C"

func Area(r C.struct_rect) C.mm2 {
	return C.rect_area(r)
}
`,
      'include/shapes/shape.h': '#pragma once\n#include "rect.h"\n',
      'include/shapes/rect.h': 'struct rect {\n\tint width, height;\n};\nstatic inline long rect_area(struct rect r) { return (long)r.width * r.height; }\n',
      '/work/shared/units.h': 'typedef long mm2;\n',
    },
  });
  expect(await s.definition(main, 'rect_area')).toMatchObject({ uri: uri('include/shapes/rect.h'), range: { start: { line: 3 } } });
  expect(await s.definition(main, 'struct_rect')).toMatchObject({ uri: uri('include/shapes/rect.h'), range: { start: { line: 0 } } });
  expect(await s.definition(main, 'mm2')).toMatchObject({ uri: uri('/work/shared/units.h') });
  expect(await s.signature(main, 'C.rect_area(')).toMatchObject({ signatures: [{ label: 'static inline long rect_area(struct rect r)' }] });
});

test('several preambles, in both forms of comment', async () => {
  const s = await open({
    files: {
      'binding.go': `package binding

// typedef int (*visitor)(void *data);
//
// // Calls visit once.
// static int walk(visitor visit, void *data) {
//   return visit(data);
// }
import "C"

func Walk(v C.visitor) { C.walk(v, nil) }

func Other() { C.twice(C.int(2)) }
`,
      'other.go': 'package binding\n\n/*\nstatic int twice(int n) { return 2 * n; }\n*/\nimport "C"\n\nfunc Twice() { C.twice(1) }\n',
    },
  });
  expect(await hover(s, 'walk(v, nil')).toContain('static int walk(visitor visit, void *data)');
  expect(await hover(s, 'walk(v, nil')).toContain('Calls visit once.');
  expect(await s.definition(main, 'walk(v, nil')).toMatchObject({ uri: main, range: { start: { line: 5, character: 14 } } });
  expect(await s.definition(main, 'twice')).toMatchObject({ uri: uri('other.go'), range: { start: { line: 3 } } });
});

test('one file per operating system', async () => {
  const s = await open({
    files: {
      'binding.go': 'package binding\n\n// #include "beep.h"\nimport "C"\n\nfunc Beep() { C.beep(C.BEEP_LONG) }\n\nfunc typing() {\n\tC.b\n}\n',
      'beep.h': 'enum { BEEP_SHORT, BEEP_LONG };\nvoid beep(int kind);\n',
      'beep_windows.c': '#include "beep.h"\nvoid beep(int kind) { (void)kind; }\n',
      'beep_unix.c': '#include "beep.h"\nvoid beep(int kind) { if (kind) { } }\n',
      'binding_windows.go': 'package binding\n\n// #include <windows.h>\nimport "C"\n\nfunc tick() uint32 { return uint32(C.GetTickCount()) }\n',
      'binding_unix.go': '//go:build unix\n\npackage binding\n\n// #include <time.h>\nimport "C"\n\nfunc tick() uint32 { return uint32(C.clock()) }\n',
    },
  });
  expect(await s.definition(main, 'beep(C')).toMatchObject({ uri: uri('beep_unix.c') });
  expect(await hover(s, 'BEEP_LONG')).toContain('enumerator BEEP_LONG');
  const items = await s.completions(main, '\tC.b');
  expect(items.find(({ label }) => label === 'beep')?.kind).toBe(CompletionItemKind.Function);
});
