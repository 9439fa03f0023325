/** Rule packed-struct: Go code that selects fields of C structs which cgo leaves out. */
import { omittedFields } from '../../flow/omitted-fields.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

const example = (accessor: string, value: string): string => go`
  package main

  /*
  #include <stdint.h>

  struct __attribute__((packed)) record {
  	uint8_t kind;
  	uint64_t stamp;
  };
  ${accessor}
  */
  import "C"

  func stamp(r *C.struct_record) uint64 {
  	return uint64(${value})
  }

  func main() {
  	println(stamp(&C.struct_record{kind: 1}))
  }
`;

export default defineRule({
  id: 'packed-struct',
  family: 'layout',
  severity: 'warning',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Field of a packed C struct or bit field that does not exist in Go',
  fix: { offered: 'never' },
  docs: {
    why: 'Go has no packed structs and no bit fields. cgo keeps the size of such a C struct, but it leaves out every field that it cannot place: one whose offset is no multiple of its alignment, and every bit field. Go code that selects it does not build (“has no field or method”). A struct that is written a second time in Go has the field, at a wrong offset.',
    advice: 'Write an accessor in C (`static uint64_t record_stamp(const struct record *r) { return r->stamp; }`), or read the bytes with encoding/binary.',
    limits: 'Only structs that are in view with all their fields, and with `__attribute__((packed))`, `#pragma pack` or a macro that stands for the attribute. Sizes are those of 64-bit platforms. Fields of a packed struct that are aligned by chance exist in Go and are left alone.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go issue 7560: packed structs', url: 'https://go.dev/issue/7560' },
    ],
  },
  examples: [
    {
      title: 'A misaligned field of a packed struct',
      byFix: false,
      bad: { 'main.go': example('static int unused(void) { return 0; }', 'r.stamp') },
      good: { 'main.go': example('static uint64_t record_stamp(const struct record *r) { return r->stamp; }', 'C.record_stamp(r)') },
      witness: { by: 'build', error: 'r.stamp undefined' },
    },
  ],
  subject: 'function',
  needs: [['field', 'setField', 'addr', 'composite']],
  check(fn, { flow }) {
    return omittedFields(fn, flow).map(({ span, struct, field, why }) => ({
      file: fn.file,
      top: fn.top,
      span,
      message: why === 'bits' ? `\`${field}\` is a bit field of C.${struct}, and cgo leaves bit fields out: read it in a C function.` : `\`${field}\` is not aligned in the packed struct C.${struct}, and cgo leaves such fields out: read it in a C function.`,
    }));
  },
});
