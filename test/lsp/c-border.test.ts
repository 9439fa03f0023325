/** What lies across the border in the editor: outline and folds of the preamble, references, calls, struct layout and fields. */
import { SymbolKind, type CallHierarchyItem, type DocumentSymbol, type Location } from 'vscode-languageserver/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';
const source = 'file:///p/walk.c';

const text = `package p

/*
#include "walk.h"

#define LIMIT 8
#define EACH(list, i) \\
	for (int i = 0; i < (list)->count; i++)

typedef struct {
	char kind;
	double weight;
	short type;
} item;

enum color { RED, GREEN };

extern int onItem(struct list *l, int index);

static int first(struct list *l) {
	if (l->count == 0) {
		return -1;
	}
	return walk(l, LIMIT);
}
*/
import "C"

type Holder struct {
	list *C.struct_list
	item C.item
}

func (h *Holder) First() int {
	return int(C.first(h.list))
}

func Twice(h *Holder) int { return h.First() + int(C.walk(h.list, C.LIMIT)) + help() }

func help() int { return 0 }

//export onItem
func onItem(l *C.struct_list, index C.int) C.int {
	return index + C.int(help())
}

func typing(h *Holder) {
	item := C.item{kind: 1}
	if h.
}
`;

const files = {
  'walk.h': 'struct list { int count; void *data; };\nint walk(struct list *l, int most);\n',
  'walk.c': `#include "walk.h"

extern int onItem(struct list *l, int index);

/* Calls onItem for each. */
int walk(struct list *l, int most) {
	for (int i = 0; i < l->count; i++) {
		onItem(l, i);
	}
	return 0;
}
`,
  'other.go': 'package p\n\n// #include "walk.h"\nimport "C"\n\nfunc other() { C.walk(nil, 1) }\n',
};

let session: Session;
beforeEach(async () => {
  const host = new MemoryHost();
  host.writeAll('/p', files);
  session = await Session.start({ openEngine: () => createProject(host), rules });
  await session.open(main, text);
});
afterEach(() => session.end());

const placesOf = (locations: readonly Location[]): string[] => locations.map(({ uri, range: { start } }) => `${uri.slice(uri.lastIndexOf('/') + 1)}:${start.line + 1}`);

describe('the outline of a preamble', () => {
  const shown = ({ name, kind, children }: DocumentSymbol): unknown => [name, kind, ...(children?.length ? [children.map(shown)] : [])];

  test('lists what the C declares, in the order of the text', async () => {
    expect((await session.symbols(main)).map(shown)).toEqual([
      [
        'C',
        SymbolKind.Namespace,
        [
          ['LIMIT', SymbolKind.Constant],
          ['EACH(list, i)', SymbolKind.Constant],
          ['item', SymbolKind.Struct, [['kind', SymbolKind.Field], ['weight', SymbolKind.Field], ['type', SymbolKind.Field]]],
          ['color', SymbolKind.Enum, [['RED', SymbolKind.EnumMember], ['GREEN', SymbolKind.EnumMember]]],
          ['onItem', SymbolKind.Function],
          ['first', SymbolKind.Function],
        ],
      ],
    ]);
  });

  test('is empty where nothing is declared', async () => {
    await session.open('file:///p/other.go', files['other.go']);
    expect(await session.symbols('file:///p/other.go')).toEqual([]);
  });
});

test('the C of a preamble folds', async () => {
  const lines = text.split('\n');
  const folds = (await session.folds(main)).map(({ startLine, endLine }) => [lines[startLine], lines[endLine]]);
  expect(folds).toContainEqual(['static int first(struct list *l) {', '\treturn walk(l, LIMIT);']);
  expect(folds).toContainEqual(['\tif (l->count == 0) {', '\t\treturn -1;']);
  expect(folds).toContainEqual(['typedef struct {', '\tshort type;']);
  expect(folds).toContainEqual(['#define EACH(list, i) \\', '\tfor (int i = 0; i < (list)->count; i++)']);
});

