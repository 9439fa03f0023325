/** Forms of `import "C"` and of the comment that is its preamble. */
import { expect, test } from 'vitest';
import { cImport } from '../../../server/src/semantics/preamble.ts';
import { read } from './support.ts';

/** The import as it is written, the form of its preamble and the C text in it; undefined without an import of "C". */
function look(text: string): { span: string; form?: string; c?: readonly string[] } | undefined {
  const source = `package p\n\n${text}\n`;
  const file = read(source);
  for (const top of file.decls) {
    const found = cImport(source, top);
    if (!found) continue;
    const span = source.slice(found.span.start, found.span.end);
    const { preamble } = found;
    return preamble ? { span, form: preamble.form, c: preamble.ranges.map(({ start, end }) => source.slice(start, end)) } : { span };
  }
  return undefined;
}

const span = 'import "C"';

test.each([
  ['a block', '/*\nint f(void);\n*/\nimport "C"', { span, form: 'block', c: ['\nint f(void);\n'] }],
  ['lines', '// int f(void);\n// int g(void);\nimport "C"', { span, form: 'lines', c: [' int f(void);', ' int g(void);'] }],
  ['lines without a blank', '//int f(void);\nimport "C"', { span, form: 'lines', c: ['int f(void);'] }],
  ['a block on the line of the import', '/* int f(void); */ import "C"', { span, form: 'block', c: [' int f(void); '] }],
  ['a block and lines', '/* int f(void); */\n// int g(void);\nimport "C"', { span, form: 'block', c: [' int f(void); ', ' int g(void);'] }],
  ['an empty block', '/**/\nimport "C"', { span, form: 'block', c: [''] }],
  ['no comment', 'import "C"', { span }],
  ['an empty line between', '/*\nint f(void);\n*/\n\nimport "C"', { span }],
  ['only the group that touches', '// int f(void);\n\n// int g(void);\nimport "C"', { span, form: 'lines', c: [' int g(void);'] }],
  ['CRLF lines', '// int f(void);\r\n// int g(void);\r\nimport "C"', { span, form: 'lines', c: [' int f(void);', ' int g(void);'] }],
  ['a CRLF block', '/*\r\nint f(void);\r\n*/\r\nimport "C"', { span, form: 'block', c: ['\r\nint f(void);\r\n'] }],
  ['a comment behind the import is none', 'import "C" // int f(void);', { span }],
  ['a raw string as path', '// int f(void);\nimport `C`', { span: 'import `C`', form: 'lines', c: [' int f(void);'] }],
  ['a group of one, comment outside', '// int f(void);\nimport (\n\t"C"\n)', { span: '"C"', form: 'lines', c: [' int f(void);'] }],
  ['a group of one, comment inside', 'import (\n\t// int f(void);\n\t"C"\n)', { span: '"C"', form: 'lines', c: [' int f(void);'] }],
  ['a group of one, both: the inner counts', '// int f(void);\nimport (\n\t// int g(void);\n\t"C"\n)', { span: '"C"', form: 'lines', c: [' int g(void);'] }],
  ['a group with others, comment inside', 'import (\n\t"fmt"\n\t// int f(void);\n\t"C"\n\t"os"\n)', { span: '"C"', form: 'lines', c: [' int f(void);'] }],
  ['a group with others, comment outside', '// int f(void);\nimport (\n\t"C"\n\t"os"\n)', { span: '"C"' }],
  ['a group with an empty line between', 'import (\n\t"fmt"\n\t// int f(void);\n\n\t"C"\n)', { span: '"C"' }],
  ['the first of several imports', 'import "fmt"\n\n// int f(void);\nimport "C"\n\nimport "os"', { span, form: 'lines', c: [' int f(void);'] }],
  ['no import of C', '// int f(void);\nimport "fmt"', undefined],
  ['another path that ends in C', 'import "x/C"', undefined],
] as const)('%s', (_, text, expected) => {
  expect(look(text)).toEqual(expected);
});

test('lines that look like Go do not end the preamble, also below a broken declaration', () => {
  const preamble = '/*\nconst int limit = 3;\nfunc\n*/';
  const expected = { span, form: 'block', c: [preamble.slice(2, -2)] };
  expect(look(`${preamble}\nimport "C"`)).toEqual(expected);
  expect(look(`func (\n\n${preamble}\nimport "C"`)).toEqual(expected);
});
