/** Where headers are looked for: `-I` flags, pkg-config files, brackets that are still open. */
import { expect, test } from 'vitest';
import { includePaths } from '../../../server/src/project/include-paths.ts';
import { systemFolders } from '../../../server/src/project/node-headers.ts';
import { headerFoldersOf, readPackage } from '../../../server/src/project/pkg-config.ts';
import { findCImport } from '../../../server/src/semantics/package-model.ts';
import { readWasm } from '../../../server/src/project/node-wasm.ts';
import { missingBrackets } from '../../../server/src/syntax/go/open-brackets.ts';
import { GoParser } from '../../../server/src/syntax/go/go-parser.ts';
import { loadGrammars } from '../../../server/src/syntax/grammars.ts';
import { MemoryHost } from '../../support/memory-host.ts';

test('the flags of #cgo lines', async () => {
  const text = `package p

/*
#cgo CFLAGS: -I\${SRCDIR}/include -I../shared -isystem /opt/x/include -I/abs/ -DX=1
#cgo linux CPPFLAGS: -I third_party
#cgo LDFLAGS: -L/lib -I/not
#cgo pkg-config: --static gtk+-3.0 zlib
*/
import "C"
`;
  const { go } = await loadGrammars(readWasm());
  const file = new GoParser(go).read(text);
  expect(includePaths('/w/p', file.text, findCImport(file))).toEqual({ local: ['/w/p/include', '/w/shared', '/w/p/third_party'], outside: ['/opt/x/include', '/abs'], packages: ['gtk+-3.0', 'zlib'] });
});

test('pkg-config files, with their variables and what they require', async () => {
  const text = 'prefix=/usr\nincludedir=${prefix}/include # here\nRequires: a >= 1.2, b\nRequires.private: c\nCflags: -I${includedir}/x -I${pcfiledir}/../y -pthread\n';
  expect(readPackage(text, '/pc')).toEqual({ includes: ['/usr/include/x', '/y'], requires: ['a', 'b', 'c'] });
  const host = new MemoryHost();
  host.writeAll('/pc', { 'x.pc': text, 'a.pc': 'Cflags: -I/opt/a\nRequires: x\n' });
  expect(await headerFoldersOf(host, ['x', 'absent'], ['/none', '/pc'])).toEqual(['/usr/include/x', '/y', '/opt/a']);
});

test('the folders of this machine are folders', () => {
  const { headers } = systemFolders({ CPATH: `${import.meta.dirname}` });
  expect(headers.some((folder) => import.meta.dirname.replaceAll('\\', '/') === folder)).toBe(true);
});

test.each([
  ['f(a[', '])'],
  ['func f() { g("(", \'{\', `[`, /* ( */ x.', ')\n}'],
  ['f("', undefined],
  ['x // (', undefined],
])('what closes %s', (text, closing) => {
  expect(missingBrackets(text)).toBe(closing);
});
