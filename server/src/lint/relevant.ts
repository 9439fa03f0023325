/** Chooses the functions whose bodies the rules look at: those that touch the border, and those that call a helper which hands out C memory. */
import { finalizedFields } from '../flow/finalized-fields.ts';
import type { PackageFlow } from '../flow/package-flow.ts';
import type { GoFunction } from '../semantics/package-model.ts';
import type { DeclSyntax } from '../syntax/go/go-file.ts';

/** Whether a function matters. */
export function isRelevant(fn: GoFunction, flow: PackageFlow): boolean {
  if (fn.decl.body) return true;
  // C calls it, whatever words stand in it.
  if (fn.exported !== undefined) return withBody(fn).length > 0;
  const names = mentioned(flow);
  return names !== undefined && mentions(fn.top.syntax, names) && withBody(fn).length > 0;
}

/** The function with its body, which is read now if nobody has needed it yet. */
export function withBody(fn: GoFunction): GoFunction[] {
  const full = fn.decl.body ? fn.decl : fn.top.syntax.full();
  return full.k === 'Func' && full.body ? [full === fn.decl ? fn : { ...fn, decl: full }] : [];
}

/** Names only choose what is looked at: a call of a helper that hands out memory or an object that owns some, a load of a field that a finalizer releases. */
function mentioned(flow: PackageFlow): RegExp | undefined {
  const source = flow.ask('relevant names', () => {
    const fields = new Set([...finalizedFields(flow).values()].flatMap((paths) => [...paths.keys()].map((path) => path.slice(path.lastIndexOf('.') + 1))));
    const owners = new Set(flow.gather('owning functions', (fn) => (fn.decl.body && flow.resources(fn).returned.some(({ path, site }) => path === '' || (/^\.\w+$/.test(path) && site.owned.protocol === undefined)) ? [fn.name] : [])));
    const patterns = [owners.size > 0 ? `\\b(?:${[...owners].join('|')})\\s*\\(` : undefined, fields.size > 0 ? `\\.(?:${[...fields].join('|')})\\b` : undefined];
    return patterns.filter((pattern) => pattern !== undefined).join('|');
  });
  if (source === '') return undefined;
  if (latest?.source !== source) latest = new RegExp(source);
  return latest;
}

let latest: RegExp | undefined;
const tested = new WeakMap<DeclSyntax, { readonly names: RegExp; readonly found: boolean }>();

function mentions(syntax: DeclSyntax, names: RegExp): boolean {
  let known = tested.get(syntax);
  if (known?.names !== names) tested.set(syntax, (known = { names, found: names.test(syntax.text) }));
  return known.found;
}
