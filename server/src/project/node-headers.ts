/** Where C compilers of this machine look for headers, and pkg-config for its files. Runs nothing: it looks which of the usual folders are there. */
import { readdirSync, statSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { SystemFolders } from './host.ts';

/** Sources: GCC manual, "Directory Options" and "Environment Variables"; pkg-config(1); the layouts of Debian multiarch, Homebrew, Xcode and MSYS2. */
export function systemFolders(env: NodeJS.ProcessEnv = process.env): SystemFolders {
  const roots = ['/usr/local', '/opt/homebrew', '/opt/local', '/usr', ...['ucrt64', 'mingw64', 'clang64'].map((name) => `C:/msys64/${name}`)];
  const kits = ['/Library/Developer/CommandLineTools/SDKs/MacOSX.sdk/usr', '/Applications/Xcode.app/Contents/Developer/Platforms/MacOSX.platform/Developer/SDKs/MacOSX.sdk/usr'];
  const multiarch = (folder: string): string[] => below(folder).filter((name) => /^\w+-linux-/.test(name)).map((name) => `${folder}/${name}`);
  const gcc = below('/usr/lib/gcc').flatMap((target) => below(`/usr/lib/gcc/${target}`).map((version) => `/usr/lib/gcc/${target}/${version}/include`));
  const headers = [...paths(env['C_INCLUDE_PATH']), ...paths(env['CPATH']), ...gcc, ...roots.flatMap((root) => [...multiarch(`${root}/include`), `${root}/include`]), ...kits.map((kit) => `${kit}/include`)];
  const libraries = roots.flatMap((root) => [`${root}/lib`, `${root}/lib64`, ...multiarch(`${root}/lib`), `${root}/share`]);
  return {
    headers: existing(headers),
    packages: existing([...paths(env['PKG_CONFIG_PATH']), ...libraries.map((folder) => `${folder}/pkgconfig`)]),
  };
}

const paths = (list: string | undefined): string[] => (list ?? '').split(delimiter).filter((path) => path !== '').map((path) => path.replaceAll('\\', '/'));

const existing = (folders: readonly string[]): string[] => [...new Set(folders)].filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false);

function below(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
