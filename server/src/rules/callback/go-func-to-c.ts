/** Reports Go functions that C gets as if they were C functions. */
import { shift } from '../../base/span.ts';
import { type FuncForC, funcsForC } from '../../flow/func-values.ts';
import { replaceName } from '../../lint/fixes/replace-name.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const callback = (argument: string, imports = ''): string => go`
  package main

  /*
  typedef void (*notify_t)(int);
  static inline void notify(notify_t n) { n(1); }
  extern void onNotify(int);
  */
  import "C"
  ${imports}
  //export onNotify
  func onNotify(n C.int) {
  	println(n)
  }

  func main() {
  	${argument}
  }
`;

export default defineRule({
  id: 'go-func-to-c',
  family: 'callback',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Go function, or the address of its code, given to C as a C function',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'A Go func value is a pointer to a closure, which holds the address of code that follows Go’s own calling convention, on a goroutine’s stack. C can call neither. cgo does not convert one to the other; what does compile is to disguise it: `unsafe.Pointer(&f)` is the address of a variable, `*(*unsafe.Pointer)(unsafe.Pointer(&f))` that of the closure, `reflect.ValueOf(f).Pointer()` that of Go code. C jumps there and crashes.',
    advice: 'Export the function with `//export`, declare it in the preamble (`extern void onEvent(int);`) and pass `C.onEvent`, converted to the type that C wants: `(C.notify_t)(C.onEvent)`. Where different Go functions are needed, keep them behind a cgo.Handle that C carries as user data, and look them up in the one exported function.',
    limits: 'Reported where the target is a function pointer by a typedef in view, or `*[0]byte`; a warning where only the name of the type says so, and where the address of Go code goes to C as a pointer or a number. Functions in assembly (no body), `syscall.NewCallback` and the like make real C functions and are left alone. `&f` as user data is go-pointer-to-go-pointer’s.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go wiki: cgo, function pointer callbacks', url: 'https://go.dev/wiki/cgo#function-pointer-callbacks' },
      { title: 'Go internal ABI specification', url: 'https://go.googlesource.com/go/+/refs/heads/master/src/cmd/compile/abi-internal.md' },
    ],
  },
  examples: [
    {
      title: 'An exported function, without C.',
      bad: { 'main.go': callback('C.notify(C.notify_t(onNotify))') },
      good: { 'main.go': callback('C.notify(C.notify_t(C.onNotify))') },
      byFix: true,
      witness: { by: 'build', error: 'cannot convert onNotify' },
    },
    {
      title: 'The address of a func variable',
      bad: { 'main.go': callback('f := onNotify\n\tC.notify(C.notify_t(unsafe.Pointer(&f)))', '\nimport "unsafe"\n') },
      good: { 'main.go': callback('C.notify(C.notify_t(C.onNotify))') },
      byFix: false,
      witness: { by: 'run', output: 'SIGSEGV: segmentation violation' },
    },
    {
      title: 'The address of Go code',
      bad: { 'main.go': callback('C.notify(C.notify_t(unsafe.Pointer(reflect.ValueOf(onNotify).Pointer())))', '\nimport (\n\t"reflect"\n\t"unsafe"\n)\n') },
      good: { 'main.go': callback('C.notify(C.notify_t(C.onNotify))') },
      byFix: false,
      witness: { by: 'run', output: 'morestack on g0' },
    },
  ],
  subject: 'function',
  needs: [['conversion', 'c call', 'setField']],
  check(fn, { flow, model }) {
    const target = { decl: fn.decl, at: fn.top.start };
    return funcsForC(fn, flow).map((fact) => {
      const { name } = fact;
      const passable = fact.how === 'value' && name !== undefined && model.exported.has(name) && model.c.function(name) !== undefined;
      return {
        file: fn.file,
        top: fn.top,
        span: fact.span,
        severity: fact.certain ? 'error' : 'warning',
        confidence: fact.certain ? 'certain' : 'likely',
        message: message(fact, passable),
        ...(passable ? { fixes: [{ title: `Pass C.${name}`, safety: 'safe' as const, edits: () => replaceName(target, shift(fact.span, target.at), name, `C.${name}`) }] } : {}),
      };
    });
  },
});

function message({ how, name }: FuncForC, passable: boolean): string {
  const what = name === undefined ? 'a Go function' : `\`${name}\``;
  switch (how) {
    case 'value':
      return `${name === undefined ? 'A Go function' : `The Go function ${what}`} is no C function pointer${passable ? `; the exported one is C.${name}` : ': export it, declare it in C and pass `C.` with its name'}.`;
    case 'address':
      return `This is the address of the Go variable${name === undefined ? '' : ` ${what}`} that holds a function: C would run its bytes as code.`;
    case 'code':
      return `This is the address of the code of ${what}, which follows Go’s calling convention: C cannot call it.`;
  }
}
