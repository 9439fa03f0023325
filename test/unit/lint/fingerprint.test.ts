import { expect, test } from 'vitest';
import type { Finding } from '../../../server/src/lint/finding.ts';
import { fingerprints } from '../../../server/src/lint/fingerprint.ts';

/** Fingerprints of a finding at every `here` of a file. */
function prints(text: string, { rule = 'cstring-leak', file = '/a/x.go', declaration = 'f', locals = ['x', 's'] } = {}): string[] {
  const findings = [...text.matchAll(/here/g)].map(
    ({ index }): Finding => ({
      rule, severity: 'warning', confidence: 'certain', file, span: { start: index, end: index + 4 },
      message: '', trace: [], fixes: () => [], fingerprint: '',
    }),
  );
  return fingerprints(file, text, findings, () => ({ declaration, locals: new Set(locals) })).map((finding) => finding.fingerprint);
}
const line = '\tx := here(s)\n';

test('moves, formatting and trailing comments change nothing', () => {
  const one = prints(line);
  expect(one[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(prints(`// more\n\n${line}`)).toEqual(one);
  expect(prints('x  := here(s) // why\r\n')).toEqual(one);
  expect(prints(line, { file: '/b/c/x.go' })).toEqual(one);
});

test('the names of local variables do not count, their roles do', () => {
  const one = prints('\tx := here(s, s.x)\n');
  expect(prints('\ty := here(text, text.x)\n', { locals: ['y', 'text'] })).toEqual(one);
  expect(prints('\tx := here(x, s.x)\n')).not.toEqual(one);
  expect(prints('\tx := here(s, s.y)\n')).not.toEqual(one);
});

test('everything that makes another finding changes the fingerprint', () => {
  const others = [
    prints(line),
    prints(line, { rule: 'malloc-leak' }),
    prints(line, { file: '/a/y.go' }),
    prints(line, { declaration: 'g' }),
    prints('\tx := here(t)\n'),
    prints('\tx := here("http://a")\n'),
    prints('\tx := here("http://b")\n'),
  ];
  expect(new Set(others.flat()).size).toBe(others.length);
});

test('equal findings are told apart by their order', () => {
  const [first, second] = prints(line + line);
  expect([first]).toEqual(prints(line));
  expect(second).not.toBe(first);
});
