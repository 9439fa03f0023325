/** References of C names, both ways: from `C.name`, from its declaration in the preamble and from the exported Go function to all the others. */
import type { Location, ReferenceParams } from 'vscode-languageserver';
import { answerNow, type Context } from './context.ts';
import { linesOfFiles, rangeOf } from './positions.ts';
import { uriOf } from './uris.ts';

export async function referencesOf(context: Context, { textDocument, position, context: { includeDeclaration } }: ReferenceParams): Promise<Location[]> {
  const found = await answerNow(context, textDocument.uri, async (document, engine) => {
    const target = await engine.cNameAt(document.file, document.content.offsetAt(position));
    if (!target) return undefined;
    const references = (await engine.cReferences(document.file, target.name)).filter(({ declares }) => includeDeclaration || !declares);
    const lines = await linesOfFiles(engine, context.documents, references.map(({ file }) => file));
    return references.flatMap(({ file, span }) => {
      const of = lines.get(file);
      return of ? [{ uri: context.documents.ofFile(file)?.uri ?? uriOf(file), range: rangeOf(of, span) }] : [];
    });
  });
  return found ?? [];
}
