/** How much of a package is looked at again after one keystroke: counted, not timed. A fact that reads too much of the package shows here. */
import { expect, test } from 'vitest';
import type { EngineOptions } from '../../../server/src/lint/engine.ts';
import type { Rule } from '../../../server/src/lint/rule.ts';
import { fixFile } from '../../../server/src/project/fix-file.ts';
import { Folder } from '../../../server/src/project/folder.ts';
import { readContracts } from '../../../server/src/project/node-contracts.ts';
import { readWasm } from '../../../server/src/project/node-wasm.ts';
import { PackageContracts } from '../../../server/src/project/package-contracts.ts';
import { rules } from '../../../server/src/rules/index.ts';
import { loadGrammars } from '../../../server/src/syntax/grammars.ts';
import { generateCgoFile } from '../../bench/cgo-file.ts';
import { MemoryHost } from '../../support/memory-host.ts';

const file = '/work/media.go';

/** All rules and one that notes which functions they are run on. */
function counting(): { readonly options: EngineOptions; readonly looked: string[] } {
  const looked: string[] = [];
  const probe: Rule = {
    ...rules.find((rule) => rule.subject === 'function')!,
    id: 'probe',
    subject: 'function',
    check: (fn) => {
      looked.push(fn.name);
      return [];
    },
  } as Rule;
  return { looked, options: { rules: [...rules, probe], severities: {}, contracts: {}, fixFile: (of) => fixFile(of, undefined), onError: (_, error) => { throw error; } } };
}

test('a keystroke in a body has the rules look at few functions, whether the file is whole after it or not', async () => {
  const host = new MemoryHost();
  const text = generateCgoFile(2_000);
  host.write(file, text);
  const folder = new Folder('/work', host, await loadGrammars(readWasm()), new PackageContracts(readContracts()));
  folder.open(file, text);
  const { options, looked } = counting();
  await folder.check(options);
  const all = looked.length;
  expect(all).toBeGreaterThan(100);
  const ends = [...text.matchAll(/\n\treturn [^\n]*/g)].map(({ index }) => index);
  const counts: number[] = [];
  for (const key of ['x', ' ', '{', '(', '"', '`', '\n']) {
    for (const share of [0.1, 0.4, 0.7]) {
      const at = ends[Math.floor(share * ends.length)]!;
      for (const edit of [{ span: { start: at, end: at }, newText: key }, { span: { start: at, end: at + key.length }, newText: '' }]) {
        looked.length = 0;
        folder.change(file, [edit]);
        await folder.check(options);
        counts.push(looked.length);
      }
    }
  }
  folder.dispose();
  expect(Math.max(...counts)).toBeLessThan(all / 10);
});
