/** Any history of edits ends where a first look at the same text would have ended. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TextEdit } from '../../server/src/base/edit.ts';
import type { Project } from '../../server/src/project/project.ts';
import { createProject } from '../support/engine.ts';
import { MemoryHost } from '../support/memory-host.ts';
import { plainReports } from './findings.ts';
import { goFiles, shelfPackage } from './shelf-package.ts';

/** A position as a share of the text, so that it exists however the text has changed. */
const anywhere = fc.double({ min: 0, max: 1, noNaN: true });

const fragment = fc.constantFrom(
  'x', '_', '1', ' ', '\n', '.', '(', ')', '{', '}', '"', '`', '/*', '*/', '//', ',', ':=', 'C.', 'é', '\u{1f512}', '\t', '\r\n',
  '\n}\n', 'return\n', '\tC.free(unsafe.Pointer(text))\n', '\truntime.KeepAlive(s)\n', '\tdefer freeText(text)\n', '\tif s == nil {\n',
  'import "C"\n', 'func f() {}\n', '\n//export f\n', 'type T struct{ p *C.shelf }\n', 'func (s *Shelf) Free() { C.free(unsafe.Pointer(s.ptr)) }\n',
  'func freeText(text *C.char) {}\n', 'static void freeText(char *p) { free(p); }\n',
);

const edit = fc.record({ at: anywhere, removed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 80 })), newText: fragment });

const file = fc.constantFrom(...goFiles);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('edit' as const), file, edits: fc.array(edit, { minLength: 1, maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copyLine' as const), file, from: anywhere, to: anywhere }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), file }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('saveAndReopen' as const), file }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A package in an editor: the texts as they are now, and a project that has seen every step. */
class Session {
  readonly texts: Record<string, string> = { ...shelfPackage };
  readonly #before: Record<string, string> = { ...shelfPackage };
  readonly #host: MemoryHost;
  readonly #project: Project;
  readonly #directory: string;

  constructor(host: MemoryHost, project: Project, directory: string) {
    this.#host = host;
    this.#project = project;
    this.#directory = directory;
    host.writeAll(directory, this.texts);
    for (const name of goFiles) project.openDocument(`${directory}/${name}`, this.texts[name]!);
  }

  take(next: Step): void {
    const path = `${this.#directory}/${next.file}`;
    const text = this.texts[next.file]!;
    switch (next.kind) {
      case 'edit':
        this.#change(next.file, toEdits(text, next.edits));
        break;
      case 'copyLine': {
        const lines = text.split('\n');
        const line = lines[Math.floor(next.from * (lines.length - 1))]!;
        const at = Math.min(text.length, text.indexOf('\n', Math.floor(next.to * text.length)) + 1);
        this.#change(next.file, [{ span: { start: at, end: at }, newText: `${line}\n` }]);
        break;
      }
      case 'undo':
        this.#change(next.file, [{ span: { start: 0, end: text.length }, newText: this.#before[next.file]! }]);
        break;
      case 'saveAndReopen':
        this.#host.write(path, text);
        this.#project.closeDocument(path);
        this.#project.fileChanged(path);
        this.#project.openDocument(path, text);
    }
  }

  async findings(): Promise<unknown> {
    return plainReports(await this.#project.checkDirectory(this.#directory), this.#directory);
  }

  #change(name: string, edits: readonly TextEdit[]): void {
    this.#before[name] = this.texts[name]!;
    for (const { span, newText } of edits) {
      const now = this.texts[name]!;
      this.texts[name] = now.slice(0, span.start) + newText + now.slice(span.end);
    }
    this.#project.changeDocument(`${this.#directory}/${name}`, edits);
  }
}

/** Edits as an editor sends them: each against the text after the one before, and never through a surrogate pair. */
function toEdits(text: string, wanted: readonly { at: number; removed: number; newText: string }[]): TextEdit[] {
  let now = text;
  return wanted.map(({ at, removed, newText }) => {
    const start = whole(now, Math.floor(at * now.length));
    const end = whole(now, Math.min(now.length, start + removed));
    now = now.slice(0, start) + newText + now.slice(end);
    return { span: { start, end }, newText };
  });
}

const whole = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at);

test('the result after random edits is the result from scratch', async () => {
  const host = new MemoryHost();
  const edited = await createProject(host);
  const fresh = await createProject(host);
  let folders = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const session = new Session(host, edited, `/session-${++folders}`);
        // A first look fills what later looks reuse.
        await session.findings();
        for (const next of steps) {
          session.take(next);
          const seen = await session.findings();
          const directory = `/fresh-${++folders}`;
          host.writeAll(directory, session.texts);
          expect(seen).toEqual(plainReports(await fresh.checkDirectory(directory), directory));
        }
      }),
      { seed: 20261, numRuns: 60 },
    );
  } finally {
    edited.dispose();
    fresh.dispose();
  }
});
