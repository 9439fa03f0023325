/** Rule go-pointer-retained: pointers to Go memory that C still has when the call is over. */
import { type RetainedPointer, retainedPointers } from '../../flow/retained-pointers.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'go-pointer-retained',
  family: 'pointer',
  severity: 'error',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Go pointer that C memory or a C library holds after the call, although nothing pins it',
  fix: { offered: 'never' },
  docs: {
    why: 'C may use a Go pointer only until the call returns, unless the memory is pinned with runtime.Pinner and stays pinned. The garbage collector does not look into C memory: what only C points to is freed and used again, and a stack may move. Later C reads or writes somebody else’s Go memory. Built with `GOEXPERIMENT=cgocheck2` the program stops at such a store: "unpinned Go pointer stored into non-Go memory".',
    advice: 'For user data of callbacks pass a `cgo.Handle` as an integer (`C.uintptr_t(h)`), or the key of a Go map. For buffers that C keeps, allocate them in C (`C.malloc`, `C.CBytes`), or pin them (`p.Pin(&buf[0])`, Go 1.21) and call Unpin when C is done, not when the function returns.',
    limits: 'What an unseen C function keeps is not known. It is reported where C gives pointers to the same Go type back to this package and the function’s name says that it registers or creates something; with a name alone the finding is information. Where a contract says that C keeps the pointer and Go holds the memory as well, it is information, too. C structs that lie in Go memory are left alone here.',
    references: [
      { title: 'cmd/cgo: Passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
      { title: 'runtime.Pinner', url: 'https://pkg.go.dev/runtime#Pinner' },
      { title: 'runtime/cgo.Handle', url: 'https://pkg.go.dev/runtime/cgo#Handle' },
    ],
  },
  examples: [
    {
      title: 'Go buffer in a C struct',
      bad: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <stdint.h>

          typedef struct { uint8_t *data; size_t len; } packet;

          static packet *packet_new(void) { return calloc(1, sizeof(packet)); }
          static void packet_free(packet *p) { free(p); }
          */
          import "C"

          import "unsafe"

          type Packet struct {
          	c *C.packet
          }

          func NewPacket(data []byte) *Packet {
          	p := C.packet_new()
          	if p == nil {
          		return nil
          	}
          	if len(data) > 0 {
          		p.data = (*C.uint8_t)(unsafe.Pointer(&data[0]))
          		p.len = C.size_t(len(data))
          	}
          	return &Packet{c: p}
          }

          func (p *Packet) Close() {
          	C.packet_free(p.c)
          }

          func main() {
          	NewPacket([]byte("x")).Close()
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          #include <stdlib.h>
          #include <stdint.h>

          typedef struct { uint8_t *data; size_t len; } packet;

          static packet *packet_new(void) { return calloc(1, sizeof(packet)); }
          static void packet_free(packet *p) { free(p->data); free(p); }
          */
          import "C"

          type Packet struct {
          	c *C.packet
          }

          func NewPacket(data []byte) *Packet {
          	p := C.packet_new()
          	if p == nil {
          		return nil
          	}
          	p.data = (*C.uint8_t)(C.CBytes(data))
          	p.len = C.size_t(len(data))
          	return &Packet{c: p}
          }

          func (p *Packet) Close() {
          	C.packet_free(p.c)
          }

          func main() {
          	NewPacket([]byte("x")).Close()
          }
        `,
      },
      byFix: false,
      witness: { by: 'run', env: { GOEXPERIMENT: 'cgocheck2' }, output: 'fatal error: unpinned Go pointer stored into non-Go memory' },
    },
  ],
  subject: 'function',
  needs: [['c call', 'setField', 'setDeref', 'setIndex', 'composite']],
  check(fn, { flow }) {
    return retainedPointers(fn, flow).map((fact) => {
      const unit = fn.top.syntax;
      const likely = fact.how === 'suspected' ? 'possible' : fact.certain ? 'certain' : 'likely';
      return {
        file: fn.file,
        top: fn.top,
        span: fact.span,
        severity: fact.how === 'suspected' || fact.how === 'alive' ? 'info' : fact.how === 'stored' && fact.certain ? 'error' : 'warning',
        confidence: likely,
        message: messageOf(fact),
        trace: [{ place: { unit, span: fact.span }, text: `${fact.what} is ${fact.how === 'stored' || fact.how === 'carried' ? 'stored' : 'given to C'} here` }, ...(fact.at ? [{ place: fact.at, text: 'C stores it here' }] : [])],
      };
    });
  },
});

function messageOf({ how, what, into, unpinned }: RetainedPointer): string {
  const subject = `A pointer to ${what}`;
  if (unpinned) return `${subject} is given to ${into}, which keeps it, but a deferred Unpin gives up the pin when this function returns.`;
  switch (how) {
    case 'stored':
      return `${subject} is stored in ${into}: the garbage collector does not see it there and may free the memory while C still points to it.`;
    case 'kept':
      return `${subject} is given to ${into}, which keeps it after the call: the garbage collector may free the memory while C still points to it.`;
    case 'alive':
      return `${subject} is given to ${into}, which keeps it after the call: Go keeps the memory alive, but it is not pinned.`;
    case 'registered':
      return `${subject} is registered with ${into} and comes back to Go later, but C may not keep a Go pointer after the call: pass a cgo.Handle or the key of a map.`;
    case 'carried':
      return `${subject} is given to C in ${into} and comes back to Go later, but C may not keep a Go pointer that is not pinned: store a cgo.Handle or the key of a map there.`;
    case 'suspected':
      return `${subject} is given to ${into}, which by its name keeps it after the call: C may not keep Go pointers that are not pinned.`;
  }
}
