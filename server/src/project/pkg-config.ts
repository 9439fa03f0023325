/** Reads pkg-config's `.pc` files for the folders of headers that a package names. Source: pc(5). Runs no program. */
import { type FileId, type Host, join } from './host.ts';
import { decode } from './text.ts';

/** Packages that require each other further than this are followed no more. */
const mostPackages = 40;

/** The `-I` folders of packages and of what they require; a package that is not installed has none. */
export async function headerFoldersOf(host: Host, names: readonly string[], folders: readonly FileId[]): Promise<FileId[]> {
  const out = new Set<FileId>();
  const queue = [...new Set(names)];
  for (let i = 0; i < Math.min(queue.length, mostPackages); i++) {
    const found = await readFirst(host, folders, `${queue[i]!}.pc`);
    if (found === undefined) continue;
    const { includes, requires } = readPackage(found.text, found.folder);
    for (const folder of includes) out.add(folder);
    for (const name of requires) if (!queue.includes(name)) queue.push(name);
  }
  return [...out];
}

async function readFirst(host: Host, folders: readonly FileId[], name: string): Promise<{ readonly text: string; readonly folder: FileId } | undefined> {
  for (const folder of folders) {
    const bytes = await host.readFile(join(folder, name));
    const text = bytes && decode(bytes);
    if (text !== undefined) return { text, folder };
  }
  return undefined;
}

/** What one file, which lies in `folder`, says, with its variables put in. */
export function readPackage(text: string, folder: FileId): { readonly includes: readonly FileId[]; readonly requires: readonly string[] } {
  const variables = new Map([['pcfiledir', folder]]);
  const fields = new Map<string, string>();
  const expand = (value: string, depth = 0): string => value.replace(/\$\{([\w.]+)\}/g, (_, name: string) => (depth > 8 ? '' : expand(variables.get(name) ?? '', depth + 1)));
  for (const line of text.split(/\r?\n/)) {
    const found = /^([\w.]+(?:\.private)?)\s*([=:])\s*(.*)$/.exec(line.replace(/#.*$/, '').trimEnd());
    if (found) (found[2] === '=' ? variables : fields).set(found[2] === '=' ? found[1]! : found[1]!.toLowerCase(), found[3]!);
  }
  const flags = expand(fields.get('cflags') ?? '').match(/(?:\\.|\S)+/g) ?? [];
  const required = expand(`${fields.get('requires') ?? ''},${fields.get('requires.private') ?? ''}`).replace(/[<>=!]+\s*[\w.]+/g, ' ');
  return {
    includes: flags.flatMap((flag) => /^-I(.+)$/.exec(flag)?.[1]?.replace(/\\(.)/g, '$1').replace(/["']/g, '') ?? []).map((path) => join('', path)),
    requires: required.match(/[^\s,]+/g) ?? [],
  };
}
