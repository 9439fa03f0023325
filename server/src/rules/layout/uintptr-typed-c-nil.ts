/** Reports nil and Go pointers in C types that are numbers in Go: EGLDisplay, jobject, CFTypeRef and their kin. */
import { shift } from '../../base/span.ts';
import { type WrongNumber, wrongNumbers } from '../../flow/uintptr-types.ts';
import { replaceName } from '../../lint/fixes/replace-name.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const egl = (use: string): string => go`
  package main

  // typedef void *EGLDisplay;
  // static EGLDisplay open_display(void) { return 0; }
  import "C"

  func main() {
  	display := C.open_display()
  	if display == ${use} {
  		println("no display")
  	}
  }
`;

export default defineRule({
  id: 'uintptr-typed-c-nil',
  family: 'layout',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'nil, or the address of Go memory, in a C pointer type that is a uintptr in Go (EGLDisplay, jobject, CFTypeRef …)',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'Values of some C pointer types are no addresses: JNI hands out small numbers as jobject, Core Foundation keeps whole values in the bits of a CFNumberRef, EGL counts its displays. The Go runtime aborts when it meets such a number in a pointer, so cgo makes these types uintptr. Their zero value is 0, `nil` does not compile, and the garbage collector sees no pointer in them: the address of Go memory that is stored there keeps nothing alive.',
    advice: 'Write 0 for “none”. Keep Go memory out of such values; where C wants a context pointer beside them, pass a cgo.Handle.',
    limits: 'The types are EGLDisplay, EGLConfig, jobject and the JNI types below it, and on Apple’s systems those of Core Foundation and Core Graphics whose names end in Ref. A typedef in view counts only where it looks as cgo demands. Arguments are compared with prototypes in view.',
    references: [
      { title: 'cmd/cgo: Special cases', url: 'https://pkg.go.dev/cmd/cgo#hdr-Special_cases' },
      { title: 'Go 1.15 release notes: Cgo', url: 'https://go.dev/doc/go1.15#cgo' },
    ],
  },
  examples: [
    {
      title: 'A display that is compared with nil',
      bad: { 'main.go': egl('nil') },
      good: { 'main.go': egl('0') },
      byFix: true,
      witness: { by: 'build', error: 'mismatched types _Ctype_EGLDisplay and untyped nil' },
    },
  ],
  subject: 'function',
  check(fn, { flow }) {
    const target = { decl: fn.decl, at: fn.top.start };
    return wrongNumbers(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      message: message(fact),
      ...(fact.how === 'go-pointer' ? {} : { fixes: [{ title: 'Write 0 instead of nil', safety: 'safe' as const, edits: () => replaceName(target, shift(fact.span, target.at), 'nil', '0') }] }),
    }));
  },
});

function message({ how, type }: WrongNumber): string {
  if (how === 'go-pointer') return `C.${type} is a uintptr in Go: the address of Go memory in it keeps nothing alive.`;
  return `C.${type} is a uintptr in Go, not a pointer: ${how === 'compared' ? 'it cannot be compared with nil' : 'it cannot be nil'}; its empty value is 0.`;
}
