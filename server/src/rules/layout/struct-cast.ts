/** Rule struct-cast: byte buffers and Go structs that are taken for C structs although nobody knows that they fit. */
import { castFacts, type CastFact } from '../../flow/casts.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (check: string): string => go`
  package main

  /*
  #include <stdint.h>

  struct header {
  	uint32_t magic;
  	uint32_t length;
  };
  */
  import "C"

  import "unsafe"

  func magic(buf []byte) uint32 {
  ${check}	h := (*C.struct_header)(unsafe.Pointer(&buf[0]))
  	return uint32(h.magic)
  }

  func main() {
  	println(magic(make([]byte, 8)))
  }
`;

export default defineRule({
  id: 'struct-cast',
  family: 'layout',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'Byte buffer or Go struct cast to a C struct without known length or layout',
  fix: { offered: 'never' },
  docs: {
    why: 'A conversion such as `(*C.struct_hdr)(unsafe.Pointer(&buf[0]))` is valid only where the memory is at least as long as the struct and suitably aligned. With a shorter buffer Go reads and writes whatever stands behind it. A struct that is declared a second time in Go agrees with the C one only by luck: on 64-bit platforms `int` has 64 bits in Go and 32 in C, and nothing says so when the C side changes.',
    advice: 'Test `len(buf) < C.sizeof_struct_hdr` before the cast, or decode with encoding/binary. Use the C type itself, or write the mirror with fixed-width types and assert its size: `var _ [C.sizeof_T]byte = [unsafe.Sizeof(Mirror{})]byte{}`.',
    limits: 'Any test of the buffer’s length on the way counts; whether it is the right one is not checked. C types that are not known to be structs are left alone, as are casts between C types. Alignment is not seen.',
    references: [
      { title: 'unsafe.Pointer, rule 1', url: 'https://pkg.go.dev/unsafe#Pointer' },
      { title: 'Go wiki: struct alignment issues', url: 'https://go.dev/wiki/cgo#struct-alignment-issues' },
    ],
  },
  examples: [
    {
      title: 'A header read from a buffer of any length',
      bad: { 'main.go': example('') },
      good: { 'main.go': example('\tif len(buf) < C.sizeof_struct_header {\n\t\treturn 0\n\t}\n') },
      byFix: false,
      witness: {
        by: 'run',
        flags: ['-gcflags=all=-d=checkptr'],
        driver: go`
          package main

          var buf = make([]byte, 64)

          func init() {
          	magic(buf[len(buf)-4:])
          }
        `,
        output: 'checkptr: converted pointer straddles multiple allocations',
      },
    },
  ],
  subject: 'package',
  *check({ flow }) {
    // A mirror is one fact about two types, however often they are cast.
    const mirrors = new Set<string>();
    for (const fn of flow.functionsWhere('casts', (one) => one.decl.body !== undefined && castFacts(one, flow).length > 0)) {
      for (const cast of castFacts(fn, flow)) {
        const isMirror = cast.how === 'mirror' || cast.how === 'differs';
        const pair = [cast.from, cast.to].sort().join();
        if (isMirror && mirrors.has(pair)) continue;
        if (isMirror) mirrors.add(pair);
        yield {
          file: fn.file,
          top: fn.top,
          span: cast.span,
          severity: cast.how === 'mirror' ? 'info' : 'warning',
          confidence: cast.how === 'mirror' ? 'possible' : 'likely',
          message: message(cast),
        };
      }
    }
  },
});

function message({ how, from, to, because }: CastFact): string {
  switch (how) {
    case 'buffer':
      return `\`${from}\` is read as ${to} although nothing has tested that it is long enough: a short buffer makes Go read and write beyond it.`;
    case 'mirror':
      return `${from} and ${to} are declared apart, and nothing asserts that their layouts agree.`;
    case 'differs':
      return `${from} is taken for ${to}, but ${because}.`;
    case 'header':
      return `${from} returns C memory, and what stands there is no Go ${to}: pointer, length and capacity are read from bytes that mean something else.`;
    case 'wider':
      return `${to} is wider than the ${from} it is laid over: bytes of other variables are read or written.`;
  }
}
