/** Reports out-parameters that are followed or released although the call that sets them has failed, or nobody has looked whether it has. */
import { type FailedOut, failedOuts } from '../../flow/failed-outs.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const box = (body: string): string => go`
  package main

  /*
  #include <stdlib.h>

  typedef struct { int size; int *items; } box;

  static int box_make(int size, box **out) {
  	if (size <= 0) return -1;
  	box *b = calloc(1, sizeof(box));
  	if (!b) return -1;
  	b->size = size;
  	*out = b;
  	return 0;
  }

  static void box_free(box *b) {
  	free(b->items);
  	free(b);
  }
  */
  import "C"

  func main() {
  	var b *C.box
  	rc := C.box_make(0, &b)
  	${body}
  }
`;

export default defineRule({
  id: 'failed-out-param',
  family: 'callback',
  severity: 'warning',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Out-parameter of a C call that has failed, followed or released all the same',
  fix: { offered: 'never' },
  docs: {
    why: 'A C function that fails leaves its out-parameters alone unless its documentation says otherwise. A Go pointer that was to be filled is then still nil: following it panics, and a C function that follows it ends the program. `defer C.thing_free(out)` before the test captures exactly that nil.',
    advice: 'Look at the result first, and release, read or return what came through the pointer only when the call went well. Put the `defer` that releases it behind the test.',
    limits: 'Reported for functions whose body in view sets the pointer on every path but the failing ones, and for those of which a trusted contract says “on success”. Releasing nil is reported only where the body of the release function is in view and follows it untested; most release functions accept NULL. Where the function never looks at the result, it is information.',
    references: [
      { title: 'SEI CERT C: ERR33-C, detect and handle standard library errors', url: 'https://wiki.sei.cmu.edu/confluence/display/c/ERR33-C.+Detect+and+handle+standard+library+errors' },
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
    ],
  },
  examples: [
    {
      title: 'A release that is deferred before the test',
      bad: { 'main.go': box('defer C.box_free(b)\n\tif rc != 0 {\n\t\tprintln("no box")\n\t\treturn\n\t}\n\tprintln(b.size)') },
      good: { 'main.go': box('if rc != 0 {\n\t\tprintln("no box")\n\t\treturn\n\t}\n\tdefer C.box_free(b)\n\tprintln(b.size)') },
      byFix: false,
      witness: { by: 'run', output: 'SIGSEGV: segmentation violation' },
    },
    {
      title: 'Read where the call has failed',
      bad: { 'main.go': box('if rc != 0 {\n\t\tprintln("no box of size", b.size)\n\t\treturn\n\t}\n\tC.box_free(b)') },
      good: { 'main.go': box('if rc != 0 {\n\t\tprintln("no box")\n\t\treturn\n\t}\n\tC.box_free(b)') },
      byFix: false,
      witness: { by: 'run', output: 'invalid memory address or nil pointer dereference' },
    },
  ],
  subject: 'function',
  needs: ['c call', 'addr'],
  check(fn, { flow }) {
    const unit = fn.top.syntax;
    return failedOuts(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      severity: fact.how === 'untested' ? 'info' : 'warning',
      message: message(fact),
      trace: [
        { place: { unit, span: fact.call }, text: `C.${fact.callee} sets ${fact.name} only when it succeeds` },
        ...(fact.test ? [{ place: { unit, span: fact.test }, text: 'here the call has failed' }] : []),
      ],
    }));
  },
});

function message({ how, name, callee }: FailedOut): string {
  switch (how) {
    case 'failed':
      return `C.${callee} has failed here and has not set \`${name}\`, which is still nil.`;
    case 'early':
      return `\`${name}\` is used before the result of C.${callee} is looked at: where the call fails, it is still nil.`;
    case 'untested':
      return `Nobody looks whether C.${callee} has succeeded: where it fails, \`${name}\` is not set.`;
  }
}
