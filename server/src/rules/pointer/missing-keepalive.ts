/** Rule missing-keepalive: C calls during which the finalizer of the object that owns the memory may already run. */
import { shift } from '../../base/span.ts';
import { earlyFinalizers } from '../../flow/keepalive.ts';
import { keepAlive } from '../../lint/fixes/keep-alive.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const head = go`
  package main

  /*
  #include <stdlib.h>
  #include <unistd.h>

  typedef struct { int n; } counter;

  static counter *counter_new(void) { return calloc(1, sizeof(counter)); }
  static int counter_value(const counter *c) { usleep(1000); return c->n; }
  */
  import "C"

  import (
  	"runtime"
  	"unsafe"
  )

  type Counter struct {
  	ptr *C.counter
  }

  func NewCounter() *Counter {
  	c := &Counter{ptr: C.counter_new()}
  	runtime.SetFinalizer(c, (*Counter).free)
  	return c
  }

  func (c *Counter) free() {
  	C.free(unsafe.Pointer(c.ptr))
  }
`;

const main = go`

  func main() {
  	println(NewCounter().Value())
  }
`;

export default defineRule({
  id: 'missing-keepalive',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'stable',
  since: '0.1.0',
  summary: 'C call that may outlive the Go object whose finalizer frees its memory',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'An object with a finalizer or a cleanup may be collected as soon as Go code does not use it any more. In `C.f(h.ptr)` the last use of `h` is loading `h.ptr`: while C still works with the memory, the collector may run the finalizer that frees it. Being the receiver of the method protects nothing. The crash needs a garbage collection while the C call runs, so it shows in production and seldom in tests.',
    advice: 'Write `runtime.KeepAlive(h)` after the last C call that uses memory of `h`, or `defer runtime.KeepAlive(h)` as the first statement. Using `h` after the call, or passing `h` itself to C, does as well.',
    limits: 'Only types whose finalizer or cleanup is seen to release the field are watched, with the types that embed such an object or keep one in a field that nobody reads. Objects that are used later, stored where they live on, returned, kept alive by every caller of an unexported function, or safe behind a lock that the finalizer takes first are left alone. Callers in other packages are not seen: in an internal package, where they are all known to its owner, a finding about what they pass is information. `runtime.KeepAlive` only delays the finalizer: it pins nothing and makes no uintptr valid.',
    references: [
      { title: 'runtime.KeepAlive', url: 'https://pkg.go.dev/runtime#KeepAlive' },
      { title: 'runtime.SetFinalizer', url: 'https://pkg.go.dev/runtime#SetFinalizer' },
    ],
  },
  examples: [
    {
      title: 'The receiver dies when its pointer is loaded',
      bad: { 'main.go': head + go`

        func (c *Counter) Value() int {
        	return int(C.counter_value(c.ptr))
        }
      ` + main },
      good: { 'main.go': head + go`

        func (c *Counter) Value() int {
        	ret := int(C.counter_value(c.ptr))
        	runtime.KeepAlive(c)
        	return ret
        }
      ` + main },
      byFix: true,
      witness: {
        by: 'run',
        flags: ['-asan'],
        driver: go`
          package main

          import "runtime"

          func init() {
          	go func() {
          		for {
          			runtime.GC()
          		}
          	}()
          	for i := 0; i < 100; i++ {
          		NewCounter().Value()
          	}
          }
        `,
        output: 'ERROR: AddressSanitizer: heap-use-after-free',
      },
    },
  ],
  subject: 'function',
  needs: ['call'],
  check(fn, { flow }) {
    return earlyFinalizers(fn, flow).map((found) => {
      const unit = fn.top.syntax;
      const { object, owner, call } = found;
      const keep = found.keep.map((one) => `\`${one}\``).join(' and ');
      return {
        file: fn.file,
        top: fn.top,
        span: call,
        // All callers of an internal package are at hand for whoever works on it, only not in view here: they may keep what they pass.
        severity: found.isGiven && isInternal(fn.file.file) ? 'info' : 'warning',
        message: found.copied
          ? `\`${object}\` is a copy: the finalizer of the original *${found.type} may free ${object}.${found.field} while ${found.callee} uses it, and keeping the copy alive does not help.`
          : `The finalizer of \`${owner}\` (*${found.type}) may free ${object}.${found.field} while ${found.callee} uses it: nothing keeps \`${object}\` alive until the call returns.`,
        trace: [
          { place: { unit, span: found.load }, text: `the last use of \`${object}\`: its pointer is loaded here` },
          { place: { unit, span: call }, text: 'C still works with the memory here' },
        ],
        fixes: found.copied
          ? []
          : [
              {
                title: found.usedLater ? `Keep ${keep} alive until the function returns: defer runtime.KeepAlive` : `Keep ${keep} alive until the call returns: runtime.KeepAlive`,
                safety: 'safe',
                edits: (file) => keepAlive(file, { decl: fn.decl, at: fn.top.start }, found.keep, shift(call, fn.top.start), found.usedLater),
              },
            ],
      };
    });
  },
});

/** Whether the package can be imported from its own module only. Source: cmd/go, "Internal Directories". */
const isInternal = (file: string): boolean => file.split('/').slice(0, -1).includes('internal');
