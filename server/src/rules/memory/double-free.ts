/** Rule double-free: memory that is certainly released when another certain release reaches it on the same path. */
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { secondOwners } from '../../flow/taken-fields.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

export default defineRule({
  id: 'double-free',
  family: 'memory',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'C memory that is released a second time on the same path',
  fix: { offered: 'never' },
  docs: {
    why: 'A second `free` of one allocation corrupts the allocator: another part of the program may own the block by then, or the heap aborts the process. The usual ways are a deferred free next to an explicit one on an error path, two variables that hold the same pointer, and a Close method that leaves the pointer in its field. The argument of `defer C.free(unsafe.Pointer(p))` is evaluated at once: `p = nil` later does not help.',
    advice: 'Keep one release: mostly the deferred one. Where an explicit free is needed, defer a closure that reads the variable, and set the variable to nil after the free: `C.free(nil)` does nothing. Let Close set the field to nil.',
    limits: 'Only releases that are certain count: `C.free`, a function of the package or a C body in view that frees on every path. Functions that free by their name alone are never blamed, and neither are counted references. That a C function becomes the owner of an argument is known from contracts only.',
    references: [
      { title: 'POSIX: free', url: 'https://pubs.opengroup.org/onlinepubs/9699919799/functions/free.html' },
      { title: 'Go specification: Defer statements', url: 'https://go.dev/ref/spec#Defer_statements' },
    ],
  },
  examples: [
    {
      title: 'An explicit free next to a deferred one',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static int send(const char *text) { return text[0] == 'x'; }
          */
          import "C"

          import (
          	"errors"
          	"unsafe"
          )

          func deliver(s string) error {
          	cs := C.CString(s)
          	defer C.free(unsafe.Pointer(cs))
          	if C.send(cs) != 0 {
          		C.free(unsafe.Pointer(cs))
          		return errors.New("not sent")
          	}
          	return nil
          }

          func main() {
          	_ = deliver("x")
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static int send(const char *text) { return text[0] == 'x'; }
          */
          import "C"

          import (
          	"errors"
          	"unsafe"
          )

          func deliver(s string) error {
          	cs := C.CString(s)
          	defer C.free(unsafe.Pointer(cs))
          	if C.send(cs) != 0 {
          		return errors.New("not sent")
          	}
          	return nil
          }

          func main() {
          	_ = deliver("x")
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', flags: ['-asan'], output: 'ERROR: AddressSanitizer: attempting double-free' },
    },
  ],
  subject: 'function',
  needs: ['call'],
  check(fn, { flow }) {
    const reports: Report[] = [];
    const unit = fn.top.syntax;
    const told = new Set<number>();
    for (const { site, name, release, deferred, first, taken, path } of flow.resources(fn).again) {
      // Several allocations may reach one release.
      if (told.has(release.start)) continue;
      told.add(release.start);
      const what = name !== undefined ? `\`${name}\`` : 'This C memory';
      reports.push({
        file: fn.file,
        top: fn.top,
        span: release,
        message: taken
          ? `${what} is released although C has become its owner and releases it, too.`
          : deferred
          ? `${what} is released again by this deferred call: it was freed already when the function returns.`
          : `${what} is released a second time here: its memory was freed already.`,
        trace: [
          ...(site ? [{ place: { unit, span: site.span }, text: `C memory is allocated here (${site.owned.allocator})` }] : []),
          ...branchTrace(fn, path),
          { place: first, text: taken ? 'C becomes the owner here' : 'freed here' },
          { place: { unit, span: release }, text: deferred ? 'freed again when the function returns' : 'freed again here' },
        ],
      });
    }
    for (const { release, type, field, taker, takenAt } of secondOwners(fn, flow)) {
      if (told.has(release.start)) continue;
      reports.push({
        file: fn.file,
        top: fn.top,
        span: release,
        severity: 'warning',
        confidence: 'likely',
        message: `\`${type}.${field}\` is released here although ${taker} makes C its owner wherever it is set: C releases it, too.`,
        trace: [
          { place: takenAt, text: 'C becomes the owner here' },
          { place: { unit, span: release }, text: 'released here' },
        ],
      });
    }
    return reports;
  },
});
