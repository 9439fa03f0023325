/** Rule malloc-leak: memory of the malloc family, of C.CBytes and of C functions in view that hand it out, which no path releases. */
import { go } from '../../lint/rule-meta.ts';
import { cellReports } from '../../lint/reports/cell-report.ts';
import { cLeakReports } from '../../lint/reports/c-leak-report.ts';
import { leakReports } from '../../lint/reports/leak-report.ts';
import { overwriteReports } from '../../lint/reports/overwrite-report.ts';
import { defineRule } from '../../lint/rule.ts';
import { leakWitness } from '../../lint/witness-drivers.ts';

const isWatched = (allocator: string): boolean => allocator !== 'CString';

export default defineRule({
  id: 'malloc-leak',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'C memory (malloc, calloc, strdup, C.CBytes …) that is not freed on every path',
  fix: { offered: 'sometimes', safety: 'either', because: 'an unseen C function that got the pointer may keep it' },
  docs: {
    why: 'Memory from `C.malloc`, `C.calloc`, `C.strdup`, `C.CBytes` or a C function that allocates for its caller belongs to the C heap. The Go garbage collector never frees it. `C.GoString(C.f())` and `C.GoBytes(C.f(), n)` copy the bytes and throw away the only pointer to the original.',
    advice: 'Hold the pointer in a variable and release it with the function that fits its allocator, usually `defer C.free(p)` right after the call. Copy first, free afterwards: `c := C.f(); defer C.free(unsafe.Pointer(c)); s := C.GoString(c)`.',
    limits: 'The result of a C function whose body is not in view is assumed to be borrowed and is never reported. Unseen C functions that get the pointer are assumed to borrow it. Memory that is kept in a field, returned, sent or stored is left to whoever gets it; a field without any owner is reported by pointer-field. Bodies of C in the package are read as well, where every path of them can be followed and the memory goes to no function that is not in view.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go wiki: cgo', url: 'https://go.dev/wiki/cgo' },
    ],
  },
  examples: [
    {
      title: 'An error path without the free',
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import "errors"

          var errSmall = errors.New("too small")

          func scratch(n int) error {
          	buf := C.malloc(C.size_t(n))
          	if n < 16 {
          		return errSmall
          	}
          	C.free(buf)
          	return nil
          }

          func main() {
          	_ = scratch(8)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import "errors"

          var errSmall = errors.New("too small")

          func scratch(n int) error {
          	buf := C.malloc(C.size_t(n))
          	defer C.free(buf)
          	if n < 16 {
          		return errSmall
          	}
          	return nil
          }

          func main() {
          	_ = scratch(8)
          }
        `,
      },
      byFix: true,
      witness: leakWitness('_ = scratch(8)'),
    },
    {
      title: 'A copy that loses the original',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>

          static char *greeting(void) { return strdup("hello"); }
          */
          import "C"

          func main() {
          	s := C.GoString(C.greeting())
          	println(s)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>

          static char *greeting(void) { return strdup("hello"); }
          */
          import "C"

          import "unsafe"

          func main() {
          	p := C.greeting()
          	defer C.free(unsafe.Pointer(p))
          	s := C.GoString(p)
          	println(s)
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
  *checkPackage(context) {
    yield* cLeakReports(context);
    yield* cellReports(context);
  },
});
