/** The documents the client has open: their text and version, and each change as the offset edits the project wants. Knows no analysis. */
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { TextEdit } from '../base/edit.ts';
import { span } from '../base/span.ts';
import { directoryOf, type FileId } from '../project/host.ts';
import { spanOf } from './positions.ts';
import { fileIdOf } from './uris.ts';

export interface OpenDocument {
  /** As the client spells it: answers must name it the same way. */
  readonly uri: string;
  readonly file: FileId;
  /** Text and version of now; changes in place. */
  readonly content: TextDocument;
  /** Whether the project takes its text from here; C text it reads from disk. */
  readonly isGo: boolean;
}

export class Documents {
  readonly #byUri = new Map<string, OpenDocument>();
  readonly #byFile = new Map<FileId, OpenDocument>();

  /** Takes over a document; one that is open already is replaced. */
  open(uri: string, languageId: string, version: number, text: string): OpenDocument {
    const file = fileIdOf(uri, languageId);
    const document = { uri, file, content: TextDocument.create(uri, languageId, version, text), isGo: file.endsWith('.go') };
    this.close(uri);
    this.#byUri.set(uri, document);
    this.#byFile.set(document.file, document);
    return document;
  }

  /** Applies the changes in order; each one's positions refer to the text after the one before. Returns them as offset edits. */
  change(document: OpenDocument, version: number, changes: readonly TextDocumentContentChangeEvent[]): TextEdit[] {
    return changes.map((change) => {
      const replaced = 'range' in change ? spanOf(document.content, change.range) : span(0, document.content.getText().length);
      TextDocument.update(document.content, [change], version);
      return { span: replaced, newText: change.text };
    });
  }

  /** Forgets a document and returns it. */
  close(uri: string): OpenDocument | undefined {
    const document = this.#byUri.get(uri);
    this.#byUri.delete(uri);
    // Two spellings of one URI may be open at once; the file stays open while the other one is.
    if (document && this.#byFile.get(document.file) === document) this.#byFile.delete(document.file);
    return document;
  }

  ofUri(uri: string): OpenDocument | undefined {
    return this.#byUri.get(uri);
  }

  ofFile(file: FileId): OpenDocument | undefined {
    return this.#byFile.get(file);
  }

  all(): OpenDocument[] {
    return [...this.#byFile.values()];
  }

  /** The open documents whose findings may change with `file`: its folder's; all of them for C text, which any package may include. */
  affectedBy(file: FileId): OpenDocument[] {
    if (!file.endsWith('.go')) return this.all();
    return this.all().filter((document) => directoryOf(document.file) === directoryOf(file));
  }
}