describe('references', () => {
  test('of a C function: Go, C and its declarations', async () => {
    const everywhere = ['main.go:24', 'main.go:38', 'other.go:6', 'walk.c:6', 'walk.h:2'];
    expect(placesOf(await session.references(main, 'walk(h.list'))).toEqual(everywhere);
    expect(placesOf(await session.references(main, 'walk(l, LIMIT'))).toEqual(everywhere);
    expect(placesOf(await session.references(main, 'walk(h.list', false))).toEqual(['main.go:24', 'main.go:38', 'other.go:6']);
  });

  test('of an exported Go function, from its name, its comment and its prototype', async () => {
    const everywhere = ['main.go:18', 'main.go:42', 'main.go:43', 'walk.c:3', 'walk.c:8'];
    for (const needle of ['onItem(l *C', 'onItem\nfunc', 'onItem(struct']) expect(placesOf(await session.references(main, needle))).toEqual(everywhere);
  });

  test('of struct tags, constants and types', async () => {
    expect(placesOf(await session.references(main, 'struct_list'))).toEqual(['main.go:18', 'main.go:20', 'main.go:30', 'main.go:43', 'walk.c:3', 'walk.c:6', 'walk.h:1', 'walk.h:2']);
    expect(placesOf(await session.references(main, 'LIMIT 8'))).toEqual(['main.go:6', 'main.go:24', 'main.go:38']);
    expect(placesOf(await session.references(main, 'help() int'))).toEqual([]);
  });
});

describe('calls', () => {
  const root = async (needle: string): Promise<CallHierarchyItem> => (await session.calls(main, needle))!;
  const callees = async (item: CallHierarchyItem): Promise<string[]> => (await session.callees(item)).map(({ to }) => to.name);
  const callers = async (item: CallHierarchyItem): Promise<string[]> => (await session.callers(item)).map(({ from }) => from.name);

  test('go from Go through C and back into Go', async () => {
    const first = await root('First() int');
    expect(await callees(first)).toEqual(['C.first']);
    const [call] = await session.callees(first);
    expect(call?.fromRanges).toEqual([session.rangeOf(main, 'C.first')]);
    expect(await callees(call!.to)).toEqual(['C.walk']);
    const walk = (await session.callees(call!.to))[0]!.to;
    expect(walk).toMatchObject({ uri: source, selectionRange: { start: { line: 5, character: 4 } } });
    const [back] = await session.callees(walk);
    expect(back).toMatchObject({ to: { name: 'onItem', uri: main, detail: '//export onItem' }, fromRanges: [{ start: { line: 7 } }] });
    expect(await callees(back!.to)).toEqual(['help']);
  });

  test('come from C and from Go', async () => {
    expect(await callers(await root('onItem(l *C'))).toEqual(['C.walk']);
    expect(await callers(await root('walk(h.list'))).toEqual(['Twice', 'other', 'C.first']);
    expect(await callers(await root('first(struct'))).toEqual(['Holder.First']);
  });

  test('there are none of types and constants', async () => {
    expect(await session.calls(main, 'LIMIT)')).toBeUndefined();
  });
});

describe('structs', () => {
  test('the hover shows where the fields lie', async () => {
    const shown = ((await session.hover(main, 'item{')) as { contents: { value: string } }).contents.value;
    expect(shown).toContain('| `kind` | 0 | 1 |\n| *padding* | 1 | 7 |\n| `weight` | 8 | 8 |\n| `_type` | 16 | 2 |\n| *padding* | 18 | 6 |');
    expect(shown).toContain('24 bytes, aligned to 8');
  });

  test.each([
    ['a local variable', 'item.', ['kind', 'weight', '_type']],
    ['a field of a Go struct', 'if h.item.w', ['kind', 'weight', '_type']],
    ['a pointer', 'C.walk(h.list.', ['count', 'data']],
    ['a Go struct', 'h.', []],
    ['a string', '_ = "item.', []],
  ])('fields are offered behind %s', async (_, typed, names) => {
    await session.edit(main, { from: '\tif h.\n', to: `\t${typed}\n` });
    expect((await session.completions(main, `\t${typed}`)).map(({ label }) => label)).toEqual(names);
  });

  test('with their type and place', async () => {
    await session.edit(main, { from: '\tif h.\n', to: '\titem.\n' });
    expect(await session.completions(main, '\titem.')).toContainEqual(expect.objectContaining({ label: 'weight', detail: 'double', documentation: 'Offset 8, 8 bytes on 64-bit platforms.' }));
  });
});
