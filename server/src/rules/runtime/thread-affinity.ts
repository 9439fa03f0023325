/** Rule thread-affinity: C state of the calling thread that a goroutine may leave behind. */
import { threadFacts } from '../../flow/threads.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'thread-affinity',
  family: 'runtime',
  severity: 'info',
  confidence: 'possible',
  status: 'stable',
  since: '0.1.0',
  summary: 'C state that belongs to a thread, used from a goroutine that may move to another one',
  fix: { offered: 'never' },
  docs: {
    why: 'Between two calls into C the scheduler may move a goroutine to another operating-system thread. What C keeps per thread (the error of the last call, an OpenSSL error queue, a run loop, a namespace, a current GL context) is then that of somebody else, and an error text is missing or belongs to another call. It goes well nearly always, and fails under load.',
    advice: 'Call `runtime.LockOSThread()` before the first of the calls and `defer runtime.UnlockOSThread()`. Or let one C wrapper make both calls, or return the error through a parameter. errno needs neither: use the form with two results. A goroutine that changed its thread for good (setns, unshare) should not unlock: the thread ends with it.',
    limits: 'Information. Read as state of the thread are functions whose name says "last error" and that ask no object, and a list of well-known ones; helpers of the package are followed three calls deep. Functions that lock the thread, also through a helper, and packages whose init does are left alone.',
    references: [
      { title: 'runtime.LockOSThread', url: 'https://pkg.go.dev/runtime#LockOSThread' },
      { title: 'Go wiki: LockOSThread', url: 'https://go.dev/wiki/LockOSThread' },
    ],
  },
  examples: [
    {
      title: 'An error text of a second call',
      bad: {
        'main.go': go`
          package main

          // #cgo LDFLAGS: -ldl
          // #include <dlfcn.h>
          import "C"

          import (
          	"errors"
          	"unsafe"
          )

          func closeLibrary(handle unsafe.Pointer) error {
          	if C.dlclose(handle) != 0 {
          		return errors.New(C.GoString(C.dlerror()))
          	}
          	return nil
          }

          func main() {
          	println(closeLibrary(nil) == nil)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #cgo LDFLAGS: -ldl
          // #include <dlfcn.h>
          import "C"

          import (
          	"errors"
          	"runtime"
          	"unsafe"
          )

          func closeLibrary(handle unsafe.Pointer) error {
          	runtime.LockOSThread()
          	defer runtime.UnlockOSThread()
          	if C.dlclose(handle) != 0 {
          		return errors.New(C.GoString(C.dlerror()))
          	}
          	return nil
          }

          func main() {
          	println(closeLibrary(nil) == nil)
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: ['c call'],
  check(fn, { flow }) {
    return threadFacts(fn, flow).map(({ span, name, how, reader, why }) => ({
      file: fn.file,
      top: fn.top,
      span,
      message:
        how === 'bound'
          ? `C.${name} ties what follows to this thread (${why}), but nothing locks the goroutine to it: call runtime.LockOSThread first.`
          : `${reader!.name} reads an error that C keeps per thread: after C.${name} the goroutine may have moved to another one. Lock it with runtime.LockOSThread around both.`,
      trace: reader ? [{ place: { unit: fn.top.syntax, span: reader.span }, text: 'the error is read here' }] : [],
    }));
  },
});
