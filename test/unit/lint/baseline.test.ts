import { expect, test } from 'vitest';
import { KnownFindings, parseBaseline, renderBaseline } from '../../../server/src/lint/baseline.ts';

const entry = (fingerprint: string, file = 'a.go'): { fingerprint: string; rule: string; file: string; message: string } => ({ fingerprint, rule: 'malloc-leak', file, message: 'It leaks.' });

test('what is written can be read, one finding a line, in one order', () => {
  const text = renderBaseline([entry('2', 'b.go'), entry('1')]);
  expect(text).toBe(renderBaseline([entry('1'), entry('2', 'b.go')]));
  expect(text.split('\n').filter((line) => line.includes('fingerprint'))).toHaveLength(2);
  expect(parseBaseline(text)).toEqual({ ok: true, fingerprints: ['1', '2'] });
  expect(parseBaseline(renderBaseline([]))).toEqual({ ok: true, fingerprints: [] });
});

test.each([
  ['{', 'not valid JSON'],
  ['[]', 'not a baseline of Cgo Guard'],
  ['{"version": 1}', 'not a baseline of Cgo Guard'],
  ['{"version": 2, "findings": []}', 'written by another version of Cgo Guard; write it anew'],
  ['{"version": 1, "findings": [{"rule": "x"}]}', 'a finding in it has no fingerprint'],
])('says what is wrong with %s', (text, error) => {
  expect(parseBaseline(text)).toEqual({ ok: false, error });
});

test('only as many equal findings are known as there were', () => {
  const known = new KnownFindings();
  known.add('1');
  const copy = known.copy();
  expect([known.take({ fingerprint: '1' }), known.take({ fingerprint: '1' }), known.take({ fingerprint: '2' })]).toEqual([true, false, false]);
  expect(copy.take({ fingerprint: '1' })).toBe(true);
});
