/**
 * Applies every safe fix of a document. Two fixes made for one text may both add the same import or name the same new variable, so
 * each is made for the text after the one before, in an engine of its own that the editor's documents never see.
 */
import type { FileEdit } from '../base/edit.ts';
import type { FileId } from '../project/host.ts';
import type { Documents, OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { EditedText } from './rebase.ts';

/** More fixes than any real file has; a fix that does not remove its finding must not run for ever. */
const limit = 500;

export interface SafeFixes {
  /** All safe fixes of a document as one set of edits to its text of now. */
  of(document: OpenDocument): Promise<readonly FileEdit[]>;
  dispose(): void;
}

/** `openScratch` makes the second engine when it is first needed; `settings` are the user's. */
export function safeFixes(documents: Documents, openScratch: () => Promise<Engine>, settings: () => Engine['settings']): SafeFixes {
  let scratch: Promise<Engine> | undefined;
  // One after the other: the scratch engine holds the texts of one run.
  let last: Promise<unknown> = Promise.resolve();

  async function run(document: OpenDocument): Promise<readonly FileEdit[]> {
    scratch ??= openScratch();
    const engine = await scratch;
    engine.settings = settings();
    const open = documents.all().filter(({ isGo }) => isGo).map(({ file, content }) => ({ file, text: content.getText() }));
    for (const { file, text } of open) engine.openDocument(file, text);
    const changed = new Map<FileId, EditedText>();
    try {
      for (let round = 0; round < limit && (await fixOne(engine, document.file, changed)); round++);
    } finally {
      for (const file of new Set([...open.map(({ file }) => file), ...changed.keys()])) engine.closeDocument(file);
    }
    return [...changed].map(([file, text]) => ({ file, edits: text.edits() }));
  }

  return {
    of(document) {
      const next = last.then(() => run(document));
      last = next.catch(() => undefined);
      return next;
    },
    dispose() {
      scratch?.then((engine) => engine.dispose(), () => undefined);
    },
  };
}

/** Applies the first safe fix whose edits fit; false when there is none. */
async function fixOne(engine: Engine, file: FileId, changed: Map<FileId, EditedText>): Promise<boolean> {
  const { findings } = await engine.checkFile(file);
  for (const finding of findings) {
    const fix = finding.suppression ? undefined : finding.fixes().find(({ safety }) => safety === 'safe');
    if (!fix) continue;
    const texts = new Map<FileId, string | undefined>();
    for (const { file: edited } of fix.edits) texts.set(edited, await engine.text(edited));
    if ([...texts.values()].includes(undefined)) continue;
    for (const { file: edited, edits } of fix.edits) {
      const text = changed.get(edited) ?? new EditedText(texts.get(edited)!);
      text.apply(edits);
      changed.set(edited, text);
      engine.openDocument(edited, text.text);
    }
    return true;
  }
  return false;
}
