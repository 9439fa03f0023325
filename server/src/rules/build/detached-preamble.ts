/** Rule detached-preamble: C text in a comment that cgo does not take for the preamble. */
import { attachPreamble } from '../../lint/fixes/preamble.ts';
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { isBuiltinCName } from '../../semantics/cgo-names.ts';
import { cNames } from '../../semantics/mentions.ts';
import type { PackageFile } from '../../semantics/package-model.ts';
import { detachedC, type DetachedC } from '../../semantics/preamble.ts';

export default defineRule({
  id: 'detached-preamble',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'C text in a comment that is not attached to `import "C"`',
  fix: { offered: 'sometimes', safety: 'either', because: 'text that nobody compiled so far becomes part of the preamble' },
  docs: {
    why: 'The preamble is the comment that touches `import "C"` from above. A blank line, another declaration, or an import declaration with more specs between them makes it an ordinary comment: its includes, functions and `#cgo` flags are gone, and every `C.name` that needs them is unknown. The error names the first use, never the blank line.',
    advice: 'Let the comment end on the line above `import "C"`, and give that import a declaration of its own. Of two comments above it only the lower one counts: join them.',
    limits: 'A comment counts as C when one of its lines begins with a preprocessor directive, `#cgo` or a typedef. Where the file has another preamble, or uses nothing that needs one, the finding is a warning.',
    references: [
      { title: 'cmd/cgo: Using cgo with the go command', url: 'https://pkg.go.dev/cmd/cgo#hdr-Using_cgo_with_the_go_command' },
      { title: 'Go issue 9733: preamble and blank lines', url: 'https://go.dev/issue/9733' },
    ],
  },
  examples: [
    {
      title: 'A blank line',
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>

          import "C"

          func main() {
          	C.free(C.malloc(1))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          func main() {
          	C.free(C.malloc(1))
          }
        `,
      },
      byFix: true,
      witness: { by: 'build', error: 'could not determine what C.free refers to' },
    },
    {
      title: 'A group with other imports',
      bad: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import (
          	"C"
          	"fmt"
          )

          func main() {
          	fmt.Println(C.abs(-1))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          // #include <stdlib.h>
          import "C"

          import (
          	"fmt"
          )

          func main() {
          	fmt.Println(C.abs(-1))
          }
        `,
      },
      byFix: true,
      witness: { by: 'build', error: 'could not determine what C.abs refers to' },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      const { go: parsed, cImport } = file;
      if (!cImport) continue;
      for (const found of detachedC(parsed, cImport)) {
        const isNeeded = cImport.preamble === undefined && usesC(file);
        for (const place of placeInFile(file, cImport.span)) {
          yield {
            ...place,
            severity: isNeeded ? 'error' : 'warning',
            message: `${how(found, cImport.preamble !== undefined)}: cgo does not see the C text in it${isNeeded ? ', and the names from it do not exist' : ''}.`,
            trace: [{ place: { unit: place.top.syntax, span: { start: found.comment.start - place.top.start, end: found.comment.end - place.top.start } }, text: 'this C text is an ordinary comment' }],
            fixes: [
              {
                title: 'Attach the preamble to import "C"',
                ...(isNeeded ? { safety: 'safe' as const } : { safety: 'unsafe' as const, because: 'text that nobody compiled so far becomes part of the preamble' }),
                edits: (fix) => attachPreamble(fix, found.comment, found.by),
              },
            ],
          };
        }
      }
    }
  },
});

function how({ by }: DetachedC, hasPreamble: boolean): string {
  if (hasPreamble) return 'Only the comment that touches import "C" is its preamble, the one further up is not';
  if (by === 'group') return 'A comment above an import declaration with several specs is no preamble';
  return by === 'blank' ? 'A blank line separates the comment above from import "C"' : 'A declaration stands between the comment and import "C"';
}

/** Whether the file mentions a C name that only a preamble can declare. */
const usesC = (file: PackageFile): boolean => file.go.decls.some(({ syntax }) => [...cNames(syntax).used].some((name) => !isBuiltinCName(name)));
