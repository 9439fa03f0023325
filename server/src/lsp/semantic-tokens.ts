/** Colours the C of an attached preamble: the project's tokens in the protocol's encoding. Knows no C. */
import { SemanticTokensBuilder, type Range, type SemanticTokens, type SemanticTokensLegend } from 'vscode-languageserver';
import { overlaps, span, type Span } from '../base/span.ts';
import type { CToken } from '../syntax/c/c-tokens.ts';
import { answerNow, type Context } from './context.ts';
import type { OpenDocument } from './documents.ts';
import { spanOf } from './positions.ts';

/** The standard types and modifiers, so that every theme knows a colour. */
export const tokenLegend: SemanticTokensLegend = {
  tokenTypes: [
    'type', 'struct', 'enum', 'enumMember', 'function', 'macro', 'parameter', 'variable', 'property',
    'keyword', 'modifier', 'comment', 'string', 'number', 'operator',
  ],
  tokenModifiers: ['declaration', 'definition', 'readonly', 'static', 'defaultLibrary'],
};

/**
 * The tokens of a document, all or those of a range. Null without a preamble: where another server colours the rest of the
 * file, an empty answer would take its place.
 */
export async function semanticTokens(context: Context, uri: string, range?: Range): Promise<SemanticTokens | null> {
  const tokens = await answerNow(context, uri, async (document, engine) => {
    const all = await engine.preambleTokens(document.file);
    const wanted = range && spanOf(document.content, range);
    return encode(document, wanted ? all.filter((token) => overlaps(token.span, wanted)) : all, context.client().multilineTokens);
  });
  return tokens && tokens.data.length > 0 ? tokens : null;
}

/** A type outside the legend is left uncoloured. */
function encode({ content }: OpenDocument, tokens: readonly CToken[], multiline: boolean): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const token of tokens) {
    const type = tokenLegend.tokenTypes.indexOf(token.type);
    if (type < 0) continue;
    for (const part of multiline ? [token.span] : linewise(content.getText(), token.span)) {
      const { line, character } = content.positionAt(part.start);
      builder.push(line, character, part.end - part.start, type, modifierBits(token.modifiers));
    }
  }
  return builder.build();
}

/** One bit per modifier, at its place in the legend. */
const modifierBits = (modifiers: readonly string[]): number =>
  tokenLegend.tokenModifiers.reduce((bits, modifier, i) => (modifiers.includes(modifier) ? bits | (1 << i) : bits), 0);

/** The pieces of a token on its lines, for clients that know tokens of one line only. */
function linewise(text: string, token: Span): Span[] {
  const pieces: Span[] = [];
  for (const match of text.slice(token.start, token.end).matchAll(/[^\r\n]+/g)) {
    pieces.push(span(token.start + match.index, token.start + match.index + match[0].length));
  }
  return pieces;
}
