/** What the words of a C function's name may suggest. Names only ever silence or weaken; nothing is reported because of a name. */
import { words } from '../base/words.ts';

export { words };

const release = new Set(['free', 'destroy', 'release', 'unref', 'delete', 'close', 'dispose', 'cleanup', 'fini', 'finalize', 'finish', 'deinit', 'unload', 'drop', 'del', 'exit', 'quit', 'shutdown', 'terminate', 'term', 'decref', 'uninit', 'teardown']);
const keep = new Set(['set', 'register', 'add', 'new', 'create', 'init', 'open', 'put', 'bind', 'attach', 'push', 'insert', 'install', 'append', 'subscribe', 'enqueue', 'hook', 'store', 'pack']);
const construct = new Set(['new', 'create', 'open', 'init', 'alloc', 'calloc', 'dup', 'copy', 'clone', 'make', 'construct', 'load', 'connect', 'build']);
const count = new Set(['ref', 'reference', 'retain', 'addref', 'incref', 'upref', 'keep', 'grab', 'acquire']);

interface Hints {
  readonly release: boolean;
  readonly keep: boolean;
  readonly construct: boolean;
  readonly count: boolean;
}

/** What each of the words hints at. */
const meanings = new Map<string, (keyof Hints)[]>();
for (const [hint, list] of Object.entries({ release, keep, construct, count })) for (const word of list) meanings.set(word, [...(meanings.get(word) ?? []), hint as keyof Hints]);
const nothing: readonly (keyof Hints)[] = [];

/** The same names are asked about again and again; beyond so many the memory begins anew. */
const most = 20_000;
const known = new Map<string, Hints>();

function hints(name: string): Hints {
  let found = known.get(name);
  if (found === undefined) {
    const has = { release: false, keep: false, construct: false, count: false };
    for (const word of words(name)) for (const hint of meanings.get(withoutNumber(word)) ?? nothing) has[hint] = true;
    has.release ||= /(?:free|destroy|release|unref)(?:v|all|_?full)?$/i.test(name);
    found = { ...has, construct: has.construct && !has.release };
    if (known.size >= most) known.clear();
    known.set(name, found);
  }
  return found;
}

/** `gcm2` is a word like `gcm`. */
const withoutNumber = (word: string): string => (word.charCodeAt(word.length - 1) <= nine ? word.replace(/\d+$/, '') : word);
const nine = '9'.charCodeAt(0);

/** May release its pointer argument: enough to be silent about a leak. */
export const mayRelease = (name: string): boolean => hints(name).release;

/** May keep its pointer argument: weakens a leak to info. */
export const mayKeep = (name: string): boolean => hints(name).keep;

/** May keep an argument that points to memory which it must not write: what is opened is named by a string that is read, no more. */
export const mayKeepConst = (name: string): boolean => words(name).some((word) => word !== 'open' && keep.has(withoutNumber(word)));

/** May take one more reference to its argument, so that a release of it is not the last one. */
export const mayCount = (name: string): boolean => hints(name).count;

/** Makes something, by its name. */
export const mayConstruct = (name: string): boolean => hints(name).construct;

const allocate = new Set(['malloc', 'calloc', 'realloc', 'alloc', 'strdup', 'strndup', 'memdup', 'zalloc', 'mallocz']);

/** Allocates or makes something, by its name. */
export const mayAllocate = (name: string): boolean => mayConstruct(name) || allocates(name);

/** Hands out plain memory, by its name. */
export const allocates = (name: string): boolean => words(name).some((word) => allocate.has(withoutNumber(word)));

const walk = new Set(['foreach', 'each', 'walk', 'scan', 'iterate', 'iter', 'traverse', 'enum', 'enumerate', 'filter', 'run', 'exec', 'execute', 'call', 'invoke', 'visit', 'parse', 'sort', 'search', 'find', 'get', 'query', 'eval', 'sync', 'wait', 'poll', 'read', 'write', 'send', 'recv']);

/** Calls back while it runs, by its name: what it is given it needs no longer than that. */
export const mayWalk = (name: string): boolean => words(name).some((word) => walk.has(word));

const callbacks = /(?:register|subscribe|attach|install|(?:set|add)\w*(?:callback|cb|handler|hook|listener|observer|watch|user_?data|opaque|context|closure))/i;

/** Registers something for later, by its name. */
export const mayRegister = (name: string): boolean => callbacks.test(name) && !/unregister|deregister|unsubscribe/i.test(name);
