/** A small report and two rules for the tests of the formats. */
import { LineIndex } from '../../../server/src/base/line-index.ts';
import type { Span } from '../../../server/src/base/span.ts';
import type { RuleMeta } from '../../../server/src/lint/rule-meta.ts';
import type { Report, ReportedFinding, Source, Tool } from '../../../server/src/report/report.ts';

export const leakRule: RuleMeta = {
  id: 'cstring-leak',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'C.CString result that is never freed',
  fix: { offered: 'sometimes', safety: 'either', because: 'C may keep the pointer' },
  docs: {
    why: '`C.CString` copies to the **C heap**; `**T` stays.',
    advice: 'Free it with `defer`.',
    limits: 'C code out of view. See [cgo](https://pkg.go.dev/cmd/cgo).',
    references: [{ title: 'cmd/cgo', url: 'https://pkg.go.dev/cmd/cgo' }],
  },
  examples: [{ title: 'early return', bad: { 'a.go': 'package a\n\nvar bad int\n' }, good: { 'a.go': 'package a\n' }, byFix: true }],
};

export const panicRule: RuleMeta = {
  ...leakRule,
  id: 'export-panic',
  family: 'callback',
  severity: 'info',
  confidence: 'certain',
  summary: 'panic that leaves an exported function',
  fix: { offered: 'never' },
};

export const tool: Tool = { version: '1.2.3', rules: [leakRule, panicRule] };

export const source = (path: string, text: string): Source => ({ path, text, lines: new LineIndex(text) });

/** Where `word` stands in `text`. */
export function spanOf(text: string, word: string): Span {
  const start = text.indexOf(word);
  if (start < 0) throw new Error(`no ${word}`);
  return { start, end: start + word.length };
}

export const openGo = `package a

func open(name string) error {
	cs := C.CString(name)
	if C.check() != 0 {
		return errCheck
	}
	return nil
}
`;

export const leak: ReportedFinding = {
  rule: 'cstring-leak',
  severity: 'warning',
  confidence: 'likely',
  file: '/work/pkg/open.go',
  span: spanOf(openGo, 'C.CString(name)'),
  message: 'cs is not freed when open returns here',
  trace: [
    { file: '/work/pkg/open.go', span: spanOf(openGo, 'C.CString(name)'), text: 'allocated here' },
    { file: '/work/pkg/open.go', span: spanOf(openGo, 'return errCheck'), text: 'leaves here' },
  ],
  fixes: [
    {
      title: 'Free cs when open returns',
      safety: 'safe',
      edits: [
        {
          file: '/work/pkg/open.go',
          edits: [{ span: { start: openGo.indexOf('\n\tif'), end: openGo.indexOf('\n\tif') }, newText: '\n\tdefer C.free(unsafe.Pointer(cs))' }],
        },
      ],
    },
    { title: 'Free cs here', safety: 'unsafe', because: 'check may keep it', edits: [] },
  ],
  fingerprint: 'f00d',
};

export const suppressed: ReportedFinding = {
  ...leak,
  span: spanOf(openGo, 'C.check()'),
  trace: [],
  fixes: [],
  fingerprint: 'beef',
  suppression: { reason: 'lives as long as the process', span: spanOf(openGo, 'open(name string)') },
};

export const report: Report = {
  findings: [leak],
  sources: new Map([['/work/pkg/open.go', source('pkg/open.go', openGo)]]),
  checked: 7,
  problems: [],
};

export const empty: Report = { findings: [], sources: new Map(), checked: 7, problems: [] };
