/** Reads the rows about C functions of a `.cgo-guard.json` (described for editors in config-schema.json). */
import type { ContractParam, ContractRow } from '../semantics/c/contracts.ts';
import { closest } from './closest.ts';

const results: readonly string[] = ['owned', 'borrowed', 'static', 'value'];
const effects: readonly string[] = ['takes', 'holds', 'releases', 'out-owned', 'out-borrowed', 'userdata-held', 'callback-held', 'copies'];
const rowKeys: readonly string[] = ['returns', 'release', 'nullable', 'params'];
const paramKeys: readonly string[] = ['index', 'effect', 'release', 'on', 'when'];

/** The rows, or in one line what is wrong with them. */
export function parseContracts(value: unknown): Readonly<Record<string, ContractRow>> | string {
  if (!isObject(value)) return `'contracts' must be an object of C functions`;
  const rows: Record<string, ContractRow> = {};
  for (const [name, row] of Object.entries(value)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `'contracts': '${name}' is no name of a C function`;
    const read = parseRow(row);
    if (typeof read === 'string') return `contract of '${name}': ${read}`;
    rows[name] = read;
  }
  return rows;
}

function parseRow(row: unknown): ContractRow | string {
  if (!isObject(row)) return 'it must be an object';
  const wrong = unknownKey(row, rowKeys);
  if (wrong !== undefined) return wrong;
  const { returns, release, nullable, params } = row;
  if (returns === undefined && params === undefined) return `it must have 'returns' or 'params'`;
  if (returns !== undefined && !oneOf(returns, results)) return `'returns' must be one of ${results.join(', ')}`;
  if (release !== undefined && !isName(release)) return `'release' must name a C function`;
  if (returns === 'owned' && release === undefined) return `an owned result needs 'release'`;
  if (nullable !== undefined && typeof nullable !== 'boolean') return `'nullable' must be true or false`;
  if (params !== undefined && !Array.isArray(params)) return `'params' must be a list`;
  const read: ContractParam[] = [];
  for (const param of (params ?? []) as unknown[]) {
    const one = parseParam(param);
    if (typeof one === 'string') return one;
    read.push(one);
  }
  return {
    returns: (returns as ContractRow['returns'] | undefined) ?? 'value',
    ...(release !== undefined ? { release } : {}),
    ...(nullable !== undefined ? { nullable } : {}),
    ...(read.length > 0 ? { params: read } : {}),
    source: '.cgo-guard.json',
  };
}

function parseParam(param: unknown): ContractParam | string {
  if (!isObject(param)) return `'params' must hold objects`;
  const wrong = unknownKey(param, paramKeys);
  if (wrong !== undefined) return wrong;
  const { index, effect, release, on, when } = param;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return `'index' must be a number from 0 on`;
  if (!oneOf(effect, effects)) return `'effect' must be one of ${effects.join(', ')}`;
  if (release !== undefined && !isName(release)) return `'release' must name a C function`;
  if (effect === 'out-owned' && release === undefined) return `an out-owned parameter needs 'release'`;
  if (on !== undefined && on !== 'success' && on !== 'failure') return `'on' must be success or failure`;
  if (when !== undefined && typeof when !== 'string') return `'when' must be a string`;
  return { index, effect: effect as ContractParam['effect'], ...(release !== undefined ? { release } : {}), ...(on !== undefined ? { on } : {}), ...(when !== undefined ? { when } : {}) };
}

function unknownKey(value: Record<string, unknown>, known: readonly string[]): string | undefined {
  const key = Object.keys(value).find((name) => !known.includes(name));
  if (key === undefined) return undefined;
  const near = closest(key, known);
  return `unknown key '${key}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

const oneOf = (value: unknown, list: readonly string[]): value is string => typeof value === 'string' && list.includes(value);
