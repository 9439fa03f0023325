/** Rule cgo-in-test-file: tests that import "C". */
import { placeInFile } from '../../lint/reports/file-place.ts';
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';

export default defineRule({
  id: 'cgo-in-test-file',
  family: 'build',
  severity: 'error',
  confidence: 'certain',
  status: 'stable',
  since: '0.1.0',
  summary: 'Test file that imports "C"',
  fix: { offered: 'never' },
  docs: {
    why: 'The go command does not run cgo on files that end in `_test.go`: `go test` and `go vet` refuse the package with "use of cgo in test … not supported". `go build` leaves test files alone and says nothing.',
    advice: 'Move what needs C into a file without `_test` in its name, behind a build tag if only tests use it, and call it from the test.',
    limits: 'On disk, test files are looked at in folders that have another file with `import "C"`; in the editor wherever they are open. No other rule looks at them.',
    references: [{ title: 'go/build: use of cgo in test', url: 'https://pkg.go.dev/go/build' }],
  },
  examples: [
    {
      title: 'A test that calls C',
      bad: {
        'abs.go': go`
          package abs

          // #include <stdlib.h>
          import "C"

          func abs(n int) int {
          	return int(C.abs(C.int(n)))
          }
        `,
        'abs_test.go': go`
          package abs

          // #include <stdlib.h>
          import "C"

          import "testing"

          func TestAbs(t *testing.T) {
          	if abs(-1) != int(C.abs(-1)) {
          		t.Error("wrong")
          	}
          }
        `,
      },
      good: {
        'abs.go': go`
          package abs

          // #include <stdlib.h>
          import "C"

          func abs(n int) int {
          	return int(C.abs(C.int(n)))
          }
        `,
        'abs_test.go': go`
          package abs

          import "testing"

          func TestAbs(t *testing.T) {
          	if abs(-1) != 1 {
          		t.Error("wrong")
          	}
          }
        `,
      },
      byFix: false,
      witness: { by: 'build', error: 'use of cgo in test' },
    },
  ],
  subject: 'test',
  *check({ model }) {
    for (const file of model.files) {
      if (!file.cImport) continue;
      for (const place of placeInFile(file, file.cImport.span)) yield { ...place, message: 'A test file cannot import "C": go test refuses the package. Move the C calls to a file that is no test.' };
    }
  },
});
