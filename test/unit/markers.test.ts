/** The marker parser: what it reads and what it refuses. */
import { describe, expect, test } from 'vitest';
import { readMarkers } from '../support/markers.ts';

describe('readMarkers', () => {
  test('reads rule, severity and text of the line it stands on', () => {
    expect(readMarkers('package a\n\tp := C.f() // want malloc-leak:warning "p is"\n').wants).toEqual([
      { rule: 'malloc-leak', severity: 'warning', text: 'p is', line: 1 },
    ]);
  });

  test('reads several items of one comment', () => {
    expect(readMarkers('x() // want a-b c-d:info e-f "text" g-h').wants).toEqual([
      { rule: 'a-b', line: 0 },
      { rule: 'c-d', severity: 'info', line: 0 },
      { rule: 'e-f', text: 'text', line: 0 },
      { rule: 'g-h', line: 0 },
    ]);
  });

  test('takes text between backquotes, where quotes may stand', () => {
    expect(readMarkers('x() // want a `say "no"`').wants).toEqual([{ rule: 'a', text: 'say "no"', line: 0 }]);
  });

  test('counts one line up for each caret', () => {
    expect(readMarkers('one\ntwo\nthree // want^^ a\n// want^ b').wants.map((want) => want.line)).toEqual([0, 2]);
  });

  test('reads C comments, also behind the slashes of a preamble line', () => {
    const source = '// void f(void); /* want a */\nint x; /* want b:hint "t" */ int y;\r\nint z; /* misses c */';
    const { wants, misses } = readMarkers(source);
    expect(wants).toEqual([
      { rule: 'a', line: 0 },
      { rule: 'b', severity: 'hint', text: 't', line: 1 },
    ]);
    expect(misses).toEqual([{ rule: 'c', line: 2 }]);
  });

  test('leaves prose alone', () => {
    expect(readMarkers('// callers want this\n// wants more\n/* they want it */')).toEqual({ wants: [], misses: [] });
  });

  test.each([
    ['x() // want Leak', 'not a marker'],
    ['x() // want a "open', 'not a marker'],
    ['x() // want a:fatal', 'no severity "fatal"'],
    ['x() // misses a:info', 'names a rule and nothing else'],
    ['x() // misses a "text"', 'names a rule and nothing else'],
    ['x() // want^ a', 'above the file'],
    ['x() // want ', 'not a marker'],
    ['x() // want', 'not a marker'],
  ])('refuses %s', (source, message) => {
    expect(() => readMarkers(source)).toThrow(message);
  });
});
