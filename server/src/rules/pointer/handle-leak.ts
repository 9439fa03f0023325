/** Rule handle-leak: handles that are never deleted, or not on every path. */
import { handleLeaks } from '../../flow/handle-leaks.ts';
import { registryLeaks } from '../../flow/registries.ts';
import { branchTrace } from '../../lint/reports/path-trace.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';

const example = (body: string): string => go`
  package main

  /*
  #include <stdint.h>

  void goVisit(uintptr_t ctx);

  static int visit(uintptr_t ctx) { goVisit(ctx); return 0; }
  */
  import "C"

  import "runtime/cgo"

  //export goVisit
  func goVisit(ctx C.uintptr_t) {
  	cgo.Handle(ctx).Value().(func())()
  }

  func visit(fn func()) {
  	h := cgo.NewHandle(fn)
  	${body}
  }

  func main() {
  	visit(func() {})
  }
`;

export default defineRule({
  id: 'handle-leak',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'cgo.Handle, or entry of a registry for C, that is never deleted, or not on every path',
  fix: { offered: 'never' },
  docs: {
    why: 'A handle keeps its Go value, and everything that it refers to, alive until `Delete` is called: `cgo.NewHandle` puts the value into a global table that the garbage collector never clears. A handle per call or per object that is not deleted is a leak which no C tool sees.',
    advice: 'For a C call that calls back only while it runs: `h := cgo.NewHandle(v); defer h.Delete()`. For a registration: delete the handle in the function that C calls when it is done with it (a destroy callback), or keep the handle in the object and delete it in Close.',
    limits: 'Maps of the package whose keys C gets are looked at in the same way, when an exported function reads them: an entry is reported when nothing removes any. A handle that C got is reported only when nothing in the whole package ever deletes one, because a callback may do so. A handle that is returned or stored is its holder’s duty, and handles made in init are meant to stay.',
    references: [{ title: 'runtime/cgo.NewHandle', url: 'https://pkg.go.dev/runtime/cgo#NewHandle' }],
  },
  examples: [{ title: 'Handle for one call', bad: { 'main.go': example('C.visit(C.uintptr_t(h))') }, good: { 'main.go': example('defer h.Delete()\n  	C.visit(C.uintptr_t(h))').replace('\n  \tC.visit', '\n\tC.visit') }, byFix: false }],
  subject: 'function',
  needs: ['call'],
  check(fn, { flow }) {
    const reports: Report[] = [];
    for (const leak of handleLeaks(fn, flow)) {
      const name = leak.name === undefined ? 'This handle' : `Handle \`${leak.name}\``;
      reports.push({
        file: fn.file,
        top: fn.top,
        span: leak.span,
        confidence: leak.how === 'never' ? 'likely' : 'certain',
        message:
          leak.how === 'path'
            ? `${name} is not deleted on every path: one way out of the function leaves its Go value in the table of handles for good.`
            : leak.how === 'lost'
              ? `${name} is never deleted and nothing keeps it: its Go value stays in the table of handles for good.`
              : `${name} is never deleted: nothing in this package calls Delete, so its Go value stays in the table of handles for good.`,
        trace: leak.exit ? [{ place: { unit: fn.top.syntax, span: leak.span }, text: 'the handle is made here' }, ...branchTrace(fn, leak.path), { place: { unit: fn.top.syntax, span: leak.exit }, text: 'the function is left here without Delete' }] : [],
      });
    }
    for (const { span, how, registry, other } of registryLeaks(fn, flow)) {
      reports.push({
        file: fn.file,
        top: fn.top,
        span,
        message:
          how === 'crossed'
            ? `A key of \`${registry}\` is given to \`${other}\`, which does not have it: the entry of \`${registry}\` stays for good, and another one of \`${other}\` may be lost.`
            : `Nothing in this package removes entries of \`${registry}\`: what is registered here for C stays in Go memory for good.`,
      });
    }
    return reports;
  },
});
