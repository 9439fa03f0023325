/**
 * When a file is part of the build: `//go:build` and `// +build` lines, and the GOOS and GOARCH at the end of its name. Source: go/build
 * (goodOSArchFile, constraint), cmd/go "Build constraints".
 */
import type { PackageFile } from './package-model.ts';

/** A condition over build tags. `unknown` may be either. */
export type Constraint =
  | { readonly k: 'tag'; readonly tag: string }
  | { readonly k: 'not'; readonly x: Constraint }
  | { readonly k: 'and' | 'or'; readonly all: readonly Constraint[] }
  | { readonly k: 'unknown' };

const systems = new Set('aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos'.split(' '));
const machines = new Set('386 amd64 amd64p32 arm arm64 arm64be armbe loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm'.split(' '));
const unixSystems = new Set('aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris'.split(' '));

const cache = new WeakMap<PackageFile, Constraint>();

function constraintOf(file: PackageFile): Constraint {
  let found = cache.get(file);
  if (!found) {
    const own = textConstraint(file.file, file.go.text.slice(0, file.go.packageClause.start));
    cache.set(file, (found = file.cImport ? { k: 'and', all: [own, { k: 'tag', tag: 'cgo' }] } : own));
  }
  return found;
}

/** Of a Go or C file, by its name and the lines above its code. */
function textConstraint(name: string, head: string): Constraint {
  const all: Constraint[] = nameTags(name).map((tag) => ({ k: 'tag', tag }));
  const line = /^\/\/go:build[ \t]+(.+?)\r?$/m.exec(head)?.[1];
  if (line !== undefined) all.push(parse(line));
  else for (const [, words = ''] of head.matchAll(/^\/\/[ \t]*\+build[ \t]+(.*?)\r?$/gm)) all.push(plusBuild(words));
  return { k: 'and', all };
}

function nameTags(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '').replace(/_test$/, '');
  const [, ...parts] = name.split('_');
  const last = parts.at(-1) ?? '';
  const before = parts.at(-2) ?? '';
  if (machines.has(last)) return systems.has(before) ? [before, last] : [last];
  return systems.has(last) ? [last] : [];
}

/** Words are alternatives, commas join. */
function plusBuild(words: string): Constraint {
  const tag = (text: string): Constraint => (text.startsWith('!') ? { k: 'not', x: { k: 'tag', tag: text.slice(1) } } : { k: 'tag', tag: text });
  return { k: 'or', all: words.split(/\s+/).filter((word) => word !== '').map((word) => ({ k: 'and', all: word.split(',').map(tag) })) };
}

function parse(line: string): Constraint {
  const tokens = line.replace(/\/\/.*$/, '').match(/&&|\|\||[!()]|[\p{L}\p{N}_.]+/gu) ?? [];
  let at = 0;
  const list = (k: 'and' | 'or', operator: string, item: () => Constraint): Constraint => {
    const all = [item()];
    while (tokens[at] === operator) {
      at++;
      all.push(item());
    }
    return all.length === 1 ? all[0]! : { k, all };
  };
  const or = (): Constraint => list('or', '||', () => list('and', '&&', unary));
  const unary = (): Constraint => {
    const token = tokens[at++];
    if (token === '!') return { k: 'not', x: unary() };
    if (token === '(') {
      const inner = or();
      at++;
      return inner;
    }
    return token === undefined || /^\W/.test(token) ? { k: 'unknown' } : { k: 'tag', tag: token };
  };
  const made = or();
  return at >= tokens.length ? made : { k: 'unknown' };
}

function tagsOf(constraint: Constraint, into: Set<string>): void {
  if (constraint.k === 'tag') into.add(constraint.tag);
  else if (constraint.k === 'not') tagsOf(constraint.x, into);
  else if (constraint.k !== 'unknown') for (const one of constraint.all) tagsOf(one, into);
}

/** Three-valued: undefined where something is not understood. */
function holds(constraint: Constraint, isSet: (tag: string) => boolean): boolean | undefined {
  switch (constraint.k) {
    case 'tag':
      return isSet(constraint.tag);
    case 'not': {
      const inner = holds(constraint.x, isSet);
      return inner === undefined ? undefined : !inner;
    }
    case 'unknown':
      return undefined;
    default: {
      const decisive = constraint.k === 'or';
      const values = constraint.all.map((one) => holds(one, isSet));
      return values.includes(decisive) ? decisive : values.includes(undefined) ? undefined : !decisive;
    }
  }
}

