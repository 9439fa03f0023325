/** Collects the licence texts of the packages whose code or grammars are shipped in dist/, as their licences demand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** The notices for every package in `folders` (absolute), sorted by name; a package without a licence text is an error. */
export function thirdPartyNotices(folders) {
  const notices = [...new Set(folders)].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => licenceFile.test(entry));
    if (file === undefined) throw new Error(`${name} ships no licence text`);
    return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
  });
  return `Cgo Guard contains code of these packages.\n\n${notices.sort().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The folder of the installed package that a bundled source file belongs to, or undefined for the project's own files. */
export function packageFolder(file) {
  const at = file.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [first, second] = file.slice(at + 'node_modules/'.length).split('/');
  const folder = path.join(file.slice(0, at), 'node_modules', first.startsWith('@') ? `${first}/${second}` : first);
  return existsSync(path.join(folder, 'package.json')) ? folder : undefined;
}
