/** Rule use-after-free: C memory, or a Go view of it, that is used or returned after its release. */
import { endsInUse } from '../../flow/ends-in-use.ts';
import { cUserData } from '../../flow/c-user-data.ts';
import { placeInC } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

export default defineRule({
  id: 'use-after-free',
  family: 'memory',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C memory, or a Go slice or string over it, used or returned after it is freed',
  fix: { offered: 'never' },
  docs: {
    why: 'After `C.free(p)` the allocator may hand the same bytes to anyone. Reading them gives somebody else’s data, writing them corrupts it, and neither crashes reliably. A Go slice from `unsafe.Slice(p, n)` is a view of that memory, not a copy, and a value that a function returns while its own `defer` frees it is dead on arrival.',
    advice: 'Copy before the free: `C.GoString(p)`, `C.GoBytes(p, n)`, `slices.Clone(view)`. Or hand the memory to the caller together with the duty to free it, and do not free it here.',
    limits: 'Only releases that are certain count: `C.free`, a function of the package or a C body in view that frees on every path. A function that frees by its name alone is never blamed. A method that gets an object after its Close is reported where it touches the memory on every path. Which values belong to an object of a C library, and which calls end them, is known from contracts only. A goroutine counts as awaited as soon as anything behind its start may wait. Pointers that C keeps are not seen.',
    references: [
      { title: 'cmd/cgo: Passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
      { title: 'Go wiki: turning C arrays into Go slices', url: 'https://go.dev/wiki/cgo#turning-c-arrays-into-go-slices' },
    ],
  },
  examples: [
    {
      title: 'Returned although a deferred call frees it',
      bad: {
        'main.go': go`
          package main

          /*
          #include <string.h>
          #include <stdlib.h>
          */
          import "C"

          import "unsafe"

          func name(s string) *C.char {
          	cs := C.CString(s)
          	defer C.free(unsafe.Pointer(cs))
          	return cs
          }

          func main() {
          	println(C.strlen(name("x")))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import "unsafe"

          func name(s string) string {
          	cs := C.CString(s)
          	defer C.free(unsafe.Pointer(cs))
          	return C.GoString(cs)
          }

          func main() {
          	println(name("x"))
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', flags: ['-asan'], output: 'ERROR: AddressSanitizer: heap-use-after-free' },
    },
  ],
  subject: 'function',
  needs: ['call'],
  check(fn, { flow }) {
    const reports: Report[] = [];
    const told = new Set<number>();
    for (const use of flow.resources(fn).uses) {
      // Several allocations may reach one use.
      if (use.protocol !== undefined || told.has(use.use.start)) continue;
      told.add(use.use.start);
      const unit = fn.top.syntax;
      const what = use.name !== undefined ? `\`${use.name}\`` : 'this C memory';
      const source = use.site === undefined ? '' : use.site.callee.k === 'c' ? ` (from C.${use.site.callee.name})` : ` (from ${use.site.callee.name})`;
      const subject = use.view ? `A Go view of ${what}` : use.name !== undefined ? what : 'This C memory';
      reports.push({
        file: fn.file,
        top: fn.top,
        span: use.use,
        message: use.lentBy !== undefined
          ? use.kind === 'returned'
            ? `${subject} from C.${use.lentBy} is returned although it has ended by then: the caller gets dead C memory.`
            : `${subject} from C.${use.lentBy} is used after the call that ended it: it belonged to an object of C that has been released or has moved on.`
          : use.kind === 'returned'
            ? `${subject} is returned although this function frees the memory: the caller gets dead C memory.`
            : use.kind === 'running'
              ? `${subject} is used by this goroutine, but the function frees it without waiting for the goroutine to end.`
            : use.kind === 'kept'
              ? `${subject} is freed although a field of the caller's object still points to it.`
              : `${subject} is used after its C memory${source} was freed.`,
        trace: [
          ...(use.site ? [{ place: { unit, span: use.site.span }, text: use.lentBy !== undefined ? `lent by the object here (C.${use.lentBy})` : `C memory is allocated here (${use.site.owned.allocator})` }] : []),
          ...branchTrace(fn, use.path),
          { place: use.released, text: use.lentBy !== undefined ? 'ended here' : 'freed here' },
          { place: { unit, span: use.use }, text: use.kind === 'returned' ? 'returned here' : use.kind === 'kept' ? 'a field still points to it' : use.kind === 'running' ? 'the goroutine starts here' : 'used here' },
        ],
      });
    }
    for (const { span, how, type, field, ender, user, lock, usedAt } of endsInUse(fn, flow)) {
      if (how !== 'lock') continue;
      reports.push({
        file: fn.file,
        top: fn.top,
        span,
        severity: 'warning',
        confidence: 'likely',
        message: `C.${ender} frees ${type}.${field} without ${lock ?? 'the lock'}, under which other methods use it (C.${user}), and leaves it set: a reader that waits or comes later works on freed memory.`,
        trace: [
          { place: usedAt, text: 'used under the lock here' },
          { place: { unit: fn.top.syntax, span }, text: 'freed here' },
        ],
      });
    }
    return reports;
  },
  *checkPackage({ flow, model }) {
    const told = new Set<string>();
    for (const { how, callback, library, release, registration } of cUserData(flow)) {
      if (how !== 'freed' || told.has(callback)) continue;
      told.add(callback);
      const trace = [{ place: registration, text: `${registration.fn} registers it here` }];
      const message = `${callback} frees the data that it was registered with and stays registered (${library}): the next time it is called with memory that was freed.`;
      for (const place of placeInC(model, release.unit, release.span)) yield { ...place, message, trace };
    }
  },
});
