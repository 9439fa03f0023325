/** The contract data keeps to its schema, and the right libraries are chosen for a package. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { readContracts } from '../../../server/src/project/node-contracts.ts';
import { Contracts, type ContractRow, librariesOf, type Library } from '../../../server/src/semantics/c/contracts.ts';

const folder = resolve('server/contracts');
const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'schema.json' && name !== 'index.json');
const source = readContracts();

describe('the data', () => {
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(join(folder, 'schema.json'), 'utf8')) as object);

  test.each(files)('%s keeps to the schema and names what it speaks of', (name) => {
    const library = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Library;
    expect(validate(library) ? [] : validate.errors).toEqual([]);
    expect(`${library.library}.json`).toBe(name);
    for (const implied of library.implies ?? []) expect(files).toContain(`${implied}.json`);
  });

  test.each(files)('%s says who releases what is owned', (name) => {
    const { functions } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Library;
    const silent = Object.entries(functions).filter(
      ([, row]) => (row.returns === 'owned' && row.release === undefined) || row.params?.some(({ effect, release }) => effect === 'out-owned' && release === undefined),
    );
    expect(silent.map(([function_]) => function_)).toEqual([]);
  });
});

describe('headers', () => {
  test('belong to one library each, or to versions of one', () => {
    const owner = new Map<string, string>();
    const shared = source.heads.flatMap(({ headers, library, versionOf }) =>
      headers.filter((header) => {
        const known = owner.get(header) ?? versionOf ?? library;
        owner.set(header, known);
        return known !== (versionOf ?? library);
      }),
    );
    expect(shared).toEqual([]);
  });
});

describe('which libraries count', () => {
  test('the C library always, others by header, folder of a header, and what those include', () => {
    expect(librariesOf(source, [])).toEqual(['libc']);
    expect(librariesOf(source, ['sqlite3.h'])).toEqual(['libc', 'sqlite3']);
    expect(librariesOf(source, ['openssl/anything.h'])).toEqual(['libc', 'openssl']);
    expect(librariesOf(source, ['gio/gio.h'])).toEqual(['gio', 'glib', 'gobject', 'libc']);
    expect(librariesOf(source, ['sys/types.h', 'stdlib.h', 'mine.h'])).toEqual(['libc']);
  });
});

describe('what a name means', () => {
  const row = (more: Partial<ContractRow>): ContractRow => ({ returns: 'value', source: 'test', ...more });
  const library = (id: string, functions: Record<string, ContractRow>, more: Partial<Library> = {}): Library => ({ library: id, title: id, headers: [`${id}.h`], trust: 'verified', functions, ...more });
  const owned = row({ returns: 'owned', release: 'done' });

  test('rows of the user come first', () => {
    const contracts = new Contracts([library('a', { make: owned })], { make: row({ returns: 'borrowed' }) });
    expect(contracts.lookup('make')).toMatchObject({ returns: 'borrowed', trusted: true });
  });

  test('two libraries that disagree say nothing', () => {
    expect(new Contracts([library('a', { make: owned }), library('b', { make: row({ returns: 'borrowed' }) })]).lookup('make')).toBeUndefined();
    expect(new Contracts([library('a', { make: owned }), library('b', { make: owned })]).lookup('make')).toMatchObject({ returns: 'owned' });
  });

  test('a lead is no proof, nor is what only one of two versions knows', () => {
    const trusted = (...libraries: Library[]): boolean | undefined => new Contracts(libraries).lookup('make')?.trusted;
    expect(trusted(library('a', { make: owned }))).toBe(true);
    expect(trusted(library('a', { make: owned }, { trust: 'lead' }))).toBe(false);
    expect(trusted(library('a', { make: { ...owned, lead: true } }))).toBe(false);
    expect(trusted(library('a3', { make: owned }, { versionOf: 'a' }), library('a4', {}, { versionOf: 'a' }))).toBe(false);
  });
});
