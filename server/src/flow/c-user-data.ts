/** User data that C hands to a library together with a callback which the library calls as often as it likes: what the callback may do with it. */
import type { Span } from '../base/span.ts';
import { isOwnedCall } from './c-field-leaks.ts';
import { each, localsOf } from '../semantics/c/walk.ts';
import type { CBody, CExpr, CStep, CUnit } from '../syntax/c/c-facts.ts';
import { cBodies } from './c-functions.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CUserDataFact {
  /** `freed`: the callback releases it and stays registered. `dropped`: some paths of the callback release it, and nobody else can. */
  readonly how: 'freed' | 'dropped';
  readonly callback: string;
  readonly library: string;
  /** Where the callback releases it. */
  readonly release: { readonly unit: CUnit; readonly span: Span };
  /** The call that registers, and the function it stands in. */
  readonly registration: { readonly unit: CUnit; readonly span: Span; readonly fn: string };
  /** `dropped`: the allocation. */
  readonly allocation?: { readonly span: Span; readonly allocator: string };
}

type Call = Extract<CExpr, { kind: 'call' }>;

export const cUserData = (flow: PackageFlow): readonly CUserDataFact[] => flow.ask('c user data', () => find(flow));

function find(flow: PackageFlow): CUserDataFact[] {
  const { model } = flow;
  return cBodies(flow).flatMap(({ fn, unit }) => {
    const body = fn.body?.();
    const out: CUserDataFact[] = [];
    each(body?.steps, (node) => {
      if (node.kind !== 'call' || node.callee === undefined || model.c.function(node.callee)?.body) return;
      const contract = model.contracts.lookup(node.callee);
      const held = contract?.trusted ? contract.params?.find(({ effect, stays }) => effect === 'callback-held' && stays) : undefined;
      const data = held && contract?.params?.find(({ effect }) => effect === 'userdata-held');
      const callback = held && node.args[held.index];
      if (!data || callback?.kind !== 'name') return;
      const released = releasedData(flow, callback.name, node.callee);
      if (!released) return;
      const at = { callback: callback.name, library: node.callee, release: { unit: released.unit, span: released.span }, registration: { unit, span: node.span, fn: fn.name } };
      out.push({ how: 'freed', ...at });
      const allocation = released.always ? undefined : onlyHere(node.args[data.index], node, body!, flow);
      if (allocation) out.push({ how: 'dropped', ...at, allocation: { span: allocation.span, allocator: allocation.callee! } });
    });
    return out;
  });
}

/** Where a callback releases the data it was registered with, unless it may register again: the data is its only untyped pointer. */
function releasedData({ model }: PackageFlow, name: string, library: string): { readonly unit: CUnit; readonly span: Span; readonly always: boolean } | undefined {
  const fn = model.c.function(name);
  const summary = fn?.body && model.c.summary(name);
  const untyped = fn?.params.flatMap(({ type }, i) => (/^(?:void \*|gpointer)$/.test(type) ? [i] : [])) ?? [];
  const param = untyped.length === 1 ? summary?.params[untyped[0]!] : undefined;
  if (!summary || !param?.at || (param.effect !== 'releases' && param.effect !== 'may-release')) return undefined;
  const unit = model.c.units[summary.unit];
  if (!unit || model.c.isUnsettled(unit) || model.c.leadsTo(name).has(library)) return undefined;
  return { unit, span: param.at, always: param.effect === 'releases' };
}

/** The allocation of what is registered, when nothing but the registration gets it. */
function onlyHere(data: CExpr | undefined, registration: Call, body: CBody, { model }: PackageFlow): Call | undefined {
  const made = data?.kind === 'name' ? localsOf(body).valueOf(data.name) : undefined;
  if (data?.kind !== 'name' || made?.kind !== 'call' || !isOwnedCall(made.callee, model)) return undefined;
  let elsewhere = body.hasError;
  const visit = (value: unknown, isPlain: boolean): void => {
    if (Array.isArray(value)) return value.forEach((one) => visit(one, false));
    if (typeof value !== 'object' || value === null) return;
    const node = value as CExpr | CStep;
    if (node.kind === 'name' && node.name === data.name) elsewhere ||= !isPlain;
    else if (node === registration) registration.args.forEach((arg) => arg !== data && visit(arg, false));
    else if (node.kind === 'field' || node.kind === 'deref' || node.kind === 'not') visit(node.of, true);
    else if (node.kind === 'compare') [node.left, node.right].forEach((one) => visit(one, true));
    else if (node.kind === 'if') {
      visit(node.test, true);
      visit([node.then, node.else], false);
    } else if (node.kind === 'call' && node.callee === 'free') node.args.forEach((arg) => visit(arg, true));
    else Object.values(node).forEach((one) => visit(one, false));
  };
  visit(body.steps, false);
  return elsewhere ? undefined : made;
}
