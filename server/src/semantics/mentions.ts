/** Which C names a declaration mentions, and which of them stand where only a type can. */
import type { Span } from '../base/span.ts';
import type { Decl } from '../syntax/go/ast.ts';
import type { DeclSyntax, TopDecl } from '../syntax/go/go-file.ts';

export interface CNames {
  readonly used: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

export interface CNameUse {
  readonly name: string;
  /** Of `C.name`, relative to the declaration. */
  readonly span: Span;
  /** It is called, or something is converted to it. */
  readonly called: boolean;
}

const cDot = /\bC\s*\./g;

const uses = new WeakMap<DeclSyntax, readonly CNameUse[]>();

/** Every `C.name` of a declaration, in the order of the text. */
export function cNameUses(syntax: DeclSyntax): readonly CNameUse[] {
  let found = uses.get(syntax);
  if (!found) uses.set(syntax, (found = syntax.text.includes('C.') ? usesIn(syntax) : []));
  return found;
}

/** Whether something that `what` matches begins in the span of a node of the declaration; a walk that looks for it need not enter any other. */
export function spansWith(text: string, what: RegExp): (node: { readonly s?: number; readonly e?: number; readonly k?: string }) => boolean {
  const places: number[] = [];
  for (const { index } of text.matchAll(what)) places.push(index);
  return ({ k, s, e }) => {
    // Parameters and fields, which have no kind, give the span of their name alone.
    if (k === undefined || s === undefined || e === undefined) return true;
    for (const place of places) if (s <= place && place < e) return true;
    return false;
  };
}

/** Whether a declaration has a `C.name` for which `test` holds; most have none, and need not be searched for the place. */
export function usesCName(syntax: DeclSyntax, test: (name: string) => boolean): boolean {
  for (const name of cNames(syntax).used) if (test(name)) return true;
  return false;
}

/** The first `C.name` of a file that is one of `names`. */
export function firstCNameUse(decls: readonly TopDecl[], names: ReadonlySet<string>): (CNameUse & { readonly top: TopDecl }) | undefined {
  for (const top of decls) {
    const use = usesCName(top.syntax, (name) => names.has(name)) ? cNameUses(top.syntax).find(({ name }) => names.has(name)) : undefined;
    if (use) return { ...use, top };
  }
  return undefined;
}

function usesIn({ decl, text }: DeclSyntax): CNameUse[] {
  const out: CNameUse[] = [];
  const mayHold = spansWith(text, cDot);
  const walk = (value: unknown, called: boolean): void => {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, false);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const node = value as { readonly k?: string; readonly s?: number; readonly e?: number; readonly name?: string; readonly x?: { readonly k?: string; readonly name?: string } };
    if (!mayHold(node)) return;
    if (node.k === 'Selector' && node.x?.k === 'Ident' && node.x.name === 'C') {
      out.push({ name: node.name!, span: { start: node.s!, end: node.e! }, called });
      return;
    }
    for (const key in value) walk((value as Record<string, unknown>)[key], node.k === 'Call' && key === 'fn');
  };
  walk(decl, false);
  return out.sort((a, b) => a.span.start - b.span.start);
}

const cache = new WeakMap<DeclSyntax, CNames>();
const none: CNames = { used: new Set(), types: new Set() };

export function cNames(syntax: DeclSyntax): CNames {
  const known = cache.get(syntax);
  if (known) return known;
  const made = syntax.text.includes('C.') ? collect(syntax.decl, syntax.text) : none;
  cache.set(syntax, made);
  return made;
}

interface Node {
  readonly k?: string;
  readonly [key: string]: unknown;
}

function collect(decl: Decl, text: string): CNames {
  const used = new Set<string>();
  const types = new Set<string>();
  const mayHold = spansWith(text, cDot);
  const walk = (node: Node, typePosition: boolean): void => {
    if (node.k === 'Selector') {
      const x = node['x'] as { readonly k: string; readonly name?: string };
      if (x.k === 'Ident' && x.name === 'C') {
        used.add(node['name'] as string);
        if (typePosition) types.add(node['name'] as string);
        return;
      }
    }
    for (const key in node) {
      const child = node[key];
      if (typeof child !== 'object' || child === null || (!Array.isArray(child) && !mayHold(child))) continue;
      // Declared types, elements of type literals, and what a conversion `(*C.T)(x)` or a literal `C.T{}` names.
      const isType = key === 'type' || key === 'elem' || (node.k === 'Unary' && node['op'] === '*' && typePosition) || (node.k === 'Paren' && typePosition) || (key === 'fn' && convertsTo(child));
      if (Array.isArray(child)) walkAll(child, isType);
      else walk(child as Node, isType);
    }
  };
  const walkAll = (items: readonly unknown[], typePosition: boolean): void => {
    for (const item of items) {
      if (Array.isArray(item)) walkAll(item, typePosition);
      else if (typeof item === 'object' && item !== null && mayHold(item)) walk(item as Node, typePosition);
    }
  };
  if (mayHold(decl)) walk(decl as unknown as Node, false);
  return { used, types };
}

/** `(*C.T)` in call position, and `(C.T)`: hardly anybody puts parentheses around the name of a function. */
function convertsTo(node: object): boolean {
  const at = node as { readonly k?: string; readonly x?: { readonly k?: string; readonly op?: string } };
  return at.k === 'Paren' && (at.x?.k === 'Selector' || (at.x?.k === 'Unary' && at.x.op === '*'));
}

/** The C names of a list of declarations, counted, so that a list that differs in few of them costs little. */
export class CMentions {
  readonly #used = new Map<string, number>();
  readonly #types = new Map<string, number>();
  #declarations: readonly DeclSyntax[] = [];

  /** Moves on to another list. */
  update(declarations: readonly DeclSyntax[]): void {
    const before = this.#declarations;
    const shorter = Math.min(before.length, declarations.length);
    let start = 0;
    while (start < shorter && before[start] === declarations[start]) start++;
    let end = 0;
    while (end < shorter - start && before.at(-1 - end) === declarations.at(-1 - end)) end++;
    for (const syntax of before.slice(start, before.length - end)) this.#count(syntax, -1);
    for (const syntax of declarations.slice(start, declarations.length - end)) this.#count(syntax, 1);
    this.#declarations = declarations;
  }

  used(): string[] {
    return [...this.#used].flatMap(([name, count]) => (count > 0 ? [name] : []));
  }

  isUsed(name: string): boolean {
    return (this.#used.get(name) ?? 0) > 0;
  }

  /** Names that at least two declarations use: one that a single declaration uses may just be being typed. */
  settled(): readonly string[] {
    return [...this.#used].flatMap(([name, count]) => (count > 1 ? [name] : []));
  }

  /** Whether it stands where only a type can. */
  isType(name: string): boolean {
    return (this.#types.get(name) ?? 0) > 0;
  }

  #count(syntax: DeclSyntax, by: number): void {
    const { used, types } = cNames(syntax);
    for (const name of used) this.#used.set(name, (this.#used.get(name) ?? 0) + by);
    for (const name of types) this.#types.set(name, (this.#types.get(name) ?? 0) + by);
  }
}
