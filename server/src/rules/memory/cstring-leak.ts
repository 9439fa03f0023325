/** Rule cstring-leak: C.CString results that no path releases. */
import { go } from '../../lint/rule-meta.ts';
import { leakReports } from '../../lint/reports/leak-report.ts';
import { overwriteReports } from '../../lint/reports/overwrite-report.ts';
import { defineRule } from '../../lint/rule.ts';
import { leakWitness } from '../../lint/witness-drivers.ts';

const isWatched = (allocator: string): boolean => allocator === 'CString';

export default defineRule({
  id: 'cstring-leak',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'C.CString result that is not freed on every path',
  fix: { offered: 'sometimes', safety: 'either', because: 'an unseen C function that got the pointer may keep it' },
  docs: {
    why: '`C.CString` copies a Go string into memory of the C heap. The Go garbage collector never frees, moves or scans that memory: when the last pointer to it is gone, it is lost until the process ends. A server that leaks one short string per request grows without any trace in the Go heap profile.',
    advice: 'Keep the result in a variable and write `defer C.free(unsafe.Pointer(cs))` right after the call, before anything can return. An inline `C.f(C.CString(s))` needs a variable first. `C.free` needs `#include <stdlib.h>` in the preamble of the same file. Where C takes the string over, say so: suppress the finding with the reason.',
    limits: 'A C function whose body is not in view is assumed to borrow the string for the call only; where its name or its prototype suggests that it may keep the pointer, the finding is information instead of a warning. Strings that are returned, stored, sent or captured by a function that runs later are left to whoever gets them. What `init` and package variables allocate lives as long as the process.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go wiki: cgo, Go strings and C strings', url: 'https://go.dev/wiki/cgo#go-strings-and-c-strings' },
    ],
  },
  examples: [
    {
      title: 'A return before the free',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>
          */
          import "C"

          import (
          	"errors"
          	"unsafe"
          )

          func length(s string) (int, error) {
          	cs := C.CString(s)
          	n := int(C.strlen(cs))
          	if n == 0 {
          		return 0, errors.New("empty")
          	}
          	C.free(unsafe.Pointer(cs))
          	return n, nil
          }

          func main() {
          	_, _ = length("hello")
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>
          */
          import "C"

          import (
          	"errors"
          	"unsafe"
          )

          func length(s string) (int, error) {
          	cs := C.CString(s)
          	defer C.free(unsafe.Pointer(cs))
          	n := int(C.strlen(cs))
          	if n == 0 {
          		return 0, errors.New("empty")
          	}
          	return n, nil
          }

          func main() {
          	_, _ = length("hello")
          }
        `,
      },
      byFix: true,
      witness: leakWitness('_, _ = length("")'),
    },
    {
      title: 'Straight into a call',
      bad: {
        'main.go': go`
          package main

          // #include <stdio.h>
          import "C"

          func main() {
          	C.remove(C.CString("hello"))
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
      witness: leakWitness('main()'),
    },
  ],
  subject: 'function',
  needs: ['call'],
  check(fn, context) {
    return [...leakReports(fn, context, isWatched), ...overwriteReports(fn, context, isWatched)];
  },
});
