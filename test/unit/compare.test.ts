/** The comparison of findings and markers notices every kind of difference. */
import { describe, expect, test } from 'vitest';
import type { Finding, Severity } from '../../server/src/lint/finding.ts';
import { differences } from '../support/compare.ts';

const at = (text: string, word: string, rule: string, severity: Severity = 'warning', suppressed = false): Finding => {
  const start = text.indexOf(word);
  const span = { start, end: start + word.length };
  return {
    rule,
    severity,
    confidence: 'certain',
    file: '/case/a.go',
    span,
    message: `${word} is wrong`,
    trace: [],
    fixes: () => [],
    fingerprint: word,
    ...(suppressed && { suppression: { reason: 'why', span } }),
  };
};

function compare(text: string, ...findings: readonly Finding[]): string[] {
  return differences('/case', { 'a.go': text }, [{ file: '/case/a.go', text, findings }]).map((line) => line.split('\n')[0]!);
}

describe('differences', () => {
  test('none when every want has its finding', () => {
    const text = 'one() // want r\ntwo() // want r:info "two is" s\n';
    expect(compare(text, at(text, 'one', 'r'), at(text, 'two', 'r', 'info'), at(text, 'two', 's'))).toEqual([]);
  });

  test('a want without a finding', () => {
    expect(compare('\none() // want r:error "x"')).toEqual(['a.go:2: missing   r:error "x"']);
  });

  test('a want whose file has no report', () => {
    expect(differences('/case', { 'b.go': 'one() // want r' }, [])).toHaveLength(1);
  });

  test('a finding without a want, and a second one of the same rule', () => {
    const text = 'one() // want r\n';
    expect(compare(text, at(text, 'one', 'r'), at(text, '()', 'r'))).toEqual(['a.go:1: unwanted  r:warning "() is wrong"']);
  });

  test('another severity or text, shown once', () => {
    const text = 'one() // want r:error\ntwo() // want r "three"\n';
    expect(compare(text, at(text, 'one', 'r'), at(text, 'two', 'r'))).toEqual([
      'a.go:1: missing   r:error, got r:warning "one is wrong"',
      'a.go:2: missing   r "three", got r:warning "two is wrong"',
    ]);
  });

  test('a plain want leaves the finding that a precise one names', () => {
    const text = 'one(two) // want r r "one"\n';
    expect(compare(text, at(text, 'one', 'r'), at(text, 'two', 'r'))).toEqual([]);
  });

  test('a known miss that is found', () => {
    const text = 'one() // misses r\n';
    expect(compare(text)).toEqual([]);
    expect(compare(text, at(text, 'one', 'r'))).toEqual(['a.go:1: now found r: turn its "misses" into a "want"']);
  });

  test('suppressed findings do not count', () => {
    const text = 'one()\n';
    expect(compare(text, at(text, 'one', 'r', 'warning', true))).toEqual([]);
  });

  test('a report for a file that is not of the case', () => {
    expect(differences('/case', {}, [{ file: '/other.go', text: '', findings: [] }])).toHaveLength(1);
  });

  test('an unreadable marker names its file', () => {
    expect(() => compare('one() // want R')).toThrow('a.go');
  });
});
