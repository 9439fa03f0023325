/** Rule defer-free-early: a deferred release that captured its argument before the variable got the memory it is meant for. */
import { shift } from '../../base/span.ts';
import { earlyDefers, type EarlyDefer } from '../../flow/deferred-frees.ts';
import { deferLate } from '../../lint/fixes/defer-closure.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { leakWitness } from '../../lint/witness-drivers.ts';

export default defineRule({
  id: 'defer-free-early',
  family: 'memory',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Deferred release whose argument is evaluated before the variable holds the memory',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'The arguments of a deferred call are evaluated when the `defer` statement runs. `defer C.free(unsafe.Pointer(p))` before `p` is set frees what `p` holds at that moment: nil, which does nothing, or a block that `p` no longer names when the function returns. The memory that `p` gets afterwards is never released. After `p = C.realloc(p, n)` the deferred call even frees a block that realloc has released already.',
    advice: 'Defer the release after the call that sets the variable, or let a closure read the variable late: `defer func() { C.free(unsafe.Pointer(p)) }()`. If the library keeps the memory, remove the `defer`: a closure would free what is not yours.',
    limits: 'Only variables of the function itself are followed, and only where nothing else in the function releases them. `defer C.x_free(&p)` passes the address and is right. The quick fix is offered only where every later value of the variable is known to be memory for `C.free`. An error where the memory is known to be the function’s own, a warning where nobody knows whose it is, information where it belongs to somebody else, so that the deferred call is only of no use.',
    references: [
      { title: 'Go specification: Defer statements', url: 'https://go.dev/ref/spec#Defer_statements' },
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [
    {
      title: 'Deferred before the out parameter is filled',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>

          static void encode(const char *text, char **out) { *out = strdup(text); }
          */
          import "C"

          import "unsafe"

          func show(s string) {
          	text := C.CString(s)
          	defer C.free(unsafe.Pointer(text))

          	var out *C.char
          	defer C.free(unsafe.Pointer(out))
          	C.encode(text, &out)
          	println(C.GoString(out))
          }

          func main() {
          	show("x")
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <string.h>

          static void encode(const char *text, char **out) { *out = strdup(text); }
          */
          import "C"

          import "unsafe"

          func show(s string) {
          	text := C.CString(s)
          	defer C.free(unsafe.Pointer(text))

          	var out *C.char
          	defer func() { C.free(unsafe.Pointer(out)) }()
          	C.encode(text, &out)
          	println(C.GoString(out))
          }

          func main() {
          	show("x")
          }
        `,
      },
      byFix: true,
      witness: leakWitness('show("x")'),
    },
  ],
  subject: 'function',
  needs: ['defer'],
  check(fn, { flow }) {
    const unit = fn.top.syntax;
    const target = { decl: fn.decl, at: fn.top.start };
    return earlyDefers(fn, flow).map((early) => ({
      file: fn.file,
      top: fn.top,
      span: early.stmt,
      // Who gets the value may release it, unless it leaks here.
      severity: early.owner === 'lent' ? 'info' : early.captured === 'nil' && early.covers.length > 0 ? 'error' : 'warning',
      message: message(early),
      trace: [
        { place: { unit, span: early.call }, text: `\`${early.name}\` is evaluated here` },
        { place: { unit, span: early.later }, text: `\`${early.name}\` gets ${early.captured === 'nil' ? 'its memory' : 'other memory'} here` },
      ],
      fixes: early.fits ? [{ title: `Read \`${early.name}\` when the function returns`, safety: 'safe', edits: (file) => deferLate(file, target, shift(early.call, fn.top.start)) }] : [],
    }));
  },
});

function message({ name, callee, captured, owner }: EarlyDefer): string {
  if (owner === 'lent') return `This defer passes \`${name}\` to ${callee} while it is still nil: it releases nothing, and what \`${name}\` gets afterwards belongs to somebody else.`;
  if (captured === 'nil') return `This defer passes \`${name}\` to ${callee} while it is still nil: it releases nothing, whatever \`${name}\` gets afterwards.`;
  return `This defer passes the value that \`${name}\` has now to ${callee}: the memory that \`${name}\` gets afterwards is never released.`;
}
