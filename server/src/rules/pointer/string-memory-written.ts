/** Rule string-memory-written: the memory of a Go string, which is never to change, given to code that writes it. */
import { textFacts } from '../../flow/text-data.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

const example = (pointer: string): string => go`
  package main

  /*
  #include <ctype.h>
  #include <stddef.h>
  static void upcase(char *s, size_t n) {
  	for (size_t i = 0; i < n; i++) s[i] = toupper(s[i]);
  }
  */
  import "C"

  import "unsafe"

  func upper(s string) string {
  	if s == "" {
  		return s
  	}
  ${pointer}
  }

  func main() {
  	println(upper("text"))
  }
`;

export default defineRule({
  id: 'string-memory-written',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Memory of a Go string given to C code that may write it',
  fix: { offered: 'never' },
  docs: {
    why: 'Go strings never change: the compiler, the runtime and every map rely on it, several strings share memory, and constants stand in memory that cannot be written at all. `unsafe.StringData(s)` gives the address of these bytes; C code that writes there changes other strings, or the program crashes.',
    advice: 'Give C a copy that it may write: `b := []byte(s)` and `&b[0]`, or `C.CString(s)`. Declare parameters that are only read as `const char *`.',
    limits: 'A warning needs a C body in view that writes, or a prototype without `const`. Where nothing of the function is in view the finding is information. A body in view that only reads is enough for silence.',
    references: [
      { title: 'unsafe.StringData', url: 'https://pkg.go.dev/unsafe#StringData' },
      { title: 'cmd/cgo: Go references to C (_GoString_)', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [
    {
      title: 'A string changed in place',
      byFix: false,
      witness: { by: 'run', output: 'SIGSEGV: segmentation violation' },
      bad: { 'main.go': example('\tC.upcase((*C.char)(unsafe.Pointer(unsafe.StringData(s))), C.size_t(len(s)))\n\treturn s') },
      good: { 'main.go': example('\tb := []byte(s)\n\tC.upcase((*C.char)(unsafe.Pointer(&b[0])), C.size_t(len(b)))\n\treturn string(b)') },
    },
  ],
  subject: 'function',
  needs: [['addr', 'unsafe call', 'go call'], ['c call', 'setIndex']],
  check(fn, { flow }) {
    const reports: Report[] = [];
    const { file, top } = fn;
    const { args, writes } = textFacts(fn, flow);
    for (const { kind, access, callee, span, name } of args) {
      // The conversion back to Go only reads.
      if (kind !== 'string' || access === 'reads' || /^Go(?:String|StringN|Bytes)$/.test(callee)) continue;
      const what = name === undefined ? 'the string' : `\`${name}\``;
      if (access === 'unseen') reports.push({ file, top, span, severity: 'info', confidence: 'possible', message: `The memory of ${what} must never be written, and nothing in view says that C.${callee} only reads it.` });
      else reports.push({ file, top, span, message: access === 'writes' ? `C.${callee} writes the memory of ${what}, which must never change.` : `The memory of ${what} must never be written, but C.${callee} takes it as a pointer to something that is not const.` });
    }
    for (const span of writes) reports.push({ file, top, span, message: 'This writes the memory of a string, which must never change.' });
    return reports;
  },
});