/** Tags beyond GOOS and GOARCH that are tried in all combinations; with more of them nothing is known. */
const mostTags = 8;

/**
 * Whether some build contains all the files: `true` only when one is found, `false` when none exists, undefined where a constraint
 * is not understood. `fixed` says what is given for tags.
 */
function satisfiable(constraints: readonly Constraint[], fixed: Readonly<Record<string, boolean>> = {}): boolean | undefined {
  const tags = new Set<string>();
  for (const one of constraints) tagsOf(one, tags);
  const free = [...tags].filter((tag) => !systems.has(tag) && !machines.has(tag) && tag !== 'unix' && !/^go1\.\d+$|^gc$|^gccgo$/.test(tag) && !(tag in fixed));
  if (free.length > mostTags) return undefined;
  const named = [...tags].filter((tag) => systems.has(tag));
  const oses = [...new Set([...named, 'linux', ...(named.length > 0 || tags.has('unix') ? ['windows', 'darwin', 'freebsd', 'plan9'] : [])])];
  const arches = [...new Set([...[...tags].filter((tag) => machines.has(tag)), 'amd64'])];
  let isUnknown = false;
  for (const os of oses) {
    for (const arch of arches) {
      for (let bits = 0; bits < 1 << free.length; bits++) {
        const isSet = (tag: string): boolean => {
          if (tag in fixed) return fixed[tag]!;
          if (tag === os || tag === arch) return true;
          if (tag === 'unix') return unixSystems.has(os);
          if ((tag === 'linux' && os === 'android') || (tag === 'darwin' && os === 'ios') || (tag === 'solaris' && os === 'illumos')) return true;
          if (systems.has(tag) || machines.has(tag)) return false;
          if (tag === 'gc' || /^go1\.\d+$/.test(tag)) return true;
          const index = free.indexOf(tag);
          return index >= 0 && ((bits >> index) & 1) === 1;
        };
        const all = constraints.map((one) => holds(one, isSet));
        if (all.every((value) => value === true)) return true;
        isUnknown ||= !all.includes(false);
      }
    }
  }
  return isUnknown ? undefined : false;
}

/** Packages that only TinyGo's library has. */
const tinyGoOnly = /^(?:machine|device\/.+|runtime\/(?:volatile|interrupt))$/;

/**
 * Whether the C of a package is compiled by TinyGo, whose cgo is another one: it checks no pointers, moves no memory and allows what the
 * go command refuses. Source: TinyGo documentation, "Using cgo"; a file with C imports packages that nothing else has.
 */
export const isTinyGo = (files: readonly PackageFile[]): boolean => files.some((file) => file.cImport !== undefined && [...file.imports.values()].some((path) => tinyGoOnly.test(path)));

/** Whether every build that contains the file asks for a tag which says that it is for tests: `cdata_test`. */
export const isForTests = (file: PackageFile): boolean => asks(constraintOf(file), (tag) => tag.split('_').includes('test'));

/** Whether the condition cannot hold without one of the tags. */
function asks(constraint: Constraint, test: (tag: string) => boolean): boolean {
  if (constraint.k === 'tag') return test(constraint.tag);
  if (constraint.k === 'and') return constraint.all.some((one) => asks(one, test));
  return constraint.k === 'or' && constraint.all.length > 0 && constraint.all.every((one) => asks(one, test));
}

/** The condition under which a file is built, as plain data. */
export const buildOf = (file: PackageFile): Constraint => constraintOf(file);

/** Whether two conditions can hold in one build. */
export const mayMeet = (a: Constraint, b: Constraint): boolean => meet(a, b) !== false;

/** Pairs that were tried: the conditions of two files are compared for each function in them. */
const tried = new WeakMap<Constraint, Map<Constraint, boolean | undefined>>();

function meet(a: Constraint, b: Constraint): boolean | undefined {
  let known = tried.get(a);
  if (known === undefined) tried.set(a, (known = new Map()));
  if (!known.has(b)) known.set(b, satisfiable([a, b]));
  return known.get(b);
}

