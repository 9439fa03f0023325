/** Rule cgo-directive: `#cgo` lines that the go command refuses or reads in another way than they look. */
import { placeInFile } from '../../lint/reports/file-place.ts';
import { defineRule, type FixPlan } from '../../lint/rule.ts';
import type { Severity } from '../../lint/finding.ts';
import { closest } from '../../lint/closest.ts';
import type { Span } from '../../base/span.ts';
import { refusedFlags } from '../../semantics/cgo-flags.ts';
import { mayApplyFor } from '../../semantics/build-constraints.ts';
import { type CgoDirective, cgoDirectives, flagVerbs, isPromise, relativeSearchPath } from '../../semantics/directives.ts';

interface Problem {
  readonly span: Span;
  readonly severity: Severity;
  readonly message: string;
  readonly fixes?: readonly FixPlan[];
}

export default defineRule({
  id: 'cgo-directive',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: '#cgo line that the go command refuses or reads in another way than it looks',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'The go command reads the `#cgo` lines itself: `#cgo [conditions] VERB: arguments`, where the verb is CFLAGS, CPPFLAGS, CXXFLAGS, FFLAGS, LDFLAGS or pkg-config, or `#cgo noescape f` and `#cgo nocallback f`. What it does not know fails the build, also that of everybody who imports the package; on a line with conditions only on those platforms, where the author may never see it. Flags come from a fixed list, because a package that is merely downloaded must not run programs. `# cgo` is no directive at all and goes to the C compiler. Of the conditions the words are alternatives and a comma joins: `linux,amd64` is both, `linux amd64` is either, and a word that ends in a comma never holds.',
    advice: 'Write the verb and the colon as above, quote with `"` or `\'`, put `-I` and `-D` into CFLAGS and `-L` and `-l` into LDFLAGS, and paths of the package below `${SRCDIR}`. Flags that are not on the list have to come from the environment of whoever builds (CGO_CFLAGS, or CGO_CFLAGS_ALLOW with a pattern).',
    limits: 'The list of flags is that of Go 1.26. Flags that the list lacks and relative paths are information, as is `-static`: with glibc the resolver, user lookups and dlopen need the shared library at run time all the same (build with the tags netgo and osusergo, or against musl).',
    references: [
      { title: 'cmd/cgo: Using cgo with the go command', url: 'https://pkg.go.dev/cmd/cgo#hdr-Using_cgo_with_the_go_command' },
      { title: 'Go wiki: invalid flag in #cgo', url: 'https://go.dev/s/invalidflag' },
    ],
  },
  examples: [
    {
      title: 'A misspelt verb',
      bad: { 'main.go': main('// #cgo LDFLAG: -lm\n// #include <math.h>') },
      good: { 'main.go': main('// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      byFix: true,
      witness: { by: 'build', error: 'invalid #cgo verb: #cgo LDFLAG: -lm' },
    },
    {
      title: 'No colon',
      bad: { 'main.go': main('// #cgo LDFLAGS -lm\n// #include <math.h>') },
      good: { 'main.go': main('// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      byFix: true,
      witness: { by: 'build', error: 'invalid #cgo line: #cgo LDFLAGS -lm' },
    },
    {
      title: 'A blank behind the number sign',
      bad: { 'main.go': main('// # cgo LDFLAGS: -lm\n// #include <math.h>') },
      good: { 'main.go': main('// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      byFix: true,
      witness: { by: 'build', error: 'error: invalid preprocessing directive #cgo' },
    },
    {
      title: 'A compiler flag for the linker',
      bad: { 'main.go': main('// #cgo LDFLAGS: -I/usr/include -lm\n// #include <math.h>') },
      good: { 'main.go': main('// #cgo CFLAGS: -I/usr/include\n// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      byFix: false,
      witness: { by: 'build', error: 'invalid flag in #cgo LDFLAGS: -I/usr/include' },
    },
    {
      title: 'A flag that is not on the list',
      bad: { 'main.go': main('// #cgo CFLAGS: -fplugin=check.so\n// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      good: { 'main.go': main('// #cgo LDFLAGS: -lm\n// #include <math.h>') },
      byFix: false,
      witness: { by: 'build', error: 'invalid flag in #cgo CFLAGS: -fplugin=check.so' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      for (const directive of cgoDirectives(file.go.text, file.cImport)) {
        const glibc = (): boolean => mayApplyFor(file, directive.conditions.map(({ text }) => text), 'linux');
        for (const { span, ...problem } of problems(directive, glibc)) for (const place of placeInFile(file, span)) yield { ...place, ...problem };
      }
    }
  },
});

function main(preamble: string): string {
  return `package main\n\n${preamble}\nimport "C"\n\nfunc main() {\n\tprintln(C.sqrt(4))\n}\n`;
}

/** `glibc`: whether the line may be part of a build for Linux. */
function* problems(directive: CgoDirective, glibc: () => boolean): Iterable<Problem> {
  const { span, gap, verb, conditions, args, problem } = directive;
  if (problem === 'spaced') {
    yield {
      span,
      severity: 'error',
      message: '`# cgo` with a blank is no cgo line: it goes to the C compiler, which does not know the directive.',
      fixes: [{ title: 'Write #cgo', safety: 'safe', edits: () => (gap ? [{ span: gap, newText: '' }] : undefined) }],
    };
    return;
  }
  if (problem === 'colon') {
    const known = verb && [...flagVerbs, 'pkg-config'].includes(verb.text) ? verb : undefined;
    yield {
      span,
      severity: 'error',
      message: 'This #cgo line has no colon behind its verb: the go command answers "invalid #cgo line".',
      fixes: known ? [{ title: `Write ${known.text}:`, safety: 'safe', edits: () => [{ span: { start: known.span.end, end: known.span.end }, newText: ':' }] }] : [],
    };
    return;
  }
  if (verb && !isPromise(directive) && ![...flagVerbs, 'pkg-config'].includes(verb.text)) {
    const meant = closest(verb.text.toUpperCase(), flagVerbs);
    yield {
      span: verb.span,
      severity: 'error',
      message: `#cgo has no verb ${verb.text}: the go command answers "invalid #cgo verb"${conditions.length > 0 ? ` where ${conditions.map(({ text }) => text).join(' ')} holds` : ''}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
      fixes: meant === undefined ? [] : [{ title: `Write ${meant}`, safety: 'safe', edits: () => [{ span: verb.span, newText: meant }] }],
    };
    return;
  }
  if (problem === 'quoting' || problem === 'characters') {
    yield {
      span,
      severity: 'error',
      message: problem === 'quoting' ? 'A quote or backslash on this #cgo line has no end: the go command answers "invalid #cgo line".' : 'An argument of this #cgo line holds a character that the go command refuses ("malformed #cgo argument"): letters, digits and +-.,/=_:$@%!~^ are allowed.',
    };
    return;
  }
  for (const condition of conditions) {
    if (!condition.text.endsWith(',') || condition.text.includes('(')) continue;
    yield {
      span: condition.span,
      severity: 'warning',
      message: `The condition \`${condition.text}\` never holds: words are alternatives, and what a comma joins stands without a blank behind it.`,
    };
  }
  const comment = args.findIndex(({ text }) => text === '//' || text.startsWith('/*'));
  if (comment >= 0) {
    yield { span: { start: args[comment]!.span.start, end: span.end }, severity: 'error', message: 'A #cgo line has no comments: these words are arguments like the others.' };
    return;
  }
  for (const { flag, belongsTo } of refusedFlags(directive)) {
    yield {
      span: flag.span,
      severity: belongsTo === undefined ? 'info' : 'warning',
      message:
        belongsTo === undefined
          ? `${flag.text} is not on the list of flags that the go command takes from ${verb?.text ?? ''}: it answers "invalid flag in #cgo ${verb?.text ?? ''}" unless the environment allows the flag.`
          : `${flag.text} belongs into ${belongsTo}: from ${verb?.text ?? ''} the go command refuses it ("invalid flag in #cgo ${verb?.text ?? ''}").`,
    };
  }
  if (verb && flagVerbs.includes(verb.text)) yield* quietProblems(verb.text, args, glibc);
}

function* quietProblems(verb: string, args: CgoDirective['args'], glibc: () => boolean): Iterable<Problem> {
  for (const arg of args) {
    const { text, span } = arg;
    const relative = relativeSearchPath(arg);
    if (relative) {
      const root = `\${SRCDIR}${relative.below === '' ? '' : '/'}`;
      yield {
        span,
        severity: 'info',
        message: `${relative.path} is a relative path: write ${relative.flag}${root}${relative.below}, so that it means the same to everything that reads the line.`,
        fixes: [{ title: 'Write the path below ${SRCDIR}', safety: 'safe', edits: () => [{ span: relative.lead, newText: root }] }],
      };
    }
    if (verb === 'LDFLAGS' && (text === '-static' || text === '--static') && glibc()) {
      yield { span, severity: 'info', message: 'With glibc a static program still needs the shared library for getaddrinfo, getpwnam and dlopen: use the build tags netgo and osusergo, or musl.' };
    }
  }
}
