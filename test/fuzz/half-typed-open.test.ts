/** Half-typed code in an editor: the same as read from disk, and nothing stays behind when it is taken back. */
import { expect, test } from 'vitest';
import { fewOf, keysOf, news, none, places, snippets, start } from './half-typed.ts';
import { goFiles, shelfPackage } from './shelf-package.ts';

test.each(snippets)('%s typed into an open document adds nothing elsewhere, and taken back leaves no trace', async (snippet) => {
  const { host, project } = await start();
  host.writeAll('/open', shelfPackage);
  for (const name of goFiles) project.openDocument(`/open/${name}`, shelfPackage[name]!);
  const intact = keysOf(await project.checkDirectory('/open'));
  const before = new Set(intact);
  const problems: string[] = [];
  for (const { file, line, offset, indent } of places) {
    const newText = `${indent}${snippet}\n`;
    project.changeDocument(`/open/${file}`, [{ span: { start: offset, end: offset }, newText }]);
    problems.push(...news({ file, line, offset, indent }, before, await project.checkDirectory('/open')));
    project.changeDocument(`/open/${file}`, [{ span: { start: offset, end: offset + newText.length }, newText: '' }]);
    const after = keysOf(await project.checkDirectory('/open'));
    if (after.join('\n') !== intact.join('\n')) problems.push(`taken back before ${file}:${line + 1}, the findings differ: ${after.join('\n')}`);
  }
  expect(fewOf(problems)).toEqual(none);
});
