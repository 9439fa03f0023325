/** Colours the C of an attached preamble: the project's tokens in the protocol's encoding. Knows no C. */
import { SemanticTokensBuilder, type Range, type SemanticTokens, type SemanticTokensLegend } from 'vscode-languageserver';
import { overlaps } from '../base/span.ts';
import type { CToken, CTokenModifier, CTokenType } from '../syntax/c/c-tokens.ts';
import { answerNow, type Context } from './context.ts';
import type { OpenDocument } from './documents.ts';
import { spanOf } from './positions.ts';

/** The number of each type in the legend. All are standard ones, so that every theme knows a colour. */
const types: Readonly<Record<CTokenType, number>> = {
  keyword: 0,
  type: 1,
  function: 2,
  variable: 3,
  parameter: 4,
  property: 5,
  enumMember: 6,
  macro: 7,
  string: 8,
  number: 9,
  comment: 10,
  operator: 11,
};

/** The bit of each modifier, in the order of the legend. */
const modifiers: Readonly<Record<CTokenModifier, number>> = { declaration: 1, readonly: 2, static: 4 };

export const tokenLegend: SemanticTokensLegend = { tokenTypes: Object.keys(types), tokenModifiers: Object.keys(modifiers) };

/**
 * The tokens of a document, all or those of a range. Null without a preamble: where another server colours the rest of the
 * file, an empty answer would take its place.
 */
export async function semanticTokens(context: Context, uri: string, range?: Range): Promise<SemanticTokens | null> {
  const tokens = await answerNow(context, uri, async (document, engine) => {
    const all = await engine.preambleTokens(document.file);
    const wanted = range && spanOf(document.content, range);
    return wanted ? encode(document, all.filter((token) => overlaps(token.span, wanted))) : encode(document, all);
  });
  return tokens && tokens.data.length > 0 ? tokens : null;
}

function encode({ content }: OpenDocument, tokens: readonly CToken[]): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { span, type, modifiers: own } of tokens) {
    const { line, character } = content.positionAt(span.start);
    const bits = own.reduce((sum, modifier) => sum | modifiers[modifier], 0);
    builder.push(line, character, span.end - span.start, types[type], bits);
  }
  return builder.build();
}
