/** Rule cleanup-captures-object: a finalizer or cleanup that reaches its own object, which therefore never becomes unreachable. */
import { shift } from '../../base/span.ts';
import { selfReaching, type SelfReach } from '../../flow/self-reach.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (finalizer: string): string => go`
  package main

  // #include <stdlib.h>
  import "C"

  import (
  	"runtime"
  	"unsafe"
  )

  type Buffer struct {
  	ptr unsafe.Pointer
  }

  func NewBuffer(n int) *Buffer {
  	b := &Buffer{ptr: C.calloc(1, C.size_t(n))}
  	runtime.SetFinalizer(b, ${finalizer})
  	return b
  }

  func main() {
  	_ = NewBuffer(16)
  }
`;

export default defineRule({
  id: 'cleanup-captures-object',
  family: 'pointer',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Finalizer or cleanup that refers to its own object and so never runs',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'The runtime runs a finalizer or cleanup when nothing refers to the object any more. A function that captures the object refers to it, and the runtime keeps the function: the object stays reachable for ever, the finalizer never runs, the C memory is never freed. `runtime.AddCleanup` panics when its argument is the object itself.',
    advice: 'Use the parameter: `runtime.SetFinalizer(h, func(h *H) { C.free(h.p) })`, or pass the field: `runtime.AddCleanup(h, func(p unsafe.Pointer) { C.free(p) }, h.p)` (Go 1.24). A method expression `(*H).free` is fine, a method value `h.free` captures `h`.',
    limits: 'Objects are followed through variables of the same function. Ways through other objects, such as a map that the function and the object share, are not seen.',
    references: [
      { title: 'runtime.SetFinalizer', url: 'https://pkg.go.dev/runtime#SetFinalizer' },
      { title: 'runtime.AddCleanup', url: 'https://pkg.go.dev/runtime#AddCleanup' },
      { title: 'Go GC guide: finalizers, cleanups and weak pointers', url: 'https://go.dev/doc/gc-guide#Finalizers_cleanups_and_weak_pointers' },
    ],
  },
  examples: [{ title: 'A finalizer that captures what it finalizes', bad: { 'main.go': example('func(_ *Buffer) { C.free(b.ptr) }') }, good: { 'main.go': example('func(b *Buffer) { C.free(b.ptr) }') }, byFix: true }],
  subject: 'function',
  needs: ['pkg call'],
  check(fn, { flow }) {
    return selfReaching(fn, flow).map((found) => {
      const { rename } = found;
      return {
        file: fn.file,
        top: fn.top,
        span: found.span,
        severity: found.how === 'not-a-pointer' ? 'warning' : 'error',
        message: message(found),
        fixes: rename ? [{ title: `Name the parameter \`${rename.name}\`, so that the function uses its argument`, safety: 'safe', edits: () => [{ span: shift(rename.span, fn.top.start), newText: rename.name }] }] : [],
      };
    });
  },
});

function message({ how, object, api }: SelfReach): string {
  switch (how) {
    case 'captured':
      return `The function given to runtime.${api} captures \`${object}\`: the object stays reachable, so the function never runs and what it should free leaks.`;
    case 'method-value':
      return `The method value holds \`${object}\`: the object stays reachable, so runtime.${api} never runs it. Use a method expression or a function of the field.`;
    case 'argument':
      return `The argument of runtime.AddCleanup refers to \`${object}\`, the object itself: it stays reachable and the cleanup never runs.`;
    case 'not-a-pointer':
      return `runtime.${api} needs a pointer to the beginning of an allocated object; a struct value makes the program stop with a fatal error.`;
  }
}
