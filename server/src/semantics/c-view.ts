/** The C that the package shows: names, types and summaries over all its units, in the terms in which Go sees them. */
import type { CFunction, CStruct, CUnit } from '../syntax/c/c-facts.ts';
import type { CContract } from './c/c-calls.ts';
import type { CCaller, CSummary } from './c/c-summary.ts';
import { certainties } from './c/certainties.ts';
import type { Contracts } from './c/contracts.ts';
import { isPlain, mayDestroy } from './c/destructors.ts';
import { Program } from './c/summary.ts';
import { type Type, unknownType, unsafePointer } from './types.ts';

/** C's own scalar names in cgo. Source: cmd/cgo, "Go references to C". */
const scalars = new Set([
  'char', 'schar', 'uchar', 'short', 'ushort', 'int', 'uint', 'long', 'ulong', 'longlong', 'ulonglong', 'float', 'double', 'size_t', 'ssize_t', 'uintptr_t', 'intptr_t',
  'int8_t', 'int16_t', 'int32_t', 'int64_t', 'uint8_t', 'uint16_t', 'uint32_t', 'uint64_t', 'bool', 'off_t', 'time_t', 'wchar_t', 'complexfloat', 'complexdouble', '__int128_t',
]);

/** What lies deeper in C that comes with the package is its own business. */
const maxLevels = 4;

export const isScalar = (name: string): boolean => scalars.has(name);

export class CView {
  readonly units: readonly CUnit[];
  readonly #functions = new Map<string, CFunction>();
  readonly #structs = new Map<string, CStruct>();
  readonly #typedefs = new Map<string, string>();
  readonly #program: Program;
  readonly #known = new Map<string, CContract | undefined>();
  readonly #types = new Map<string, boolean>();
  readonly #contracts: Contracts;
  readonly #unread: string;
  readonly #unsettled: ReadonlySet<CUnit>;
  /** The names that somebody asked for, and whether they may be declared in the text that could not be read. */
  readonly #hidden = new Map<string, boolean>();

