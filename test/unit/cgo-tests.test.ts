/** The Go distribution's own cgo tests build and pass: no error and no warning in them that is not true. Read from GOROOT, nothing copied. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { run } from '../support/go-toolchain.ts';
import { MemoryHost } from '../support/memory-host.ts';

/** Findings that are true although the tests pass: a pattern for `file: source line`, the rule, and why. */
const remaining: readonly { readonly rule: string; readonly at: RegExp; readonly why: string }[] = [
  { rule: 'export-panic', at: /panic\(/, why: 'these exported functions panic on purpose, to see what becomes of it' },
  { rule: 'malloc-leak', at: /testdata\/lsan1\.go/, why: 'the leak is what the leak checker has to find' },
  { rule: 'malloc-leak', at: /msan7\.go: T \*t = malloc/, why: 'the C body never frees the struct that it passes by value' },
  { rule: 'go-pointer-to-go-pointer', at: /^test\/test\.go: C\.handleGoStringPointer/, why: 'the string is empty: the benchmark measures the call' },
  { rule: 'callback-retains-c-pointer', at: /life\.go: go func\(\) \{/, why: 'the C side waits for the goroutine through a second callback before it frees, which no type shows' },
  { rule: 'signal-handler', at: /tsan_shared\.go/, why: 'the handler is installed without SA_ONSTACK to see what the race detector makes of it' },
  { rule: 'malloc-leak', at: /^test\/test\.go: C\.(?:malloc|calloc|realloc)\(/, why: 'the test only looks at whether the call returns' },
  { rule: 'export-returns-go-pointer', at: /testx\.go: return \[\]byte\{1\}/, why: 'nothing calls the function: that it compiles is what is tested' },
  { rule: 'export-returns-go-pointer', at: /^testout\/testdata\/aligned\.go/, why: 'the functions are never called: only the C that cgo writes for them is looked at' },
  { rule: 'malloc-leak', at: /issue24161e\d\/main\.go: C\.SecKeyCreateSignature/, why: 'nothing runs the call: that its arguments have the right types is what is tested' },
];

const root = run('go', ['env', 'GOROOT']).stdout.trim();
const source = join(root, 'src/cmd/cgo/internal');
const gap = root === '' ? 'no go on this machine' : existsSync(source) ? undefined : 'GOROOT has no sources of cgo';

describe.skipIf(gap !== undefined)(`cgo's own tests${gap === undefined ? '' : ` (skipped: ${gap})`}`, () => {
  const host = new MemoryHost();
  let project: Project;
  beforeAll(async () => void (project = await createProject(host)));
  afterAll(() => project?.dispose());

  // What must not build is no example of good code.
  const folders = gap === undefined ? packagesBelow(source).filter((name) => !name.startsWith('testerrors/')) : [];
  for (const name of folders.flatMap(parts)) {
    test(name, async () => {
      const files = filesOf(name);
      host.writeAll(`/${name}`, files);
      const loud: string[] = [];
      for (const { file, text, findings } of await project.checkDirectory(`/${name}`)) {
        for (const { rule, severity, span, suppression } of findings) {
          if ((severity !== 'error' && severity !== 'warning') || suppression) continue;
          const line = text.slice(0, span.start).split('\n').length;
          const place = `${file.slice(1)}: ${text.split('\n')[line - 1]!.trim()}`;
          if (!remaining.some((known) => known.rule === rule && known.at.test(place))) loud.push(`${rule} ${place}`);
        }
      }
      expect(loud).toEqual([]);
    });
  }
});

/** A folder of programs of one file each is as many packages. */
const parts = (folder: string): string[] => (folder === 'testsanitizers/testdata' ? readdirSync(join(source, folder)).filter((file) => file.endsWith('.go')).map((file) => `${folder}/${file}`) : [folder]);

function filesOf(name: string): Record<string, string> {
  const at = join(source, name);
  if (name.endsWith('.go')) return { [name.slice(name.lastIndexOf('/') + 1)]: readFileSync(at, 'utf8') };
  return Object.fromEntries(readdirSync(at).filter((file) => /\.(?:go|c|h)$/.test(file)).map((file) => [file, readFileSync(join(at, file), 'utf8')]));
}

function packagesBelow(top: string, below = ''): string[] {
  const entries = readdirSync(join(top, below), { withFileTypes: true });
  const here = entries.some((entry) => entry.isFile() && entry.name.endsWith('.go') && !entry.name.endsWith('_test.go')) ? [below] : [];
  return [...here, ...entries.filter((entry) => entry.isDirectory()).flatMap((entry) => packagesBelow(top, below === '' ? entry.name : `${below}/${entry.name}`))];
}
