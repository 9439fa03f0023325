/** A suppression may stand in certain places only because Go, cgo and the C compiler leave it alone there: each is built and linked. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PackageText } from '../../server/src/lint/rule-meta.ts';
import { goToolchain, inTemporaryFolder, run, writePackage } from '../support/go-toolchain.ts';

const toolchain = goToolchain();
const reason = 'missing' in toolchain ? ` (skipped: no ${toolchain.missing} on this machine)` : '';
const main = 'func main() { C.puts(C.CString("x")) }\n';

const places: Readonly<Record<string, PackageText>> = {
  'on the line': { 'main.go': program('#include <stdio.h>', 'func main() { C.puts(C.CString("x")) } //cgoguard:ignore cstring-leak ends at once\n') },
  'on the line above': {
    'main.go': program('#include <stdio.h>', 'func main() {\n\t//cgoguard:ignore cstring-leak ends at once\n\tC.puts(C.CString("x"))\n}\n'),
  },
  'behind import "C"': { 'main.go': program('#include <stdio.h>', main, ' //cgoguard:ignore cstring-leak ends at once') },
  'behind import "C" without a preamble': {
    'main.go': 'package main\n\nimport "C" //cgoguard:ignore cstring-leak ends at once\n\nfunc main() { println(C.int(1)) }\n',
  },
  'in a block preamble': { 'main.go': program('#include <stdio.h>\n//cgoguard:ignore cstring-leak ends at once', main) },
  'in a preamble of line comments': {
    'main.go': `package main\n\n// #include <stdio.h>\n// /*cgoguard:ignore cstring-leak ends at once*/\n// //cgoguard:ignore cstring-leak ends at once\nimport "C"\n\n${main}`,
  },
  'in a C file': {
    'main.go': program('int twice(int n);', 'func main() { println(C.twice(1)) }\n'),
    'twice.c': 'int twice(int n); //cgoguard:ignore cstring-leak ends at once\n/*cgoguard:ignore cstring-leak ends at once*/\nint twice(int n) { return 2 * n; }\n',
  },
  'between export and func': {
    'main.go': program('int runs(int n);', 'func main() { println(C.runs(1)) }\n'),
    'export.go': 'package main\n\nimport "C"\n\n//export once\n//cgoguard:ignore export-panic never negative\nfunc once(n C.int) C.int { return n + 1 }\n',
    'runs.c': '#include "_cgo_export.h"\nint runs(int n) { return once(n); }\n',
  },
};

describe.skipIf('missing' in toolchain)(`suppressions build and link${reason}`, () => {
  test.each(Object.entries(places))('%s', (_, files) => {
    expect(build(files)).toBe('');
  });

  test('above import "C" it would be C text', () => {
    const files = { 'main.go': `package main\n\n// #include <stdio.h>\n//cgoguard:ignore cstring-leak ends at once\nimport "C"\n\n${main}` };
    expect(build(files)).toContain('cgoguard');
  });

  test('behind the exported name it would be part of the name', () => {
    const files = {
      ...places['between export and func'],
      'export.go': 'package main\n\nimport "C"\n\n//export once //cgoguard:ignore export-panic never negative\nfunc once(n C.int) C.int { return n + 1 }\n',
    };
    expect(build(files)).toContain('export');
  });
});

function program(preamble: string, rest: string, behindImport = ''): string {
  return `package main\n\n/*\n${preamble}\n*/\nimport "C"${behindImport}\n\n${rest}`;
}

/** What the toolchain has to say; empty when a program came out. */
function build(files: PackageText): string {
  return inTemporaryFolder((folder) => {
    writePackage(folder, { ...files, 'go.mod': 'module example.test/place\n\ngo 1.21\n' });
    const { failed, stdout, stderr } = run('go', ['build', '-trimpath', '-o', join(folder, 'program'), '.'], folder);
    return failed ? `${stdout}${stderr}` : '';
  });
}
