/** A parsed Go file as plain data: its declarations in order, each with its syntax, and the comments around them. */
import type { Span } from '../../base/span.ts';
import type { Decl } from './ast.ts';

export type DeclKind = 'func' | 'type' | 'var' | 'const' | 'import';

/** The syntax of one declaration; the same object as long as its text stays the same, so it serves as a cache key. */
export interface DeclSyntax {
  readonly kind: DeclKind;
  readonly text: string;
  /** Offsets relative to the declaration. Bodies and values that cannot matter, and constants, are left out here: see `full`. */
  readonly decl: Decl;
  /** All of the syntax; what was left out is read now. */
  full(): Decl;
}

/** A declaration at its present place. */
export interface TopDecl {
  readonly start: number;
  readonly end: number;
  /** The comment group that touches it from above. */
  readonly doc?: Span;
  readonly syntax: DeclSyntax;
}

export interface GoFile {
  readonly text: string;
  /** Undefined when the clause is missing or broken. */
  readonly packageName?: string;
  readonly packageClause: Span;
  readonly decls: readonly TopDecl[];
  /** Regions that could not be read. Whatever they declare is unknown. */
  readonly broken: readonly Span[];
  /** Comments outside of declarations, and those of `addressed`. */
  readonly comments: readonly Span[];
  /** Comments anywhere that address this product. */
  readonly addressed: readonly Span[];
}
