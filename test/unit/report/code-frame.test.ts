/** Carets must stand under the code whatever the line is made of. */
import { describe, expect, test } from 'vitest';
import { codeFrame, printable } from '../../../server/src/report/code-frame.ts';
import { source, spanOf } from './sample.ts';

/** Code and carets below each other, as a terminal shows them. */
function shown(text: string, word: string): string[] {
  const { code, marks } = codeFrame(source('a.go', text), spanOf(text, word));
  return [code, marks];
}

describe('codeFrame', () => {
  test('tabs', () => {
    expect(shown('x\n\t\tp := C.CString(s)\n', 'C.CString')).toEqual(['        p := C.CString(s)', '             ^^^^^^^^^']);
  });

  test('a tab inside the span', () => {
    expect(shown('a\tb c', 'a\tb')).toEqual(['a    b c', '^^^^^^']);
  });

  test('wide letters, surrogate pairs and combining marks', () => {
    expect(shown('"漢字😀e\u0301" + C.x', 'C.x')).toEqual(['"漢字😀e\u0301" + C.x', '            ^^^']);
  });

  test('a span over lines ends with its first line', () => {
    expect(shown('f(a,\r\n\tb)', 'a,\r\n\tb')).toEqual(['f(a,', '  ^^']);
  });

  test('an empty span has one caret, also at the end of the text', () => {
    const { line, code, marks } = codeFrame(source('a.go', 'ab\n'), { start: 3, end: 3 });
    expect({ line, code, marks }).toEqual({ line: 2, code: '', marks: '^' });
  });

  test('a long line is cut around the span', () => {
    const text = `${'a'.repeat(500)}TARGET${'b'.repeat(500)}`;
    const { code, marks } = codeFrame(source('a.go', text), spanOf(text, 'TARGET'));
    expect(code).toMatch(/^…a{40}TARGETb+…$/);
    expect(code.length).toBe(162);
    expect(code.slice(marks.indexOf('^'), marks.length)).toBe('TARGET');
  });

  test('a span longer than the window fills it', () => {
    const text = 'x'.repeat(400);
    const { code, marks } = codeFrame(source('a.go', text), { start: 0, end: 400 });
    expect(code).toBe(`${'x'.repeat(160)}…`);
    expect(marks).toBe('^'.repeat(160));
  });
});

test('printable shows nothing that a terminal would obey', () => {
  expect(printable('a\u001b[31mb\u202ec\u0000d\ud800e\r')).toBe('a\ufffd[31mb\ufffdc\ufffdd\ufffde\ufffd');
});