  /** `unread` is C text that could not be read whole; what it mentions may be declared there. Which names Go uses is no part of it. */
  constructor(units: readonly CUnit[], unread: string, unsettled: readonly CUnit[], contracts: Contracts) {
    this.units = units;
    this.#contracts = contracts;
    this.#unread = withoutComments(unread);
    this.#unsettled = new Set(unsettled);
    for (const unit of units) {
      for (const fn of [...unit.prototypes, ...unit.functions]) if (fn.body !== undefined || !this.#functions.has(fn.name)) this.#functions.set(fn.name, fn);
      for (const { name, type } of unit.typedefs) this.#typedefs.set(name, type);
      for (const struct of unit.structs) {
        for (const name of [struct.tag !== undefined ? `${struct.kind}_${struct.tag}` : undefined, struct.alias]) {
          if (name !== undefined && (struct.fields !== undefined || !this.#structs.has(name))) this.#structs.set(name, struct);
        }
      }
    }
    this.#program = new Program(units, (name) => this.#contract(contracts, name));
  }

  /** What bodies may rely on. A function that the package declares itself is not the C library's of that name. */
  #contract(contracts: Contracts, name: string): CContract | undefined {
    if (!this.#known.has(name)) {
      const contract = contracts.lookup(name);
      const counts = contract?.trusted === true && !(contract.library.library === 'libc' && this.#functions.has(name));
      this.#known.set(name, counts ? certainties(contracts, name, contract) : undefined);
    }
    return this.#known.get(name);
  }

  /** The definition or a prototype. */
  function(name: string): CFunction | undefined {
    return this.#functions.get(name);
  }

  /** Whether the text of a unit broke off somewhere while its author was typing: a body in it may have ended too early. */
  isUnsettled(unit: CUnit | undefined): boolean {
    return unit !== undefined && this.#unsettled.has(unit);
  }

  /** Whether a function that is not in view may stand in text that could not be read: nothing may be assumed of it. */
  isHidden(name: string): boolean {
    if (this.#unread === '' || this.#functions.has(name)) return false;
    let found = this.#hidden.get(name);
    if (found === undefined) this.#hidden.set(name, (found = mayDeclare(this.#unread, name)));
    return found;
  }

  /** Functions in view that may be made to release a type, by their name and first parameter. */
  destroyers(type: string): string[] {
    return isPlain(type) ? [] : [...this.#functions.values()].filter((fn) => mayDestroy(fn, type)).map((fn) => fn.name);
  }

  /** What the body does; undefined when no body is in view. It is read, with the bodies that it calls, when somebody asks. */
  summary(name: string): CSummary | undefined {
    // Most names have no body in view.
    return this.#functions.get(name)?.body === undefined || this.isStandIn(name) ? undefined : this.#program.summary(name);
  }

  /**
   * A static function with the name of one that a library in use declares stands below an #if: it is for versions of the library that lack
   * the function, and says nothing of the others: only what both do is certain. An inline one may be the library's own.
   */
  isStandIn(name: string): boolean {
    const fn = this.#functions.get(name);
    if (fn?.body === undefined || !fn.static || fn.inline) return false;
    const contract = this.#contracts.lookup(name);
    return contract !== undefined && contract.library.library !== 'libc' && contract.library.library !== 'project';
  }

  /** The functions whose body may call a function that Go exports, themselves or through others; direct callers first. */
  callersOf(exported: string): readonly CCaller[] {
    return this.#program.callersOf(exported);
  }

  /** The functions without a body in view that a call of `name` may come to, through a few bodies in view; nearest first. */
  leadsTo(name: string): ReadonlyMap<string, CCaller> {
    return this.#program.leadsTo(name, maxLevels);
  }

  /** Whether `C.name(x)` converts, as far as C says. */
  isType(name: string): boolean {
    let found = this.#types.get(name);
    if (found === undefined) this.#types.set(name, (found = this.#readsAsType(name)));
    return found;
  }

  #readsAsType(name: string): boolean {
    if (this.#functions.has(name)) return false;
    if (isScalar(name) || /^(?:struct|union|enum)_/.test(name) || name.endsWith('_t')) return true;
    return this.#typedefs.has(name) || this.#structs.has(name);
  }

  /** The struct behind a Go name `struct_x`, an alias or a typedef of one; `undefined` when it is not in view. */
  struct(name: string): CStruct | undefined {
    let at = name;
    for (let i = 0; i < 8; i++) {
      const found = this.#structs.get(at);
      if (found) return found;
      const next = this.#typedefs.get(at);
      if (next === undefined) return undefined;
      at = goName(next);
    }
    return undefined;
  }

  /** The type that a typedef name stands for, as text. */
  typedef(name: string): string | undefined {
    return this.#typedefs.get(name);
  }

  /** Whether a typedef names functions, or pointers to them. */
  functionType(name: string): 'function' | 'pointer' | undefined {
    let at = name;
    for (let i = 0; i < 8; i++) {
      const type = this.#typedefs.get(at);
      if (type === undefined) return undefined;
      if (type.includes('(')) return type.includes('(*') ? 'pointer' : 'function';
      at = goName(type);
    }
    return undefined;
  }

  /** Whether `C.name` is known to be a number: then casting to it is no struct cast. */
  isNumber(name: string): boolean {
    let at = name;
    for (let i = 0; i < 8; i++) {
      if (isScalar(at) || /^enum_/.test(at)) return true;
      const next = this.#typedefs.get(at);
      if (next === undefined) return false;
      at = goName(next);
    }
    return false;
  }

  /** The name of a C type behind the typedefs in view, as cgo spells it (`int`, `ulong`, `struct_foo`), or `*` for a pointer of any kind. */
  plainType(type: string): string {
    let at = type;
    for (let i = 0; i < 8; i++) {
      if (/[*[(]/.test(at)) return '*';
      const name = goName(at);
      const next = this.#typedefs.get(name);
      if (next === undefined) return name;
      at = next;
    }
    return goName(at);
  }

  result(name: string): Type {
    const fn = this.#functions.get(name);
    return fn ? goType(fn.result.type) : unknownType;
  }

  field(type: string, name: string): Type {
    // cgo prefixes fields that are named like a Go keyword with an underscore.
    const field = this.struct(type)?.fields?.find((f) => f.name === name || `_${f.name}` === name);
    if (field === undefined) return unknownType;
    return field.array ? { k: 'array', elem: goType(field.type.replace(/\s*\[.*$/, '')) } : goType(field.type);
  }
}

/** Go comments are C text here: only a second `//` of a line begins a comment. */
const withoutComments = (text: string): string => text.replace(/^[ \t]*\/\//gm, ' ').replace(/\/\/.*$/gm, ' ');

/** A word that may be declared: `type name(`, `type *name;`, what a macro gets or defines. Calls and words of a sentence are none. */
const declared = /(?<=[\w}][ \t]+|\*[ \t]*|\w[ \t]*\n)(?<!\b(?:return|else|case)\s+)\b\w+(?=\s*[(;[={])|(?<=#\s*define\s+)\w+|(?<=\w\()\w+(?=\s*[,)])/y;

/** Whether a name may be declared in a text. */
function mayDeclare(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    declared.lastIndex = at;
    if (declared.exec(text)?.[0] === name) return true;
  }
  return false;
}

/** `unsigned long` → `ulong`, `struct foo` → `struct_foo`: how cgo spells a C type after `C.`. */
function goName(type: string): string {
  const plain = type.replace(/\b(?:const|volatile|restrict|register|_Atomic)\b/g, ' ').replace(/\s+/g, ' ').trim();
  const tagged = /^(struct|union|enum) (\w+)$/.exec(plain);
  if (tagged) return `${tagged[1]}_${tagged[2]}`;
  const words = plain.split(' ');
  if (words.length === 1) return plain === 'unsigned' ? 'uint' : plain === 'signed' ? 'int' : plain;
  const unsigned = words.includes('unsigned');
  const base = words.includes('char') ? 'char' : words.includes('short') ? 'short' : words.filter((word) => word === 'long').length > 1 ? 'longlong' : words.includes('long') ? 'long' : words.includes('int') ? 'int' : '';
  if (base === '') return plain;
  if (base === 'char') return unsigned ? 'uchar' : 'schar';
  return unsigned ? `u${base}` : base;
}

/** The same types are asked about again and again; beyond so many the memory begins anew. */
const most = 10_000;
const goTypes = new Map<string, Type>();

/** The Go type of a C type in normalised text. */
export function goType(type: string): Type {
  let found = goTypes.get(type);
  if (found === undefined) {
    if (goTypes.size >= most) goTypes.clear();
    goTypes.set(type, (found = readGoType(type)));
  }
  return found;
}

function readGoType(type: string): Type {
  const text = type.replace(/\b(?:const|volatile|restrict)\b/g, ' ').replace(/\s+/g, ' ').trim();
  if (/[()[\]]/.test(text)) return unknownType;
  if (text.endsWith('*')) {
    const inner = text.slice(0, -1).trim();
    return inner === 'void' ? unsafePointer : { k: 'pointer', elem: goType(inner) };
  }
  return text === '' || text === 'void' ? unknownType : { k: 'named', pkg: 'C', name: goName(text) };
}
