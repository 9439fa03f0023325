/** Reports text from outside that C gets without a look for a NUL in it. Off by default: for audits. */
import { outsideTexts } from '../../flow/embedded-nuls.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const open = (imports: string, check: string): string => go`
  // Package files removes files.
  package files

  /*
  #include <stdio.h>
  #include <stdlib.h>
  */
  import "C"

  import (
  	"errors"
  ${imports}	"unsafe"
  )

  // Remove removes a file.
  func Remove(name string) error {
  ${check}	cs := C.CString(name)
  	defer C.free(unsafe.Pointer(cs))
  	if C.remove(cs) != 0 {
  		return errors.New("cannot remove " + name)
  	}
  	return nil
  }
`;

export default defineRule({
  id: 'embedded-nul',
  family: 'layout',
  severity: 'hint',
  offByDefault: true,
  confidence: 'possible',
  status: 'stable',
  since: '0.1.0',
  summary: 'Text from outside given to C without a look for a NUL in it, at which C stops reading',
  fix: { offered: 'never' },
  docs: {
    why: 'A Go string may hold any bytes, a NUL among them. `C.CString` copies them all, and C takes the first NUL for the end: Go has checked, logged and compared another name than the one that C opens, removes or looks up. `"report\\x00.txt"` passes a test for the suffix .txt and names the file report.',
    advice: 'Refuse such text before it goes to C, as the standard library does for system calls (syscall.BytePtrFromString returns an error): `if strings.IndexByte(name, 0) >= 0 { return errInvalid }`. Or give C the length.',
    limits: 'A rule for audits. Text from outside is a string parameter of an exported Go function, what os.Getenv and the like return, and what is put together of these. A look for a NUL anywhere in the function, or in a function of the package that gets the text, silences it; so does a length that C gets beside the text.',
    references: [
      { title: 'syscall.BytePtrFromString', url: 'https://pkg.go.dev/syscall#BytePtrFromString' },
      { title: 'CWE-158: Improper Neutralization of Null Byte', url: 'https://cwe.mitre.org/data/definitions/158.html' },
    ],
  },
  examples: [
    {
      title: 'A file name from the caller',
      byFix: false,
      bad: { 'files.go': open('', '') },
      good: { 'files.go': open('\t"strings"\n', '\tif strings.IndexByte(name, 0) >= 0 {\n\t\treturn errors.New("NUL in the name")\n\t}\n') },
    },
  ],
  subject: 'function',
  *check(fn, { flow }) {
    for (const { span, from, how } of outsideTexts(fn, flow)) {
      yield {
        file: fn.file,
        top: fn.top,
        span,
        message: how === 'parameter' ? `Nobody has looked for a NUL in \`${from}\`, which comes from the caller: C reads only what stands before it.` : `Nobody has looked for a NUL in what ${from} returns: C reads only what stands before it.`,
      };
    }
  },
});
