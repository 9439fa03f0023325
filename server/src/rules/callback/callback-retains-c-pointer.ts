/** Rule callback-retains-c-pointer: exported functions that keep memory which C lends them for the call. */
import { type CallbackPointer, callbackPointers } from '../../flow/callback-pointers.ts';
import { lentObjects } from '../../flow/lent-objects.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

const example = (value: string): string => go`
  package main

  /*
  #include <stddef.h>

  typedef void (*reader)(const char *data, size_t n);
  */
  import "C"

  import "unsafe"

  var last []byte

  //export goRead
  func goRead(data *C.char, n C.size_t) {
  	last = ${value}
  }

  func main() {
  	println(len(last))
  }
`;

export default defineRule({
  id: 'callback-retains-c-pointer',
  family: 'callback',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Callback that keeps a pointer, or a Go view of memory, which C lends it for the call only',
  fix: { offered: 'never' },
  docs: {
    why: 'What a callback gets from C, text and buffers above all, is usually valid until it returns: C then frees or overwrites the memory. A Go slice over it that is stored, sent over a channel or given to a goroutine shows whatever lies there later. The same holds for the `char *` members of a C struct that was copied.',
    advice: 'Copy inside the callback: `C.GoBytes(unsafe.Pointer(p), n)`, `C.GoString(p)`, `slices.Clone(view)`; of a struct, the members that are needed.',
    limits: 'How long C keeps the memory is not visible. A stored pointer to bytes or numbers is information, pointers to objects of C’s own are left alone unless a goroutine or a channel gets them, and user data (`void *`) is never reported. A callback that waits for the goroutine before it returns is right. An object around a parameter is reported where its finalizer releases it and the callback takes no reference.',
    references: [
      { title: 'cmd/cgo: C references to Go', url: 'https://pkg.go.dev/cmd/cgo#hdr-C_references_to_Go' },
      { title: 'Go wiki: turning C arrays into Go slices', url: 'https://go.dev/wiki/cgo#turning-c-arrays-into-go-slices' },
    ],
  },
  examples: [
    {
      title: 'A view of the buffer in a package variable',
      bad: { 'main.go': example('unsafe.Slice((*byte)(unsafe.Pointer(data)), n)') },
      good: { 'main.go': example('C.GoBytes(unsafe.Pointer(data), C.int(n))') },
      byFix: false,
      witness: {
        by: 'run',
        flags: ['-asan'],
        driver: go`
          package main

          // #include <stdlib.h>
          // extern void goRead(char *data, size_t n);
          // static void call(void) { char *data = calloc(1, 8); goRead(data, 8); free(data); }
          import "C"

          func init() {
          	C.call()
          	println(last[0])
          }
        `,
        output: 'ERROR: AddressSanitizer: heap-use-after-free',
      },
    },
  ],
  subject: 'function',
  check(fn, { flow }) {
    const reports: Report[] = [];
    const told = new Set<number>();
    for (const fact of callbackPointers(fn, flow)) {
      if (told.has(fact.span.start) || (fact.how === 'object' && fact.exit === 'stored')) continue;
      told.add(fact.span.start);
      const weak = fact.how === 'object' || (fact.how === 'pointer' && fact.exit !== 'goroutine') || (fact.how === 'copy' && fact.exit === 'stored');
      reports.push({ file: fn.file, top: fn.top, span: fact.span, severity: weak ? 'info' : 'warning', confidence: weak ? 'possible' : 'likely', message: messageOf(fact) });
    }
    for (const { span, lender, how, source, type, field, method, released } of fn.exported === undefined ? [] : lentObjects(fn, flow)) {
      if (how !== 'parameter' || told.has(span.start)) continue;
      told.add(span.start);
      const { syntax: unit } = fn.top;
      reports.push({
        file: fn.file,
        top: fn.top,
        span,
        message: `C lends \`${lender}\` to this callback, but ${type}.${method} releases what ${type}.${field} holds: the object outlives the callback, and C still uses the memory.`,
        trace: [
          { place: { unit, span: source }, text: 'the memory belongs to C' },
          { place: { unit, span }, text: `${type}.${field} gets it here` },
          { place: released, text: `${type}.${method} releases it` },
        ],
      });
    }
    return reports;
  },
});

function messageOf({ param, how, exit }: CallbackPointer): string {
  const what = { view: `A Go view of the memory behind \`${param}\``, copy: `A copy of \`*${param}\`, whose text still lies in C memory,`, pointer: `The pointer \`${param}\``, object: `The pointer \`${param}\`` }[how];
  const where = { stored: 'is stored', sent: 'is sent over a channel', goroutine: 'is given to a goroutine' }[exit];
  return `${what} ${where} and outlives the callback: C may free or change the memory as soon as the callback returns. Copy what is needed.`;
}
