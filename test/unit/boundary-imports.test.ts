/** The text test that decides whether a Go file wakes the server. */
import { describe, expect, it } from 'vitest';
import { importsBoundary } from '../../client/src/boundary-imports.ts';

const file = (...lines: readonly string[]): string => ['package p', '', ...lines, '', 'func f() {}', ''].join('\n');

describe('importsBoundary', () => {
  it.each([
    ['a single import', file('import "C"')],
    ['unsafe', file('import "unsafe"')],
    ['an import in a group', file('import (', '\t"fmt"', '\t"unsafe"', ')')],
    ['the first import of a group on its line', file('import ("unsafe")')],
    ['a second import after a semicolon', 'package p; import "C"; func f() {}\n'],
    ['a blank import', file('import _ "unsafe" // for go:linkname')],
    ['a named import', file('import (', '\tu "unsafe"', ')')],
    ['a raw string', file('import `C`')],
    ['no space', file('import"C"')],
    ['a suppression behind it', file('import "C" //cgoguard:ignore malloc-leak freed by the caller')],
    ['Windows line ends', file('// #include <stdlib.h>', 'import "C"').replaceAll('\n', '\r\n')],
    ['the last line, half-typed', 'package p\nimport "C"'],
  ])('sees %s', (_, text) => {
    expect(importsBoundary(text)).toBe(true);
  });

  it.each([
    ['no import', file()],
    ['other imports', file('import (', '\t"fmt"', '\t"runtime/cgo"', '\t"example.com/unsafe"', ')')],
    ['a string', file('var s = "C"')],
    ['an element of a list', file('var list = []string{', '\t"C",', '\t"unsafe",', '}')],
    ['an argument', file('func g() { h("unsafe") }')],
    ['half an import', file('import "')],
  ])('is not woken by %s', (_, text) => {
    expect(importsBoundary(text)).toBe(false);
  });
});
