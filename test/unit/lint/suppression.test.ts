import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../../server/src/base/edit.ts';
import { LineIndex } from '../../../server/src/base/line-index.ts';
import type { Finding } from '../../../server/src/lint/finding.ts';
import { applySuppressions, readSuppressions } from '../../../server/src/lint/suppression.ts';
import type { CommentedText, SuppressionContext } from '../../../server/src/lint/suppression.ts';
import { scanGo } from '../../../server/src/lint/fixes/go-text.ts';
import { source } from './go-source.ts';

const context: SuppressionContext = { known: ['cstring-leak', 'malloc-leak', 'export-panic'], isActive: () => true, isComplete: true };

const go = (text: string): CommentedText => {
  const { preamble } = source(text).file;
  return { text, language: 'go', comments: scanGo(text).comments, ...(preamble ? { preamble } : {}) };
};
const c = (text: string): CommentedText => ({ text, language: 'c', comments: scanGo(text).comments });

const findingAt = (text: string, wanted: string, rule = 'cstring-leak'): Finding => {
  const start = text.indexOf(wanted);
  return {
    rule, severity: 'warning', confidence: 'certain', file: 'x.go', span: { start, end: start + wanted.length },
    message: '', trace: [], fixes: () => [], fingerprint: '',
  };
};
/** Reason of the finding's suppression, and the problems as `line rule`. */
const outcome = (of: CommentedText, wanted = 'here()', more: Partial<SuppressionContext> = {}, rule?: string): [string | undefined, ...string[]] => {
  const { findings, problems } = applySuppressions(of, [findingAt(of.text, wanted, rule)], { ...context, ...more });
  const lines = new LineIndex(of.text);
  return [findings[0]?.suppression?.reason, ...problems.map((p) => `${lines.positionAt(p.span.start).line + 1} ${p.rule}`)];
};
const body = (...lines: readonly string[]): string => `package x\n\nfunc f() {\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;

describe('where a suppression stands', () => {
  test.each([
    ['on the line', body('here() //cgoguard:ignore cstring-leak static string')],
    ['on the line, as a block comment', body('here() /* cgoguard:ignore cstring-leak static string */')],
    ['on the line above', body('//cgoguard:ignore cstring-leak static string', 'here()')],
    ['above another one', body('//cgoguard:ignore cstring-leak static string', '//cgoguard:ignore malloc-leak no', 'here()')],
    ['between export and func', 'package x\n\n//export f\n//cgoguard:ignore cstring-leak static string\nfunc f() { here() }\n'],
  ])('%s', (_, text) => {
    expect(outcome(go(text))[0]).toBe('static string');
  });

  test('behind import "C"', () => {
    expect(outcome(go('package x\n\n// int a;\nimport "C" //cgoguard:ignore cstring-leak static string\n'), '"C"')).toEqual(['static string']);
  });

  test.each([
    ['at the end of the line above', body('a() //cgoguard:ignore cstring-leak static string', 'here()')],
    ['two lines above', body('//cgoguard:ignore cstring-leak static string', '', 'here()')],
    ['on the line below', body('here()', '//cgoguard:ignore cstring-leak static string')],
  ])('not %s', (_, text) => {
    expect(outcome(go(text))).toEqual([undefined, expect.stringContaining('unused-suppression')]);
  });

  test.each([
    ['with a blank', body('here() // cgoguard:ignore cstring-leak static string')],
    ['as prose', body('here() // see //cgoguard:ignore cstring-leak static string')],
    ['in a string', body('here("//cgoguard:ignore cstring-leak static string")')],
    ['in a preamble, where it would be C text', 'package x\n\n// int here();\n//cgoguard:ignore cstring-leak static string\nimport "C"\n'],
  ])('is none when written %s', (_, text) => {
    expect(outcome(go(text), 'here(')).toEqual([undefined]);
  });

  test.each([
    ['in a block preamble', go('package x\n\n/*\nint here(); //cgoguard:ignore cstring-leak static string\n*/\nimport "C"\n')],
    ['alone in a block preamble', go('package x\n\n/*\n// cgoguard:ignore cstring-leak static string\nint here();\n*/\nimport "C"\n')],
    ['at the end of a block preamble', go('package x\n\n/*\nint here(); //cgoguard:ignore cstring-leak static string */\nimport "C"\n')],
    ['in a preamble of lines', go('package x\n\n// int here(); /* cgoguard:ignore cstring-leak static string */\nimport "C"\n')],
    ['alone in a preamble of lines', go('package x\n\n// /*cgoguard:ignore cstring-leak static string*/\n// int here();\nimport "C"\n')],
    ['alone behind slashes in a preamble of lines', go('package x\n\n// //cgoguard:ignore cstring-leak static string\n// int here();\nimport "C"\n')],
    ['in a C file', c('int a;\nint here(); // cgoguard:ignore cstring-leak static string\n')],
    ['alone in a C file', c('/* cgoguard:ignore cstring-leak static string */\r\nint here();\r\n')],
  ])('as a C comment %s', (_, of) => {
    expect(outcome(of)).toEqual(['static string']);
  });
});

describe('what a suppression says', () => {
  test('several rules share a reason', () => {
    const text = body('here() //cgoguard:ignore malloc-leak, cstring-leak reason: static string');
    expect(outcome(go(text))).toEqual(['static string', '4 unused-suppression']);
    const [{ rules } = { rules: [] }] = readSuppressions(go(text));
    expect(rules.map(({ id, span }) => [id, text.slice(span.start, span.end)])).toEqual([['malloc-leak', 'malloc-leak'], ['cstring-leak', 'cstring-leak']]);
  });

  test.each([
    ['no reason', 'cstring-leak'],
    ['a reason that is still to be written', 'cstring-leak reason: why?'],
    ['only the word', 'cstring-leak reason:'],
    ['no rule', ''],
    ['an unknown rule', 'cstring-leek static string'],
  ])('%s suppresses nothing and is reported', (_, words) => {
    expect(outcome(go(body(`here() //cgoguard:ignore ${words}`.trimEnd())))).toEqual([undefined, '4 suppression-without-reason']);
  });

  test('an unknown rule brings the nearest to mind', () => {
    const { problems } = applySuppressions(go(body('here() //cgoguard:ignore cstring-leek static')), [], context);
    expect(problems[0]?.message).toContain('did you mean cstring-leak?');
  });
});

describe('a suppression that suppresses nothing', () => {
  const text = body('a()', '//cgoguard:ignore cstring-leak static string', 'b()', 'here()');

  test('is reported and can be removed', () => {
    const { problems } = applySuppressions(go(text), [], context);
    expect(problems.map((p) => [p.rule, p.severity, text.slice(p.span.start, p.span.end)])).toEqual([
      ['unused-suppression', 'info', '//cgoguard:ignore cstring-leak static string'],
    ]);
    expect(applyEdits(text, [problems[0]!.removal!])).toBe(body('a()', 'b()', 'here()'));
    const behind = body('a() //cgoguard:ignore cstring-leak static string');
    expect(applyEdits(behind, [applySuppressions(go(behind), [], context).problems[0]!.removal!])).toBe(body('a()'));
  });

  test('is not reported where nobody can know', () => {
    expect(outcome(go(text), 'here()', { isComplete: false })).toEqual([undefined]);
    expect(outcome(go(text), 'here()', { isActive: (rule) => rule !== 'cstring-leak' })).toEqual([undefined]);
  });

  test('is of another rule', () => {
    expect(outcome(go(body('here() //cgoguard:ignore malloc-leak static string')))).toEqual([undefined, '4 unused-suppression']);
  });
});
