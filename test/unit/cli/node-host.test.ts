/** The host over real files, and where the parsers are found. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeHost, toFileId } from '../../../server/src/project/node-host.ts';
import { readWasm } from '../../../server/src/project/node-wasm.ts';
import { tempFolder } from './temp-folder.ts';

test('reads the bytes as they are', async () => {
  const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0, 0xff, 13, 10);
  const folder = tempFolder({ 'a.go': bytes });
  expect(Buffer.from((await nodeHost.readFile(join(folder, 'a.go'))) ?? []).equals(bytes)).toBe(true);
});

test('what is not there, or no file, has no bytes', async () => {
  const folder = tempFolder({ 'a.go': '' });
  expect(await nodeHost.readFile(join(folder, 'b.go'))).toBeUndefined();
  expect(await nodeHost.readFile(folder)).toBeUndefined();
  expect(await nodeHost.readFile('/dev/null')).toBeUndefined();
  expect(await nodeHost.readDirectory(join(folder, 'a.go'))).toBeUndefined();
});

test('lists files and folders, with links as what they lead to', async () => {
  const folder = tempFolder({ 'a.go': '' });
  mkdirSync(join(folder, 'd'));
  symlinkSync('a.go', join(folder, 'file-link'));
  symlinkSync('d', join(folder, 'folder-link'));
  symlinkSync('nowhere', join(folder, 'broken'));
  symlinkSync('circle', join(folder, 'circle'));
  expect((await nodeHost.readDirectory(folder))?.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: 'a.go', kind: 'file' },
    { name: 'd', kind: 'directory' },
    { name: 'file-link', kind: 'file' },
    { name: 'folder-link', kind: 'directory' },
  ]);
});

test('file ids are absolute and have forward slashes', () => {
  expect(toFileId('/a/b/../c/')).toBe('/a/c');
  expect(toFileId('x')).toMatch(/^\/.*\/x$/);
});

test('the parsers are found when run from source', () => {
  const magic = [0, 0x61, 0x73, 0x6d];
  for (const bytes of Object.values(readWasm()) as Uint8Array[]) expect([...bytes.subarray(0, 4)]).toEqual(magic);
});
