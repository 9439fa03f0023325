/** Annotations: one line each, whatever the message and the path are made of. */
import { describe, expect, test } from 'vitest';
import { renderGithub } from '../../../server/src/report/github.ts';
import { empty, leak, openGo, report, source, suppressed } from './sample.ts';

describe('renderGithub', () => {
  test('a finding with its path', () => {
    expect(renderGithub(report)).toBe(
      '::warning file=pkg/open.go,line=4,endLine=4,col=8,endColumn=23,title=cstring-leak::cs is not freed when open returns here%0A→ pkg/open.go:4 allocated here%0A→ pkg/open.go:6 leaves here\n',
    );
  });

  test('severities are the three levels', () => {
    const findings = (['error', 'warning', 'info', 'hint'] as const).map((severity) => ({ ...leak, severity }));
    expect(renderGithub({ ...report, findings }).match(/^::\w+/gm)).toEqual(['::error', '::warning', '::notice', '::notice']);
  });

  test('a span over lines has no columns', () => {
    const findings = [{ ...leak, span: { start: 0, end: openGo.length - 1 }, trace: [] }];
    expect(renderGithub({ ...report, findings })).toMatch(/^::warning file=pkg\/open\.go,line=1,endLine=9,title=/);
  });

  test('nothing in a path or message ends the command', () => {
    const findings = [{ ...leak, message: '100%\r\n::error::x', trace: [] }];
    const sources = new Map([[leak.file, source('a,b:c%/\n.go', openGo)]]);
    expect(renderGithub({ ...report, findings, sources })).toBe(
      '::warning file=a%2Cb%3Ac%25/%0A.go,line=4,endLine=4,col=8,endColumn=23,title=cstring-leak::100%25%0D%0A::error::x\n',
    );
  });

  test('silence', () => {
    expect(renderGithub(empty)).toBe('');
    expect(renderGithub({ ...report, findings: [suppressed] })).toBe('');
  });
});
