/** Rule handle-misuse: cgo.Handle values taken for pointers, handles whose address C keeps, handles used after Delete. */
import { type HandleMisuse, handleMisuses } from '../../flow/handles.ts';
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

const example = (param: string, argument: string): string => go`
  package main

  /*
  #include <stdint.h>

  static ${param} current;

  static void remember(${param} value) { current = value; }
  */
  import "C"

  import ("runtime/cgo")

  func register(fn func()) cgo.Handle {
  	h := cgo.NewHandle(fn)
  	C.remember(${argument})
  	return h
  }

  func main() {
  	register(func() {}).Delete()
  }
`;

export default defineRule({
  id: 'handle-misuse',
  family: 'pointer',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'cgo.Handle taken for a pointer, kept by C through its address, or used after Delete',
  fix: { offered: 'never' },
  docs: {
    why: 'A `cgo.Handle` is a small integer, no address. `unsafe.Pointer(h)` is a pointer that points nowhere: when the garbage collector or a growing stack finds it, the program stops with "invalid pointer" (checkptr reports the conversion at once). `unsafe.Pointer(&h)` is an ordinary Go pointer: C may use it only until the call returns, and a variable of the function is gone soon after. `Value` and `Delete` panic on a handle that was deleted.',
    advice: 'Give C the number: `C.uintptr_t(h)`, through a small C wrapper where the API takes a `void *`. In the callback `cgo.Handle(ctx).Value()` gets the Go value back. Where C must have an address, put the number into C memory (`*(*C.uintptr_t)(p) = C.uintptr_t(h)` with p from C.malloc) or pin the variable that holds it until C is done.',
    limits: '`unsafe.Pointer(&h)` is right for a call that needs it only while it runs: it is reported when C is seen to keep it, when it is stored in a C struct, or when the address is all that is left of the handle, so that C must come back with it later. With a name such as `set_callback` alone it is information.',
    references: [
      { title: 'runtime/cgo.Handle', url: 'https://pkg.go.dev/runtime/cgo#Handle' },
      { title: 'Go issue 49633: passing a handle as void*', url: 'https://go.dev/issue/49633' },
    ],
  },
  examples: [
    {
      title: 'A handle as a pointer',
      bad: { 'main.go': example('void *', 'unsafe.Pointer(h)').replace('import ("runtime/cgo")', 'import (\n\t"runtime/cgo"\n\t"unsafe"\n)').replace(/void \* (?=current|value)/g, 'void *') },
      good: { 'main.go': example('uintptr_t', 'C.uintptr_t(h)').replace('import ("runtime/cgo")', 'import "runtime/cgo"') },
      byFix: false,
      witness: { by: 'run', flags: ['-gcflags=all=-d=checkptr'], output: 'checkptr: pointer arithmetic computed bad pointer value' },
    },
  ],
  subject: 'function',
  check(fn, { flow }) {
    const reports: Report[] = [];
    const unit = fn.top.syntax;
    for (const fact of handleMisuses(fn, flow)) {
      reports.push({
        file: fn.file,
        top: fn.top,
        span: fact.span,
        severity: fact.how === 'suspected' ? 'info' : fact.certain ? 'error' : 'warning',
        confidence: fact.how === 'suspected' ? 'possible' : fact.certain ? 'certain' : 'likely',
        message: messageOf(fact),
        ...(fact.at ? { trace: [{ place: { unit, span: fact.span }, text: 'the address is given to C here' }, { place: fact.at, text: 'C stores it here' }] } : {}),
      });
    }
    const told = new Set<number>();
    for (const use of flow.resources(fn).uses) {
      if (use.protocol !== 'handle' || told.has(use.use.start)) continue;
      told.add(use.use.start);
      reports.push({
        file: fn.file,
        top: fn.top,
        span: use.use,
        message: `${use.name === undefined ? 'This handle' : `Handle \`${use.name}\``} is used although it was deleted before: Value and Delete panic on a deleted handle.`,
        trace: [...branchTrace(fn, use.path), { place: use.released, text: 'deleted here' }, { place: { unit, span: use.use }, text: 'used here' }],
      });
    }
    return reports;
  },
});

function messageOf({ how, name, into, unpinned }: HandleMisuse): string {
  const subject = name === undefined ? 'a handle' : `handle \`${name}\``;
  const address = `The address of ${name === undefined ? 'a variable that holds a handle' : `\`${name}\``}`;
  if (how === 'pointer') return `A cgo.Handle is a number: unsafe.Pointer of ${subject} is an invalid pointer, which the garbage collector may find. Pass C.uintptr_t(${name ?? 'h'}).`;
  if (unpinned) return `${address} is given to ${into}, which keeps it, but a deferred Unpin gives up the pin when this function returns.`;
  switch (how) {
    case 'stored':
      return `${address} is stored in ${into}, which outlives this function: C then reads Go memory that may be gone. Store the number of the handle.`;
    case 'kept':
      return `${address} is given to ${into}, which needs it after the call: C then reads Go memory that may be gone. Pass the number of the handle.`;
    case 'suspected':
      return `${address} is given to ${into}, which by its name keeps it after the call: pass the number of the handle.`;
  }
}
