/** Rule blocking-call: C calls that wait where waiting costs threads, or can never end. */
import { type BlockingFact, blockingFacts } from '../../flow/blocking.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'blocking-call',
  family: 'runtime',
  severity: 'info',
  confidence: 'possible',
  status: 'preview',
  since: '0.1.0',
  summary: 'Waiting in C, or in a callback from C, that takes threads without bound or cannot be ended',
  fix: { offered: 'never' },
  docs: {
    why: 'A goroutine in C keeps its thread until the call returns. The scheduler goes on with other goroutines, but nothing can interrupt the call: no context, no deadline, no closed channel. One such call per request takes a thread per request, and the runtime ends the program at 10,000 threads. A lock held meanwhile is not released either, so that a Close which takes it first waits for the call that it should end. And an exported function that sends on a channel stops the C code which called it until somebody receives.',
    advice: 'Bound the goroutines that call C (a pool, a semaphore before the `go` statement). Use the timeout or the wake-up function of the C library, and let Close tell the waiting call before it takes the lock. In a callback send in a `select` with a `default`, or hand over to a queue that cannot fill up.',
    limits: 'Information. That a C function blocks is known from the contracts; in a loop without bound a call of which nothing is known is a hint, and so is a send to a channel that is no package variable: who has it knows how much room it has. Loops over numbers, arrays and literals, and loops in which something waits for a place, count as bounded. Channels whose `cap` is looked at are left alone.',
    references: [
      { title: 'runtime/debug.SetMaxThreads', url: 'https://pkg.go.dev/runtime/debug#SetMaxThreads' },
      { title: 'runtime: how a call of C gives its processor away', url: 'https://go.dev/src/runtime/cgocall.go' },
    ],
  },
  examples: [
    {
      title: 'A callback that waits for a receiver',
      bad: {
        'main.go': go`
          package main

          // typedef void (*on_error)(int);
          // void goOnError(int);
          import "C"

          var lastError = make(chan int, 1)

          //export goOnError
          func goOnError(code C.int) {
          	lastError <- int(code)
          }

          func main() {
          	goOnError(1)
          	println(<-lastError)
          }

          var _ = C.on_error(C.goOnError)
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef void (*on_error)(int);
          // void goOnError(int);
          import "C"

          var lastError = make(chan int, 1)

          //export goOnError
          func goOnError(code C.int) {
          	select {
          	case lastError <- int(code):
          	default:
          		println("lost error", code)
          	}
          }

          func main() {
          	goOnError(1)
          	println(<-lastError)
          }

          var _ = C.on_error(C.goOnError)
        `,
      },
      byFix: false,
    },
    {
      title: 'A thread per connection',
      bad: {
        'main.go': go`
          package main

          /*
          #include <unistd.h>
          */
          import "C"

          import "unsafe"

          func serve(fds <-chan int) {
          	for fd := range fds {
          		go func() {
          			var b [1]byte
          			C.read(C.int(fd), unsafe.Pointer(&b[0]), 1)
          		}()
          	}
          }

          func main() {
          	serve(nil)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <unistd.h>
          */
          import "C"

          import "unsafe"

          func serve(fds <-chan int) {
          	places := make(chan struct{}, 64)
          	for fd := range fds {
          		places <- struct{}{}
          		go func() {
          			defer func() { <-places }()
          			var b [1]byte
          			C.read(C.int(fd), unsafe.Pointer(&b[0]), 1)
          		}()
          	}
          }

          func main() {
          	serve(nil)
          }
        `,
      },
      byFix: false,
    },
  ],
  subject: 'function',
  needs: [['c call', 'go call', 'method call', 'go', 'send']],
  check(fn, { flow }) {
    return blockingFacts(fn, flow).map((fact) => ({
      file: fn.file,
      top: fn.top,
      span: fact.span,
      severity: fact.isKnown ? 'info' : 'hint',
      message: message(fact),
      trace: [...(fact.at ? [{ place: fact.at, text: where(fact) }] : []), ...(fact.inC ? [{ place: fact.inC, text: 'and waits here' }] : [])],
    }));
  },
});

function message({ how, name, isKnown, lock, closer }: BlockingFact): string {
  switch (how) {
    case 'goroutines':
      return `Nothing bounds the number of goroutines that this loop starts, and each one keeps a thread while it is in C.${name}${isKnown ? ', which may block' : ''}: the runtime ends the program at 10,000 threads.`;
    case 'locked':
      return `C.${name} may wait for ever while ${lock ?? 'the lock'} is held, and ${closer ?? 'whoever closes the object'} takes that lock before it does anything else: it cannot end this call.`;
    case 'callback':
      return `C waits in this callback until somebody receives${name === '' ? '' : ` what ${name} sends`}: when the channel is full and its reader waits for C, both stand still.`;
  }
}

function where({ how, closer }: BlockingFact): string {
  return how === 'goroutines' ? 'the goroutine calls C here' : how === 'locked' ? `${closer ?? 'the other function'} takes the lock here` : 'it sends here';
}
