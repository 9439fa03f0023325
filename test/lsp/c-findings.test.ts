/** What is found in C files reaches the editor although it opens none of them: with the Go file that has them built, and until it closes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { Session } from './session.ts';

const main = 'file:///p/main.go';
const source = 'file:///p/total.c';
const text = 'package p\n\n// int total(int n);\nimport "C"\n\nfunc Total() int { return int(C.total(3)) }\n';
const leaking = '#include <stdlib.h>\n\nint total(int n) {\n\tint *all = malloc(n * sizeof(int));\n\tif (!all) return 0;\n\treturn all[0];\n}\n';

let session: Session;
let host: MemoryHost;
beforeEach(async () => {
  host = new MemoryHost();
  host.write('/p/total.c', leaking);
  session = await Session.start({ openEngine: () => createProject(host), rules });
  await session.open(main, text);
});
afterEach(() => session.end());

const shown = (count: number): Promise<unknown> => session.untilShown(source, (diagnostics) => diagnostics.length === count);

test('findings of a C file are shown in it', async () => {
  expect(await session.diagnostics(main)).toEqual([]);
  expect(await shown(1)).toMatchObject([{ code: 'malloc-leak', range: { start: { line: 3, character: 12 } } }]);
});

test('and go when the file is mended on disk, or the last Go file is closed', async () => {
  await shown(1);
  host.write('/p/total.c', leaking.replace('return all[0]', 'free(all); return 0'));
  await session.changedOnDisk(source);
  await shown(0);
  host.write('/p/total.c', leaking);
  await session.changedOnDisk(source);
  await shown(1);
  await session.close(main);
  await shown(0);
});
