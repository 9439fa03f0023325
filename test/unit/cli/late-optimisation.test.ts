/** The flag that the command line sets is one that this Node knows. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lateOptimisationFlag } from '../../../server/src/cli/late-optimisation.ts';

describe('late optimisation', () => {
  test('V8 takes the flag', () => {
    const flag = lateOptimisationFlag(process.versions.v8);
    const { status, stderr } = spawnSync(process.execPath, [...(flag === undefined ? [] : [flag]), '--eval', ''], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('each long-term version of Node has one, others are left as they are', () => {
    const names = ['11.3.244.8', '12.4.254.21', '13.6.233.10', '11.8.172.17', '10.2.154.26'].map((v8) => lateOptimisationFlag(v8)?.split('=')[0]);
    expect(names).toEqual(['--interrupt-budget', '--invocation-count-for-turbofan', '--invocation-count-for-turbofan', undefined, undefined]);
  });
});
