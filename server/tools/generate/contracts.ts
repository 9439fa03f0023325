/** What follows from the contract data: the index that the program reads first, and the page that lists the libraries. */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Library, LibraryHead } from '../../src/semantics/c/contracts.ts';

export const contractFolder = 'server/contracts';

/** Every library of the source tree, by name. */
export function readLibraries(root: string): readonly Library[] {
  return readdirSync(path.join(root, contractFolder))
    .filter((name) => name.endsWith('.json') && name !== 'schema.json' && name !== 'index.json')
    .sort()
    .map((name) => JSON.parse(readFileSync(path.join(root, contractFolder, name), 'utf8')) as Library);
}

/** The heads of all libraries, one a line. */
export const contractIndex = (libraries: readonly Library[]): string => `[\n${libraries.map((library) => JSON.stringify(headOf(library))).join(',\n')}\n]\n`;

function headOf({ library, title, headers, implies, releaseArguments, pointerTypes, versionOf, trust }: Library): LibraryHead {
  return { library, title, headers, ...(implies ? { implies } : {}), ...(releaseArguments ? { releaseArguments } : {}), ...(pointerTypes ? { pointerTypes } : {}), ...(versionOf !== undefined ? { versionOf } : {}), trust };
}

/** The page of the docs. */
export function contractPage(libraries: readonly Library[]): string {
  const total = libraries.reduce((sum, { functions }) => sum + Object.keys(functions).length, 0);
  return [
    '<!-- Made by `npm run generate` from the files in server/contracts. -->',
    '',
    '# C libraries whose contracts are known',
    '',
    `Who owns what, for ${total.toLocaleString('en')} functions of ${libraries.length} C libraries. A package that includes one of a library's headers is checked with its rows; each row cites its source.`,
    'Rows of a *verified* library come from annotations, API descriptions or function bodies, or a sample of them was compared with the source; a finding may rest on them.',
    'Rows that are a *lead* only keep findings away.',
    '',
    '| Library | Functions | Hand out memory | Release | Keep or take | Trust |',
    '|---|---|---|---|---|---|',
    ...libraries.map(line),
    '',
  ].join('\n');
}

function line({ library, title, functions, trust }: Library): string {
  const rows = Object.values(functions);
  const having = (...effects: string[]): number => rows.filter(({ params }) => params?.some(({ effect }) => effects.includes(effect))).length;
  const makers = rows.filter(({ returns, params }) => returns === 'owned' || params?.some(({ effect }) => effect === 'out-owned')).length;
  const leads = rows.filter(({ lead }) => lead === true).length;
  const trusted = trust === 'lead' ? 'lead' : leads === 0 ? 'verified' : `verified, ${leads} rows leads`;
  return `| [${title}](../contracts/${library}.json) | ${rows.length} | ${makers} | ${having('releases')} | ${having('takes', 'holds', 'userdata-held', 'callback-held')} | ${trusted} |`;
}
