/** Where a program keeps what it can make again. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The folder for Cgo Guard in the caches of the person who runs it; undefined for one without a home, as in a container. It need not exist. Source: XDG Base
 * Directory Specification ("relative paths are to be ignored"); Apple, "File System Programming Guide"; Microsoft, KNOWNFOLDERID (LocalAppData).
 */
export function cacheFolder(): string | undefined {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'cgo-guard', 'Cache');
  if (process.platform !== 'darwin' && XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'cgo-guard');
  const home = homeOrNone();
  return home && join(home, ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']), 'cgo-guard');
}

/** Node throws where neither the environment nor the system knows a home. */
function homeOrNone(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}
