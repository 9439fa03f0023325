/** Rule not-nul-terminated: Go text and arrays of pointers without a NUL where C reads up to one, and C text with a length that is read up to a NUL. */
import { type IgnoredLength, type TextArgument, textFacts } from '../../flow/text-data.ts';
import { unendedArrays } from '../../flow/unended-arrays.ts';
import { unterminatedBuffers } from '../../flow/unterminated-buffers.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (body: string): string => go`
  package main

  /*
  #include <stdlib.h>
  #include <string.h>
  */
  import "C"

  import "unsafe"

  func length(s string) int {
  ${body}
  	return int(C.strlen(cs))
  }

  func main() {
  	println(length("text"))
  }
`;

export default defineRule({
  id: 'not-nul-terminated',
  family: 'layout',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Text or an array of pointers given to C without the NUL that has to end it',
  fix: { offered: 'never' },
  docs: {
    why: 'Go strings and slices have no NUL at their end. A C function that gets only the address of their bytes reads on until it meets one by chance: it sees text that belongs to other variables, or leaves the memory of the program. The other way round `C.GoString` stops at the first NUL: bytes that a library returns with a length may hold one in the middle, or have none at the end. An array of pointers without a count ends at a NULL, as that of `execv` does: `make([]*C.char, len(args))` has no room for it.',
    advice: 'Pass `C.CString(s)` and free it, append the NUL yourself (`append([]byte(s), 0)`), or use a C function that takes the length. Make arrays of pointers one element longer (`len(args)+1`). Read counted bytes with `C.GoStringN(p, C.int(n))` or `C.GoBytes`.',
    limits: 'Reported are arguments of C library functions that read up to a NUL, `char *` arguments made of a string in calls that get no number at all, and C.GoString of a result whose length the same call stores in a variable that nobody reads. A zero that the function appends, assigns or looks for silences the rule. Arrays of pointers count when they are made for the length of a Go slice, filled, and given to C in a function where nothing that depends on that length goes to C. Of buffers that C fills, those count that read, recv, readlink or strncpy may fill to the last byte and that nothing but C.GoString looks at.',
    references: [
      { title: 'unsafe.StringData', url: 'https://pkg.go.dev/unsafe#StringData' },
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [
    {
      title: 'The bytes of a Go string given to strlen',
      byFix: false,
      bad: { 'main.go': example('\tcs := (*C.char)(unsafe.Pointer(unsafe.StringData(s)))') },
      good: { 'main.go': example('\tcs := C.CString(s)\n\tdefer C.free(unsafe.Pointer(cs))') },
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    const { file, top } = fn;
    const { args, ignored } = textFacts(fn, flow);
    const unended = unendedArrays(fn, flow).map(({ span, use, name, callee }) => {
      const what = name === undefined ? 'The array' : `\`${name}\``;
      return {
        file,
        top,
        span,
        message: `${what} has no room for a NULL behind its last element, and C.${callee} gets nothing that tells how many there are: it reads on behind the end. Make it one longer.`,
        trace: [{ place: { unit: top.syntax, span: use }, text: `C.${callee} gets it here` }],
      };
    });
    const unterminated = unterminatedBuffers(fn, flow).map(({ span, filler, filled, name }) => ({
      file,
      top,
      span,
      message: `C.${filler} may fill ${name === undefined ? 'the buffer' : `\`${name}\``} to its last byte and puts no NUL behind it, but C.GoString reads until it finds one.`,
      trace: [{ place: { unit: top.syntax, span: filled }, text: 'it is filled here' }],
    }));
    return [
      ...args.filter(isHazard).map((arg) => ({ file, top, span: arg.span, message: message(arg) })),
      ...unended,
      ...unterminated,
      ...ignored.map((fact) => ({ file, top, span: fact.span, message: ignoredMessage(fact) })),
    ];
  },
});

/** Buffers may have been filled by C; what a caller gives as bytes has no NUL that anyone knows of. */
function isHazard({ reads, kind, terminated, isParam, callee }: TextArgument): boolean {
  if (terminated || reads === 'counted') return false;
  return kind === 'bytes' ? reads === 'to-nul' && isParam && callee !== 'GoString' : true;
}

function ignoredMessage({ callee, length, from }: IgnoredLength): string {
  const end = 'C.GoString reads up to the first NUL, which may be missing or in the middle of the data';
  if (from === 'variable') return `C.${callee} tells the length in \`${length}\`, which nobody reads: ${end}.`;
  return `C.${callee} returns bytes, and ${from === 'argument' ? 'stores their number through an argument' : `C.${length} tells how many`}: ${end}.`;
}

function message({ callee, reads, kind, name }: TextArgument): string {
  const what = name === undefined ? (kind === 'bytes' ? 'The slice' : 'The string') : `\`${name}\``;
  return reads === 'to-nul' ? `${what} has no NUL at its end, but C.${callee} reads until it finds one.` : `${what} has no NUL at its end, and C.${callee} gets nothing that tells its length.`;
}
