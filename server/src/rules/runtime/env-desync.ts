/** Rule env-desync: environment variables that C sets and Go does not see. */
import { environmentFacts } from '../../flow/environment.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const program = (set: string, imports: string, keep = ''): string => go`
  package main

  // #include <stdlib.h>
  import "C"

  import (
  	"os"${imports}
  )

  func main() {
  	${set}
  	println(os.Getenv("MODE"))${keep}
  }
`;

export default defineRule({
  id: 'env-desync',
  family: 'runtime',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Environment variable set from C that Go reads',
  fix: { offered: 'never' },
  docs: {
    why: 'Go copies the environment when the program starts and keeps its own. `os.Setenv` also calls `setenv` of C where cgo is in use, but nothing tells Go what C has set: `os.Getenv`, `os.Environ` and the processes that `os/exec` starts go on with the old value (on Windows Go asks the system).',
    advice: 'Set variables with `os.Setenv`: both sides see them.',
    limits: 'Information. Told where the package reads the variable in Go: names are compared where both are written out, otherwise only within one function or where neither side shows one. A function that calls `os.Setenv` as well is left alone.',
    references: [
      { title: 'Go wiki: cgo, environmental variables', url: 'https://go.dev/wiki/cgo#environmental-variables' },
      { title: 'package os: Setenv', url: 'https://pkg.go.dev/os#Setenv' },
    ],
  },
  examples: [
    {
      title: 'C.setenv before os.Getenv',
      bad: { 'main.go': program('key, value := C.CString("MODE"), C.CString("fast")\n\tdefer C.free(unsafe.Pointer(key))\n\tdefer C.free(unsafe.Pointer(value))\n\tC.setenv(key, value, 1)', '\n\t"unsafe"') },
      good: { 'main.go': program('_ = os.Setenv("MODE", "fast")', '', '\n\tC.srand(1)') },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    return environmentFacts(fn, flow).map(({ span, name, callee, inC, key, reader, at }) => {
      const who = name === callee ? `C.${name}` : `C.${name}, which calls ${callee},`;
      return {
        file: fn.file,
        top: fn.top,
        span,
        message: `${who} changes ${key === undefined ? 'the environment' : key} for C alone: ${reader} does not see it. Use os.Setenv, which changes both.`,
        trace: [...(inC ? [{ place: inC, text: `${callee} is called here` }] : []), { place: at, text: 'Go reads its own environment here' }],
      };
    });
  },
});
