/** Abstract values and path states of C bodies: what a variable points to, and what has become of parameters and allocations. */

/**
 * `param`: the pointer of a parameter, possibly moved within its object · `member`: the address of a field of it · `content`: something loaded
 * from it · `alloc`: memory allocated in this body, by call site · `local`: the address of a local variable, or a local aggregate ·
 * `any`: one of several, `open` when also something else.
 */
export type CValue =
  | { readonly kind: 'param' | 'member' | 'content'; readonly index: number }
  | { readonly kind: 'alloc'; readonly site: number }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'static' | 'null' | 'number' | 'unknown' }
  | { readonly kind: 'any'; readonly of: readonly CValue[]; readonly open: boolean };

export const unknown: CValue = { kind: 'unknown' };
export const nullValue: CValue = { kind: 'null' };
export const number: CValue = { kind: 'number' };
export const staticValue: CValue = { kind: 'static' };

/** `maybe` released on some of the joined paths; a parameter that is absent is not released and may be NULL. */
export type ParamState = 'null' | 'nonnull' | 'released' | 'maybe';
/** `kept`: also stored where this function does not own it. */
export type AllocState = 'live' | 'nonnull' | 'null' | 'released' | 'maybe' | 'kept';

export interface CState {
  /** Variables and `path.of.fields` of local aggregates; `*2` is what parameter 2 points to. Unknown values are left out. */
  readonly vars: ReadonlyMap<string, CValue>;
  readonly params: ReadonlyMap<number, ParamState>;
  readonly allocs: ReadonlyMap<number, AllocState>;
}

const valueKey = (value: CValue): string => {
  switch (value.kind) {
    case 'param':
    case 'member':
    case 'content':
      return `${value.kind}${value.index}`;
    case 'alloc':
      return `alloc${value.site}`;
    case 'local':
      return `&${value.name}`;
    case 'any':
      return `(${value.of.map(valueKey).join('|')}${value.open ? '|?' : ''})`;
    default:
      return value.kind;
  }
};

/** Equal keys mean equal states. Equal states that were reached in another order may differ in their keys: that costs a visit, no more. */
export function stateKey(state: CState): string {
  let key = '';
  for (const [name, value] of state.vars) key += `${name}=${valueKey(value)},`;
  for (const [index, now] of state.params) key += `;${index}${now}`;
  for (const [site, now] of state.allocs) key += `;@${site}${now}`;
  return key;
}

/** The value flattened: never `any` inside. */
export const alternatives = (value: CValue): readonly CValue[] => (value.kind === 'any' ? value.of : [value]);

/** One of the values. */
export function oneOf(values: readonly CValue[]): CValue {
  const [only] = values;
  if (values.length === 1 && only && only.kind !== 'any') return only;
  const distinct = new Map<string, CValue>();
  let open = false;
  for (const value of values) {
    open ||= value.kind === 'unknown' || (value.kind === 'any' && value.open);
    for (const one of alternatives(value)) if (one.kind !== 'unknown') distinct.set(valueKey(one), one);
  }
  const of = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  if (of.length === 0) return unknown;
  return of.length === 1 && !open ? of[0]! : { kind: 'any', of, open };
}

/** The variable in which it is kept whether the number stored through a parameter is zero (`null`), another number, or not known. */
export const toldKey = (index: number): string => `=${index}`;

export function withVar(state: CState, name: string, value: CValue): CState {
  // A number tells no more than an unknown value.
  const nothing = value.kind === 'unknown' || value.kind === 'number';
  if (nothing && !state.vars.has(name)) return state;
  const vars = new Map(state.vars);
  if (nothing) vars.delete(name);
  else vars.set(name, value);
  return { ...state, vars };
}

export const withParam = (state: CState, index: number, now: ParamState): CState => ({ ...state, params: new Map(state.params).set(index, now) });
export const withAlloc = (state: CState, site: number, now: AllocState): CState => ({ ...state, allocs: new Map(state.allocs).set(site, now) });

function joinParam(a: ParamState | undefined, b: ParamState | undefined): ParamState | undefined {
  if (a === b) return a;
  const has = (x: ParamState): boolean => a === x || b === x;
  if (has('maybe')) return 'maybe';
  // A path on which the pointer is NULL has nothing to release.
  if (has('released')) return has('null') ? 'released' : 'maybe';
  return undefined;
}

function joinAlloc(a: AllocState | undefined, b: AllocState | undefined): AllocState | undefined {
  if (a === b || b === undefined) return a;
  if (a === undefined) return b;
  const has = (x: AllocState): boolean => a === x || b === x;
  if (has('kept')) return 'kept';
  if (has('maybe') || has('released')) return has('null') ? 'released' : 'maybe';
  return 'live';
}

/** What holds on both paths. */
export function join(a: CState, b: CState): CState {
  const vars = new Map<string, CValue>();
  for (const name of new Set([...a.vars.keys(), ...b.vars.keys()])) {
    const value = oneOf([a.vars.get(name) ?? unknown, b.vars.get(name) ?? unknown]);
    if (value.kind !== 'unknown') vars.set(name, value);
  }
  const params = new Map<number, ParamState>();
  for (const index of new Set([...a.params.keys(), ...b.params.keys()])) {
    const now = joinParam(a.params.get(index), b.params.get(index));
    if (now) params.set(index, now);
  }
  const allocs = new Map<number, AllocState>();
  for (const site of new Set([...a.allocs.keys(), ...b.allocs.keys()])) {
    const now = joinAlloc(a.allocs.get(site), b.allocs.get(site));
    if (now) allocs.set(site, now);
  }
  return { vars, params, allocs };
}

/** The state where `value` is NULL (or is not); undefined when that cannot be. */
export function refine(state: CState, value: CValue, isNull: boolean): CState | undefined {
  switch (value.kind) {
    case 'null':
      return isNull ? state : undefined;
    case 'static':
    case 'local':
      return isNull ? undefined : state;
    case 'param': {
      const now = state.params.get(value.index);
      if (now === 'released' || now === 'maybe') return state;
      if (now) return (now === 'null') === isNull ? state : undefined;
      return withParam(state, value.index, isNull ? 'null' : 'nonnull');
    }
    case 'alloc': {
      const now = state.allocs.get(value.site);
      if (now === 'live') return withAlloc(state, value.site, isNull ? 'null' : 'nonnull');
      if (now === 'null' || now === 'nonnull') return (now === 'null') === isNull ? state : undefined;
      return state;
    }
    default:
      return state;
  }
}
