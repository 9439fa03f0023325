/** Rule uintptr-roundtrip: numbers that become pointers, and addresses of Go memory that are kept as numbers. */
import { shift } from '../../base/span.ts';
import { uintptrFacts, type UintptrFact } from '../../flow/uintptrs.ts';
import { inlineVariable } from '../../lint/fixes/inline-variable.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const because = 'the address is then taken later than before';

const syscall = (before: string, address: string): string => go`
  package main

  import (
  	"syscall"
  	"unsafe"
  )

  func write(b []byte) {
  	if len(b) == 0 {
  		return
  	}
  ${before}	syscall.Syscall(syscall.SYS_WRITE, 1, ${address}, uintptr(len(b)))
  }

  func main() {
  	write([]byte("hello\n"))
  }
`;

const callback = (preamble: string, call: string, imports: string): string => go`
  package main

  /*
  #include <stdint.h>

  static void visit(void *data) {}
${preamble}*/
  import "C"
${imports}
  func Visit(id int) {
  	${call}
  }

  func main() {
  	Visit(3)
  }
`;

export default defineRule({
  id: 'uintptr-roundtrip',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Integer that becomes a pointer, or address of Go memory that is kept as a uintptr',
  fix: { offered: 'sometimes', safety: 'unsafe', because },
  vet: 'unsafeptr',
  docs: {
    why: 'A `uintptr` is a number: it keeps nothing alive, and nobody updates it when a stack moves. An address that is kept as a number may name something else by the time it is used. The other way round, an integer that was never an address does not belong into an `unsafe.Pointer`: where the runtime meets such a value on a stack or in the heap it may abort (`found bad pointer in Go heap`, `invalid pointer found on stack`), and `-race` and `-d=checkptr` stop at the conversion.',
    advice: 'Convert back in the same expression (`unsafe.Pointer(uintptr(p) + n)`, or `unsafe.Add(p, n)` since Go 1.17). Write `uintptr(unsafe.Pointer(p))` directly in the argument list of a system call. To hand C an id or a `cgo.Handle`, let a small C wrapper take a `uintptr_t` and convert it there.',
    limits: 'Numbers that C, a system call or another package made are left alone: they name no memory of Go. Where nobody can see what a number is made of, the finding is information, as is arithmetic in an order that only `go vet` minds. A plain `cgo.Handle` is not looked at here.',
    references: [
      { title: 'unsafe.Pointer, rules 2 to 6', url: 'https://pkg.go.dev/unsafe#Pointer' },
      { title: 'vet: unsafeptr', url: 'https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/unsafeptr' },
    ],
  },
  examples: [
    { title: 'An address kept in a variable', bad: { 'main.go': syscall('\taddr := uintptr(unsafe.Pointer(&b[0]))\n', 'addr') }, good: { 'main.go': syscall('', 'uintptr(unsafe.Pointer(&b[0]))') }, byFix: true },
    {
      title: 'An id dressed as a pointer',
      bad: { 'main.go': callback('', 'C.visit(unsafe.Pointer(uintptr(id)))', '\nimport "unsafe"\n') },
      good: { 'main.go': callback('static void visit_id(uintptr_t id) { visit((void *)id); }\n', 'C.visit_id(C.uintptr_t(id))', '') },
      byFix: false,
      witness: { by: 'run', flags: ['-gcflags=all=-d=checkptr'], output: 'checkptr: pointer arithmetic computed bad pointer value' },
    },
  ],
  subject: 'function',
  needs: [['conversion', 'pkg call']],
  check(fn, { flow }) {
    const target = { decl: fn.decl, at: fn.top.start };
    return uintptrFacts(fn, flow).map((fact) => {
      const isHazard = fact.how === 'stale' || fact.how === 'argument' || fact.how === 'integer';
      return {
        file: fn.file,
        top: fn.top,
        span: fact.span,
        severity: isHazard && fact.likely ? 'warning' : 'info',
        confidence: isHazard && fact.likely ? 'likely' : 'possible',
        message: message(fact),
        trace: fact.made && fact.how !== 'order' ? [{ place: { unit: fn.top.syntax, span: fact.made }, text: 'the address becomes a number here' }] : [],
        ...(fact.how === 'argument' ? { fixes: [{ title: `Convert in the argument list instead of keeping \`${fact.name}\``, safety: 'unsafe' as const, because, edits: (file) => inlineVariable(file, target, shift(fact.span, target.at)) }] } : {}),
      };
    });
  },
});

function message({ how, likely, name }: UintptrFact): string {
  const kept = name === undefined ? 'a number' : `\`${name}\``;
  switch (how) {
    case 'stale':
      return `The address was kept in ${kept}, which holds no reference: ${likely ? 'the Go memory' : 'if it is Go memory, it'} may be gone or moved when this becomes a pointer again.`;
    case 'argument':
      return `\`${name}\` is only a number: ${likely ? 'nothing keeps the Go memory' : 'if it names Go memory, nothing keeps that'} in place during the call. Convert the pointer in the argument list itself.`;
    case 'integer':
      return 'This integer is no address: the runtime may abort when it meets it as a pointer. Let a C wrapper take it as uintptr_t.';
    case 'order':
      return 'Only `pointer + number`, `pointer - number` and `pointer &^ number` are pointer arithmetic that Go promises to understand.';
    case 'unseen':
      return `Nothing here shows what this uintptr was made of: if it names Go memory, nothing keeps that alive or in place.`;
  }
}
