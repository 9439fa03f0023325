import { describe, expect, test } from 'vitest';
import { ensureInclude } from '../../../server/src/lint/fixes/include.ts';
import { fixed, source } from './go-source.ts';

const add = (text: string): string => fixed(text, ensureInclude(source(text).file, 'stdlib.h'));
const block = (...lines: readonly string[]): string => `package x\n\n/*\n${lines.join('\n')}\n*/\nimport "C"\n`;
const slashes = (...lines: readonly string[]): string => `package x\n\n${lines.map((line) => `//${line}\n`).join('')}import "C"\n`;
const std = '#include <stdlib.h>';

describe('ensureInclude', () => {
  test('does nothing when the header is there', () => {
    for (const line of [std, '#include<stdlib.h>', '#  include\t<stdlib.h>', '#include "stdlib.h"', `${std} // malloc`, `/* C */ ${std}`.slice(8)]) {
      expect(ensureInclude(source(slashes(` ${line}`)).file, 'stdlib.h'), line).toEqual([]);
    }
    expect(ensureInclude(source(block('#include <x.h>', std)).file, 'stdlib.h')).toEqual([]);
  });

  test('goes before the first include', () => {
    expect(add(block('#include <x.h>'))).toBe(block(std, '#include <x.h>'));
    expect(add(block('#cgo LDFLAGS: -lx', '#define _GNU_SOURCE', '', '#include <x.h>', 'int f(void);'))).toBe(
      block('#cgo LDFLAGS: -lx', '#define _GNU_SOURCE', '', std, '#include <x.h>', 'int f(void);'),
    );
    expect(add(slashes(' #cgo LDFLAGS: -lx', ' #include <x.h>'))).toBe(slashes(' #cgo LDFLAGS: -lx', ` ${std}`, ' #include <x.h>'));
    expect(add(block('\t#include <x.h>'))).toBe(block(`\t${std}`, '\t#include <x.h>'));
  });

  test('takes no header for another one', () => {
    expect(add(block('#include <malloc.h>'))).toBe(block(std, '#include <malloc.h>'));
    expect(add(block(`// ${std}`, '#include <x.h>'))).toBe(block(`// ${std}`, std, '#include <x.h>'));
    expect(add(slashes(' /*', ` ${std}`, ' */', ' #include <x.h>'))).toBe(slashes(' /*', ` ${std}`, ' */', ` ${std}`, ' #include <x.h>'));
  });

  test('stays out of conditionals', () => {
    const plain = ['#ifdef _WIN32', '#include <windows.h>', '#endif', 'int f(void);'];
    expect(add(block('#cgo LDFLAGS: -lx', ...plain))).toBe(block('#cgo LDFLAGS: -lx', std, ...plain));
    const gnu = ['#ifdef __linux__', '#define _GNU_SOURCE', '#include <sched.h>', '#endif'];
    expect(add(block(...gnu, 'int f(void);'))).toBe(block(...gnu, std, 'int f(void);'));
    const guarded = ['#ifdef X', std, '#endif', '#include <x.h>'];
    expect(add(block(...guarded))).toBe(block(std, ...guarded));
  });

  test('goes after leading directives when nothing is included', () => {
    expect(add(block('#cgo LDFLAGS: -lx', '', 'int f(void);'))).toBe(block('#cgo LDFLAGS: -lx', std, '', 'int f(void);'));
    expect(add(block('#define A(x) \\', '  (x)', '', 'int f(void);'))).toBe(block('#define A(x) \\', '  (x)', std, '', 'int f(void);'));
    expect(add(block('int f(void);'))).toBe(block(std, 'int f(void);'));
    expect(add(slashes(' int f(void);'))).toBe(slashes(` ${std}`, ' int f(void);'));
    expect(add(slashes(' #cgo LDFLAGS: -lx'))).toBe(slashes(' #cgo LDFLAGS: -lx', ` ${std}`));
    expect(add(slashes('#cgo LDFLAGS: -lx', '', ' int f(void);'))).toBe(slashes('#cgo LDFLAGS: -lx', std, '', ' int f(void);'));
  });

  test('opens a block comment that stands on few lines', () => {
    expect(add('package x\n\n/* #include <x.h> */\nimport "C"\n')).toBe(block(std, '#include <x.h>'));
    expect(add('package x\n\n/*#include <x.h>*/\nimport "C"\n')).toBe(block(std, '#include <x.h>'));
    expect(add('package x\n\n/* #cgo LDFLAGS: -lx */\nimport "C"\n')).toBe(block('#cgo LDFLAGS: -lx', std));
    expect(add('package x\n\n/*#include <x.h>\n#include <y.h>*/\nimport "C"\n')).toBe('package x\n\n/*#include <stdlib.h>\n#include <x.h>\n#include <y.h>*/\nimport "C"\n');
    expect(add('package x\n\n/*\n#cgo LDFLAGS: -lx */\nimport "C"\n')).toBe('package x\n\n/*\n#cgo LDFLAGS: -lx\n#include <stdlib.h>\n*/\nimport "C"\n');
    expect(add('package x\n\n/*\n */\nimport "C"\n')).toContain(`\n${std}\n`);
  });

  test('writes a preamble where there is none', () => {
    expect(add('package x\n\nimport "C"\n')).toBe(`package x\n\n// ${std}\nimport "C"\n`);
    expect(add('package x\n\nimport "fmt"\nimport "C"\n')).toBe(`package x\n\nimport "fmt"\n\n// ${std}\nimport "C"\n`);
    expect(add('package x\n\nimport (\n\t"C"\n\t"fmt"\n)\n')).toBe(`package x\n\nimport (\n\t// ${std}\n\t"C"\n\t"fmt"\n)\n`);
    expect(add('package x\n\nimport (\n\t"fmt"\n\n\t"C"\n)\n')).toBe(`package x\n\nimport (\n\t"fmt"\n\n\t// ${std}\n\t"C"\n)\n`);
    expect(add('package x\n\n/* detached */\n\nimport "C"\n')).toBe(`package x\n\n/* detached */\n\n// ${std}\nimport "C"\n`);
  });

  test('joins the comment above "C" inside a group', () => {
    expect(add('package x\n\nimport (\n\t// #include <x.h>\n\t"C"\n\t"fmt"\n)\n')).toBe(
      `package x\n\nimport (\n\t// ${std}\n\t// #include <x.h>\n\t"C"\n\t"fmt"\n)\n`,
    );
  });

  test('has no place in a file without "C"', () => {
    expect(ensureInclude(source('package x\n\nimport "fmt"\n').file, 'stdlib.h')).toBeUndefined();
  });

  test('keeps CRLF', () => {
    const text = block('#include <x.h>').replaceAll('\n', '\r\n');
    expect(fixed(text, ensureInclude(source(text).file, 'stdlib.h'), 'CRLF')).toBe(block(std, '#include <x.h>').replaceAll('\n', '\r\n'));
  });
});
