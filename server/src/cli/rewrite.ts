/** Replaces the text of a file on disk, whole or not at all. Refuses whenever the file is not what the check saw. */
import { accessSync, chmodSync, chownSync, constants, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { applyEdits, type TextEdit } from '../base/edit.ts';
import type { FileId } from '../project/host.ts';
import { reasonOf } from './failure.ts';

/** A file that may be rewritten: its bytes are the text that was checked. */
export interface Original {
  /** The file itself, where `file` is a symbolic link. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly text: string;
}

const bom = '\uFEFF';

/** Reads a file that edits are to be made to; `checked` is the text they refer to. Returns a reason when it must be left alone. */
export function openOriginal(file: FileId, checked: string): Original | string {
  try {
    const path = realpathSync(file);
    const bytes = readFileSync(path);
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text !== checked && text !== bom + checked) return 'it changed meanwhile';
    return { path, bytes, text: checked };
  } catch (error) {
    // The decoder throws a TypeError, the file system an error with a code.
    return error instanceof TypeError ? 'it is not valid UTF-8' : reasonOf(error);
  }
}

/** Writes the text after `edits`, keeping byte order mark, line ends, mode and owner. Returns a reason when nothing was written. */
export function rewrite(original: Original, edits: readonly TextEdit[]): string | undefined {
  const end = lineEndOf(original.text);
  const after = applyEdits(
    original.text,
    edits.map((edit) => ({ ...edit, newText: edit.newText.replace(/\r?\n/g, end) })),
  );
  if (after === undefined) return 'its fixes overlap';
  const mark = original.bytes.subarray(0, 3).equals(Buffer.from(bom)) && !original.text.startsWith(bom) ? bom : '';
  const temporary = join(dirname(original.path), `.${basename(original.path)}.${process.pid}.tmp`);
  try {
    const { mode, uid, gid } = statSync(original.path);
    writeFileSync(temporary, mark + after, { flag: 'wx', mode });
    chmodSync(temporary, mode);
    keepOwner(temporary, uid, gid);
    if (!readFileSync(original.path).equals(original.bytes)) {
      rmSync(temporary);
      return 'it changed meanwhile';
    }
    renameSync(temporary, original.path);
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return reasonOf(error);
  }
}

/** The line end that most lines have. */
function lineEndOf(text: string): string {
  const all = text.split('\n').length - 1;
  const windows = text.split('\r\n').length - 1;
  return windows * 2 > all ? '\r\n' : '\n';
}

/** Only root may give files away; for everybody else the file was, as a rule, their own. */
function keepOwner(path: string, uid: number, gid: number): void {
  try {
    chownSync(path, uid, gid);
  } catch {
    return;
  }
}
