/**
 * What the editor knows of C names in real projects, while one file of the package does not parse. The projects are named by whoever runs the
 * test: CGO_GUARD_PROJECTS lists folders that hold a Go package with cgo, separated as in PATH.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeHost, toFileId } from '../../server/src/project/node-host.ts';
import { rules } from '../../server/src/rules/index.ts';
import { createProject } from '../support/engine.ts';
import { Session } from './session.ts';

const folders = (process.env['CGO_GUARD_PROJECTS'] ?? '').split(delimiter).filter((folder) => folder !== '');
const why = folders.length === 0 ? ' (skipped: CGO_GUARD_PROJECTS names no folder of a real project)' : '';

/** Names that are looked up in one package, at most. */
const most = 60;

interface Use {
  readonly name: string;
  /** The name with what follows it. */
  readonly needle: string;
  readonly called: boolean;
}

let session: Session | undefined;
afterEach(async () => {
  await session?.end();
  session = undefined;
});

describe.skipIf(folders.length === 0)(`C names in real projects${why}`, () => {
  test.each(folders.length === 0 ? [''] : folders)('%s', async (folder) => {
    const files = goFiles(folder);
    const opened = files.toSorted((a, b) => uses(b.text).length - uses(a.text).length)[0]!;
    const half = files.find(({ name }) => name !== opened.name);
    expect(uses(opened.text), 'names after C.').not.toHaveLength(0);
    session = await Session.start({ openEngine: () => createProject(nodeHost), rules });
    // Where the package has one file only, the broken one is new.
    await session.open(uriOf(folder, half?.name ?? 'zz_half.go'), `${half?.text ?? `package ${/^package (\w+)/m.exec(opened.text)![1]}\n`}\nfunc half(n int) {\n\tif n > (\n`);
    const uri = uriOf(folder, opened.name);
    await session.open(uri, opened.text);
    const chosen = uses(opened.text).slice(0, most);
    const known = new Map<string, { hover: boolean; definition: boolean; signature: boolean | undefined; offered: boolean }>();
    const text = opened.text;
    await session.replaceAll(uri, `${text}\nfunc typing() {\n\tC.\n`);
    // The list of a large library grows with each question; most of a name chooses from it.
    for (let i = 0; i < 40 && (await session.completionList(uri, 'typing() {\n\tC.')).isIncomplete; i++);
    const offered = new Map<string, ReadonlySet<string>>();
    for (const typed of new Set(chosen.map(({ name }) => nearlyAll(name)))) {
      await session.replaceAll(uri, `${text}\nfunc typing() {\n\tC.${typed}\n`);
      offered.set(typed, new Set((await session.completions(uri, `typing() {\n\tC.${typed}`)).map(({ label }) => label)));
    }
    for (const use of chosen) {
      const hover = (await session.hover(uri, use.needle)) !== null;
      const definition = (await session.definition(uri, use.needle)) !== null;
      const signature = use.called && definition ? (await session.signature(uri, `C.${use.name}(`)) !== null : undefined;
      known.set(use.name, { hover, definition, signature, offered: offered.get(nearlyAll(use.name))?.has(use.name) ?? false });
    }
    const all = [...known.values()];
    const count = (which: 'hover' | 'definition' | 'offered' | 'signature'): number => all.filter((one) => one[which] === true).length;
    console.log(`${folder}/${opened.name}: ${known.size} names; hover ${count('hover')}, definition ${count('definition')}, completion ${count('offered')}, signature ${count('signature')} of ${all.filter(({ signature }) => signature !== undefined).length}`);
    console.log(`  unknown: ${[...known].filter(([, one]) => !one.definition).map(([name]) => name).slice(0, 12).join(' ')}`);
    expect(count('hover')).toBeGreaterThanOrEqual(known.size * 0.7);
    expect(count('definition')).toBeGreaterThanOrEqual(known.size * 0.7);
    expect([...known].filter(([, one]) => one.definition && !one.offered).map(([name]) => name)).toEqual([]);
  });
});

const nearlyAll = (name: string): string => name.slice(0, Math.max(1, name.length - 2));

function goFiles(folder: string): { readonly name: string; readonly text: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

const uriOf = (folder: string, name: string): string => `file://${toFileId(join(folder, name))}`;

/** Names that cgo brings itself, and those of C's own types. */
const own = /^(?:CString|CBytes|GoString|GoStringN|GoBytes|u?(?:char|short|int|long|longlong)|schar|float|double|bool|void|u?int(?:8|16|32|64|ptr)_t|size_t)$/;

/** The C names of a file, each with one place where it stands outside of comments. */
function uses(text: string): Use[] {
  const found = new Map<string, Use>();
  const code = text.slice(Math.max(0, text.indexOf('import "C"'))).replace(/\/\/.*|"(?:\\.|[^"\\\n])*"/g, (part) => ' '.repeat(part.length));
  for (const { 1: name = '', 2: call, index } of code.matchAll(/(?<![\w.)\]])C\.(\w+)(\()?/g)) {
    if (own.test(name) || found.has(name)) continue;
    const line = text.slice(text.indexOf('import "C"') + index);
    found.set(name, { name, needle: line.slice(2, 2 + name.length + 12), called: call !== undefined });
  }
  return [...found.values()];
}
