/** Half-typed code read from disk: a snippet without its end adds no finding to the declarations that it does not touch. */
import { expect, test } from 'vitest';
import { elsewhere, fewOf, intactFindings, layout, news, none, places, snippets, start, typed } from './half-typed.ts';
import { shelfPackage } from './shelf-package.ts';

test('the intact package has findings in several declarations, and each of its hazards is told', async () => {
  const rules = new Set((await intactFindings()).map((key) => key.split(' | ')[2]));
  expect([...rules].sort()).toEqual([
    'c-memory-view', 'cleanup-captures-object', 'cstring-leak', 'export-panic', 'malloc-leak', 'missing-keepalive', 'pointer-field', 'struct-cast', 'use-after-free',
  ]);
});

test.each(snippets)('%s read from disk adds nothing elsewhere', async (snippet) => {
  const before = new Set(await intactFindings());
  const { host, project } = await start();
  const problems: string[] = [];
  for (const [at, place] of places.entries()) {
    // A folder of its own: nothing can be remembered from a better time.
    const directory = `/case-${at}`;
    host.writeAll(directory, { ...shelfPackage, [place.file]: typed(place, snippet) });
    problems.push(...news(place, before, await project.checkDirectory(directory)));
  }
  expect(fewOf(problems)).toEqual(none);
});

test('a hazard stays visible while another function is half typed', async () => {
  const stays = (await intactFindings()).filter((key) => key.includes('| use-after-free |'));
  expect(stays.length).toBeGreaterThan(0);
  const holder = stays[0]!.split(' | ')[1]!;
  const { host, project } = await start();
  const lost: string[] = [];
  const functions = layout.get('shelf.go')!.filter(({ name }) => name.startsWith('func ') && name !== holder);
  for (const declaration of functions) {
    for (const [at, snippet] of ['if x {', 'C.f(', 'defer func() {', 'switch {'].entries()) {
      const place = places.find(({ file, line }) => file === 'shelf.go' && line === declaration.to)!;
      const directory = `/case-${place.line}-${at}`;
      host.writeAll(directory, { ...shelfPackage, [place.file]: typed({ ...place, indent: '\t' }, snippet) });
      const found = new Set(elsewhere(place, await project.checkDirectory(directory)));
      if (!stays.every((key) => found.has(key))) lost.push(`${snippet} at the end of ${declaration.name}`);
    }
  }
  expect(lost).toEqual([]);
});
