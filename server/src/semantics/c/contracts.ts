/**
 * What is known of C functions that are not in view: rows of data, one file per library (server/contracts, described by its schema.json).
 * This file decides which libraries a package uses and answers by name; it reads no disk, and does not say what a row means for a finding.
 */
import { words } from '../../base/words.ts';

export interface ContractParam {
  /** Counts from 0 in the C prototype. */
  readonly index: number;
  readonly effect: 'takes' | 'holds' | 'releases' | 'out-owned' | 'out-borrowed' | 'userdata-held' | 'callback-held' | 'copies';
  /** Releases an owned out value. */
  readonly release?: string;
  /** The effect happens only then. */
  readonly on?: 'success' | 'failure';
  /** The results that mean success; absent where the result does not tell. */
  readonly success?: 'zero' | 'nonzero' | 'nonnegative';
  /** Stored in every element of the caller's array, as far as that is set. */
  readonly elements?: true;
  /** An owned out value that is made whether or not the call went well. */
  readonly anyhow?: true;
  /** An owned out value that is there already is extended or filled anew; any other is overwritten unseen. */
  readonly reuses?: true;
  /** Another condition, in words: the effect is only possible. */
  readonly when?: string;
  /** The effect happens exactly when this argument of the call is not zero. */
  readonly ifNonzero?: number;
  /** What ends a hold. */
  readonly until?: string;
  /** A borrowed out value is this field of the struct that the argument points to. */
  readonly field?: string;
  /** Of a borrowed out value, as in a row. */
  readonly lender?: number;
  readonly endedBy?: readonly string[];
  /** callback-held: what it is given is what the callbacks of these arguments returned, for it to release. */
  readonly releasesResultsOf?: readonly number[];
  /** callback-held: it is called as often as there is occasion, whatever it returned. */
  readonly stays?: true;
}

/** One row of a library's file. */
export interface ContractRow {
  readonly header?: string;
  readonly returns: 'owned' | 'borrowed' | 'static' | 'thread-local' | 'value' | 'none';
  readonly release?: string;
  /** The argument whose object a borrowed result belongs to: it lives as long as that object at most. */
  readonly lender?: number;
  /** The functions that end a borrowed result when they get that object, although they do not release it. */
  readonly endedBy?: readonly string[];
  /** The result is bytes, not text: the function that tells how many, or `argument` where the call itself stores it. */
  readonly length?: string;
  readonly nullable?: boolean;
  /** The result is owned only where this argument is NULL; otherwise it is the object behind that. */
  readonly ownedIfNull?: number;
  /** What takes the owned result and returns zero exactly when there is something to release; a failure is a static object. */
  readonly status?: string;
  /** The argument through which it stores a number: zero exactly when the owned result came to be, which is NULL otherwise. */
  readonly statusThrough?: number;
  readonly params?: readonly ContractParam[];
  readonly errorInThreadLocal?: boolean;
  readonly errnoOnlyOnFailure?: boolean;
  readonly blocks?: boolean;
  /** For something from outside, without a time limit. */
  readonly waits?: boolean;
  readonly variadic?: boolean;
  readonly notThreadSafe?: boolean;
  readonly threadAffine?: boolean;
  readonly mainThread?: boolean;
  /** What it makes or enters belongs to the thread that calls: a sentence that says so. */
  readonly ownThread?: string;
  /** It reads the error that an earlier call left in the thread. */
  readonly threadError?: boolean;
  readonly noReturn?: boolean;
  /** What it does to the process, or to the stack of the thread. */
  readonly process?: 'forks' | 'execs' | 'exits' | 'ends-thread' | 'jumps' | 'marks';
  /** The buffered stream that it writes to: C's standard output, or what the parameter with this index is. */
  readonly prints?: 'stdout' | number;
  readonly flushes?: boolean;
  readonly environment?: boolean;
  readonly lead?: boolean;
  readonly verified?: boolean;
  readonly note?: string;
  readonly source: string;
}

/** What a library's file says besides its rows. */
export interface LibraryHead {
  readonly library: string;
  readonly title: string;
  readonly headers: readonly string[];
  readonly implies?: readonly string[];
  /** Release functions that take any pointer, with the type that Go has to convert to (`unsafe.Pointer`, `C.gpointer`), and those that need `more` than the pointer. */
  readonly releaseArguments?: Readonly<Record<string, string>>;
  /** Typedefs of pointers that hide what they point to: `gpointer`. `C.name(p)` converts. */
  readonly pointerTypes?: readonly string[];
  /** Versions of one library have the same headers; which one is used may be unknown. */
  readonly versionOf?: string;
  readonly trust: 'verified' | 'lead';
}

export interface Library extends LibraryHead {
  readonly functions: Readonly<Record<string, ContractRow>>;
}

/** Where the data comes from. Both answers are cheap to ask again. */
export interface ContractSource {
  readonly heads: readonly LibraryHead[];
  library(id: string): Library | undefined;
}

export interface Contract extends ContractRow {
  readonly library: LibraryHead;
  /** Whether a finding may rest on the row; otherwise it may only silence. */
  readonly trusted: boolean;
}

/** The contracts that hold in one package. */
export class Contracts {
  readonly #libraries: readonly Library[];
  readonly #own: Readonly<Record<string, ContractRow>>;
  /** `null` for what no library has. */
  readonly #known = new Map<string, Contract | null>();

  /** `own` are the rows that the project's users wrote; they come before those of any library. */
  constructor(libraries: readonly Library[], own: Readonly<Record<string, ContractRow>> = {}) {
    this.#libraries = libraries;
    this.#own = own;
  }

