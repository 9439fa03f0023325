/** Reports C types in the exported API of a package that others can import. */
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { type ExposedCType, exposedCTypes, isImportable, isWritten } from '../../semantics/exposed-c-types.ts';

export default defineRule({
  id: 'c-type-in-exported-api',
  family: 'build',
  severity: 'hint',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C type in the exported API of a package, which no other package can name',
  fix: { offered: 'never' },
  docs: {
    why: 'cgo makes the C types of a package anew for each package: `C.conn` of one is another type than `C.conn` of the next, although both come from one header. Whoever imports the package cannot write down the type of what it gets, can make no value of it, and has to convert pointers through unsafe.Pointer. cmd/cgo says: because of this “a Go package should not expose C types in its exported API”.',
    advice: 'Wrap the C value in a Go struct with an unexported field, and take and return Go types: int32 or a type of your own instead of C.int, string instead of *C.char. Where another package of yours needs the C pointer itself, pass an unsafe.Pointer and say so in the documentation, or put both behind one package.',
    limits: 'Silent in package main, below internal, in generated files, in functions that are exported to C, and about types that are declared on a C type (`type Status C.int`), which belong to the package.',
    references: [{ title: 'cmd/cgo: Go references to C', url: 'https://pkg.go.dev/cmd/cgo#hdr-Go_references_to_C' }],
  },
  examples: [
    {
      title: 'A constructor that returns a C pointer',
      byFix: false,
      bad: {
        'db.go': go`
          // Package db opens connections.
          package db

          // typedef struct { int fd; } conn;
          // static conn the_conn;
          // static conn *conn_shared(void) { return &the_conn; }
          import "C"

          // Shared returns the connection that everybody uses.
          func Shared() *C.conn {
          	return C.conn_shared()
          }
        `,
      },
      good: {
        'db.go': go`
          // Package db opens connections.
          package db

          // typedef struct { int fd; } conn;
          // static conn the_conn;
          // static conn *conn_shared(void) { return &the_conn; }
          import "C"

          // Conn is a connection.
          type Conn struct{ c *C.conn }

          // Shared returns the connection that everybody uses.
          func Shared() Conn {
          	return Conn{C.conn_shared()}
          }
        `,
      },
    },
  ],
  subject: 'package',
  *check({ model }) {
    if (!isImportable(model)) return;
    for (const file of model.files) {
      if (!isWritten(file)) continue;
      for (const top of file.go.decls) {
        const shown = exposedCTypes(top.syntax);
        if (shown.length === 0 || file.functions.some((fn) => fn.top === top && fn.exported !== undefined)) continue;
        for (const found of shown) yield { file, top, span: found.span, message: message(found) };
      }
    }
  },
});

function message({ name, how, type }: ExposedCType): string {
  const where = { parameter: 'takes', result: 'returns', field: 'is', alias: 'is another name for', type: 'is made of', variable: 'is' }[how];
  return `${name} ${where} C.${type}, a type that no other package can name: C types belong to the package that imports "C".`;
}
