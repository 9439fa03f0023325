/** The two descriptions of the C library, the table for C bodies and the contracts for callers, do not contradict each other. */
import { expect, test } from 'vitest';
import { readContracts } from '../../../server/src/project/node-contracts.ts';
import type { ContractRow } from '../../../server/src/semantics/c/contracts.ts';
import { libcFunction, libcNames, type LibcFunction } from '../../../server/src/semantics/c/libc.ts';

/** Differences that are meant, with the reason. */
const meant: Readonly<Record<string, string>> = {
  fmemopen: 'it keeps the buffer until the stream is closed, which the body that opens it nearly always does',
  getcwd: 'a body that hands in a buffer gets that back; memory of its own only for NULL',
};

/** What the contract may say of a result that the table calls so. */
const results: Readonly<Record<LibcFunction['result'], readonly ContractRow['returns'][]>> = {
  owned: ['owned'],
  first: ['borrowed'],
  static: ['static', 'thread-local', 'borrowed'],
  value: ['value', 'none', 'borrowed'],
};

function contradictions(row: LibcFunction, contract: ContractRow): string[] {
  const out: string[] = [];
  if (!results[row.result].includes(contract.returns)) out.push(`returns ${contract.returns}, not ${row.result}`);
  if (contract.nullable === false && row.mayBeNull) out.push('never returns NULL');
  if (contract.nullable === true && !row.mayBeNull && row.result !== 'value') out.push('may return NULL');
  if (row.result === 'owned' && contract.release !== row.deallocator) out.push(`is released by ${contract.release ?? 'nothing'}, not ${row.deallocator ?? 'nothing'}`);
  if ((contract.noReturn === true) !== (row.noReturn === true)) out.push('returns, or does not');
  for (const [index, letter] of [...row.params].entries()) {
    const effects = contract.params?.filter((param) => param.index === index) ?? [];
    const has = (...names: readonly string[]): boolean => effects.some(({ effect }) => names.includes(effect));
    if ((letter === 'f') !== has('releases') && !effects.some(({ when }) => when !== undefined)) out.push(`argument ${index} is released, or is not`);
    if ((letter === 'o') !== has('out-owned')) out.push(`argument ${index} receives owned memory, or does not`);
    if (letter === 'k' && !has('takes', 'holds', 'userdata-held')) out.push(`argument ${index} is not kept`);
    if ((letter === 'r' || letter === 'w') && effects.some(({ effect, when }) => when === undefined && (effect === 'takes' || effect === 'holds' || effect === 'userdata-held'))) out.push(`argument ${index} is kept`);
  }
  return out;
}

test('the table and the contracts agree', () => {
  const contracts = readContracts().library('libc')!.functions;
  const found = [...libcNames()].flatMap((name) => {
    const contract = contracts[name];
    return contract === undefined || name in meant ? [] : contradictions(libcFunction(name)!, contract).map((what) => `${name}: ${what}`);
  });
  expect(found).toEqual([]);
  for (const name of Object.keys(meant)) expect(contradictions(libcFunction(name)!, contracts[name]!)).not.toEqual([]);
});
