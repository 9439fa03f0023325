/** What the words of a C function's name may suggest. Names only ever silence or weaken; nothing is reported because of a name. */

const release = new Set(['free', 'destroy', 'release', 'unref', 'delete', 'close', 'dispose', 'cleanup', 'fini', 'finalize', 'finish', 'deinit', 'unload', 'drop', 'del', 'exit', 'quit', 'shutdown', 'terminate', 'term', 'decref', 'uninit', 'teardown']);
const keep = new Set(['set', 'register', 'add', 'new', 'create', 'init', 'open', 'put', 'bind', 'attach', 'push', 'insert', 'install', 'append', 'subscribe', 'enqueue', 'hook', 'store', 'pack']);
const construct = new Set(['new', 'create', 'open', 'init', 'alloc', 'calloc', 'dup', 'copy', 'clone', 'make', 'construct', 'load', 'connect', 'build']);

/** `sqlite3_bind_text` → sqlite3, bind, text; `CFRelease` → cf, release; `XFree` → x, free; `g_strfreev` → g, strfreev. */
export function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '');
}

const has = (set: ReadonlySet<string>, name: string): boolean => words(name).some((word) => set.has(word.replace(/\d+$/, '')));

/** May release its pointer argument: enough to be silent about a leak. */
export const mayRelease = (name: string): boolean => has(release, name) || /(?:free|destroy|release|unref)(?:v|all|_?full)?$/i.test(name);

/** May keep its pointer argument: weakens a leak to info. */
export const mayKeep = (name: string): boolean => has(keep, name);

/** Makes something, by its name. */
export const mayConstruct = (name: string): boolean => has(construct, name) && !mayRelease(name);
