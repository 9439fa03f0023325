/** Rule missing-stdlib-include: C.free and other functions of stdlib.h in a file whose own preamble does not declare them. */
import { ensureInclude } from '../../lint/fixes/include.ts';
import { undeclaredLibraryCalls } from '../../flow/undeclared-calls.ts';
import { placeInC, placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { declaration } from '../../semantics/headers.ts';
import { firstCNameUse } from '../../semantics/mentions.ts';
import { detachedC } from '../../semantics/preamble.ts';

/** What stdlib.h declares and no other header of the C standard, ISO C11 7.22. C.malloc is missing on purpose: cgo declares it itself. */
const names = new Set('free calloc realloc aligned_alloc abort exit atexit _Exit getenv system atoi atol atoll atof strtol strtoll strtoul strtoull strtod strtof qsort bsearch rand srand labs llabs div ldiv'.split(' '));
/** For C there is no such exception. */
const inC = new Set([...names, 'malloc']);

export default defineRule({
  id: 'missing-stdlib-include',
  family: 'memory',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C.free or another function of stdlib.h in a file whose preamble does not include it',
  fix: { offered: 'always', safety: 'safe' },
  docs: {
    why: 'cgo looks names up in the preamble of the file that uses them; preambles of other files of the package do not count. `C.free`, `C.calloc`, `C.exit`, `C.getenv` and others are declared by `<stdlib.h>`, which `<string.h>` and `<stdio.h>` do not include. A header of a library often does on one system or in one version, and stops to on another.',
    advice: 'Write `#include <stdlib.h>` into the preamble of every file that calls them. `C.malloc`, `C.CString` and `C.CBytes` need no header.',
    limits: 'An error where all headers of the preamble are known not to declare the name; a hint where a header that is not in view may do so. A warning for calls in C bodies of the preamble and of .c files.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'C library: stdlib.h', url: 'https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/stdlib.h.html' },
    ],
  },
  examples: [
    {
      title: 'Only stdio.h',
      bad: {
        'main.go': go`
          package main

          // #include <stdio.h>
          import "C"

          import "unsafe"

          func main() {
          	cs := C.CString("hello")
          	defer C.free(unsafe.Pointer(cs))
          	C.remove(cs)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          // #include <stdio.h>
          import "C"

          import "unsafe"

          func main() {
          	cs := C.CString("hello")
          	defer C.free(unsafe.Pointer(cs))
          	C.remove(cs)
          }
        `,
      },
      byFix: true,
      witness: { by: 'build', error: 'could not determine what C.free refers to' },
    },
  ],
  subject: 'package',
  *check({ flow, model }) {
    for (const { unit, name, span } of undeclaredLibraryCalls(flow, inC, 'stdlib.h')) {
      const preamble = model.files.find((file) => file.preambleUnit === unit);
      // While a file is being typed, its preamble may be anywhere.
      if (preamble && preamble.go.broken.length > 0) continue;
      for (const place of placeInC(model, unit, span)) {
        yield {
          ...place,
          severity: 'warning',
          message: `${name} is called without a declaration: nothing here includes <stdlib.h>. Compilers make one up that returns int, or refuse the call (GCC 14, Clang 16).`,
          ...(preamble ? { fixes: [{ title: 'Add #include <stdlib.h>', safety: 'safe', edits: (fix) => ensureInclude(fix, 'stdlib.h') }] } : {}),
        };
      }
    }
    for (const file of model.files) {
      // While a file is being typed, its preamble may be anywhere.
      if (!file.cImport || file.go.broken.length > 0) continue;
      const first = firstCNameUse(file.go.decls, names);
      if (!first || detachedC(file.go, file.cImport).length > 0) continue;
      const found = declaration(model, file, first.name, 'stdlib.h');
      if (found === 'declared') continue;
      for (const place of placeInFile(file, { start: first.top.start + first.span.start, end: first.top.start + first.span.end })) {
        yield {
          ...place,
          severity: found === 'missing' ? 'error' : 'hint',
          message:
            found === 'missing'
              ? `C.${first.name} is not declared here: the preamble of this file does not include <stdlib.h>, and those of other files do not count.`
              : `C.${first.name} is declared only if a header of this preamble happens to include <stdlib.h>: include it here.`,
          fixes: [{ title: 'Add #include <stdlib.h>', safety: 'safe', edits: (fix) => ensureInclude(fix, 'stdlib.h') }],
        };
      }
    }
  },
});
