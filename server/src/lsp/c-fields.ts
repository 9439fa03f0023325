/** Completion behind a dot: the fields of a C struct. Fields of Go structs are left to gopls. */
import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver';
import type { StructField } from '../semantics/struct-fields.ts';
import type { OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';

/** Undefined where no dot stands before the word at `offset`, or no C struct before the dot. */
export async function fieldsAt(document: OpenDocument, engine: Engine, offset: number): Promise<CompletionItem[] | undefined> {
  const line = document.content.getText().slice(Math.max(0, offset - 200), offset);
  const typed = /[\w)\]]\.(\w*)$/.exec(line)?.[1];
  if (typed === undefined) return undefined;
  const fields = await engine.cFields(document.file, offset - typed.length - 1);
  return fields?.filter(({ bits }) => !bits).map((field, i) => ({ label: field.name, kind: CompletionItemKind.Field, sortText: String(i).padStart(4, '0'), detail: field.type, ...placed(field) }));
}

const placed = ({ offset, size }: StructField): Pick<CompletionItem, 'documentation'> => (offset === undefined ? {} : { documentation: `Offset ${offset}, ${size} ${size === 1 ? 'byte' : 'bytes'} on 64-bit platforms.` });
