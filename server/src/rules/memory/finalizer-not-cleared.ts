/** Rule finalizer-not-cleared: a method releases C memory and leaves the finalizer, which releases it again. */
import { shift } from '../../base/span.ts';
import { givenAway } from '../../flow/given-away.ts';
import { closingFunctions, type SecondRelease, secondReleases } from '../../flow/second-release.ts';
import { clearField } from '../../lint/fixes/clear-field.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { collectAfter } from '../../lint/witness-drivers.ts';

const finalized = (close: string): string => go`
  package main

  /*
  #include <stdlib.h>

  typedef struct { int level; } gauge;

  static gauge *gauge_new(void) { return calloc(1, sizeof(gauge)); }
  static void gauge_free(gauge *g) { free(g); }
  */
  import "C"

  import "runtime"

  type Gauge struct {
  	ptr *C.gauge
  }

  func NewGauge() *Gauge {
  	g := &Gauge{ptr: C.gauge_new()}
  	runtime.SetFinalizer(g, (*Gauge).Close)
  	return g
  }

  // Close releases the gauge.
  func (g *Gauge) Close() {
  ${close}
  }

  func main() {
  	g := NewGauge()
  	g.Close()
  }
`;

const cleaned = (field: string, init: string, stop: string): string => go`
  package main

  // #include <stdlib.h>
  import "C"

  import (
  	"runtime"
  	"unsafe"
  )

  type Block struct {
  	${field}
  }

  func NewBlock() *Block {
  	b := &Block{ptr: C.malloc(64)}
  	${init}runtime.AddCleanup(b, func(ptr unsafe.Pointer) { C.free(ptr) }, b.ptr)
  	return b
  }

  // Close releases the block.
  func (b *Block) Close() {
  ${stop}	C.free(b.ptr)
  	b.ptr = nil
  }

  func main() {
  	NewBlock().Close()
  }
`;

export default defineRule({
  id: 'finalizer-not-cleared',
  family: 'memory',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'Close releases C memory, and the finalizer, still set, releases it again',
  fix: { offered: 'sometimes', safety: 'safe' },
  docs: {
    why: 'A finalizer runs when the object is collected, whether or not `Close` was called before. When `Close` frees the memory and leaves both the field and the finalizer as they are, the finalizer frees the same pointer a second time: at best the C library aborts, at worst it frees memory that somebody else has got meanwhile. A cleanup keeps a copy of the pointer that it was given, so clearing the field does not reach it. The same happens when a C function becomes the owner of the memory and the finalizer stays set.',
    advice: 'In `Close`, test the field, release, set the field to nil, and take the finalizer back with `runtime.SetFinalizer(x, nil)`. Of `runtime.AddCleanup` keep the `runtime.Cleanup` that it returns, and call its `Stop` method.',
    limits: 'Only methods that call the very C function that the finalizer ends the memory with are compared with it. A function that takes the memory over is known by its contract only. Functions that clear or mark the object in any way, use a sync.Once, or hand the object on are left alone, and so is dropping a reference (unref, release) of a counted object. What a function returns or writes out of an object is reported where it made that object itself and nobody else gets it.',
    references: [
      { title: 'runtime.SetFinalizer', url: 'https://pkg.go.dev/runtime#SetFinalizer' },
      { title: 'runtime.Cleanup.Stop', url: 'https://pkg.go.dev/runtime#Cleanup.Stop' },
      { title: 'Go GC guide: finalizers, cleanups and weak pointers', url: 'https://go.dev/doc/gc-guide#Finalizers_cleanups_and_weak_pointers' },
    ],
  },
  examples: [
    {
      title: 'Close is the finalizer, too',
      bad: { 'main.go': finalized('\tC.gauge_free(g.ptr)') },
      good: { 'main.go': finalized('\tC.gauge_free(g.ptr)\n\tg.ptr = nil\n\truntime.SetFinalizer(g, nil)') },
      byFix: true,
      witness: { by: 'run', flags: ['-asan'], driver: collectAfter('NewGauge().Close()'), output: 'ERROR: AddressSanitizer: attempting double-free' },
    },
    {
      title: 'A cleanup has its own copy of the pointer',
      bad: { 'main.go': cleaned('ptr unsafe.Pointer', '', '') },
      good: { 'main.go': cleaned('ptr     unsafe.Pointer\n\tcleanup runtime.Cleanup', 'b.cleanup = ', '\tb.cleanup.Stop()\n') },
      byFix: false,
      witness: { by: 'run', flags: ['-asan'], driver: collectAfter('NewBlock().Close()'), output: 'ERROR: AddressSanitizer: attempting double-free' },
    },
  ],
  subject: 'package',
  *check({ flow }) {
    for (const { fn, found } of closingFunctions(flow).flatMap((one) => secondReleases(one, flow).map((found) => ({ fn: one, found })))) {
      const { object, field, call } = found;
      yield {
        file: fn.file,
        top: fn.top,
        span: call,
        message: message(found),
        trace: [
          { place: found.setAt, text: `the ${found.kind} is set here` },
          { place: { unit: fn.top.syntax, span: call }, text: found.how === 'taken' ? 'handed to C for good here' : 'released for the first time here' },
        ],
        fixes: found.clearable
          ? [{ title: `Clear \`${object}.${field}\` and take the finalizer back`, safety: 'safe', edits: (file) => clearField(file, { decl: fn.decl, at: fn.top.start }, object, field, shift(call, fn.top.start)) }]
          : [],
      };
    }
    for (const fn of flow.functionsWhere('give away', (one) => one.decl.body !== undefined && givenAway(one, flow).length > 0)) {
      for (const { span, object, type, field, kind, how, setAt } of givenAway(fn, flow)) {
        const what = how === 'copied' ? `What \`${object}.${field}\` points to is copied, and what that points to is` : `\`${object}.${field}\` is ${how}, and it is`;
        yield {
          file: fn.file,
          top: fn.top,
          span,
          message: `${what} released by the ${kind} of *${type} as soon as \`${object}\` is collected: nothing keeps that object.`,
          trace: [
            { place: setAt, text: `the ${kind} is set here` },
            { place: { unit: fn.top.syntax, span }, text: 'the memory leaves here, the object stays behind' },
          ],
        };
      }
    }
  },
});

function message({ callee, object, field, type, kind, how, release }: SecondRelease): string {
  if (how === 'taken' && callee === '') return `This hands ${object}.${field} to C, and the ${kind} of *${type} releases it with ${release} as soon as ${object} is collected: it is still set.`;
  if (how === 'taken') return `${callee} makes C the owner of ${object}.${field}, and the ${kind} of *${type} releases it again with ${release}: it is still set.`;
  return kind === 'finalizer'
    ? `${callee} releases ${object}.${field}, and the finalizer of *${type} releases it again with ${release}: neither is the field cleared nor the finalizer taken back.`
    : `${callee} releases ${object}.${field}, and the cleanup of *${type} releases it again with ${release}: it has its own copy of the pointer and is not stopped.`;
}
