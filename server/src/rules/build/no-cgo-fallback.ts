/** Rule no-cgo-fallback: packages that do not build without cgo. */
import { missingWithoutCgo } from '../../flow/without-cgo-calls.ts';
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { hasNoFallback, orphanedMethods } from '../../semantics/without-cgo.ts';

export default defineRule({
  id: 'no-cgo-fallback',
  family: 'build',
  severity: 'info',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'Package that does not build, or is empty, with CGO_ENABLED=0',
  fix: { offered: 'never' },
  docs: {
    why: 'A file that imports "C" is left out of the build, without a word, when cgo is off: with `CGO_ENABLED=0`, when cross-compiling, and where no C compiler is found. Files without cgo stay, and what they use of the others is "undefined"; when none stays, importers read "build constraints exclude all Go files".',
    advice: 'Add a file with `//go:build !cgo` that has the same exported API and returns an error, and give files that only make sense with cgo the constraint `//go:build cgo`.',
    limits: 'A warning where a file that is built only without cgo stands in for those with cgo, and a function that files of both builds call is in none of them. Information where a method loses its type, else a hint, and that only for packages that others can import and that have files without cgo: not for main, below internal, or where some file is built only without cgo. Other missing names are seen in receivers of methods only.',
    references: [
      { title: 'cmd/cgo: Using cgo with the go command', url: 'https://pkg.go.dev/cmd/cgo#hdr-Using_cgo_with_the_go_command' },
      { title: 'Go 1.20 release notes: Cgo', url: 'https://go.dev/doc/go1.20#cgo' },
    ],
  },
  examples: [
    {
      title: 'Methods that stay without their type',
      bad: {
        'db.go': go`
          package db

          import "C"

          type conn struct{ handle C.int }
        `,
        'ping.go': go`
          package db

          func (c *conn) ping() bool { return c != nil }
        `,
      },
      good: {
        'db.go': go`
          package db

          import "C"

          type conn struct{ handle C.int }
        `,
        'ping.go': go`
          //go:build cgo

          package db

          func (c *conn) ping() bool { return c != nil }
        `,
      },
      byFix: false,
      witness: { by: 'build', env: { CGO_ENABLED: '0' }, error: 'undefined: conn' },
    },
  ],
  subject: 'package',
  *check({ model, flow }) {
    for (const { fn, span, name, standIn } of missingWithoutCgo(flow)) {
      yield {
        file: fn.file,
        top: fn.top,
        span,
        severity: 'warning',
        message: `Without cgo ${name} is undefined here: only files with cgo declare it, and ${standIn.file.slice(standIn.file.lastIndexOf('/') + 1)}, which stands in for them, does not.`,
      };
    }
    const orphans = orphanedMethods(model);
    for (const { fn, recv } of orphans) {
      yield {
        file: fn.file,
        top: fn.top,
        span: { start: recv.s, end: recv.e },
        message: `Without cgo the package does not compile: this file is still built, but ${fn.recv ?? ''}, which only a cgo file declares, is missing. Add //go:build cgo to this file.`,
      };
    }
    const file = orphans.length === 0 ? hasNoFallback(model) : undefined;
    if (file?.cImport) for (const place of placeInFile(file, file.cImport.span)) yield { ...place, severity: 'hint', message: 'Without cgo (CGO_ENABLED=0, cross-compiling) this file and its exported names are left out, and nothing takes their place.' };
  },
});
