/** Rule pinner-leak: pinned memory that is never unpinned, and Pin of what is no pointer. */
import { pinFacts } from '../../flow/pins.ts';
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import { collectAfter } from '../../lint/witness-drivers.ts';

const example = (unpin: string): string => go`
  package main

  /*
  #include <stddef.h>

  typedef struct { const char *data; size_t len; } message;

  static size_t size(const message *m) { return m->data ? m->len : 0; }
  */
  import "C"

  import (
  	"runtime"
  	"unsafe"
  )

  func size(data []byte) int {
  	var p runtime.Pinner
  	${unpin}p.Pin(unsafe.SliceData(data))
  	m := C.message{data: (*C.char)(unsafe.Pointer(unsafe.SliceData(data))), len: C.size_t(len(data))}
  	return int(C.size(&m))
  }

  func main() {
  	println(size([]byte("x")))
  }
`;

export default defineRule({
  id: 'pinner-leak',
  family: 'pointer',
  severity: 'warning',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'runtime.Pinner that is not unpinned, or that pins what is no pointer',
  fix: { offered: 'never' },
  docs: {
    why: 'When a Pinner that still pins something is garbage collected, the runtime stops the program: "found leaking pinned pointer; forgot to call Unpin()?". That happens at some later collection, far from the place that forgot it. `Pin` takes pointers only: with a slice, string, map, channel or function it panics.',
    advice: 'For a call that needs the memory only while it runs write `defer p.Unpin()` next to the Pinner. When C keeps the memory, put the Pinner into the object that stands for the registration and call Unpin when C is done. Pin the data of a slice with `p.Pin(unsafe.SliceData(s))`, of a string with `unsafe.StringData`. One Unpin ends all pins of a Pinner, which may be used again afterwards.',
    limits: 'Pinners that are variables of a function are followed path by path; whoever gets a pointer to one may unpin it. A Pinner in a field or a package variable is reported only when nothing in the package calls Unpin.',
    references: [{ title: 'runtime.Pinner', url: 'https://pkg.go.dev/runtime#Pinner' }],
  },
  examples: [{ title: 'No Unpin', bad: { 'main.go': example('') }, good: { 'main.go': example('defer p.Unpin()\n\t') }, byFix: false, witness: { by: 'run', driver: collectAfter('size([]byte("y"))'), output: 'runtime.Pinner: found leaking pinned pointer; forgot to call Unpin()?' } }],
  subject: 'function',
  needs: ['method call'],
  check(fn, { flow }) {
    const reports: Report[] = [];
    const unit = fn.top.syntax;
    for (const { span, how, what } of pinFacts(fn, flow)) {
      reports.push(
        how === 'kind'
          ? { file: fn.file, top: fn.top, span, severity: 'error', message: `Pin takes a pointer: with ${what} it panics.` }
          : { file: fn.file, top: fn.top, span, confidence: 'likely', message: `What \`${what}\` pins here is never unpinned: nothing in this package calls Unpin, and the runtime stops the program when the Pinner is collected.` },
      );
    }
    const told = new Set<unknown>();
    for (const leak of flow.resources(fn).leaks) {
      const { site } = leak;
      if (site.owned.protocol !== 'pinner' || leak.how === 'overwritten' || told.has(site.holder?.id)) continue;
      told.add(site.holder?.id);
      reports.push({
        file: fn.file,
        top: fn.top,
        span: site.span,
        message: `\`${site.holder?.name ?? 'The pinner'}\` still pins this memory ${leak.releasedElsewhere ? 'on one way out of the function' : 'when the function returns'}: the runtime stops the program when it collects a Pinner that was not unpinned.`,
        trace: [{ place: { unit, span: site.span }, text: 'pinned here' }, ...branchTrace(fn, leak.path), { place: { unit, span: leak.exit }, text: 'the function is left here without Unpin' }],
      });
    }
    return reports;
  },
});
