/** The Go toolchain agrees with the rules: what an example or fixture declares to go wrong does, and what is declared good does not. */
import { describe, expect, test } from 'vitest';
import { rules } from '../../server/src/rules/index.ts';
import { buildErrors, fixtureCases, packageText } from '../support/fixture-cases.ts';
import { gofmtDiff } from '../support/go-toolchain.ts';
import { type Outcome, outcome, sanitizerGap, witnessGap } from './toolchain.ts';

const gap = witnessGap();
const reason = because(gap);
const withoutSanitizer = gap ?? (await sanitizerGap());

describe('examples', () => {
  for (const { id, examples } of rules) {
    for (const { title, bad, good, witness } of examples) {
      if (!witness) continue;
      const missing = witness.by === 'run' && witness.flags?.includes('-asan') ? withoutSanitizer : gap;
      test.skipIf(missing !== undefined)(`${id}: ${title}${because(missing)}`, async () => {
        if (witness.by === 'run' && witness.driver !== undefined) expect(gofmtDiff({ 'witness.go': witness.driver })).toBe('');
        expect(await outcome(bad, witness)).toEqual(fails(witness.by === 'build' ? witness.error : witness.output));
        expect(await outcome(good, witness)).toMatchObject({ failed: false });
      });
    }
  }
});

describe.skipIf(gap !== undefined)(`fixtures that Go does not build${reason}`, () => {
  for (const { group, name, directory } of fixtureCases()) {
    const files = packageText(directory);
    const errors = files[buildErrors]?.split('\n').filter((line) => line !== '');
    if (!errors) continue;
    test(`${group}/${name}`, async () => {
      const done = await outcome(files, { by: 'build', error: '' });
      for (const error of errors) expect(done).toEqual(fails(error));
    });
  }
});

function because(missing: string | undefined): string {
  return missing === undefined ? '' : ` (skipped: ${missing})`;
}

/** A failed run whose output has every line of `text`, in any order. */
const fails = (text: string): Outcome => ({ failed: true, output: expect.stringContaining(text) as string });
