/** What vet's cgocall and unsafeptr report in their own test data is reported here too, and what they leave alone is left alone: read from the module that the go command downloads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { inTemporaryFolder, run } from '../support/go-toolchain.ts';
import { MemoryHost } from '../support/memory-host.ts';

/** The version whose test data the differences below were compared with. */
const tools = 'golang.org/x/tools@v0.52.0';

/** Lines that vet does not mark, with the rule that reports them and why it is right. */
const beyondVet: Readonly<Record<string, { readonly rule: string; readonly why: string }>> = {
  'cgocall/a/cgo.go: C.CBytes([]byte("hello"))': { rule: 'malloc-leak', why: 'the copy is C memory that nothing frees' },
  'cgocall/a/cgo3.go: C.malloc(3)': { rule: 'malloc-leak', why: 'C memory that nothing frees' },
};

const passes = download();

/** The folder of the analysers, or why there is none. */
function download(): { readonly folder: string } | { readonly missing: string } {
  return inTemporaryFolder((folder) => {
    const { failed, stdout } = run('go', ['mod', 'download', '-json', tools], folder);
    if (run('go', ['version']).failed) return { missing: 'no go on this machine' };
    const found = failed ? undefined : /"Dir": "([^"]+)"/.exec(stdout)?.[1];
    const at = found && join(JSON.parse(`"${found}"`) as string, 'go/analysis/passes');
    return at !== undefined && existsSync(at) ? { folder: at } : { missing: `${tools} cannot be had` };
  });
}

describe.skipIf('missing' in passes)(`vet's own test data${'missing' in passes ? ` (skipped: ${passes.missing})` : ''}`, () => {
  const host = new MemoryHost();
  let project: Project;
  beforeAll(async () => void (project = await createProject(host)));
  afterAll(() => project?.dispose());

  const folder = 'folder' in passes ? passes.folder : '';
  for (const pass of folder === '' ? [] : ['cgocall', 'unsafeptr']) {
    for (const name of readdirSync(join(folder, pass, 'testdata/src')).sort()) {
      test(`${pass}/${name}`, async () => {
        const source = join(folder, pass, 'testdata/src', name);
        const files = Object.fromEntries(readdirSync(source).filter((file) => file.endsWith('.go')).map((file) => [file, readFileSync(join(source, file), 'utf8')]));
        const directory = `/${pass}/${name}`;
        host.writeAll(directory, files);
        const differences: string[] = [];
        for (const { file, text, findings } of await project.checkDirectory(directory)) {
          const reported = new Map<number, string[]>();
          for (const { rule, span } of findings) {
            const line = text.slice(0, span.start).split('\n').length;
            reported.set(line, [...(reported.get(line) ?? []), rule]);
          }
          text.split('\n').forEach((line, i) => {
            const place = `${file.slice(1)}: ${line.trim()}`;
            const rules = reported.get(i + 1) ?? [];
            if (line.includes('// want ')) {
              if (rules.length === 0) differences.push(`missed ${place}`);
            } else if (rules.some((rule) => rule !== beyondVet[place]?.rule)) differences.push(`${rules.join()} ${place}`);
          });
        }
        expect(differences).toEqual([]);
      });
    }
  }
});
