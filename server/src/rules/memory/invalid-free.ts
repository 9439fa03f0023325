/** Rule invalid-free: a release of memory that its deallocator did not hand out. */
import { invalidFrees, type InvalidFree } from '../../flow/invalid-frees.ts';
import { lentObjects } from '../../flow/lent-objects.ts';
import type { Misplaced } from '../../flow/resource/facts.ts';
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import { allocatorOf } from '../../semantics/c/allocators.ts';

export default defineRule({
  id: 'invalid-free',
  family: 'memory',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Release of Go memory, static storage, the inside of an allocation, or memory of another allocator',
  fix: { offered: 'never' },
  docs: {
    why: '`C.free` takes the start of a block from the malloc family and nothing else. Go memory belongs to the garbage collector; a string literal, a static array or the buffer of a library function such as `getenv` was never allocated; a pointer into a block is not the block. A library with an allocator of its own keeps other bookkeeping than malloc: `C.SDL_free` of a `C.CString` crashes as soon as the two differ, on Windows or with a custom allocator.',
    advice: 'Do not release what you did not allocate. Go memory needs nothing. Memory of `C.CString`, `C.CBytes` and `C.malloc` goes to `C.free`, memory of a library to the deallocator that its manual names.',
    limits: 'Silent where the origin of the pointer is not visible. Functions that free by their name alone are judged only if they are documented deallocators of a library with its own allocator. GLib’s `g_free` is malloc’s free since GLib 2.46 and is not reported. What a library lends, and what it allocates, is known from contracts.',
    references: [
      { title: 'POSIX: free', url: 'https://pubs.opengroup.org/onlinepubs/9699919799/functions/free.html' },
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [
    {
      title: 'Go memory',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static void fill(unsigned char *buf, size_t n) {
          	for (size_t i = 0; i < n; i++) buf[i] = 1;
          }
          */
          import "C"

          import "unsafe"

          func sum() (total int) {
          	buf := make([]byte, 8)
          	C.fill((*C.uchar)(unsafe.Pointer(&buf[0])), C.size_t(len(buf)))
          	for _, b := range buf {
          		total += int(b)
          	}
          	C.free(unsafe.Pointer(&buf[0]))
          	return total
          }

          func main() {
          	println(sum())
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static void fill(unsigned char *buf, size_t n) {
          	for (size_t i = 0; i < n; i++) buf[i] = 1;
          }
          */
          import "C"

          import "unsafe"

          func sum() (total int) {
          	buf := make([]byte, 8)
          	C.fill((*C.uchar)(unsafe.Pointer(&buf[0])), C.size_t(len(buf)))
          	for _, b := range buf {
          		total += int(b)
          	}
          	return total
          }

          func main() {
          	println(sum())
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', flags: ['-asan'], output: 'ERROR: AddressSanitizer: attempting free on address which was not malloc()-ed' },
    },
    {
      title: 'A string literal of C',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static const char *version(void) { return "1.2"; }
          */
          import "C"

          import "unsafe"

          func main() {
          	v := C.version()
          	defer C.free(unsafe.Pointer(v))
          	println(C.GoString(v))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>

          static const char *version(void) { return "1.2"; }
          */
          import "C"

          func main() {
          	v := C.version()
          	println(C.GoString(v))
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', output: 'free(): invalid pointer' },
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    const reports: Report[] = [];
    const unit = fn.top.syntax;
    const told = new Set<number>();
    for (const found of invalidFrees(fn, flow)) {
      told.add(found.span.start);
      reports.push({
        file: fn.file,
        top: fn.top,
        span: found.span,
        ...(found.how === 'lent' || found.how === 'allocator' ? { severity: 'warning' as const, confidence: 'likely' as const } : {}),
        message: message(found),
        trace: [
          { place: found.field?.at ?? { unit, span: found.source }, text: 'the pointer comes from here' },
          { place: { unit, span: found.span }, text: 'released here' },
        ],
      });
    }
    for (const { span, lender, how, source, type, field, method, released } of lentObjects(fn, flow)) {
      if (how === 'parameter' || told.has(span.start)) continue;
      told.add(span.start);
      reports.push({
        file: fn.file,
        top: fn.top,
        span,
        severity: 'warning',
        confidence: 'likely',
        message: `${lender} only lends this memory, but ${type}.${method} releases what ${type}.${field} holds.`,
        trace: [
          { place: { unit, span: source }, text: 'the memory belongs to the library' },
          { place: { unit, span }, text: `${type}.${field} gets it here` },
          { place: released, text: `${type}.${method} releases it` },
        ],
      });
    }
    for (const found of flow.resources(fn).misplaced) {
      if (told.has(found.release.start)) continue;
      told.add(found.release.start);
      reports.push({
        file: fn.file,
        top: fn.top,
        span: found.release,
        severity: 'warning',
        message: mismatch(found),
        trace: [
          { place: { unit, span: found.site.span }, text: `C memory is allocated here (${found.site.owned.allocator})` },
          ...branchTrace(fn, found.path),
          { place: { unit, span: found.release }, text: 'given to another deallocator here' },
        ],
      });
    }
    return reports;
  },
});

function message({ how, name, callee, field }: InvalidFree): string {
  const what = name !== undefined ? `\`${name}\`` : 'This';
  switch (how) {
    case 'go':
      return `${what} is Go memory: C.${callee} must not release it.`;
    case 'variable':
      return `C.${callee} gets the address of the variable ${what}, not the pointer that it holds: the variable is Go memory.`;
    case 'static':
      return `C.${callee} releases static storage: ${what} was never allocated.`;
    case 'lent':
      return `C.${callee} releases memory that ${what} only lends: it belongs to the library.`;
    case 'allocator':
      return `${what} is memory from ${field?.maker ?? 'another allocator'} wherever it is set: C.${field?.deallocator ?? 'free'} has to release it, not C.${callee}.`;
    case 'interior':
      return `C.${callee} gets a pointer into an allocation, not the start of it.`;
  }
}

function mismatch({ site, callee }: Misplaced): string {
  const name = site.holder ? `\`${site.holder.name}\`` : 'This memory';
  const source = `${site.callee.k === 'c' ? 'C.' : ''}${site.callee.name}`;
  const library = allocatorOf(callee);
  if (library === undefined) return `${name} from ${source} must be released with C.${site.owned.deallocator}, not with C.${callee}.`;
  return `${name} from ${source} is memory of malloc: C.${callee} releases only what ${library} allocated, C.${site.owned.deallocator} is the one that fits.`;
}
