/** Definition, completion and signature help for what follows `C.`: the names that no other Go tool knows. */
import { CompletionItemKind, type CompletionItem, type CompletionList, type Definition, type Position, type SignatureHelp, type TextDocumentPositionParams } from 'vscode-languageserver';
import type { CNameOffer, CSymbolKind } from '../semantics/c-symbols.ts';
import { boundaryNames } from '../semantics/cgo-names.ts';
import { fieldsAt } from './c-fields.ts';
import { chooseNames, nearnessRank } from './choose-names.ts';
import { cNameText } from './c-name-text.ts';
import { answerNow, type Context } from './context.ts';
import type { OpenDocument } from './documents.ts';
import type { Engine } from './engine.ts';
import { linesOfFiles, rangeOf } from './positions.ts';
import { uriOf } from './uris.ts';

/** Where `C.name` is declared: in a preamble, a header or a C file of the package. */
export async function definitionAt(context: Context, { textDocument, position }: TextDocumentPositionParams): Promise<Definition | null> {
  const found = await answerNow(context, textDocument.uri, async (document, engine) => {
    const name = await cNameUnder(document, engine, position);
    const symbol = name && (await engine.cName(document.file, name.name))?.symbol;
    if (!symbol) return undefined;
    const { file, span } = symbol.at;
    const lines = (await linesOfFiles(engine, context.documents, [file])).get(file);
    return lines && { uri: context.documents.ofFile(file)?.uri ?? uriOf(file), range: rangeOf(lines, span) };
  });
  return found ?? null;
}

/** The C name that is written at a position, behind `C.` or in the preamble; a Go identifier is none, whatever it is exported as. */
async function cNameUnder(document: OpenDocument, engine: Engine, position: Position): Promise<{ readonly name: string } | undefined> {
  const offset = document.content.offsetAt(position);
  const name = await engine.nameAt(document.file, offset);
  return name && name.qualifier !== 'C' ? undefined : engine.cNameAt(document.file, offset);
}

/** What may follow `C.`, or a value whose type is a C struct; nothing anywhere else. */
export async function completionsAt(context: Context, { textDocument, position }: TextDocumentPositionParams): Promise<CompletionList> {
  const list = await answerNow(context, textDocument.uri, async (document, engine) => {
    const typed = /(?:^|[^\w.)\]"'`])C\.(\w*)$/.exec(lineBefore(document, position))?.[1];
    const names = typed === undefined ? undefined : await engine.cNames(document.file);
    if (typed === undefined || !names) {
      const fields = typed === undefined ? await fieldsAt(document, engine, document.content.offsetAt(position)) : undefined;
      return fields && { isIncomplete: false, items: fields, helpers: false };
    }
    const { offers, all } = chooseNames(names.offers, typed);
    return { isIncomplete: !names.complete || !all, items: offers.map(item), helpers: true };
  });
  if (!list) return { isIncomplete: false, items: [] };
  const { isIncomplete, items } = list;
  return { isIncomplete, items: list.helpers ? [...items, ...helpers.filter(({ label }) => !items.some((one) => one.label === label))] : items };
}

/** Functions that cgo itself brings. */
const helpers = boundaryNames
  .filter(({ name }) => /^C\.(?:CString|CBytes|GoString|GoStringN|GoBytes|malloc)$/.test(name))
  .map(({ name, signature, summary }): CompletionItem => ({ label: name.slice('C.'.length), kind: CompletionItemKind.Function, sortText: `0${name.slice('C.'.length)}`, detail: signature, documentation: summary }));

const kinds: Readonly<Record<CSymbolKind, CompletionItemKind>> = {
  function: CompletionItemKind.Function,
  struct: CompletionItemKind.Struct,
  union: CompletionItemKind.Struct,
  enum: CompletionItemKind.Enum,
  type: CompletionItemKind.Class,
  constant: CompletionItemKind.Constant,
  variable: CompletionItemKind.Variable,
};

/** Of names that fit equally well the editor puts those first that the package uses, then those that the project declares. */
const item = (offer: CNameOffer): CompletionItem => ({ label: offer.name, kind: kinds[offer.kind], sortText: `${nearnessRank(offer)}${offer.name}`, detail: offer.detail, ...(offer.doc === undefined ? {} : { documentation: offer.doc }) });

/** The prototype of the C function whose call the position is in. */
export async function signatureAt(context: Context, { textDocument, position }: TextDocumentPositionParams): Promise<SignatureHelp | null> {
  const help = await answerNow(context, textDocument.uri, async (document, engine) => {
    const call = callAround(document.content.getText().slice(0, document.content.offsetAt(position)));
    const facts = call && (await engine.cName(document.file, call.name));
    const { symbol } = facts ?? {};
    if (!call || !facts || !symbol?.params) return undefined;
    const documentation = { kind: 'markdown' as const, value: cNameText(call.name, facts) };
    return {
      signatures: [{ label: symbol.declaration, ...(context.client().markdownHover ? { documentation } : {}), parameters: spansIn(symbol.declaration, symbol.params).map((place) => ({ label: context.client().parameterPlaces ? place : symbol.declaration.slice(...place) })) }],
      activeSignature: 0,
      activeParameter: call.argument,
    };
  });
  return help ?? null;
}

const lineBefore = ({ content }: OpenDocument, { line, character }: Position): string => content.getText({ start: { line, character: 0 }, end: { line, character } });

/** How far back the opening parenthesis of a call is looked for. */
const farthest = 4000;

/** The innermost call of a C function that is open at the end of `before`, and the number of the argument. */
function callAround(before: string): { readonly name: string; readonly argument: number } | undefined {
  // From the beginning of the function, so that every quote is seen from its first mark. Strings and comments are blank, also one that is still open.
  const near = before.slice(-farthest);
  const text = near.slice(near.lastIndexOf('\nfunc ') + 1).replace(/"(?:\\.|[^"\\\n])*(?:"|$)|'(?:\\.|[^'\\\n])*'|`[^`]*(?:`|$)|\/\/[^\n]*/g, (part) => ' '.repeat(part.length));
  let depth = 0;
  let argument = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const char = text[i]!;
    if (char === ')' || char === ']' || char === '}') depth++;
    else if (char === ',' && depth === 0) argument++;
    else if (char === '(' || char === '[' || char === '{') {
      if (depth > 0) {
        depth--;
        continue;
      }
      const name = char === '(' ? /(?:^|[^\w.])C\.(\w+)[ \t]*$/.exec(text.slice(0, i))?.[1] : undefined;
      if (name !== undefined) return { name, argument };
      // A bracket that is no call of C: what is open around it may be one.
      if (char === '{') return undefined;
      argument = 0;
    }
  }
  return undefined;
}

/** Where each parameter stands in the declaration: between the commas of the outermost parentheses. */
function spansIn(declaration: string, params: readonly string[]): [number, number][] {
  const open = declaration.indexOf('(');
  const spans: [number, number][] = [];
  let depth = 0;
  let start = open + 1;
  for (let i = open + 1; i < declaration.length && spans.length < params.length; i++) {
    const char = declaration[i]!;
    if (depth === 0 && (char === ',' || char === ')')) {
      spans.push([start + (/^\s*/.exec(declaration.slice(start, i))?.[0].length ?? 0), i]);
      start = i + 1;
    } else if (char === '(') depth++;
    else if (char === ')') depth--;
  }
  return spans;
}
