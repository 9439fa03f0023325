/** Which C function the Close method of an ownerless field calls: what releases the type, and free only where nothing else does. */
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

/** The titles of the fixes for a type that holds what `C.makeBox` returns. */
async function titles(preamble: string): Promise<string[]> {
  const directory = `/deallocator${count++}`;
  host.writeAll(directory, {
    'box.go': `package box\n\n/*\n#include <stdlib.h>\n\ntypedef struct box { char *text; } box;\nstatic box *makeBox(void) { return calloc(1, sizeof(box)); }\n${preamble}*/\nimport "C"\n\ntype Box struct {\n\tptr *C.box\n}\n\nfunc New() *Box {\n\treturn &Box{ptr: C.makeBox()}\n}\n`,
  });
  const found = (await project.checkDirectory(directory)).flatMap((report) => report.findings);
  return found.filter(({ rule }) => rule === 'pointer-field').flatMap((finding) => finding.fixes().map(({ title }) => title));
}

describe('the fix of pointer-field', () => {
  it('frees what was allocated when nothing else is in view', async () => {
    expect(await titles('')).toEqual(['Add a Close method that calls C.free']);
  });

  it('calls the one function that is made for the type', async () => {
    expect(await titles('void box_destroy(box *b);\n')).toEqual(['Add a Close method that calls C.box_destroy']);
  });

  it('is not offered when several functions may be meant', async () => {
    expect(await titles('void box_destroy(box *b);\nvoid box_close(box *b);\n')).toEqual([]);
  });

  it('ignores functions that release something else', async () => {
    expect(await titles('typedef struct lid lid;\nvoid lid_free(lid *l);\n')).toEqual(['Add a Close method that calls C.free']);
  });
});
