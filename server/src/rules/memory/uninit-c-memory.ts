/** Rule uninit-c-memory: pointers that Go stores into memory of C.malloc which nobody has cleared. */
import { shift } from '../../base/span.ts';
import { uninitialisedStores } from '../../flow/uninitialised.ts';
import { toCalloc } from '../../lint/fixes/calloc.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (allocation: string): string => go`
  package main

  /*
  #include <stdlib.h>
  struct part { void *base; size_t length; };
  */
  import "C"

  import "unsafe"

  func part(data unsafe.Pointer, n int) *C.struct_part {
  	p := (*C.struct_part)(${allocation})
  	if p != nil {
  		p.base = data
  		p.length = C.size_t(n)
  	}
  	return p
  }

  func main() {
  	p := part(nil, 0)
  	C.free(unsafe.Pointer(p))
  }
`;

export default defineRule({
  id: 'uninit-c-memory',
  family: 'memory',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Pointer stored by Go into memory of C.malloc that has not been cleared',
  fix: { offered: 'always', safety: 'unsafe', because: 'C.calloc may return nil where C.malloc ends the program' },
  docs: {
    why: 'While the garbage collector runs, a store of a pointer looks at the old value as well. Memory fresh from `C.malloc` holds whatever its last user has left there, and when that happens to look like an address of the Go heap the runtime ends the program with “found bad pointer in Go heap”. It is rare, and nobody can reproduce it.',
    advice: 'Allocate with `C.calloc`, or clear the memory in C (`C.memset`) before Go stores the first pointer into it.',
    limits: 'Only stores of visible pointers in the function that allocates are seen, and only before the memory is handed to another function, which may have cleared it. Numbers may be stored at any time.',
    references: [{ title: 'cmd/cgo: Passing pointers (note on uninitialized C memory)', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' }],
  },
  examples: [{ title: 'A pointer in a fresh struct', bad: { 'main.go': example('C.malloc(C.sizeof_struct_part)') }, good: { 'main.go': example('C.calloc(1, C.sizeof_struct_part)') }, byFix: true }],
  subject: 'function',
  needs: ['c call', ['setField', 'setIndex']],
  check(fn, { flow }) {
    return uninitialisedStores(fn, flow).map(({ span, lp, store, field }) => {
      const at = shift(span, fn.top.start);
      const paren = lp + fn.top.start;
      return {
        file: fn.file,
        top: fn.top,
        span,
        message: `A pointer is stored ${field === undefined ? 'into an element' : `into \`${field}\``} of this memory before anything has cleared it: the garbage collector may take what stands there for a Go pointer.`,
        trace: [{ place: { unit: fn.top.syntax, span: store }, text: 'stored here' }],
        fixes: [{ title: 'Use C.calloc', safety: 'unsafe', because: 'C.calloc may return nil where C.malloc ends the program', edits: (file) => toCalloc(file, at, paren) }],
      };
    });
  },
});