/** Whether the conditions of two files allow a build with both. */
export const mayBuildTogether = (a: PackageFile, b: PackageFile): boolean => mayMeet(constraintOf(a), constraintOf(b));

/** Whether two files can be part of one build: their conditions can hold together, and no function is declared in both. */
export const mayCoexist = (a: PackageFile, b: PackageFile): boolean | undefined => (declareTheSame(a, b) ? false : meet(constraintOf(a), constraintOf(b)));

function declareTheSame(a: PackageFile, b: PackageFile): boolean {
  if (a === b) return false;
  const names = new Set(b.functions.flatMap(({ name, recv }) => (recv === undefined && name !== 'init' && name !== '_' ? [name] : [])));
  return a.functions.some(({ name, recv }) => recv === undefined && names.has(name));
}

/** Whether a C file (by its path and text) can be part of a build with the Go file. */
export const mayCoexistWithC = (a: PackageFile, path: string, text: string): boolean | undefined => satisfiable([constraintOf(a), textConstraint(path, headOf(text))]);

/** Whether some build for the system contains the file. */
export const mayBuildFor = (file: PackageFile, os: string): boolean => satisfiable([constraintOf(file), { k: 'tag', tag: os }]) !== false;

/** Whether some build for the system has the file and meets the words of a #cgo line: they are alternatives, a comma inside one joins. */
export function mayApplyFor(file: PackageFile, words: readonly string[], os: string): boolean {
  const term = (tag: string): Constraint => (tag.startsWith('!') ? { k: 'not', x: { k: 'tag', tag: tag.slice(1) } } : { k: 'tag', tag });
  const any: Constraint[] = words.map((word) => ({ k: 'and', all: word.split(',').map(term) }));
  return satisfiable([constraintOf(file), { k: 'tag', tag: os }, ...(any.length > 0 ? [{ k: 'or' as const, all: any }] : [])]) !== false;
}

/** Whether some build without cgo contains the file. */
export const mayBuildWithoutCgo = (file: PackageFile): boolean | undefined => satisfiable([constraintOf(file)], { cgo: false });

/** Whether some build without cgo has `user` and none of the `others`; a file among the others that could be there is enough for `false`. */
export function mayMiss(user: PackageFile, others: readonly PackageFile[]): boolean | undefined {
  return satisfiable([constraintOf(user), ...others.map((file): Constraint => ({ k: 'not', x: constraintOf(file) }))], { cgo: false, ignore: false });
}

/** Whether the file is built without cgo only: it stands in for others. */
export const isWithoutCgo = (file: PackageFile): boolean => satisfiable([constraintOf(file)], { cgo: true }) === false && mayBuildWithoutCgo(file) === true;

/** As `mayMiss`, in a build that also has `beside`. */
export const mayMissBeside = (user: PackageFile, beside: PackageFile, others: readonly PackageFile[]): boolean | undefined =>
  satisfiable([constraintOf(user), constraintOf(beside), ...others.map((file): Constraint => ({ k: 'not', x: constraintOf(file) }))], { cgo: false, ignore: false });

/** Whether the file is in builds by a Go before 1.`minor` only: `//go:build !go1.12`. */
export function isOnlyBefore(file: PackageFile, minor: number): boolean {
  const tags = new Set<string>();
  tagsOf(constraintOf(file), tags);
  const named = [...tags].flatMap((tag) => (/^go1\.\d+$/.test(tag) ? [Number(tag.slice(4))] : []));
  const builds = (by: number): boolean => satisfiable([constraintOf(file)], Object.fromEntries(named.map((one) => [`go1.${one}`, one <= by]))) !== false;
  // Between the versions that it names nothing changes.
  const versions = [minor, ...named.flatMap((one) => [one - 1, one])];
  return named.length > 0 && !versions.some((one) => one >= minor && builds(one)) && versions.some((one) => one < minor && builds(one));
}

/** Whether the file is meant for TinyGo, which exports without cgo. */
export const isForTinyGo = (file: PackageFile): boolean => satisfiable([constraintOf(file)], { tinygo: false }) === false;

/** The comments and blank lines a C file begins with. */
const headOf = (text: string): string => /^(?:\s*(?:\/\/[^\n]*\n|\/\*[^]*?\*\/))*/.exec(text)![0];
