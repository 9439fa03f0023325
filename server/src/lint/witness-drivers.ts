/** Programs around an example in which its hazard shows for sure: what leaks is lost by Go too, and the garbage collector comes in time. */
import { go, type Witness } from './rule-meta.ts';

/**
 * `call` leaks C memory each time. A program built with -asan asks LeakSanitizer when it ends (Go 1.25), which takes Go's heap and stacks
 * for roots: a dead copy of the pointer would hide the leak, so the calls are many and the collector overwrites what it frees.
 */
export const leakWitness = (call: string): Witness => ({
  by: 'run',
  flags: ['-asan'],
  env: { GODEBUG: 'clobberfree=1' },
  driver: go`
    package main

    import "runtime"

    func init() {
    	for i := 0; i < 100; i++ {
    		${call}
    	}
    	runtime.GC()
    }
  `,
  output: 'ERROR: LeakSanitizer: detected memory leaks',
});

/** Calls once what is collectable afterwards, and gives finalizers and cleanups, which run on a goroutine of their own, time to run. */
export const collectAfter = (call: string): string => go`
  package main

  import (
  	"runtime"
  	"time"
  )

  func init() {
  	${call}
  	for i := 0; i < 100; i++ {
  		runtime.GC()
  		time.Sleep(time.Millisecond)
  	}
  }
`;
