/** Rule export-returns-go-pointer: exported functions that give Go memory to their caller in C. */
import { exportedPointers } from '../../flow/export-results.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

export default defineRule({
  id: 'export-returns-go-pointer',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Exported function that returns Go memory to C, or writes a Go pointer into C memory',
  fix: { offered: 'never' },
  docs: {
    why: 'A function that C calls may not return a pointer to Go memory that is not pinned, nor anything that holds one: strings, slices, maps, channels, functions, interfaces. The runtime checks results and stops the program: "cgo result is unpinned Go pointer or points to unpinned Go pointer". What is written through a pointer argument is not checked: C then holds memory that the garbage collector frees.',
    advice: 'Return C memory and say who frees it (`C.CString`, `C.CBytes`), let the caller pass a buffer and fill it, or return a number: a `cgo.Handle` or a key of a map.',
    limits: 'Only memory that this package is seen to make on the Go side counts; string constants are in the program itself and may be returned. Pinned memory is left alone.',
    references: [
      { title: 'cmd/cgo: Passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
      { title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' },
    ],
  },
  examples: [
    {
      title: 'Bytes of a Go slice as a C string',
      bad: {
        'main.go': go`
          package main

          import "C"

          import "unsafe"

          func version() string { return "1.2" }

          //export goVersion
          func goVersion() *C.char {
          	b := append([]byte(version()), 0)
          	return (*C.char)(unsafe.Pointer(&b[0]))
          }

          func main() {}
        `,
      },
      good: {
        'main.go': go`
          package main

          import "C"

          func version() string { return "1.2" }

          // goVersion returns memory that the caller frees.
          //
          //export goVersion
          func goVersion() *C.char {
          	return C.CString(version())
          }

          func main() {}
        `,
      },
      byFix: false,
      witness: {
        by: 'run',
        driver: go`
          package main

          // extern char *goVersion(void);
          // static void call(void) { goVersion(); }
          import "C"

          func init() {
          	C.call()
          }
        `,
        output: 'is unpinned Go pointer or points to unpinned Go pointer',
      },
    },
  ],
  subject: 'function',
  check(fn, { flow }) {
    const reports: Report[] = [];
    const told = new Set<number>();
    for (const { span, how, what } of exportedPointers(fn, flow)) {
      if (told.has(span.start)) continue;
      told.add(span.start);
      reports.push({
        file: fn.file,
        top: fn.top,
        span,
        severity: how === 'stored' ? 'warning' : 'error',
        confidence: how === 'stored' ? 'likely' : 'certain',
        message:
          how === 'kind'
            ? `Exported ${fn.name} returns ${what} to C: it refers to Go memory, and the runtime stops the program ("cgo result is unpinned Go pointer").`
            : how === 'pointer'
              ? `Exported ${fn.name} returns a pointer to ${what} to C: the runtime stops the program ("cgo result is unpinned Go pointer").`
              : `Exported ${fn.name} writes a pointer to ${what} into C memory: the garbage collector does not see it there and may free the memory while C uses it.`,
      });
    }
    return reports;
  },
});
