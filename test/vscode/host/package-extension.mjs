/** Packs the extension as a user would get it, and reads what is inside. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { root } from './paths.mjs';

/** Builds and packs into `file`; speaks only when that fails. */
export function packExtension(file) {
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--no-rewrite-relative-links', '--out', file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** The names of the files in a .vsix, from the central directory of the zip file that it is. */
export function packedFiles(file) {
  const zip = readFileSync(file);
  const names = [];
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    names.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
}
