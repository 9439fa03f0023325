import { expect, test } from 'vitest';
import { recoverGuard } from '../../../server/src/lint/fixes/recover-guard.ts';
import { fixed, source } from './go-source.ts';

const guarded = (text: string, packageNames: readonly string[] = []): string => {
  const { file, functions } = source(text, { packageNames });
  return fixed(text, recoverGuard(file, functions[0]!));
};
const file = (imports: string, signature: string, ...lines: readonly string[]): string =>
  `package x\n\nimport "C"\n${imports}\n//export onEvent\nfunc onEvent${signature} {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
const guard = (report: string, ...more: readonly string[]): string[] => [
  'defer func() {',
  '\tif r := recover(); r != nil {',
  `\t\t${report}`,
  ...more.map((line) => `\t\t${line}`),
  '\t}',
  '}()',
];
const log = 'log.Printf("panic in exported onEvent: %v", r)';

test('the guard is the first statement and logs', () => {
  expect(guarded(file('', '(n C.int)', 'must(n)'))).toBe(file('\nimport "log"\n', '(n C.int)', ...guard(log), 'must(n)'));
  expect(guarded(file('', '() C.int', 'return must()'))).toBe(file('\nimport "log"\n', '() C.int', ...guard(log), 'return must()'));
  expect(guarded('package x\n\nimport "C"\n\nimport "log"\n\n//export onEvent\nfunc onEvent() { must() }\n')).toBe(
    file('\nimport "log"\n', '()', ...guard(log), 'must()'),
  );
});

test('a named status code tells C that the call failed', () => {
  for (const signature of ['() (rc C.int)', '() (status C.long)', '(n C.int) (err int32)']) {
    const name = /\((\w+) [\w.]+\)$/.exec(signature)![1]!;
    expect(guarded(file('', signature, 'must()', 'return'))).toBe(file('\nimport "log"\n', signature, ...guard(log, `${name} = -1`), 'must()', 'return'));
  }
  for (const signature of ['() (rc C.uint)', '() (n C.int)', '() (p *C.char)']) {
    expect(guarded(file('', signature, 'must()', 'return'))).not.toContain('-1');
  }
});

test('names that are taken are not used', () => {
  expect(guarded(file('', '(r C.int)', 'must(r)'))).toContain('if r2 := recover(); r2 != nil {');
  const printed = 'fmt.Fprintf(os.Stderr, "panic in exported onEvent: %v\\n", r)';
  const imports = 'import "fmt"\nimport "os"\n';
  expect(guarded(file(imports, '()', 'must()'), ['log'])).toBe(file(imports, '()', ...guard(printed), 'must()'));
  const { file: bare, functions } = source(file('', '(log, fmt C.int)', 'must()'));
  expect(recoverGuard(bare, functions[0]!)).toBeUndefined();
});
