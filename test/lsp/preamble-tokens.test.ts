/** Sessions with the real project: the C of a preamble is coloured in both comment forms, and only where it is a preamble. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWasm } from '../../server/src/project/node-wasm.ts';
import { Project } from '../../server/src/project/project.ts';
import { rules } from '../../server/src/rules/index.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const title = 'file:///p/title.go';

const block = `package p

/*
#include <stdlib.h>

void show_title(const char *title);
*/
import "C"

func title(s string) { C.show_title(nil) }
`;

let session: Session;

beforeEach(async () => {
  session = await Session.start({ openEngine: () => Project.create(new MemoryHost(), readWasm()), rules });
});
afterEach(() => session.end());

describe('semantic tokens', () => {
  test.each([
    ['a block comment', block],
    ['line comments', block.replace('/*\n#include <stdlib.h>\n\nvoid show_title(const char *title);\n*/', '// #include <stdlib.h>\n//\n// void show_title(const char *title);')],
  ])('colour the C in %s', async (_, text) => {
    await session.open(title, text);
    const { legend } = session.initialized.capabilities.semanticTokensProvider!;
    const { data } = (await session.tokens(title))!;
    const words = new Map<string, string>();
    const lines = text.split('\n');
    let line = 0;
    let character = 0;
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0, type = 0] = data.slice(i, i + 4);
      character = down > 0 ? right : character + right;
      line += down;
      words.set(lines[line]!.slice(character, character + length), legend.tokenTypes[type]!);
    }
    expect(words.get('show_title')).toBe('function');
    expect(words.get('const')).toMatch(/keyword|modifier/);
    expect(words.get('title')).toBe('parameter');
    expect([...words.keys()].some((word) => word.includes('//'))).toBe(false);
  });

  test('a comment that is no preamble has none', async () => {
    await session.open(title, block.replace('*/\nimport "C"', '*/\n\nimport "C"'));
    expect(await session.tokens(title)).toBeNull();
  });
});
