/** Rule slice-header: slice and string headers made by hand, or given to C in place of the elements. */
import { shift } from '../../base/span.ts';
import { sliceHeaderFacts, type SliceHeaderFact } from '../../flow/slice-headers.ts';
import { headerToData, literalToSlice } from '../../lint/fixes/headers.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type FixPlan } from '../../lint/rule.ts';

const view = (imports: string, make: string): string => go`
  package main

  /*
  static unsigned char bytes[4] = {1, 2, 3, 4};
  static unsigned char *first(void) { return bytes; }
  */
  import "C"

  ${imports}

  func total() (sum int) {
  ${make}
  	for _, b := range view {
  		sum += int(b)
  	}
  	return sum
  }

  func main() {
  	println(total())
  }
`;

const pages = (address: string): string => go`
  package main

  /*
  static int total(unsigned int *pages, int n) {
  	int sum = 0;
  	for (int i = 0; i < n; i++)
  		sum += pages[i];
  	return sum;
  }
  */
  import "C"

  import "unsafe"

  func main() {
  	pages := []C.uint{1, 2, 3}
  	println(C.total((*C.uint)(unsafe.Pointer(${address})), 3))
  }
`;

const made = '\tp := C.first()\n\thdr := reflect.SliceHeader{Data: uintptr(unsafe.Pointer(p)), Len: 4, Cap: 4}\n\tview := *(*[]byte)(unsafe.Pointer(&hdr))';

export default defineRule({
  id: 'slice-header',
  family: 'pointer',
  severity: 'warning',
  confidence: 'certain',
  status: 'preview',
  since: '0.1.0',
  summary: 'Slice or string header made by hand, or given to C in place of the elements',
  fix: { offered: 'sometimes', safety: 'either', because: 'the address is then taken where it is used' },
  vet: 'unsafeptr',
  docs: {
    why: 'The `Data` of `reflect.SliceHeader` and `reflect.StringHeader` is a uintptr: while a header stands alone, the garbage collector does not see what it names, and the compiler may drop stores to it. Both are deprecated since Go 1.21. A slice variable is itself such a header: C that gets `unsafe.Pointer(&s)` reads the address, the length and the capacity as if they were elements, and overwrites them.',
    advice: 'Make views with `unsafe.Slice((*T)(p), n)` (Go 1.17), take addresses with `unsafe.SliceData(b)` and `unsafe.StringData(s)` (Go 1.20) or `&b[0]`.',
    limits: 'A header is left alone when only the length of a real slice is read. Headers of other packages and headers that a package declares itself are not known.',
    references: [
      { title: 'unsafe.Pointer, rule 6', url: 'https://pkg.go.dev/unsafe#Pointer' },
      { title: 'reflect.SliceHeader', url: 'https://pkg.go.dev/reflect#SliceHeader' },
    ],
  },
  examples: [
    {
      title: 'A view made from a header',
      bad: { 'go.mod': 'module example.test/view\n\ngo 1.20\n', 'main.go': view('import (\n\t"reflect"\n\t"unsafe"\n)', made) },
      good: { 'go.mod': 'module example.test/view\n\ngo 1.20\n', 'main.go': view('import (\n\t"unsafe"\n)', '\tp := C.first()\n\tview := unsafe.Slice((*byte)(unsafe.Pointer(p)), 4)') },
      byFix: true,
    },
    { title: 'The header instead of the elements', bad: { 'main.go': pages('&pages') }, good: { 'main.go': pages('&pages[0]') }, byFix: false },
  ],
  subject: 'function',
  needs: [['composite', 'addr', 'deref', 'setDeref', 'pointer conversion']],
  *check(fn, { flow }) {
    const target = { decl: fn.decl, at: fn.top.start };
    for (const fact of sliceHeaderFacts(fn, flow)) {
      const at = shift(fact.span, target.at);
      const fixes: FixPlan[] = [];
      if (fact.how === 'made' && fact.name === 'reflect.SliceHeader') fixes.push({ title: 'Use unsafe.Slice', safety: 'safe', edits: (file) => literalToSlice(file, target, at) });
      if (fact.how === 'view') fixes.push({ title: 'Use unsafe.SliceData or unsafe.StringData', safety: 'unsafe', because: 'the address is then taken where it is used', edits: (file) => headerToData(file, target, at) });
      yield {
        file: fn.file,
        top: fn.top,
        span: fact.span,
        severity: fact.how === 'view' || (fact.written && fact.ofC) ? 'info' : 'warning',
        message: message(fact),
        fixes,
      };
    }
  },
});

function message({ how, name, of, ofC, written }: SliceHeaderFact): string {
  switch (how) {
    case 'made': {
      const isString = name.endsWith('StringHeader');
      const instead = isString ? 'unsafe.String (Go 1.20)' : 'unsafe.Slice (Go 1.17)';
      if (written) return `A ${name} is written over the header of a real ${isString ? 'string' : 'slice'}: in between, its Data is only a number, which keeps no memory. Use ${instead}.`;
      const harm = ofC ? 'the compiler need not keep what is stored in it (unsafe.Pointer, rule 6)' : 'its Data is a number, so the garbage collector does not see the memory';
      return `This ${name} belongs to no real ${isString ? 'string' : 'slice'}: ${harm}. Use ${instead}.`;
    }
    case 'copied':
      return `A whole ${name} is copied: its Data is a number, so the copy holds no reference to the memory.`;
    case 'view':
      return `${name} is deprecated, and its Data is only a number: take the address with unsafe.SliceData or unsafe.StringData, and make views with unsafe.Slice.`;
    case 'passed':
      return `C gets the address of the ${of} header \`${name}\` itself, not of its ${of === 'string' ? 'bytes' : 'elements'}: it reads and overwrites the ${of === 'string' ? 'address and the length' : 'address, the length and the capacity'}.`;
  }
}
