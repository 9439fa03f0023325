import { describe, expect, test } from 'vitest';
import { ensureImport } from '../../../server/src/lint/fixes/imports.ts';
import { fixed, source } from './go-source.ts';

const add = (text: string, path = 'unsafe'): string => fixed(text, ensureImport(source(text).file, path)?.edits);
const body = '\nfunc f() {}\n';

describe('ensureImport', () => {
  test('does nothing when the package is imported, and tells its name', () => {
    expect(ensureImport(source('package x\n\nimport "unsafe"\n').file, 'unsafe')).toEqual({ name: 'unsafe', edits: [] });
    expect(ensureImport(source('package x\n\nimport u "unsafe"\n').file, 'unsafe')).toEqual({ name: 'u', edits: [] });
  });

  test('sorts into a group', () => {
    expect(add(`package x\n\nimport (\n\t"fmt"\n\t"os"\n)\n${body}`)).toBe(`package x\n\nimport (\n\t"fmt"\n\t"os"\n\t"unsafe"\n)\n${body}`);
    expect(add(`package x\n\nimport (\n\t"fmt"\n\t"os"\n)\n${body}`, 'log')).toBe(`package x\n\nimport (\n\t"fmt"\n\t"log"\n\t"os"\n)\n${body}`);
    expect(add(`package x\n\nimport (\n\t"os"\n\t"time"\n)\n${body}`, 'log')).toBe(`package x\n\nimport (\n\t"log"\n\t"os"\n\t"time"\n)\n${body}`);
  });

  test('goes to the standard packages of a group', () => {
    const text = `package x\n\nimport (\n\t"example.org/a"\n\n\t"fmt"\n\n\t"example.org/b"\n)\n${body}`;
    expect(add(text)).toBe(text.replace('"fmt"\n', '"fmt"\n\t"unsafe"\n'));
  });

  test('makes a block of its own above packages of others', () => {
    const text = `package x\n\nimport (\n\t"example.org/a"\n\t"example.org/b"\n)\n${body}`;
    expect(add(text)).toBe(text.replace('import (\n', 'import (\n\t"unsafe"\n\n'));
  });

  test('keeps comments with their specs', () => {
    const first = `package x\n\nimport (\n\t// Formats.\n\t"os"\n)\n${body}`;
    expect(add(first, 'log')).toBe(first.replace('\t// Formats', '\t"log"\n\t// Formats'));
    const aligned = `package x\n\nimport (\n\t"fmt"                  // one\n\t"path/filepath/longer" // two\n)\n${body}`;
    expect(add(aligned, 'log')).toBe(`package x\n\nimport (\n\t"fmt" // one\n\t"log"\n\t"path/filepath/longer" // two\n)\n${body}`);
  });

  test('turns a single import into a group', () => {
    expect(add(`package x\n\nimport "fmt"\n${body}`)).toBe(`package x\n\nimport (\n\t"fmt"\n\t"unsafe"\n)\n${body}`);
    expect(add(`package x\n\nimport "os" // files\n${body}`, 'log')).toBe(`package x\n\nimport (\n\t"log"\n\t"os" // files\n)\n${body}`);
    expect(add(`package x\n\nimport "example.org/a"\n${body}`)).toBe(`package x\n\nimport (\n\t"unsafe"\n\n\t"example.org/a"\n)\n${body}`);
  });

  test('adds a line among single imports', () => {
    const text = `package x\n\nimport "fmt"\nimport "os"\n\n// #include <x.h>\nimport "C"\n${body}`;
    expect(add(text)).toBe(text.replace('"os"\n', '"os"\nimport "unsafe"\n'));
    expect(add(text, 'log')).toBe(text.replace('"fmt"\n', '"fmt"\nimport "log"\n'));
  });

  test('stands below a lone import "C"', () => {
    const text = `package x\n\n/*\n#include <x.h>\n*/\nimport "C"\n${body}`;
    expect(add(text)).toBe(text.replace('import "C"\n', 'import "C"\n\nimport "unsafe"\n'));
    const group = `package x\n\n// #include <x.h>\nimport (\n\t"C"\n)\n${body}`;
    expect(add(group)).toBe(group.replace(')\n', ')\n\nimport "unsafe"\n'));
    const commented = `package x\n\nimport "C" //cgoguard:ignore some-rule for a reason\n${body}`;
    expect(add(commented)).toBe(commented.replace('reason\n', 'reason\n\nimport "unsafe"\n'));
  });

  test('never parts a preamble from "C" inside a group', () => {
    const text = `package x\n\nimport (\n\t// #include <x.h>\n\t"C"\n\t"fmt"\n)\n${body}`;
    expect(add(text)).toBe(text.replace('"fmt"\n', '"fmt"\n\t"unsafe"\n'));
  });

  test('prefers a group to the import of "C"', () => {
    const text = `package x\n\n// #include <x.h>\nimport "C"\n\nimport (\n\t"fmt"\n)\n${body}`;
    expect(add(text)).toBe(text.replace('"fmt"\n', '"fmt"\n\t"unsafe"\n'));
  });

  test('is the first import', () => {
    expect(add(`package x\n${body}`, 'runtime')).toBe(`package x\n\nimport "runtime"\n${body}`);
    expect(add('package x // why\n\n// f is empty.\nfunc f() {}\n', 'log')).toBe('package x // why\n\nimport "log"\n\n// f is empty.\nfunc f() {}\n');
    expect(add('package x\n', 'log')).toBe('package x\n\nimport "log"\n');
  });

  test('replaces a blank import', () => {
    const text = `package x\n\nimport (\n\t"fmt"\n\t_ "unsafe" // for go:linkname\n)\n${body}`;
    expect(add(text)).toBe(text.replace('_ "unsafe"', '"unsafe"'));
  });

  test('gives up where the name is taken', () => {
    const text = `package x\n\nimport log "example.org/zap"\n${body}`;
    expect(ensureImport(source(text).file, 'log')).toBeUndefined();
    expect(ensureImport(source('package x\n', { packageNames: ['log'] }).file, 'log')).toBeUndefined();
    expect(ensureImport(source('package x\n\nimport "runtime"\n').file, 'runtime', new Set(['runtime']))).toBeUndefined();
  });

  test('keeps CRLF', () => {
    const text = 'package x\r\n\r\nimport "fmt"\r\n';
    expect(fixed(text, ensureImport(source(text).file, 'unsafe')?.edits, 'CRLF')).toBe('package x\r\n\r\nimport (\r\n\t"fmt"\r\n\t"unsafe"\r\n)\r\n');
  });
});
