/** Semantic tokens of C text; being written. */
import type { Parser } from 'web-tree-sitter';
import type { Span } from '../../base/span.ts';
import type { CText } from './c-facts.ts';

export interface CToken { readonly span: Span; readonly type: string; readonly modifiers: readonly string[] }

export const cTokens = (_parser: Parser, _input: CText): CToken[] => [];
