/** Rule preamble-comment-form: preambles in a doc comment, whose stars become C text. */
import { plainBlockComment } from '../../lint/fixes/preamble.ts';
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import { leftoverStars } from '../../semantics/preamble.ts';

export default defineRule({
  id: 'preamble-comment-form',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Preamble in a `/** … */` comment, whose second star is C text',
  fix: { offered: 'always', safety: 'safe' },
  docs: {
    why: 'cgo takes the two characters at each end off a block comment and gives the rest to the C compiler. Of `/**` a `*` is left over, the C text begins with it, and the compiler complains about the first declaration it reads, which may stand in a system header. Stars at the beginning of the lines do the same.',
    advice: 'Begin the preamble with `/*`, or write it in `//` lines, and put no stars in front of its lines.',
    limits: 'Only the comment that is the preamble is looked at.',
    references: [{ title: 'Go issue 14098: preamble in a doc comment', url: 'https://go.dev/issue/14098' }],
  },
  examples: [
    {
      title: 'One star too many',
      bad: {
        'main.go': go`
          package main

          /**
          int twice(int n) { return 2 * n; }
          */
          import "C"

          func main() {
          	println(C.twice(2))
          }
        `,
      },
      good: {
        'main.go': go`
          package main

          /*
          int twice(int n) { return 2 * n; }
          */
          import "C"

          func main() {
          	println(C.twice(2))
          }
        `,
      },
      byFix: true,
      witness: { by: 'build', error: "error: expected identifier or '(' before 'int'" },
    },
  ],
  subject: 'package',
  *check({ model }) {
    for (const file of model.files) {
      const { cImport } = file;
      if (!cImport?.preamble) continue;
      for (const { opening, comment } of leftoverStars(file.go.text, cImport.preamble)) {
        for (const place of placeInFile(file, opening)) {
          yield {
            ...place,
            message: 'cgo takes only `/*` off this comment: the star that is left over is C text, and the C compiler stumbles over it.',
            fixes: [{ title: 'Begin the preamble with /*', safety: 'safe', edits: (fix) => plainBlockComment(fix, comment) }],
          };
        }
      }
    }
  },
});
