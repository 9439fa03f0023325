/** Rule c-unsupported-construct: uses of `C` that cgo refuses. */
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { isOnlyBefore } from '../../semantics/build-constraints.ts';
import { unsupported, type Unsupported } from '../../semantics/unsupported.ts';

export default defineRule({
  id: 'c-unsupported-construct',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Use of C that cgo refuses: embedded C types, methods on them, a renamed import, generated names',
  fix: { offered: 'never' },
  docs: {
    why: '`C` is no package. cgo rewrites every `C.name` to a name it makes up, so what works with the names of a package does not with these: a C type cannot be embedded or get methods (those belong to the package that defines a type, and nobody does), the import cannot be renamed, and names such as `_Ctype_int` are cgo’s own. `C.malloc`, `C.CString` and the other functions that cgo provides have no form with an error.',
    advice: 'Wrap the C type in a Go struct with a named field and declare the methods on that. Write `C.int` instead of the generated name. `C.malloc` never returns nil; call a C function of your own where you need its errno.',
    limits: 'Only what is refused whatever the types are. `C.errno` is errno-misuse’s, calls of variadic functions are variadic-c-call’s. Generated names in files that only a Go before 1.12 builds, which allowed them, are left alone.',
    references: [
      { title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' },
      { title: 'Go 1.24 release notes: Cgo', url: 'https://go.dev/doc/go1.24#cgo' },
    ],
  },
  examples: [
    {
      title: 'A method on a C type',
      bad: {
        'main.go': go`
          package main

          // typedef struct { int x, y; } point;
          import "C"

          func (p *C.point) sum() int {
          	return int(p.x + p.y)
          }

          func main() {
          	println((&C.point{}).sum())
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef struct { int x, y; } point;
          import "C"

          type point struct{ c C.point }

          func (p *point) sum() int {
          	return int(p.c.x + p.c.y)
          }

          func main() {
          	println((&point{}).sum())
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'cannot define new methods on non-local type *C.point' },
    },
    {
      title: 'An embedded C type',
      bad: {
        'main.go': go`
          package main

          // typedef struct { int x, y; } point;
          import "C"

          type named struct {
          	C.point
          	name string
          }

          func main() {
          	println(named{}.name)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // typedef struct { int x, y; } point;
          import "C"

          type named struct {
          	point C.point
          	name  string
          }

          func main() {
          	println(named{}.name)
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'cannot embed C type' },
    },
    {
      title: 'An error from C.malloc',
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          func main() {
          	p, err := C.malloc(8)
          	if err != nil {
          		panic(err)
          	}
          	C.free(p)
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          func main() {
          	p := C.malloc(8)
          	C.free(p)
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'no two-result form for C._CMalloc' },
    },
    {
      title: 'A renamed import',
      bad: {
        'main.go': go`
          package main

          // static int one(void) { return 1; }
          import c "C"

          func main() {
          	println(c.one())
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // static int one(void) { return 1; }
          import "C"

          func main() {
          	println(C.one())
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'cannot rename import "C"' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      if (!file.cImport) continue;
      if (file.cImport.name !== undefined) for (const place of placeInFile(file, file.cImport.span)) yield { ...place, message: 'import "C" cannot be renamed: cgo looks for the name C.' };
      for (const top of file.go.decls) {
        const all = unsupported(top.syntax);
        if (all.length === 0) continue;
        for (const found of all) {
          if (found.how === 'errno' || (found.how === 'mangled' && isOnlyBefore(file, refusesMangled))) continue;
          yield { file, top, span: found.span, message: message(found) };
        }
      }
    }
  },
});

/** The first cgo that refuses names which look like its own is that of Go 1.12: golang.org/issue/28069. */
const refusesMangled = 12;

function message({ how, name }: Unsupported): string {
  if (how === 'embedded') return `A C type cannot be embedded: give the field of type C.${name} a name.`;
  if (how === 'method') return `C.${name} cannot have methods: declare them on a Go type that holds it.`;
  if (how === 'mangled') return `${name} is a name that cgo generates: write C.${name.replace(/^_C2?[a-z]+_/, '')}.`;
  return `C.${name} is provided by cgo and has no form with a second result.`;
}
