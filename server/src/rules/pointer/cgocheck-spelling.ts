/** Rule cgocheck-spelling: an address inside a struct that goes to C through a variable, so that cgo checks the whole struct. */
import { shift } from '../../base/span.ts';
import { hoistedAddresses } from '../../flow/hoisted-addresses.ts';
import { inlineVariable } from '../../lint/fixes/inline-variable.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (before: string, argument: string): string => go`
  package main

  /*
  #include <string.h>

  static void fill(void *p, int n) { memset(p, 1, n); }
  */
  import "C"

  import "unsafe"

  type reader struct {
  	next *reader
  	buf  [64]byte
  }

  func (r *reader) fill() {
  ${before}	C.fill(${argument}, 64)
  }

  func main() {
  	r := &reader{next: &reader{}}
  	r.fill()
  	println(r.buf[0])
  }
`;

export default defineRule({
  id: 'cgocheck-spelling',
  family: 'pointer',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Address of a field that C gets through a variable, so that cgo checks the whole struct',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'cgo decides from the spelling of an argument how much memory it checks for Go pointers. `&r.buf[0]` written in the call limits the check to the buffer. The same address from a variable says nothing: the runtime then checks the whole object that the address lies in, and panics (`… has Go pointer to unpinned Go pointer`) although C never touches the other fields.',
    advice: 'Write the address in the argument list of the C call itself, with no more than conversions around it.',
    limits: 'Only structs of this package are known. Parentheses around a type, `(unsafe.Pointer)(p)`, have the same effect and are not seen.',
    references: [
      { title: 'cgo: passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
      { title: 'Go issue 14210', url: 'https://go.dev/issue/14210' },
    ],
  },
  examples: [
    {
      title: 'A buffer beside a pointer',
      bad: { 'main.go': example('\tp := unsafe.Pointer(&r.buf[0])\n', 'p') },
      good: { 'main.go': example('', 'unsafe.Pointer(&r.buf[0])') },
      byFix: true,
      witness: { by: 'run', output: 'has Go pointer to unpinned Go pointer' },
    },
  ],
  subject: 'function',
  needs: ['c call', 'addr'],
  check(fn, { flow }) {
    const target = { decl: fn.decl, at: fn.top.start };
    return hoistedAddresses(fn, flow).map(({ span, use, name, taken, field, owner, what }) => ({
      file: fn.file,
      top: fn.top,
      span,
      message: `\`${name}\` is an address inside ${owner}, which also holds ${what}: from a variable cgo checks all of it and may panic. Write &….${field} in the call.`,
      trace: [{ place: { unit: fn.top.syntax, span: taken }, text: 'the address is taken here' }],
      fixes: use ? [{ title: `Write the address in the call instead of keeping \`${name}\``, safety: 'safe', edits: (file) => inlineVariable(file, target, shift(use, target.at)) }] : [],
    }));
  },
});
