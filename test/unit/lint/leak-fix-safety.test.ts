/** The fix of a leak is safe only where it is right on every path: the variable still has the memory, and no copy of it leaves the function. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Project } from '../../../server/src/project/project.ts';
import { createProject } from '../../support/engine.ts';
import { MemoryHost } from '../../support/memory-host.ts';

const host = new MemoryHost();
let project: Project;
let count = 0;

beforeAll(async () => {
  project = await createProject(host);
});
afterAll(() => project?.dispose());

const preamble = `/*
typedef struct source { void *inner; } source;
extern source *source_open(void);
extern void source_close(source *s);
extern int source_fd(const source *s);
*/
import "C"
`;

const contracts = {
  source_open: { returns: 'owned', release: 'source_close', nullable: true },
  source_close: { params: [{ index: 0, effect: 'releases' }] },
  source_fd: { returns: 'value' },
};

/** Title and safety of the fixes for leaks. */
async function fixes(code: string): Promise<string[]> {
  const directory = `/leak-fix${count++}`;
  host.writeAll(directory, { 'source.go': `package source\n\n${preamble}\n${code}`, '.cgo-guard.json': JSON.stringify({ contracts }) });
  const found = (await project.checkDirectory(directory)).flatMap((report) => report.findings);
  return found.filter(({ rule }) => rule === 'malloc-leak').flatMap((finding) => finding.fixes().map(({ title, safety }) => `${safety}: ${title}`));
}

describe('the fix of a leak', () => {
  it('is safe where only a number leaves the function', async () => {
    expect(await fixes('func fd() C.int {\n\ts := C.source_open()\n\treturn C.source_fd(s)\n}\n')).toEqual(['safe: Free `s` when the function returns: defer C.source_close']);
  });

  it('is unsafe where a copy of the object leaves it', async () => {
    const wrap = 'type Source C.source\n\nfunc wrap(s *C.source) *Source {\n\tcopied := Source(*s)\n\treturn &copied\n}\n\n';
    expect(await fixes(`${wrap}func open() *Source {\n\ts := C.source_open()\n\treturn wrap(s)\n}\n`)).toEqual(['unsafe: Free `s` when the function returns: defer C.source_close']);
    expect(await fixes('type Source C.source\n\nfunc open() Source {\n\ts := C.source_open()\n\treturn Source(*s)\n}\n')).toEqual(['unsafe: Free `s` when the function returns: defer C.source_close']);
  });

  it('frees before a return only what the variable still holds there', async () => {
    const open = 'func open() (*C.source, error) {\n\ts := C.source_open()\n\tif s == nil {\n\t\treturn nil, errors.New("none")\n\t}\n\treturn s, nil\n}\n\n';
    const all = (body: string): string => `import "errors"\n\ntype group struct{ all []*C.source }\n\n${open}func all(n int) (*group, error) {\n\tall := []*C.source{}\n\tfor i := 0; i < n; i++ {\n\t\ts, err := open()\n${body}\t\tall = append(all, s)\n\t}\n\treturn &group{all}, nil\n}\n`;
    expect(await fixes(all('\t\tif err != nil {\n\t\t\treturn nil, err\n\t\t}\n'))).toEqual([]);
  });
});
