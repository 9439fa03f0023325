/** Rule variadic-c-call: calls of C functions with a variable number of arguments. */
import { go } from '../../lint/rule-meta.ts';
import { placeInFile } from '../../lint/reports/file-place.ts';
import { defineRule } from '../../lint/rule.ts';
import { isVariadic } from '../../semantics/c/variadic.ts';
import { cNameUses, usesCName } from '../../semantics/mentions.ts';
import type { PackageModel } from '../../semantics/package-model.ts';

export default defineRule({
  id: 'variadic-c-call',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Call of a C function with a variable number of arguments',
  fix: { offered: 'never' },
  docs: {
    why: 'cgo generates one C wrapper with fixed parameters for each function that Go calls, so a function with `...` cannot be called: the build fails with "unexpected type: ...", at the place of the first use. printf and its relatives, open, fcntl, ioctl, syslog and curl_easy_setopt are such functions.',
    advice: 'Write a wrapper with fixed parameters into the preamble, `static int put(const char *s) { return printf("%s", s); }`, and call that; or use what Go has for it (fmt, os.OpenFile, golang.org/x/sys/unix).',
    limits: 'Seen where the prototype is in view, and for functions of the C library, GLib, libcurl and SQLite that are known to be variadic. A function of the same name that the package declares counts instead.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go issue 975: variadic C functions', url: 'https://go.dev/issue/975' },
    ],
  },
  examples: [
    {
      title: 'printf',
      bad: {
        'main.go': go`
          package main

          // #include <stdio.h>
          // #include <stdlib.h>
          import "C"

          import "unsafe"

          func main() {
          	cs := C.CString("hello")
          	defer C.free(unsafe.Pointer(cs))
          	C.printf(cs)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdio.h>
          // #include <stdlib.h>
          // static int put(const char *s) { return fprintf(stderr, "%s", s); }
          import "C"

          import "unsafe"

          func main() {
          	cs := C.CString("hello")
          	defer C.free(unsafe.Pointer(cs))
          	C.put(cs)
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'unexpected type: ...' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    const those = new Set(model.usedCNames.filter((name) => variadic(model, name)));
    if (those.size === 0) return;
    for (const file of model.files) {
      if (!file.cImport) continue;
      for (const top of file.go.decls) {
        if (!usesCName(top.syntax, (name) => those.has(name))) continue;
        for (const { name, span, called } of cNameUses(top.syntax)) {
          if (!called || !those.has(name)) continue;
          for (const place of placeInFile(file, { start: top.start + span.start, end: top.start + span.end })) {
            yield { ...place, message: `${name} takes a variable number of arguments: cgo cannot call it. Write a C wrapper with fixed parameters.` };
          }
        }
      }
    }
  },
});

function variadic({ c }: PackageModel, name: string): boolean {
  const shown = c.function(name);
  if (shown) return shown.variadic;
  return isVariadic(name) && !(c.isHidden(name) && c.units.some((unit) => unit.hasError || unit.skipped)) && !c.units.some((unit) => unit.macros.some((macro) => macro.name === name));
}