  get libraries(): readonly LibraryHead[] {
    return this.#libraries;
  }

  /** The functions that the project's own rows are about. */
  get ownNames(): readonly string[] {
    return Object.keys(this.#own);
  }

  /** The row of a C function. Where two libraries in use have the name and differ in what they say of owners, there is none. */
  lookup(name: string): Contract | undefined {
    let found = this.#known.get(name);
    if (found === undefined) this.#known.set(name, (found = this.#find(name) ?? null));
    return found ?? undefined;
  }

  /** The functions that a package which includes these headers can call: all of a library, of the C library those of the headers. */
  namesIn(includes: ReadonlySet<string>): { readonly name: string; readonly library: LibraryHead }[] {
    return this.#libraries.flatMap((library) =>
      Object.entries(library.functions).flatMap(([name, row]) => (row.variadic || (library.library === 'libc' && !includes.has(row.header ?? '')) ? [] : [{ name, library }])),
    );
  }

  /** The functions whose row says something. */
  namesWhere(test: (row: ContractRow) => boolean): readonly string[] {
    return this.#libraries.flatMap((library) => Object.entries(library.functions).flatMap(([name, row]) => (test(row) ? [name] : [])));
  }

  /** Whether a library in use declares the name as a type of pointers. */
  isPointerType(name: string): boolean {
    return this.#libraries.some(({ pointerTypes }) => pointerTypes?.includes(name) === true);
  }

  /** The Go type that a release function takes, where that is no type of its own; `more` where it takes other arguments, too. */
  releaseType(release: string): string | undefined {
    return this.#libraries.flatMap(({ releaseArguments }) => releaseArguments?.[release] ?? [])[0];
  }

  /**
   * What a call releases by one argument. `certain` is the end of the object: it hangs on no condition, and by its words the function
   * neither drops one reference of several nor empties an object that its owner goes on to use. `ownType`: it takes no other pointer.
   */
  releaseBy(name: string, arg: number): { readonly certain: boolean; readonly ownType: boolean; readonly ifNonzero?: number } | undefined {
    const contract = this.lookup(name);
    const releases = contract?.params?.filter(({ index, effect }) => index === arg && effect === 'releases') ?? [];
    if (contract === undefined || releases.length === 0) return undefined;
    const ifNonzero = releases.length === 1 && contract.trusted ? releases[0]!.ifNonzero : undefined;
    const certain = contract.trusted && releases.some((param) => param.when === undefined && param.on === undefined && param.ifNonzero === undefined) && !words(name).some((word) => counted.has(word) || emptying.has(word));
    return { certain, ownType: !anyPointer.has(this.releaseType(name)), ...(ifNonzero !== undefined ? { ifNonzero } : {}) };
  }

  #find(name: string): Contract | undefined {
    if (Object.hasOwn(this.#own, name)) return { ...this.#own[name]!, library: ownRows, trusted: true };
    const having = this.#libraries.filter(({ functions }) => Object.hasOwn(functions, name));
    if (having.length === 0) return undefined;
    const [first, ...others] = having.map((library): Contract => {
      const row = library.functions[name]!;
      const doubtful = this.#libraries.some((other) => other !== library && other.versionOf !== undefined && other.versionOf === library.versionOf && !Object.hasOwn(other.functions, name));
      return { ...row, library, trusted: (library.trust === 'verified' ? row.lead !== true : row.verified === true) && !doubtful };
    });
    return others.every((other) => sameOwners(first!, other)) ? first : undefined;
  }
}

/** Words of functions that drop a reference: the object lives on while others hold one. */
const counted = new Set(['unref', 'deref', 'decref', 'release', 'unreference']);

/** Words of functions that empty an object which its owner goes on to use: g_value_unset and git_buf_dispose, say. */
const emptying = new Set(['unset', 'clear', 'reset', 'dispose', 'fini', 'deinit', 'uninit', 'cleanup', 'wipe', 'empty', 'truncate', 'remove', 'set']);

/** Types of parameters that take whatever was allocated. */
const anyPointer: ReadonlySet<string | undefined> = new Set(['unsafe.Pointer', 'C.gpointer']);

const ownRows: LibraryHead = { library: 'project', title: 'the project file', headers: [], trust: 'verified' };

const sameOwners = (a: ContractRow, b: ContractRow): boolean => a.returns === b.returns && a.release === b.release && JSON.stringify(a.params ?? []) === JSON.stringify(b.params ?? []);

export const noContracts: ContractSource = { heads: [], library: () => undefined };

/** Folders of headers that belong to no library. */
const sharedFolders = new Set(['', 'sys', 'net', 'netinet', 'arpa', 'linux', 'bits', 'include', 'security']);

const folderOf = (header: string): string => header.slice(0, Math.max(0, header.indexOf('/')));

/** The ids of the libraries that a package uses which includes these headers, with what they imply. The C library always is among them. */
export function librariesOf(source: ContractSource, includes: Iterable<string>): readonly string[] {
  const heads = new Map(source.heads.map((head) => [head.library, head]));
  const wanted = new Set(includes);
  const folders = new Set([...wanted].map(folderOf).filter((folder) => !sharedFolders.has(folder)));
  const found = new Set<string>();
  const add = (id: string): void => {
    const head = heads.get(id);
    if (head === undefined || found.has(id)) return;
    found.add(id);
    for (const implied of head.implies ?? []) add(implied);
  };
  for (const { library, headers } of source.heads) {
    if (library === 'libc' || headers.some((header) => wanted.has(header) || folders.has(folderOf(header)))) add(library);
  }
  return [...found].sort();
}
