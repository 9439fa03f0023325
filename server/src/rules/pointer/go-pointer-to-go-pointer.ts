/** Rule go-pointer-to-go-pointer: C gets Go memory that itself holds Go pointers. */
import { goPointerArgs, type GoPointerArg } from '../../flow/go-pointer-args.ts';
import type { Place } from '../../flow/knowledge.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule, type Report } from '../../lint/rule.ts';
import type { GoFunction } from '../../semantics/package-model.ts';

const example = (imports: string, body: string): string => go`
  package main

  /*
  #include <stdlib.h>

  typedef struct {
  	int *values;
  	int count;
  } request;

  static int total(request *r) {
  	int sum = 0;
  	for (int i = 0; i < r->count; i++)
  		sum += r->values[i];
  	return sum;
  }

  static int total_of(int *values, int count) {
  	request r = {values, count};
  	return total(&r);
  }
  */
  import "C"
${imports}
  func main() {
  	values := []C.int{1, 2, 3}
  ${body}
  }
`;

export default defineRule({
  id: 'go-pointer-to-go-pointer',
  family: 'pointer',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '0.1.0',
  summary: 'C gets Go memory that holds pointers to Go memory',
  fix: { offered: 'never' },
  vet: 'cgocall',
  docs: {
    why: 'A Go pointer in the argument list is kept in place until the C function returns. What that memory points to is not: cgo therefore demands that it holds no pointers to Go memory that is not pinned, and checks it at run time (`… has Go pointer to unpinned Go pointer`). Strings, slices, maps, channels, funcs and interfaces are Go pointers, and so is `&x` in a field of a C struct.',
    advice: 'Pass the inner pointers as arguments of their own and let a small C wrapper build the struct; or build it in C memory (`C.malloc`, `C.CString` for each string); or pin each inner pointer with `runtime.Pinner` (Go 1.21). To hand C an object of Go, pass a `cgo.Handle`.',
    limits: 'Types of other packages are not known, nor what other packages store in memory. Pointers whose origin is not in view, and functions that pin anything, are left alone.',
    references: [
      { title: 'cgo: passing pointers', url: 'https://pkg.go.dev/cmd/cgo#hdr-Passing_pointers' },
      { title: 'runtime.Pinner', url: 'https://pkg.go.dev/runtime#Pinner' },
    ],
  },
  examples: [
    {
      title: 'A C struct in Go memory that points to a slice',
      bad: { 'main.go': example('', '\tr := C.request{values: &values[0], count: 3}\n\tprintln(C.total(&r))') },
      good: { 'main.go': example('', '\tprintln(C.total_of(&values[0], 3))') },
      byFix: false,
      witness: { by: 'run', output: 'has Go pointer to unpinned Go pointer' },
    },
  ],
  subject: 'package',
  *check({ flow, model }) {
    const functions = model.everyFunction;
    const told = new Set<string>();
    for (const fn of flow.functionsWhere('Go pointers in Go memory', (one) => one.decl.body !== undefined && one.file.cImport !== undefined && goPointerArgs(one, flow).length > 0)) {
      for (const arg of goPointerArgs(fn, flow)) {
        const report = reportOf(fn, arg, functions);
        // What a helper returns is told where the helper stores the pointer, once.
        const key = `${report.file.file}:${report.top.start + report.span.start}`;
        if (!told.has(key)) yield report;
        told.add(key);
      }
    }
  },
});

function reportOf(fn: GoFunction, arg: GoPointerArg, functions: readonly GoFunction[]): Report {
  const [first] = arg.stores;
  const helper = first && first.unit !== fn.top.syntax ? functions.find(({ top }) => top.syntax === first.unit) : undefined;
  const call: Place = { unit: fn.top.syntax, span: arg.span };
  if (helper && first) {
    const message = 'A pointer to Go memory is stored here in an object that goes to C: nothing keeps what it names in place, and cgo’s check panics.';
    return { file: helper.file, top: helper.top, span: first.span, message, trace: [{ place: call, text: 'the object is passed to C here' }] };
  }
  const what = arg.object === undefined ? 'This argument' : `\`${arg.object}\``;
  const rest = 'C may get a pointer to Go memory, but no further Go pointers inside it unless they are pinned. cgo’s check panics (“… has Go pointer to unpinned Go pointer”).';
  const where = arg.type?.path ? ` in its field ${arg.type.path}` : '';
  const message = arg.type && arg.stores.length === 0 ? `${what} holds ${arg.type.what} of Go${where}: ${rest}` : `${what} is Go memory that holds a pointer to Go memory: ${rest}`;
  // Pointers to a type of Go may still name C memory: objects of COM are declared that way.
  const isSure = arg.type?.certainty !== 'perhaps' || arg.stores.length > 0;
  return { file: fn.file, top: fn.top, span: arg.span, ...(isSure ? {} : { severity: 'info', confidence: 'possible' }), message, trace: arg.stores.slice(0, 3).map((place) => ({ place, text: 'a pointer to Go memory is stored here' })) };
}
