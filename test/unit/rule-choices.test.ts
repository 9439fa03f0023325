/** The rules that the palette offers come from the manifest. */
import { describe, expect, it } from 'vitest';
import { ruleChoices } from '../../client/src/rule-choices.ts';
import manifest from '../../package.json' with { type: 'json' };

describe('ruleChoices', () => {
  it('offers every rule of the settings with its summary', () => {
    const choices = ruleChoices(manifest);
    expect(choices.map(({ label }) => label)).toEqual(Object.keys(manifest.contributes.configuration.properties['cgoGuard.rules'].properties));
    expect(choices.find(({ label }) => label === 'cstring-leak')?.detail).toMatch(/C\.CString/);
  });

  it('offers nothing from a manifest of another shape', () => {
    expect(ruleChoices({ contributes: { configuration: [] } })).toEqual([]);
    expect(ruleChoices(undefined)).toEqual([]);
  });
});
