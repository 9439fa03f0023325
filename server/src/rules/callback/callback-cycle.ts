/** Rule callback-cycle: circles through Go and C that stand still (a lock) or never end (an object that its own registry keeps). */
import { functionsThatKeep, keptObjects } from '../../flow/kept-finalized.ts';
import { functionsWithLockCycles, lockCycles } from '../../flow/lock-cycles.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'callback-cycle',
  family: 'callback',
  severity: 'info',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'C calls back into Go that needs the lock held around the call, or a registry keeps what a finalizer should end',
  fix: { offered: 'never' },
  docs: {
    why: 'A callback runs below the call of C that led to it. When Go holds a mutex around that call and the exported function takes the same one, the call waits for itself: a Go mutex cannot be taken twice. The other circle is one of lifetimes: C gets a number or a handle for a Go object, the registry behind it keeps the object reachable, and the finalizer that should take it out of the registry and free the C memory never runs.',
    advice: 'Release the lock before the call, or let the callback only queue what happened. Put objects into the registry for the time of a call and take them out afterwards, or give C an object of its own that does not lead to the one with the finalizer.',
    limits: 'Information, but for an object that nothing but its finalizer could end. Locks are told apart by the variable or the field they are in, not by the object. That C calls back at once is seen in bodies in view, and where the exported function is passed to a C function that walks or runs something by its name. Registries are maps and sync.Maps of the package, and cgo.Handle.',
    references: [
      { title: 'sync.Mutex', url: 'https://pkg.go.dev/sync#Mutex' },
      { title: 'runtime.SetFinalizer', url: 'https://pkg.go.dev/runtime#SetFinalizer' },
      { title: 'runtime/cgo.Handle', url: 'https://pkg.go.dev/runtime/cgo#Handle' },
    ],
  },
  examples: [
    {
      title: 'A lock around a call that calls back',
      bad: {
        'poll.c': `#include "_cgo_export.h"

void poll_once(void) { onEvent(1); }
`,
        'main.go': go`
          package main

          // void poll_once(void);
          import "C"

          import "sync"

          var (
          	mu   sync.Mutex
          	seen int
          )

          //export onEvent
          func onEvent(n C.int) {
          	mu.Lock()
          	defer mu.Unlock()
          	seen += int(n)
          }

          func main() {
          	mu.Lock()
          	C.poll_once()
          	mu.Unlock()
          }
        `,
      },
      good: {
        'poll.c': `#include "_cgo_export.h"

void poll_once(void) { onEvent(1); }
`,
        'main.go': go`
          package main

          // void poll_once(void);
          import "C"

          import "sync"

          var (
          	mu   sync.Mutex
          	seen int
          )

          //export onEvent
          func onEvent(n C.int) {
          	mu.Lock()
          	defer mu.Unlock()
          	seen += int(n)
          }

          func main() {
          	C.poll_once()
          	mu.Lock()
          	println(seen)
          	mu.Unlock()
          }
        `,
      },
      byFix: false,
    },
    {
      title: 'A handle of the object that its finalizer deletes',
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import (
          	"runtime"
          	"runtime/cgo"
          	"unsafe"
          )

          type Stream struct {
          	buf    unsafe.Pointer
          	handle cgo.Handle
          }

          func Open() *Stream {
          	s := &Stream{buf: C.malloc(512)}
          	s.handle = cgo.NewHandle(s)
          	runtime.SetFinalizer(s, (*Stream).release)
          	return s
          }

          func (s *Stream) release() {
          	s.handle.Delete()
          	C.free(s.buf)
          }

          func main() {
          	Open()
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import (
          	"runtime"
          	"runtime/cgo"
          	"unsafe"
          )

          type events struct{ n int }

          type Stream struct {
          	buf    unsafe.Pointer
          	events *events
          	handle cgo.Handle
          }

          func Open() *Stream {
          	e := new(events)
          	s := &Stream{buf: C.malloc(512), events: e}
          	s.handle = cgo.NewHandle(e)
          	runtime.SetFinalizer(s, (*Stream).release)
          	return s
          }

          func (s *Stream) release() {
          	s.handle.Delete()
          	C.free(s.buf)
          }

          func main() {
          	Open()
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'package',
  *check({ flow }) {
    for (const fn of functionsWithLockCycles(flow)) {
      for (const { span, lock, callee, at, exported, inC, taken } of lockCycles(fn, flow)) {
        yield {
          file: fn.file,
          top: fn.top,
          span,
          message: `${lock} is held here while C.${callee} ${inC ? 'calls' : 'may call'} exported ${exported}, which takes it: the call waits for itself.`,
          trace: [...(at ? [{ place: at, text: 'C is called here' }] : []), ...(inC ? [{ place: inC, text: `C calls ${exported} here` }] : []), { place: taken, text: 'the lock is taken again here' }],
        };
      }
    }
    for (const fn of functionsThatKeep(flow)) {
      for (const { span, registry, type, set, removed, isLost } of keptObjects(fn, flow)) {
        yield {
          file: fn.file,
          top: fn.top,
          span,
          severity: isLost ? 'warning' : 'info',
          message: `${registry.startsWith('handle ') ? 'The handle' : registry} keeps this ${type} reachable, and only its finalizer takes it out: ${isLost ? 'it never runs' : 'it never runs by itself'} and what it should free leaks.`,
          trace: [
            { place: set, text: 'the finalizer is set here' },
            { place: removed, text: 'it takes the object out here' },
          ],
        };
      }
    }
  },
});
